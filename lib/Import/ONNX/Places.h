// Tensors that follow from places alone: constants where their sizes are known, else ops.
#ifndef DLC_LIB_IMPORT_ONNX_PLACES_H
#define DLC_LIB_IMPORT_ONNX_PLACES_H

#include "NodeContext.h"

namespace dlc::onnx {

/// 0, 1, ... along `axis` of a tensor of `sizes`, of type `element`.
mlir::Value placesAlong(NodeContext &c, llvm::ArrayRef<mlir::AffineExpr> sizes, int64_t axis,
                        mlir::Type element);
/// The same where the other axes of a tensor of rank `rank` are 1.
mlir::Value placesAlong(NodeContext &c, mlir::AffineExpr size, int64_t rank, int64_t axis,
                        mlir::Type element);
/// `size` as a number, i64 of rank 0.
mlir::Value sizeAsNumber(NodeContext &c, mlir::AffineExpr size);

/// Which columns of row i of a matrix: those from i + k on, up to i + k, or i + k itself.
enum class Side { From, Through, On };
/// A bool matrix (rows, columns), true where `side` says.
mlir::Value triangle(NodeContext &c, mlir::AffineExpr rows, mlir::AffineExpr columns,
                     mlir::AffineExpr k, Side side);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_PLACES_H
