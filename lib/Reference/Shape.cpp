// Ops that move or rename elements, and constants. Nothing here looks at what an element means.
#include "Evaluation.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include <cstring>

using namespace mlir;

namespace dlc {
using namespace dl;

/// result[i] = operand[start + sum i * strides], in row-major order of the result.
static void copyStrided(const Tensor &operand, int64_t start, const Shape &strides,
                        Tensor &result) {
  size_t width = byteWidth(result.dtype());
  int64_t length = rowLength(result.shape()), step = strides.empty() ? 0 : strides.back();
  forEachRow(result.shape(), strides, [&](int64_t at, ArrayRef<int64_t> offsets) {
    const std::byte *from = operand.raw() + (start + offsets[0]) * static_cast<int64_t>(width);
    std::byte *to = result.raw() + at * static_cast<int64_t>(width);
    if (step == 1) {
      std::memcpy(to, from, length * width);
      return;
    }
    for (int64_t i = 0; i < length; ++i)
      std::memcpy(to + i * width, from + i * step * static_cast<int64_t>(width), width);
  });
}

static LogicalResult evaluateConstantOp(ConstantOp op, ArrayRef<Tensor>,
                                        MutableArrayRef<Tensor> results) {
  Tensor value = tensorOf(op.getValue());
  results[0] = value.dtype() == results[0].dtype() ? value : value.cast(results[0].dtype());
  return success();
}

static LogicalResult evaluateIota(IotaOp op, ArrayRef<Tensor>, MutableArrayRef<Tensor> results) {
  Tensor &result = results[0];
  int64_t behind = 1, size = result.shape()[op.getAxis()];
  for (int64_t each : ArrayRef<int64_t>(result.shape()).drop_front(op.getAxis() + 1))
    behind *= each;
  for (int64_t i = 0; i < result.numElements(); ++i)
    result.setDouble(i, static_cast<double>(i / behind % size));
  return success();
}

static LogicalResult evaluateReshape(ReshapeOp, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  results[0] = operands[0].reshaped(results[0].shape());
  return success();
}

static LogicalResult evaluateTranspose(TransposeOp op, ArrayRef<Tensor> operands,
                                       MutableArrayRef<Tensor> results) {
  Shape own = stridesOf(operands[0].shape()), strides;
  for (int64_t axis : op.getPermutation())
    strides.push_back(own[axis]);
  copyStrided(operands[0], 0, strides, results[0]);
  return success();
}

static LogicalResult evaluateExpand(ExpandOp, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  copyStrided(operands[0], 0, broadcastStrides(operands[0].shape(), results[0].shape()),
              results[0]);
  return success();
}

static LogicalResult evaluateSlice(SliceOp op, ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  Shape strides = stridesOf(operands[0].shape());
  int64_t start = 0;
  for (auto [stride, first, step] : llvm::zip(strides, op.getStarts(), op.getSteps())) {
    start += first * stride;
    stride *= step;
  }
  copyStrided(operands[0], start, strides, results[0]);
  return success();
}

static LogicalResult evaluateConcat(ConcatOp op, ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  AxisView whole(results[0].shape(), op.getAxis());
  size_t width = byteWidth(results[0].dtype());
  int64_t at = 0;
  for (const Tensor &operand : operands) {
    AxisView part(operand.shape(), op.getAxis());
    size_t bytes = part.axis * part.inner * width;
    for (int64_t outer = 0; outer < part.outer; ++outer)
      std::memcpy(results[0].raw() + (outer * whole.axis + at) * whole.inner * width,
                  operand.raw() + outer * bytes, bytes);
    at += part.axis;
  }
  return success();
}

static LogicalResult evaluateDecideSize(DecideSizeOp op, ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  if (operands[0].asInt(0) < 0)
    return op.emitOpError("decides a size of ") << operands[0].asInt(0);
  results[0] = operands[0];
  return success();
}

void attachShapeReference(MLIRContext *context) {
  attachReference<ConstantOp, evaluateConstantOp>(context);
  attachReference<IotaOp, evaluateIota>(context);
  attachReference<ReshapeOp, evaluateReshape>(context);
  attachReference<TransposeOp, evaluateTranspose>(context);
  attachReference<ExpandOp, evaluateExpand>(context);
  attachReference<SliceOp, evaluateSlice>(context);
  attachReference<ConcatOp, evaluateConcat>(context);
  attachReference<DecideSizeOp, evaluateDecideSize>(context);
}

} // namespace dlc
