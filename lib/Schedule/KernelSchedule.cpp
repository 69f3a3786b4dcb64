// From a kernel to the shape that the analytic model asks for, and its answer as an attribute.
#include "dlc/Schedule/KernelSchedule.h"

#include "dlc/Schedule/ScheduleAttributes.h"

#include <numeric>

using namespace mlir;

namespace dlc::schedule {

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>());
}

/// Bytes of an accumulator for elements of `value`.
static int accumulatorBytes(Value value) {
  return std::max<int>(4, getElementTypeOrSelf(value).getIntOrFloatBitWidth() / 8);
}

/// The window's extents, whatever the filter's layout.
static ArrayRef<int64_t> windowOf(dl::ConvOp op) {
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  if (op.getPackedChannels() > 0)
    return filter.drop_front(1).drop_back(2);
  return op.getOutputLast() ? filter.drop_back(2) : filter.drop_front(2);
}

bool isDirect(dl::ConvOp op) {
  return op.getLayout() == dl::Layout::ChannelsLast && shapeOf(op.getInput()).size() <= 4;
}

bool isDepthwise(dl::ConvOp op) {
  int64_t channels = shapeOf(op.getInput()).back(), outputs = shapeOf(op.getResult()).back();
  return isDirect(op) && op.getPackedChannels() == 0 &&
         static_cast<int64_t>(op.getGroups()) == channels && outputs == channels &&
         op.getGroups() > 1;
}

GemmShape gemmShapeOf(dl::MatmulOp op) {
  ArrayRef<int64_t> result = shapeOf(op.getResult()), lhs = shapeOf(op.getLhs()),
                    rhs = shapeOf(op.getRhs());
  GemmShape shape;
  shape.columns = result.back();
  shape.depth = op.getTransposeLhs() ? lhs[lhs.size() - 2] : lhs.back();
  shape.elementBytes = accumulatorBytes(op.getResult());
  bool joined =
      !op.getTransposeLhs() && (op.getPackedColumns() > 0 || product(rhs.drop_back(2)) == 1);
  shape.rows = joined ? product(result.drop_back(1)) : result[result.size() - 2];
  shape.batch = joined ? 1 : product(result.drop_back(2));
  return shape;
}

GemmShape gemmShapeOf(dl::ConvOp op) {
  ArrayRef<int64_t> result = shapeOf(op.getResult()), window = windowOf(op);
  GemmShape shape;
  shape.rows = product(result.drop_back(1));
  shape.columns = result.back() / op.getGroups();
  shape.batch = op.getGroups();
  shape.depth = product(window) * shapeOf(op.getInput()).back() / op.getGroups();
  shape.elementBytes = accumulatorBytes(op.getResult());
  auto isOne = [](int64_t value) { return value == 1; };
  if (product(window) != 1 || !llvm::all_of(op.getStrides(), isOne)) {
    shape.lineWidth = result[result.size() - 2];
    // A window adds its stride's worth of the image, and no more than itself.
    shape.lhsBytesPerRow = shapeOf(op.getInput()).back() / op.getGroups() * shape.elementBytes;
    for (auto [stride, taps] : llvm::zip(op.getStrides(), window))
      shape.lhsBytesPerRow *= std::min<int64_t>(stride, taps);
  }
  return shape;
}

WindowShape windowShapeOf(dl::ConvOp op) {
  ArrayRef<int64_t> input = shapeOf(op.getInput()), result = shapeOf(op.getResult()),
                    window = windowOf(op);
  bool twoAxes = result.size() == 4;
  WindowShape shape;
  shape.channels = result.back();
  shape.width = result[result.size() - 2];
  shape.height = twoAxes ? result[1] : 1;
  shape.batch = result[0];
  shape.taps = product(window);
  shape.elementBytes = accumulatorBytes(op.getResult());
  shape.inputRowBytes = input[input.size() - 2] * input.back() * shape.elementBytes;
  shape.strideHeight = twoAxes ? op.getStrides()[0] : 1;
  shape.kernelHeight = twoAxes ? window[0] : 1;
  return shape;
}

MachineFacts factsFor(int vectorBytes) {
  MachineFacts facts = hostMachineFacts();
  if (vectorBytes == 0 || vectorBytes == facts.vectorBytes)
    return facts;
  return vectorBytes >= 64 ? avx512Facts(facts) : avx2Facts(facts);
}

static Attribute injectiveSchedule(dl::KernelOp kernel, const MachineFacts &facts) {
  InjectiveShape shape;
  shape.elements = product(shapeOf(kernel.getOutputs().front()));
  shape.operands = kernel.getInputs().size() + kernel.getOutputs().size();
  shape.elementBytes =
      std::max(1u, getElementTypeOrSelf(kernel.getOutputs().front()).getIntOrFloatBitWidth() / 8);
  return attributeOf(kernel.getContext(), chooseInjective(shape, facts));
}

Attribute chooseSchedule(dl::KernelOp kernel, const MachineFacts &facts) {
  MLIRContext *context = kernel.getContext();
  Operation *anchor = kernel.getAnchor();
  if (auto matmul = dyn_cast_if_present<dl::MatmulOp>(anchor))
    return attributeOf(context, chooseGemm(gemmShapeOf(matmul), facts));
  if (auto conv = dyn_cast_if_present<dl::ConvOp>(anchor)) {
    if (isDepthwise(conv))
      return attributeOf(context, chooseDepthwise(windowShapeOf(conv), facts));
    if (isDirect(conv))
      return attributeOf(context, chooseGemm(gemmShapeOf(conv), facts));
  }
  return injectiveSchedule(kernel, facts);
}

} // namespace dlc::schedule
