// One case a kind in each function; a kind that one of them forgets does not compile.
#include "DeviceLanguage.h"

#include "BindingOffsets.h"
#include "DeviceMath.h"
#include "SpirvForms.h"
#include "SpirvIntegers.h"

namespace dlc::codegen {

using schedule::DeviceKind;

std::string_view deviceFeatures(DeviceKind kind) {
  switch (kind) {
  case DeviceKind::OpenCL:
    return "-opencl";
  case DeviceKind::CUDA:
    // PTX for sm_75 is taken by every driver from there on.
    return "-cuda-cuda_capability_75";
  case DeviceKind::Vulkan:
    // SPIR-V 1.0, whose blocks have constant sizes. The types are those that a kernel may use: it
    // names the ones that it does use, and the runtime asks the device for these.
    return "-vulkan-vk_v10-vk_int8-vk_int16-vk_int64-vk_float16-vk_float64";
  }
  return "";
}

void addElementTypes(Halide::Target &target, DeviceKind kind, bool usesF64, bool usesF16) {
  if (kind != DeviceKind::OpenCL)
    return;
  target.set_feature(Halide::Target::CLDoubles, usesF64);
  target.set_feature(Halide::Target::CLHalf, usesF16);
}

Halide::OutputFileType deviceListing(DeviceKind kind) {
  switch (kind) {
  case DeviceKind::OpenCL:
  case DeviceKind::CUDA:
    return Halide::OutputFileType::device_code;
  case DeviceKind::Vulkan:
    return Halide::OutputFileType::conceptual_stmt;
  }
  return Halide::OutputFileType::stmt;
}

std::vector<std::unique_ptr<Halide::Internal::IRMutator>> deviceLoweringPasses(DeviceKind kind) {
  std::vector<std::unique_ptr<Halide::Internal::IRMutator>> passes;
  passes.push_back(deviceMathPass(kind));
  if (kind == DeviceKind::Vulkan) {
    passes.push_back(spirvIntegersPass());
    passes.push_back(spirvFormsPass());
    passes.push_back(bindingOffsetsPass());
  }
  return passes;
}

} // namespace dlc::codegen
