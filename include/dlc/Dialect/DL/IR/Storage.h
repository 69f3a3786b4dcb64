// Which tensors of a function are parts of others in memory, from the phase `fuse` on.
//
// Outside of kernels, three ops move nothing: a dl.reshape renames the bytes of its operand, a
// dl.slice is a part of its operand, and the operands of a dl.concat are parts of its result, where
// their kernels write them.
#ifndef DLC_DIALECT_DL_IR_STORAGE_H
#define DLC_DIALECT_DL_IR_STORAGE_H

#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <string>

namespace dlc::dl {

/// Where the elements of a value lie. Offsets and strides are expressions, as sizes are.
struct Storage {
  /// The value that the bytes were made for: an argument, a constant, a kernel's result, or a
  /// concat's result that is no part of another.
  mlir::Value root;
  mlir::AffineExpr offset; ///< of the first element, in elements of `root`
  Dims strides;            ///< elements between neighbours, one an axis
};

/// The strides of a tensor that lies row by row.
Dims denseStrides(llvm::ArrayRef<mlir::AffineExpr> shape);
/// Whether a tensor with these strides lies row by row whatever the symbols are. Axes of one
/// element do not count.
bool isDense(llvm::ArrayRef<mlir::AffineExpr> shape, llvm::ArrayRef<mlir::AffineExpr> strides);
/// Whether axes [first, last) are evenly spaced when walked in row-major order.
bool areLinear(llvm::ArrayRef<mlir::AffineExpr> shape, llvm::ArrayRef<mlir::AffineExpr> strides,
               unsigned first, unsigned last);
/// The strides of the same elements under the shape `to`; nothing where they are not evenly spaced
/// along an axis of it, or where that is not plain to see.
std::optional<Dims> reshapedStrides(llvm::ArrayRef<mlir::AffineExpr> from,
                                    llvm::ArrayRef<mlir::AffineExpr> strides,
                                    llvm::ArrayRef<mlir::AffineExpr> to);

/// The storage of every value of a function of kernels, constants, reshapes, slices, concats and a
/// return.
class StorageMap {
public:
  /// A use that no storage allows, and why; a copy of the value makes it legal.
  struct Conflict {
    mlir::OpOperand *use = nullptr;
    std::string reason;
  };

  /// The map, or where `conflict` is set, nothing of use.
  static StorageMap compute(mlir::func::FuncOp function, Conflict &conflict);
  /// Fails with a diagnostic on a conflict.
  static mlir::FailureOr<StorageMap> compute(mlir::func::FuncOp function);

  const Storage &of(mlir::Value value) const { return storages.find(value)->second; }

private:
  Conflict placeParts(mlir::func::FuncOp function);
  Conflict placeViews(mlir::func::FuncOp function);

  llvm::DenseMap<mlir::Value, Storage> storages;
};

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_STORAGE_H
