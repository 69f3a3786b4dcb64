// Which kernels the families of a device fit, which of them is chosen, and the device's limits.
#include "dlc/Schedule/DeviceSchedule.h"

#include "dlc/Dialect/DL/IR/DeviceAttributes.h"
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/ScheduleAttributes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dlc::schedule {

bool isDeviceSchedule(Attribute schedule) {
  return isa_and_nonnull<dl::GPUGemmScheduleAttr, dl::GPURowReduceScheduleAttr,
                         dl::GPUWindowScheduleAttr, dl::GPUInjectiveScheduleAttr>(schedule);
}

bool suitsTarget(Attribute schedule, bool onDevice) {
  return isa_and_nonnull<dl::RnnStepScheduleAttr>(schedule) ||
         isDeviceSchedule(schedule) == onDevice;
}

std::optional<DeviceFacts> deviceOf(Operation *op) {
  while (Operation *parent = op->getParentOp())
    op = parent;
  auto attribute = op->getAttrOfType<dl::DeviceAttr>(dl::deviceAttrName);
  if (!attribute)
    return {};
  return factsOf(attribute);
}

void setDevice(ModuleOp module, const DeviceFacts &device) {
  module->setAttr(dl::deviceAttrName, attributeOf(module.getContext(), device));
}

/// A convolution that is one product of matrices once its windows are gathered.
static bool isOneGemm(dl::ConvOp op) { return isDirect(op) && op.getGroups() == 1; }

/// A fold whose terms no other element of the result needs: each thread may have its own.
static bool foldsOwnWindow(Operation *anchor) {
  return isa_and_nonnull<dl::MaxPoolOp, dl::AveragePoolOp, dl::LpPoolOp, dl::ConvOp,
                         dl::ConvTransposeOp, dl::ConvFilterGradientOp, dl::MatmulOp>(anchor);
}

bool fitsOnDevice(Attribute schedule, dl::KernelOp kernel) {
  Operation *anchor = kernel.getAnchor();
  return llvm::TypeSwitch<Attribute, bool>(schedule)
      .Case([&](dl::GPUInjectiveScheduleAttr) {
        return !isa_and_nonnull<dl::LayerNormOp, dl::RmsNormOp, RecurrentOpInterface>(anchor);
      })
      .Case([&](dl::GPUGemmScheduleAttr) {
        auto conv = dyn_cast_if_present<dl::ConvOp>(anchor);
        return isa_and_nonnull<dl::MatmulOp>(anchor) || (conv && isOneGemm(conv));
      })
      .Case([&](dl::GPUWindowScheduleAttr) { return foldsOwnWindow(anchor); })
      .Case([&](dl::RnnStepScheduleAttr) { return isa_and_nonnull<RecurrentOpInterface>(anchor); })
      .Case([&](dl::GPURowReduceScheduleAttr) { return rowReduceShapeOf(anchor).has_value(); })
      .Default(false);
}

static int64_t elementsOf(dl::KernelOp kernel) {
  return cast<RankedTensorType>(kernel.getOutputs().front().getType()).getNumElements();
}

Attribute chooseDeviceSchedule(dl::KernelOp kernel, const DeviceFacts &device) {
  MLIRContext *context = kernel.getContext();
  Operation *anchor = kernel.getAnchor();
  if (auto matmul = dyn_cast_if_present<dl::MatmulOp>(anchor))
    return attributeOf(context, chooseGPUGemm(gemmShapeOf(matmul), device));
  if (auto conv = dyn_cast_if_present<dl::ConvOp>(anchor); conv && isOneGemm(conv))
    return attributeOf(context, chooseGPUGemm(gemmShapeOf(conv), device));
  if (foldsOwnWindow(anchor))
    return attributeOf(context, chooseGPUWindow(elementsOf(kernel), device));
  if (std::optional<RowReduceShape> shape = rowReduceShapeOf(anchor))
    return attributeOf(context, chooseGPURowReduce(*shape, device));
  return attributeOf(context, chooseGPUInjective(elementsOf(kernel), device));
}

std::optional<std::string> limitExceeded(Attribute schedule, dl::KernelOp kernel,
                                         const DeviceFacts &device) {
  int elementBytes = 4;
  for (Value output : kernel.getOutputs())
    elementBytes =
        std::max<int>(elementBytes, getElementTypeOrSelf(output).getIntOrFloatBitWidth() / 8);
  int64_t threads = 0, shared = 0;
  llvm::TypeSwitch<Attribute>(schedule)
      .Case([&](dl::GPUGemmScheduleAttr gemm) {
        GPUGemmParams params = paramsOf(gemm);
        threads = int64_t(params.rowThreads) * params.columnThreads;
        shared = params.sharedBytes(elementBytes);
      })
      .Case([&](dl::GPURowReduceScheduleAttr rows) {
        threads = rows.getThreadsPerRow() * rows.getRowsPerBlock();
      })
      .Case<dl::GPUWindowScheduleAttr, dl::GPUInjectiveScheduleAttr>(
          [&](auto attribute) { threads = attribute.getThreads(); });
  if (threads > device.maxThreads)
    return "a block of " + std::to_string(threads) + " threads, the device takes " +
           std::to_string(device.maxThreads);
  if (shared > device.sharedBytes)
    return std::to_string(shared) + " bytes of shared memory in a block, the device has " +
           std::to_string(device.sharedBytes);
  return {};
}

} // namespace dlc::schedule
