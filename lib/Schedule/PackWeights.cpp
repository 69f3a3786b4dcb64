// schedule-pack-weights: constant filters and matrices in the order that the kernels read them.
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/Passes.h"
#include "dlc/Schedule/WeightPacking.h"

#include <cstring>

#define DEBUG_TYPE "schedule-pack-weights"

using namespace mlir;

namespace dlc::schedule {

#define GEN_PASS_DEF_SCHEDULEPACKWEIGHTS
#include "dlc/Schedule/Passes.h.inc"

namespace {

/// Packs as (group, panel, tap, channel, lane), zero beyond the last column.
template <typename Element>
void packPanels(const Element *from, Element *to, const WeightView &view,
                const dl::PackedPanel &panelOrder) {
  int64_t lanes = panelOrder.columns, panels = (view.columns + lanes - 1) / lanes;
  for (int64_t group = 0; group < view.groups; ++group)
    for (int64_t panel = 0; panel < panels; ++panel) {
      int64_t width = std::min(lanes, view.columns - panel * lanes);
      const Element *base = from + group * view.groupStride + panel * lanes * view.columnStride;
      for (int64_t tap = 0; tap < view.taps; ++tap, to += view.channels * lanes)
        for (int64_t channel = 0; channel < view.channels; ++channel) {
          const Element *source = base + tap * view.tapStride + channel * view.channelStride;
          for (int64_t lane = 0; lane < width; ++lane)
            to[panelOrder.placeOf(channel, lane)] = source[lane * view.columnStride];
        }
    }
}

Tensor pack(const Tensor &tensor, const WeightPacking &packing) {
  const WeightView &view = packing.view;
  const dl::PackedPanel &panel = packing.panel;
  Tensor result(tensor.dtype(), Shape(packing.shape.begin(), packing.shape.end()));
  switch (byteWidth(tensor.dtype())) {
  case 1:
    packPanels(tensor.data<uint8_t>(), result.data<uint8_t>(), view, panel);
    break;
  case 2:
    packPanels(tensor.data<uint16_t>(), result.data<uint16_t>(), view, panel);
    break;
  case 4:
    packPanels(tensor.data<uint32_t>(), result.data<uint32_t>(), view, panel);
    break;
  default:
    packPanels(tensor.data<uint64_t>(), result.data<uint64_t>(), view, panel);
  }
  return result;
}

/// Packed constants by what they were packed from and how, so that shared weights are packed once.
class PackedConstants {
public:
  Value get(dl::ConstantOp constant, const WeightPacking &packing) {
    Value &packed = made[{constant.getValue(), keyOf(constant.getContext(), packing)}];
    if (!packed) {
      OpBuilder builder(constant);
      Tensor tensor = pack(dl::tensorOf(constant.getValue()), packing);
      ElementsAttr value = dl::attributeOf(constant.getContext(), tensor);
      packed = dl::ConstantOp::create(builder, constant.getLoc(), value.getShapedType(), value);
    }
    return packed;
  }

private:
  static Attribute keyOf(MLIRContext *context, const WeightPacking &packing) {
    const WeightView &view = packing.view;
    const dl::PackedPanel &panel = packing.panel;
    SmallVector<int64_t> numbers{panel.columns,  panel.sideColumns, panel.sideSteps,
                                 view.groups,    view.columns,      view.taps,
                                 view.channels,  view.groupStride,  view.columnStride,
                                 view.tapStride, view.channelStride};
    llvm::append_range(numbers, packing.shape);
    return DenseI64ArrayAttr::get(context, numbers);
  }

  DenseMap<std::pair<Attribute, Attribute>, Value> made;
};

struct SchedulePackWeightsPass : impl::SchedulePackWeightsBase<SchedulePackWeightsPass> {
  using SchedulePackWeightsBase::SchedulePackWeightsBase;

  void runOnOperation() override {
    MachineFacts facts = factsFor(getOperation(), vectorBytes);
    PackedConstants packed;
    getOperation().walk([&](dl::KernelOp kernel) {
      auto op = dyn_cast_if_present<PackedWeightOpInterface>(kernel.getAnchor());
      if (!op || !kernel.getScheduleAttr())
        return;
      if (std::optional<WeightPacking> packing = op.getWeightPacking(facts))
        apply(*packing, kernel, op, packed);
    });
    for (auto constant : llvm::make_early_inc_range(getOperation().getOps<dl::ConstantOp>()))
      if (constant->use_empty())
        constant->erase();
  }

private:
  static void apply(const WeightPacking &packing, dl::KernelOp kernel, Operation *op,
                    PackedConstants &packed) {
    Value weight = op->getOperand(packing.operand);
    dl::ConstantOp constant = constantToPack(weight);
    if (!constant)
      return;
    Value stored = packed.get(constant, packing);
    kernel.getInputsMutable()[cast<BlockArgument>(weight).getArgNumber()].set(stored);
    weight.setType(stored.getType());
    for (NamedAttribute mark : packing.marks)
      op->setAttr(mark.getName(), mark.getValue());
  }
};

} // namespace
} // namespace dlc::schedule
