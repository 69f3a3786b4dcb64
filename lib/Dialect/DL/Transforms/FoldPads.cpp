// dl-fold-pads: a pad before a convolution or pool is a copy of the whole image; as a pad of the op
// itself it is at most a predicate.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Dialect/DL/Transforms/Passes.h"

#include <limits>

#define DEBUG_TYPE "dl-fold-pads"

using namespace mlir;

namespace dlc::dl {

#define GEN_PASS_DEF_DLFOLDPADS
#include "dlc/Dialect/DL/Transforms/Passes.h.inc"

namespace {

/// The padded value, where it is a compile-time constant.
std::optional<double> padValue(PadOp pad) {
  if (pad.getMode() != PadMode::Constant)
    return std::nullopt;
  if (!pad.getValue())
    return 0.0;
  std::optional<Tensor> value = constantTensor(pad.getValue());
  return value ? std::optional<double>(value->asDouble(0)) : std::nullopt;
}

/// The entries of `pads` of the spatial axes; nothing where another axis is padded too.
std::optional<SmallVector<int64_t>> spatialOf(ArrayRef<int64_t> pads, Layout layout) {
  bool last = layout == Layout::ChannelsLast;
  int64_t rank = pads.size();
  if (rank < 3 || pads[0] != 0 || pads[last ? rank - 1 : 1] != 0)
    return std::nullopt;
  ArrayRef<int64_t> spatial = last ? pads.drop_front(1).drop_back(1) : pads.drop_front(2);
  return SmallVector<int64_t>(spatial);
}

SmallVector<int64_t> sum(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  SmallVector<int64_t> result;
  for (auto [x, y] : llvm::zip(a, b))
    result.push_back(x + y);
  return result;
}

/// Replaces `op`'s input by the operand of `pad` where `accepts(value, begin, end)`, which is given
/// all pads that the op then has.
template <typename Op>
bool fold(Op op,
          llvm::function_ref<bool(PadOp, double, ArrayRef<int64_t>, ArrayRef<int64_t>)> accepts) {
  auto pad = op.getInput().template getDefiningOp<PadOp>();
  std::optional<double> value = pad ? padValue(pad) : std::nullopt;
  if (!value)
    return false;
  auto low = spatialOf(pad.getLow(), op.getLayout()),
       high = spatialOf(pad.getHigh(), op.getLayout());
  if (!low || !high)
    return false;
  SmallVector<int64_t> begin = sum(*low, op.getPadsBegin()), end = sum(*high, op.getPadsEnd());
  if (!accepts(pad, *value, begin, end))
    return false;
  op.getInputMutable().assign(pad.getOperand());
  op.setPadsBegin(begin);
  op.setPadsEnd(end);
  return true;
}

bool foldConv(ConvOp op) {
  return fold(op, [](PadOp, double value, auto, auto) { return value == 0; });
}

bool foldMean(AveragePoolOp op) {
  bool unpadded = llvm::all_of(op.getPadsBegin(), [](int64_t pad) { return pad == 0; }) &&
                  llvm::all_of(op.getPadsEnd(), [](int64_t pad) { return pad == 0; });
  // The pad's zeros count; padding of the op's own counts only if it says so.
  if (op.getCeilMode() || !(unpadded || op.getCountIncludePad()))
    return false;
  bool folded = fold(op, [](PadOp, double value, auto, auto) { return value == 0; });
  if (folded)
    op.setCountIncludePad(true);
  return folded;
}

/// Whether no element of `value` is negative.
bool isNotNegative(Value value) {
  if (auto clip = value.getDefiningOp<ClipOp>())
    if (auto minimum = clip.getMinimum())
      return minimum->convertToDouble() >= 0;
  return value.getDefiningOp<ReluOp>() != nullptr;
}

bool foldMax(MaxPoolOp op) {
  bool dense = llvm::all_of(op.getDilations(), [](int64_t step) { return step == 1; });
  if (op.getCeilMode() || !dense || !isa<FloatType>(op.getInput().getType().getElementType()))
    return false;
  return fold(op, [&](PadOp pad, double value, ArrayRef<int64_t> begin, ArrayRef<int64_t> end) {
    // A window of padding alone would give the lowest value in place of the pad's.
    for (auto [first, last, size] : llvm::zip(begin, end, op.getKernelShape()))
      if (first >= size || last >= size)
        return false;
    return value <= -std::numeric_limits<float>::max() ||
           (value == 0 && isNotNegative(pad.getOperand()));
  });
}

struct DLFoldPadsPass : impl::DLFoldPadsBase<DLFoldPadsPass> {
  void runOnOperation() override {
    SmallVector<PadOp> pads;
    getOperation().walk([&](Operation *op) {
      if (auto pad = dyn_cast<PadOp>(op))
        pads.push_back(pad);
      else if (auto conv = dyn_cast<ConvOp>(op))
        while (foldConv(conv))
          ;
      else if (auto mean = dyn_cast<AveragePoolOp>(op))
        foldMean(mean);
      else if (auto max = dyn_cast<MaxPoolOp>(op))
        foldMax(max);
    });
    for (PadOp pad : llvm::reverse(pads))
      if (pad->use_empty())
        pad.erase();
  }
};

} // namespace
} // namespace dlc::dl
