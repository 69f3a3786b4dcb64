// The schedule families whose kernels run on a device.
#include "Families.h"

using namespace mlir;

namespace dlc::schedule {
namespace {

template <typename Attr>
class DeviceFamily : public ScheduleFamily {
public:
  bool owns(Attribute schedule) const final { return isa_and_nonnull<Attr>(schedule); }
  bool suits(bool onDevice) const final { return onDevice; }
};

int64_t elementsOf(dl::KernelOp kernel) {
  return cast<RankedTensorType>(kernel.getOutputs().front().getType()).getNumElements();
}

class GPUGemm : public DeviceFamily<dl::GPUGemmScheduleAttr> {
  static constexpr auto shapeOf = ofAnchor<&ScheduleShapeOpInterface::getDeviceGemmShape>;

public:
  bool fits(dl::KernelOp kernel) const override { return shapeOf(kernel).has_value(); }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const override {
    return attributeOf(kernel.getContext(), chooseGPUGemm(*shapeOf(kernel), *facts.device));
  }
  BlockNeeds blockNeeds(Attribute schedule, int elementBytes) const override {
    GPUGemmParams params = paramsOf(cast<dl::GPUGemmScheduleAttr>(schedule));
    return {int64_t(params.rowThreads) * params.columnThreads, params.sharedBytes(elementBytes)};
  }
};

class GPUWindow : public DeviceFamily<dl::GPUWindowScheduleAttr> {
public:
  bool fits(dl::KernelOp kernel) const override {
    return ofAnchor<&ScheduleShapeOpInterface::foldsOwnElement>(kernel);
  }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const override {
    return attributeOf(kernel.getContext(), chooseGPUWindow(elementsOf(kernel), *facts.device));
  }
  BlockNeeds blockNeeds(Attribute schedule, int) const override {
    return {cast<dl::GPUWindowScheduleAttr>(schedule).getThreads(), 0};
  }
};

class GPURowReduce : public DeviceFamily<dl::GPURowReduceScheduleAttr> {
  static constexpr auto shapeOf = ofAnchor<&ScheduleShapeOpInterface::getRowReduceShape>;

public:
  bool fits(dl::KernelOp kernel) const override { return shapeOf(kernel).has_value(); }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const override {
    return attributeOf(kernel.getContext(), chooseGPURowReduce(*shapeOf(kernel), *facts.device));
  }
  BlockNeeds blockNeeds(Attribute schedule, int) const override {
    auto rows = cast<dl::GPURowReduceScheduleAttr>(schedule);
    return {rows.getThreadsPerRow() * rows.getRowsPerBlock(), 0};
  }
};

class GPUInjective : public DeviceFamily<dl::GPUInjectiveScheduleAttr> {
public:
  bool fits(dl::KernelOp kernel) const override { return hasPlainForm(kernel, /*onDevice=*/true); }
  Attribute choose(dl::KernelOp kernel, const MachineFacts &facts) const override {
    return attributeOf(kernel.getContext(), chooseGPUInjective(elementsOf(kernel), *facts.device));
  }
  BlockNeeds blockNeeds(Attribute schedule, int) const override {
    return {cast<dl::GPUInjectiveScheduleAttr>(schedule).getThreads(), 0};
  }
};

} // namespace

ArrayRef<const ScheduleFamily *> deviceFamilies() {
  static const GPUGemm gemm;
  static const GPUWindow window;
  static const GPURowReduce rowReduce;
  static const GPUInjective injective;
  static const ScheduleFamily *const all[] = {&gemm, &window, &rowReduce, &injective};
  return all;
}

} // namespace dlc::schedule
