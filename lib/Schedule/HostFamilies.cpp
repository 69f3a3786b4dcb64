// The schedule families whose kernels run on the host.
#include "Families.h"
#include "Shapes/Shapes.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

template <typename Attr>
class HostFamily : public ScheduleFamily {
public:
  bool owns(Attribute schedule) const final { return isa_and_nonnull<Attr>(schedule); }
  bool suits(bool onDevice) const override { return !onDevice; }
  Attribute forOpenSizes(Attribute schedule, dl::KernelOp,
                         const MachineFacts &facts) const override {
    auto params = paramsOf(cast<Attr>(schedule));
    params.tasks = manyTasks(facts);
    return attributeOf(schedule.getContext(), params);
  }

protected:
  static int manyTasks(const MachineFacts &facts) { return 4 * facts.cores; }
};

/// A family that runs the kernels for which `shapeOf` finds a shape, and chooses for that.
template <typename Attr, auto shapeOf, auto chooseFor, bool afterReads = false>
class ShapedFamily : public HostFamily<Attr> {
public:
  bool fits(dl::KernelOp kernel) const final { return shapeOf(kernel).has_value(); }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const final {
    return attributeOf(kernel.getContext(), chooseFor(*shapeOf(kernel), facts));
  }
  bool writesAfterReads(dl::KernelOp) const final { return afterReads; }
};

/// Folds of rows, and of columns one beside the other.
std::optional<RowReduceShape> rowsOrColumnsOf(dl::KernelOp kernel) {
  auto rows = ofAnchor<&ScheduleShapeOpInterface::getRowReduceShape>(kernel);
  return rows ? rows : ofAnchor<&ScheduleShapeOpInterface::getColumnReduceShape>(kernel);
}

using Interface = ScheduleShapeOpInterface;
using Gemm = ShapedFamily<dl::GemmScheduleAttr, ofAnchor<&Interface::getGemmShape>, chooseGemm,
                          /*afterReads=*/true>;
using RowReduce =
    ShapedFamily<dl::RowReduceScheduleAttr, rowsOrColumnsOf, chooseRowReduce, /*afterReads=*/true>;
using AttentionBlocks = ShapedFamily<dl::AttentionScheduleAttr,
                                     ofAnchor<&Interface::getAttentionShape>, chooseAttention>;
using Scan = ShapedFamily<dl::ScanScheduleAttr, ofAnchor<&Interface::getScanShape>, chooseScan>;
// Windows, depthwise convolutions and transposes shift their last tile inwards: what it shares with
// the tile before is computed twice, and the second time from what was overwritten.
using Depthwise = ShapedFamily<dl::DepthwiseScheduleAttr, ofAnchor<&Interface::getDepthwiseShape>,
                               chooseDepthwise>;
using Window =
    ShapedFamily<dl::WindowScheduleAttr, ofAnchor<&Interface::getWindowShape>, chooseWindow>;

class Transpose : public HostFamily<dl::TransposeScheduleAttr> {
public:
  bool fits(dl::KernelOp kernel) const override { return turningTranspose(kernel) != nullptr; }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const override {
    Value turned = turningTranspose(kernel).getResult();
    return attributeOf(kernel.getContext(), chooseTranspose(product(likelyShapeOf(turned)),
                                                            elementBytes(turned), facts));
  }
};

/// Decides how a matrix is packed, which is so for either target.
class RnnStep : public HostFamily<dl::RnnStepScheduleAttr> {
public:
  bool suits(bool) const override { return true; }
  bool fits(dl::KernelOp kernel) const override {
    return isa_and_nonnull<RecurrentOpInterface>(kernel.getAnchor());
  }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const override {
    auto recurrent = cast<RecurrentOpInterface>(kernel.getAnchor());
    return attributeOf(kernel.getContext(), chooseRnnStep(rnnStepShapeOf(recurrent), facts));
  }
  Attribute forOpenSizes(Attribute schedule, dl::KernelOp, const MachineFacts &) const override {
    return schedule;
  }
  /// A step writes its tile after it read it where all tiles are whole: see defineRecurrentStep.
  bool writesAfterReads(dl::KernelOp kernel) const override {
    auto schedule = cast<dl::RnnStepScheduleAttr>(kernel.getScheduleAttr());
    auto recurrent = dyn_cast_if_present<RecurrentOpInterface>(kernel.getAnchor());
    if (!recurrent)
      return false;
    RnnStepShape shape = rnnStepShapeOf(recurrent);
    AffineExpr rows = dl::dimsOf(recurrent.getStepOutputs().front().type)[0];
    int64_t packed = recurrent.getPanelUnits();
    return packed > 0 && shape.units % packed == 0 && rows.isMultipleOf(schedule.getRowsPerTile());
  }
};

class Injective : public HostFamily<dl::InjectiveScheduleAttr> {
public:
  bool fits(dl::KernelOp kernel) const override { return hasPlainForm(kernel, /*onDevice=*/false); }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const override {
    return attributeOf(kernel.getContext(), chooseInjective(injectiveShapeOf(kernel), facts));
  }
  Attribute forOpenSizes(Attribute schedule, dl::KernelOp kernel,
                         const MachineFacts &facts) const override {
    InjectiveShape shape = injectiveShapeOf(kernel);
    InjectiveParams params = paramsOf(cast<dl::InjectiveScheduleAttr>(schedule));
    // The fewest elements that are worth two pieces.
    constexpr int64_t plenty = int64_t(1) << 40;
    for (shape.elements = 1024; params.tasks <= 1 && shape.elements < plenty;)
      params = chooseInjective(shape, facts), shape.elements *= 2;
    params.tasks = manyTasks(facts);
    return attributeOf(kernel.getContext(), params);
  }
  bool writesAfterReads(dl::KernelOp) const override { return true; }
};

} // namespace

ArrayRef<const ScheduleFamily *> hostFamilies() {
  static const RnnStep rnnStep;
  static const AttentionBlocks attention;
  static const Depthwise depthwise;
  static const Gemm gemm;
  static const Window window;
  static const RowReduce rowReduce;
  static const Scan scan;
  static const Transpose transpose;
  static const Injective injective;
  static const ScheduleFamily *const all[] = {
      &rnnStep, &attention, &depthwise, &gemm, &window, &rowReduce, &scan, &transpose, &injective};
  return all;
}

} // namespace dlc::schedule
