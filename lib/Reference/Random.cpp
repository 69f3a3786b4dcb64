// Ops that draw random numbers, one element at a time.
#include "Evaluation.h"

#include "dlc/Support/CounterRandom.h"

using namespace mlir;

namespace dlc {
using namespace dl;

static LogicalResult evaluateDropout(DropoutOp op, ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  Tensor x = toDouble(operands[0]), y(DType::F64, x.shape());
  double rate = op.getRate().convertToDouble();
  bool decided = operands.size() > 1 && operands[1];
  uint64_t key = decided ? streamKey(static_cast<uint64_t>(operands[1].asInt(0)),
                                     static_cast<uint64_t>(operands[1].asInt(1)),
                                     static_cast<uint64_t>(op.getStream()))
                         : 0;
  // Along shared axes the counter stands still.
  Shape counted = x.shape();
  for (int64_t axis : op.getSharedAxes())
    counted[axis] = 1;
  Shape strides[] = {broadcastStrides(counted, x.shape())};
  int64_t step = strides[0].empty() ? 0 : strides[0].back(), length = rowLength(x.shape());
  forEachRow(x.shape(), strides, [&](int64_t at, ArrayRef<int64_t> offsets) {
    for (int64_t i = 0; i < length; ++i) {
      double value = x.data<double>()[at + i];
      auto counter = static_cast<uint32_t>(offsets[0] + i * step);
      bool kept = !decided || (rate < 1 && randomBits(key, counter) >= rateThreshold(rate));
      y.data<double>()[at + i] = !kept ? 0 : decided ? value / (1 - rate) : value;
    }
  });
  narrow(y, results[0]);
  return success();
}

void attachRandomReference(MLIRContext *context) {
  attachReference<DropoutOp, evaluateDropout>(context);
}

} // namespace dlc
