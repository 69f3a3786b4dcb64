// schedule-pack-weights: constant filters and matrices in the order that the kernels read them.
#include "Shapes/Shapes.h"
#include "dlc/Dialect/DL/IR/DeviceAttributes.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/Passes.h"

#include <cstring>

#define DEBUG_TYPE "schedule-pack-weights"

using namespace mlir;

namespace dlc::schedule {

#define GEN_PASS_DEF_SCHEDULEPACKWEIGHTS
#include "dlc/Schedule/Passes.h.inc"

namespace {

/// A strided view of weights as [group][column][tap][channel]: what every packing reads.
struct WeightView {
  int64_t groups = 1, columns = 0, taps = 1, channels = 0;
  int64_t groupStride = 0, columnStride = 0, tapStride = 0, channelStride = 0;
};

/// Packs as (group, panel, tap, channel, lane) with panels of `lanes` columns, zero beyond the
/// last.
template <typename Element>
void packPanels(const Element *from, Element *to, const WeightView &view, int64_t lanes) {
  int64_t panels = (view.columns + lanes - 1) / lanes;
  for (int64_t group = 0; group < view.groups; ++group)
    for (int64_t panel = 0; panel < panels; ++panel) {
      int64_t width = std::min(lanes, view.columns - panel * lanes);
      const Element *base = from + group * view.groupStride + panel * lanes * view.columnStride;
      for (int64_t tap = 0; tap < view.taps; ++tap)
        for (int64_t channel = 0; channel < view.channels; ++channel, to += lanes) {
          const Element *source = base + tap * view.tapStride + channel * view.channelStride;
          for (int64_t lane = 0; lane < width; ++lane)
            to[lane] = source[lane * view.columnStride];
        }
    }
}

/// `tensor` seen through `view`, packed; the result's shape is the caller's.
Tensor pack(const Tensor &tensor, const WeightView &view, int64_t lanes, Shape shape) {
  Tensor result(tensor.dtype(), std::move(shape));
  switch (byteWidth(tensor.dtype())) {
  case 1:
    packPanels(tensor.data<uint8_t>(), result.data<uint8_t>(), view, lanes);
    break;
  case 2:
    packPanels(tensor.data<uint16_t>(), result.data<uint16_t>(), view, lanes);
    break;
  case 4:
    packPanels(tensor.data<uint32_t>(), result.data<uint32_t>(), view, lanes);
    break;
  default:
    packPanels(tensor.data<uint64_t>(), result.data<uint64_t>(), view, lanes);
  }
  return result;
}

/// The constant that `value`, a block argument of `kernel`, is bound to; null where it is computed.
dl::ConstantOp boundConstant(dl::KernelOp kernel, Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument ? kernel.getInputs()[argument.getArgNumber()].getDefiningOp<dl::ConstantOp>()
                  : dl::ConstantOp();
}

/// Packed constants by what they were packed from and how, so that shared weights are packed once.
class PackedConstants {
public:
  Value get(dl::ConstantOp constant, Attribute how,
            llvm::function_ref<Tensor(const Tensor &)> make) {
    Value &packed = made[{constant.getValue(), how}];
    if (!packed) {
      OpBuilder builder(constant);
      ElementsAttr value =
          dl::attributeOf(constant.getContext(), make(dl::tensorOf(constant.getValue())));
      packed = dl::ConstantOp::create(builder, constant.getLoc(), value.getShapedType(), value);
    }
    return packed;
  }

private:
  DenseMap<std::pair<Attribute, Attribute>, Value> made;
};

void rebind(dl::KernelOp kernel, Value argument, Value constant) {
  unsigned index = cast<BlockArgument>(argument).getArgNumber();
  kernel.getInputsMutable()[index].set(constant);
  argument.setType(constant.getType());
}

Attribute keyOf(MLIRContext *context, std::initializer_list<int64_t> values) {
  return DenseI64ArrayAttr::get(context, ArrayRef<int64_t>(values));
}

void packConv(dl::KernelOp kernel, dl::ConvOp op, int64_t lanes, PackedConstants &packed) {
  dl::ConstantOp constant = boundConstant(kernel, op.getFilter());
  if (!constant || op.getPackedChannels() > 0 || !op.getFilter().hasOneUse() ||
      !cast<ScheduleShapeOpInterface>(op.getOperation()).getGemmShape())
    return;
  ArrayRef<int64_t> filter = op.getFilter().getType().getShape();
  bool last = op.getOutputLast();
  ArrayRef<int64_t> window = last ? filter.drop_back(2) : filter.drop_front(2);
  WeightView view;
  int64_t outputs = last ? filter.back() : filter[0];
  view.groups = op.getGroups();
  view.columns = outputs / view.groups;
  view.taps = product(window);
  view.channels = last ? filter[filter.size() - 2] : filter[1];
  view.columnStride = last ? 1 : view.taps * view.channels;
  view.groupStride = view.columns * view.columnStride;
  view.tapStride = last ? view.channels * outputs : 1;
  view.channelStride = last ? outputs : view.taps;

  Shape shape{view.groups * ((view.columns + lanes - 1) / lanes)};
  shape.insert(shape.end(), window.begin(), window.end());
  shape.push_back(view.channels);
  shape.push_back(lanes);
  Attribute how = keyOf(op.getContext(), {1, lanes, view.groups, last});
  Value value =
      packed.get(constant, how, [&](const Tensor &from) { return pack(from, view, lanes, shape); });
  rebind(kernel, op.getFilter(), value);
  op.setOutputChannels(outputs);
  op.setPackedChannels(lanes);
  op.setOutputLast(false);
}

/// Stores a filter with its output channels innermost, where neighbouring threads read them.
void putOutputLast(dl::KernelOp kernel, dl::ConvOp op, PackedConstants &packed) {
  dl::ConstantOp constant = boundConstant(kernel, op.getFilter());
  if (!constant || op.getOutputLast() || !op.getFilter().hasOneUse())
    return;
  ArrayRef<int64_t> filter = op.getFilter().getType().getShape(), window = filter.drop_front(2);
  WeightView view;
  view.columns = filter[0];
  view.taps = product(window);
  view.channels = filter[1];
  view.columnStride = view.taps * view.channels;
  view.tapStride = 1;
  view.channelStride = view.taps;
  Shape shape(window.begin(), window.end());
  shape.push_back(filter[1]);
  shape.push_back(filter[0]);
  Attribute how = keyOf(op.getContext(), {4});
  Value value = packed.get(constant, how,
                           [&](const Tensor &from) { return pack(from, view, filter[0], shape); });
  rebind(kernel, op.getFilter(), value);
  op.setOutputLast(true);
}

void packDepthwise(dl::KernelOp kernel, dl::ConvOp op, PackedConstants &packed) {
  dl::ConstantOp constant = boundConstant(kernel, op.getFilter());
  if (!constant || op.getOutputLast() || !op.getFilter().hasOneUse())
    return;
  ArrayRef<int64_t> filter = op.getFilter().getType().getShape(), window = filter.drop_front(2);
  // One panel of all channels: (tap, channel-of-one, lane).
  WeightView view;
  view.columns = filter[0];
  view.taps = product(window);
  view.channels = 1;
  view.columnStride = view.taps;
  view.tapStride = 1;
  Shape shape(window.begin(), window.end());
  shape.push_back(1);
  shape.push_back(filter[0]);
  Attribute how = keyOf(op.getContext(), {2});
  Value value = packed.get(constant, how,
                           [&](const Tensor &from) { return pack(from, view, filter[0], shape); });
  rebind(kernel, op.getFilter(), value);
  op.setOutputLast(true);
}

void packMatmul(dl::KernelOp kernel, dl::MatmulOp op, int64_t lanes, PackedConstants &packed) {
  dl::ConstantOp constant = boundConstant(kernel, op.getRhs());
  ArrayRef<int64_t> rhs = op.getRhs().getType().getShape();
  if (!constant || op.getPackedColumns() > 0 || !op.getRhs().hasOneUse() ||
      product(rhs.drop_back(2)) != 1 ||
      op.getResult().getType().getRank() != op.getLhs().getType().getRank())
    return;
  bool transposed = op.getTransposeRhs();
  int64_t first = rhs[rhs.size() - 2], second = rhs.back();
  WeightView view;
  view.columns = transposed ? first : second;
  view.channels = transposed ? second : first;
  view.columnStride = transposed ? second : 1;
  view.channelStride = transposed ? 1 : second;
  Shape shape{(view.columns + lanes - 1) / lanes, view.channels, lanes};
  Attribute how = keyOf(op.getContext(), {3, lanes, transposed});
  Value value =
      packed.get(constant, how, [&](const Tensor &from) { return pack(from, view, lanes, shape); });
  rebind(kernel, op.getRhs(), value);
  op.setColumns(view.columns);
  op.setPackedColumns(lanes);
  op.setTransposeRhs(false);
}

struct SchedulePackWeightsPass : impl::SchedulePackWeightsBase<SchedulePackWeightsPass> {
  using SchedulePackWeightsBase::SchedulePackWeightsBase;

