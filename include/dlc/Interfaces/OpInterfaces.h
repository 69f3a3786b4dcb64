// The op interfaces of dlc; see OpInterfaces.td for the contracts.
#ifndef DLC_INTERFACES_OPINTERFACES_H
#define DLC_INTERFACES_OPINTERFACES_H

#include "dlc/Support/Tensor.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
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

/// Whether an op of the class is an anchor: a kernel has one at most, which decides its loops.
bool isAnchorClass(FusionClass fusionClass);

/// Whether an element of the result of `op` is made of the elements of the operands at its own
/// place, to which they broadcast as NumPy arrays do: injective, and without an image layout, whose
/// further operands have one element a channel.
bool isElementwise(mlir::Operation *op);

/// A tensor of one step of a recurrence, as the object that computes a step is given it.
struct StepArgument {
  /// Whose entry of a tensor with one entry a step: its own, or that of the step taken before or
  /// after it.
  enum class Entry { Own, Before, After };

  /// Operand or result of the op; null: zeros.
  mlir::Value tensor;
  /// The tensor of a step. Its strides are those of `tensor`.
  mlir::RankedTensorType type;
  /// Columns of the entry before the first one of it.
  int64_t offset = 0;
  /// Whether axis 0 of `tensor` is the steps; otherwise each step is given the whole of it.
  bool sliced = false;
  Entry entry = Entry::Own;
  /// What the first step has for Before and the last one for After; null: zeros.
  mlir::Value outside;
};

/// The product of a step: states times a matrix gives one sum for each gate of each unit.
struct StepProduct {
  /// Operand of the op, (states, gates * units); with `transposed` (units, states).
  mlir::Value matrix;
  int64_t gates = 1;
  /// How many states are multiplied for each unit.
  int64_t statesPerUnit = 1;
  /// Whether it is the matrix of a layer that goes the other way.
  bool transposed = false;
};

} // namespace dlc

#include "dlc/Interfaces/OpInterfaces.h.inc"

#endif // DLC_INTERFACES_OPINTERFACES_H
