// An image with a border.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_PADDEDIMAGE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_PADDEDIMAGE_H

#include "dlc/Codegen/Halide/Templates/Size.h"

#include <Halide.h>

#include <string>
#include <vector>

namespace dlc::templates {

/// Where the image lies: `width` x `height` elements from (`left`, `top`) on.
struct ImageBox {
  Size width, height;
  int64_t left = 0, top = 0;
  size_t xAxis = 1; ///< which of the arguments is x; y is argument 2
};

/// A Func over `args` (c, x, y, ...), x and y counted from the padded corner: `element`, which is
/// an expression of `args` counted from the image's corner, inside of `box`, and `fill` around it.
Halide::Func padImage(const std::string &name, const std::vector<Halide::Var> &args,
                      Halide::Expr element, Halide::Expr fill, const ImageBox &box);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_PADDEDIMAGE_H
