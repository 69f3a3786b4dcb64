// Computing types, index walks and threads of the reference evaluation.
#include "Evaluation.h"

#include <cstring>
#include <thread>

using namespace mlir;

namespace dlc {

DType computingType(DType dtype) {
  if (isFloat(dtype))
    return DType::F64;
  return isSignedInt(dtype) ? DType::I64 : DType::U64;
}

Tensor widen(const Tensor &tensor) {
  DType wide = computingType(tensor.dtype());
  return tensor.dtype() == wide ? tensor : tensor.cast(wide);
}

Tensor toDouble(const Tensor &tensor) {
  return tensor.dtype() == DType::F64 ? tensor : tensor.cast(DType::F64);
}

void narrow(const Tensor &wide, Tensor &result) {
  assert(wide.numElements() == result.numElements());
  Tensor narrowed = wide.dtype() == result.dtype() ? wide : wide.cast(result.dtype());
  std::memcpy(result.raw(), narrowed.raw(), result.numBytes());
}

Shape stridesOf(const Shape &shape) {
  Shape strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

Shape broadcastStrides(const Shape &shape, const Shape &result) {
  assert(shape.size() <= result.size() && "an operand has no more axes than the result");
  Shape own = stridesOf(shape), strides(result.size(), 0);
  size_t offset = result.size() - shape.size();
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != 1)
      strides[offset + i] = own[i];
  return strides;
}

void forEachRow(const Shape &shape, ArrayRef<Shape> strides,
                llvm::function_ref<void(int64_t, ArrayRef<int64_t>)> body) {
  int64_t elements = *elementCount(shape), length = rowLength(shape);
  if (elements == 0)
    return;
  size_t outerAxes = shape.empty() ? 0 : shape.size() - 1;
  SmallVector<int64_t> index(outerAxes, 0), offsets(strides.size(), 0);
  for (int64_t at = 0; at < elements; at += length) {
    body(at, offsets);
    for (size_t axis = outerAxes; axis-- > 0;) {
      for (auto [offset, stride] : llvm::zip(offsets, strides))
        offset += stride[axis];
      if (++index[axis] < shape[axis])
        break;
      for (auto [offset, stride] : llvm::zip(offsets, strides))
        offset -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

AxisView::AxisView(const Shape &shape, int64_t axisIndex) {
  for (auto [i, size] : llvm::enumerate(shape)) {
    int64_t position = static_cast<int64_t>(i);
    (position < axisIndex ? outer : position > axisIndex ? inner : axis) *= size;
  }
}

void inParallel(int64_t count, double work, llvm::function_ref<void(int64_t, int64_t)> body) {
  constexpr double worthAThread = 1e6;
  if (count < 2 || work < worthAThread) {
    body(0, count);
    return;
  }
  std::thread other([&] { body(count / 2, count); });
  body(0, count / 2);
  other.join();
}

} // namespace dlc
