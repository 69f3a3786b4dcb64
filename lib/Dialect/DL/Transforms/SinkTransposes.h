// What the passes that move transposes share.
#ifndef DLC_LIB_DIALECT_DL_TRANSFORMS_SINKTRANSPOSES_H
#define DLC_LIB_DIALECT_DL_TRANSFORMS_SINKTRANSPOSES_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "mlir/IR/PatternMatch.h"

namespace dlc::dl {

/// Of a transpose: result axis i is operand axis `permutation[i]`.
using Permutation = llvm::SmallVector<int64_t>;

/// The permutation that undoes `permutation`.
Permutation inverse(llvm::ArrayRef<int64_t> permutation);

/// `values` of the operand's axes in the order of the result's.
template <typename T>
llvm::SmallVector<T> permuted(llvm::ArrayRef<T> values, llvm::ArrayRef<int64_t> permutation) {
  llvm::SmallVector<T> result;
  for (int64_t axis : permutation)
    result.push_back(values[axis]);
  return result;
}

/// Whether a transpose of `shape` by `permutation` changes the order of bytes: axes of size 1 may
/// stand anywhere.
bool movesBytes(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> permutation);

/// The transpose that makes `value`, where it costs anything; null otherwise.
TransposeOp costlyTranspose(mlir::Value value);

/// Patterns for ops that split, join and repeat axes.
void addSinkThroughReshapePatterns(mlir::RewritePatternSet &patterns);

} // namespace dlc::dl

#endif // DLC_LIB_DIALECT_DL_TRANSFORMS_SINKTRANSPOSES_H