  void runOnOperation() override {
    MachineFacts facts = factsFor(getOperation(), vectorBytes);
    PackedConstants packed;
    getOperation().walk([&](dl::KernelOp kernel) {
      Operation *anchor = kernel.getAnchor();
      if (auto conv = dyn_cast_if_present<dl::ConvOp>(anchor);
          conv && isa<dl::DepthwiseScheduleAttr>(kernel.getScheduleAttr()))
        packDepthwise(kernel, conv, packed);
      else if (conv && isa<dl::GPUGemmScheduleAttr>(kernel.getScheduleAttr()))
        putOutputLast(kernel, conv, packed);
      auto gemm = dyn_cast_if_present<dl::GemmScheduleAttr>(kernel.getScheduleAttr());
      if (!gemm)
        return;
      int64_t lanes =
          gemm.getVectorsPerTile() * facts.lanes(accumulatorBytes(anchor->getResult(0)));
      if (auto conv = dyn_cast<dl::ConvOp>(anchor))
        packConv(kernel, conv, lanes, packed);
      else if (auto matmul = dyn_cast<dl::MatmulOp>(anchor))
        packMatmul(kernel, matmul, lanes, packed);
    });
    for (auto constant : llvm::make_early_inc_range(getOperation().getOps<dl::ConstantOp>()))
      if (constant->use_empty())
        constant->erase();
  }
};

} // namespace
} // namespace dlc::schedule
