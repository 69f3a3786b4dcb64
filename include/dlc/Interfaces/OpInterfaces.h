// The op interfaces of dlc; see OpInterfaces.td for the contracts.
#ifndef DLC_INTERFACES_OPINTERFACES_H
#define DLC_INTERFACES_OPINTERFACES_H

#include "dlc/Support/Tensor.h"
#include "mlir/IR/OpDefinition.h"

namespace dlc {

/// Where an op may stand in a kernel (docs/Rationale/Fusion.md).
enum class FusionClass {
  /// Each result element depends on one element of each operand (broadcasting allowed). May be the
  /// prologue or epilogue of any kernel.
  Injective,
  /// Each result element is a copy of one operand element at a computed place (transpose, slice,
  /// pad,
  /// concat, expand). May be a prologue; an epilogue only where the anchor's tiling survives it.
  Movement,
  /// Sums or other folds over whole axes (reduce, softmax, normalisation). An anchor.
  Reduction,
  /// Products of sums over a shared axis (matmul). An anchor.
  Contraction,
  /// A contraction over a sliding window (conv). An anchor.
  Convolution,
  /// A fold over a sliding window (pooling). An anchor.
  Window,
  /// Elements are read at places that data decides (gather). An anchor.
  Gather,
  /// Elements are written at places that data decides, or a scan or sort (scatter, cumsum, top_k).
  /// An
  /// anchor that takes no epilogue.
  Opaque,
  /// Costs nothing at run time: the same bytes under another type (reshape). Never in a kernel of
  /// its own.
  View,
  /// A compile-time value.
  Constant,
};

/// The spelling used in dumps and reports: `injective`, `contraction`, ...
llvm::StringRef fusionClassName(FusionClass fusionClass);

/// Bytes of all operand and result tensors of `op`; dynamic dimensions count as 1.
int64_t touchedBytes(mlir::Operation *op);

} // namespace dlc

#include "dlc/Interfaces/OpInterfaces.h.inc"

#endif // DLC_INTERFACES_OPINTERFACES_H
