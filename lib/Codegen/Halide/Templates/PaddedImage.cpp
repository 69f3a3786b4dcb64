// An image with a border.
#include "dlc/Codegen/Halide/Templates/PaddedImage.h"

using namespace Halide;

namespace dlc::templates {

Func padImage(const std::string &name, const std::vector<Var> &args, Expr element, Expr fill,
              const ImageBox &box) {
  Func inside(name + "_in"), padded(name + "_padded");
  inside(args) = element;
  Region region(args.size());
  region[box.xAxis] = Range(0, box.width.expr());
  region[2] = Range(0, box.height.expr());
  Func exterior = BoundaryConditions::constant_exterior(inside, fill, region);
  std::vector<Expr> place(args.begin(), args.end());
  place[box.xAxis] = args[box.xAxis] - int(box.left);
  place[2] = args[2] - int(box.top);
  padded(args) = exterior(place);
  return padded;
}

} // namespace dlc::templates
