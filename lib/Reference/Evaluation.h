// What the evaluations of the op families share: the types they compute in, walks over index
// spaces, and the glue between a plain function and ReferenceOpInterface. Private to the layer.
#ifndef DLC_LIB_REFERENCE_EVALUATION_H
#define DLC_LIB_REFERENCE_EVALUATION_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Support/Tensor.h"
#include <functional>
#include <limits>

namespace dlc {

//===-- Computing types --------------------------------------------------------------------===//

/// The type in which elements of `dtype` are computed: F64 for floats, I64 for signed integers, U64
/// for unsigned ones and bool. Exact for every integer: sums and products wrap, and narrow as they
/// wrap.
DType computingType(DType dtype);
/// `tensor` in its computing type; shares the bytes where it is in it already.
Tensor widen(const Tensor &tensor);
/// `tensor` in double.
Tensor toDouble(const Tensor &tensor);
/// Rounds (floats) or wraps (integers) `wide` into `result`, elements of equal number.
void narrow(const Tensor &wide, Tensor &result);

/// Calls `body` with a null pointer of the C++ type of the computing type of `dtype`.
template <typename Body>
auto withComputingType(DType dtype, Body &&body) {
  switch (computingType(dtype)) {
  case DType::F64:
    return body(static_cast<double *>(nullptr));
  case DType::I64:
    return body(static_cast<int64_t *>(nullptr));
  default:
    return body(static_cast<uint64_t *>(nullptr));
  }
}

/// Integer arithmetic that wraps, where C++ leaves signed overflow undefined; plain for double.
template <typename T>
T wrappingAdd(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  else
    return a + b;
}
template <typename T>
T wrappingSub(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
  else
    return a - b;
}
template <typename T>
T wrappingMul(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  else
    return a * b;
}

/// The value that every other of `dtype` exceeds, in its computing type.
template <typename T>
T lowestOf(DType dtype) {
  if constexpr (std::is_floating_point_v<T>)
    return -std::numeric_limits<T>::infinity();
  else if constexpr (std::is_signed_v<T>)
    return std::numeric_limits<T>::min() >> (64 - 8 * byteWidth(dtype));
  else
    return 0;
}
/// The value that exceeds every other of `dtype`, in its computing type.
template <typename T>
T highestOf(DType dtype) {
  if constexpr (std::is_floating_point_v<T>)
    return std::numeric_limits<T>::infinity();
  else
    return dtype == DType::Bool ? 1 : std::numeric_limits<T>::max() >> (64 - 8 * byteWidth(dtype));
}

//===-- Index spaces -----------------------------------------------------------------------===//

/// Row-major strides in elements.
Shape stridesOf(const Shape &shape);
/// Strides with which an operand of shape `shape` is read under NumPy broadcasting to `result`: 0
/// along a stretched axis.
Shape broadcastStrides(const Shape &shape, const Shape &result);

/// Visits the index space `shape` in row-major order, one row of the last axis at a time. `body(at,
/// offsets)` gets the row-major position of the row's first element and, for each entry of
/// `strides`, the offset that its strides give there. Rank 0 is one row of one element. `size` of
/// the row is rowLength(shape).
void forEachRow(const Shape &shape, llvm::ArrayRef<Shape> strides,
                llvm::function_ref<void(int64_t, llvm::ArrayRef<int64_t>)> body);
/// Length of the rows that forEachRow visits.
inline int64_t rowLength(const Shape &shape) { return shape.empty() ? 1 : shape.back(); }

/// A shape as (outer, axis, inner): element (o, a, i) is at (o * axis + a) * inner + i.
struct AxisView {
  int64_t outer = 1, axis = 1, inner = 1;
  AxisView(const Shape &shape, int64_t axisIndex);
};

/// Runs `body(begin, end)` over parts of [0, count), on two threads where `work` (operations in
/// all) pays.
void inParallel(int64_t count, double work, llvm::function_ref<void(int64_t, int64_t)> body);

//===-- Models -----------------------------------------------------------------------------===//

/// A plain evaluation: operands (empty where absent) to allocated, zero-filled results.
template <typename Op>
using Evaluation = llvm::LogicalResult (*)(Op, llvm::ArrayRef<Tensor>,
                                           llvm::MutableArrayRef<Tensor>);

/// The external model of ReferenceOpInterface on Op that calls `evaluation`.
template <typename Op, Evaluation<Op> evaluation>
struct ReferenceModel : ReferenceOpInterface::ExternalModel<ReferenceModel<Op, evaluation>, Op> {
  llvm::LogicalResult evaluate(mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
                               llvm::MutableArrayRef<Tensor> results) const {
    return evaluation(llvm::cast<Op>(op), operands, results);
  }
};

template <typename Op, Evaluation<Op> evaluation>
void attachReference(mlir::MLIRContext *context) {
  Op::template attachInterface<ReferenceModel<Op, evaluation>>(*context);
}

/// One a family, in the file of its name.
void attachElementwiseReference(mlir::MLIRContext *context);
void attachContractionReference(mlir::MLIRContext *context);
void attachAttentionReference(mlir::MLIRContext *context);
void attachRecurrentReference(mlir::MLIRContext *context);
void attachWindowReference(mlir::MLIRContext *context);
void attachReductionReference(mlir::MLIRContext *context);
void attachNormalizationReference(mlir::MLIRContext *context);
void attachShapeReference(mlir::MLIRContext *context);
void attachIndexingReference(mlir::MLIRContext *context);
void attachRandomReference(mlir::MLIRContext *context);

} // namespace dlc

#endif // DLC_LIB_REFERENCE_EVALUATION_H
