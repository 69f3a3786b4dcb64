// What a Resize does, and how it is done along axes of open sizes.
#ifndef DLC_LIB_IMPORT_ONNX_OPS_RESIZERULE_H
#define DLC_LIB_IMPORT_ONNX_OPS_RESIZERULE_H

#include "../NodeContext.h"

namespace dlc::onnx {

/// What Resize does, whatever version of the operator said so.
struct ResizeRule {
  enum class Mode { Nearest, Linear, Cubic };
  Mode mode = Mode::Nearest;
  std::string coordinates;
  std::string rounding;
  double cubic = -0.75;
  double extrapolation = 0;
  bool excludeOutside = false;
  bool antialias = false;
};

/// One axis whose size, before or behind, may be an expression of symbols.
struct OpenAxis {
  mlir::AffineExpr from, to;
  /// As the model gives it; where it gives sizes, the scale is to / from.
  std::optional<double> scale;
};

/// `from` times `scale`, rounded down; null where that is no affine expression.
mlir::AffineExpr scaledSize(mlir::AffineExpr from, double scale);

/// The operand with each axis resized by a table that is computed from the sizes of the call.
/// Fails with Unsupported for rules that need another table.
llvm::LogicalResult resizeOpen(NodeContext &c, const ResizeRule &rule,
                               llvm::ArrayRef<OpenAxis> axes);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_OPS_RESIZERULE_H
