// Sizes, places and variables of axes, as every emission writes them.
#ifndef DLC_LIB_CODEGEN_HALIDE_EMISSION_AXES_H
#define DLC_LIB_CODEGEN_HALIDE_EMISSION_AXES_H

#include "dlc/Codegen/Halide/KernelEmitter.h"

#include <string>
#include <vector>

namespace dlc::codegen {

/// Shape of a tensor value.
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

/// An attribute's number as Halide's loops count.
inline Halide::Expr toInt(int64_t value) { return static_cast<int>(value); }

/// Variables for `rank` axes, outermost first.
inline std::vector<Halide::Var> axisVars(size_t rank) {
  std::vector<Halide::Var> vars;
  for (size_t axis = 0; axis < rank; ++axis)
    vars.emplace_back("axis" + std::to_string(axis));
  return vars;
}

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_EMISSION_AXES_H
