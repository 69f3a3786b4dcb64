// Tensors on devices that bind buffers at whole steps only, whereas a part of a tensor begins
// anywhere.
#ifndef DLC_LIB_CODEGEN_HALIDE_BINDINGOFFSETS_H
#define DLC_LIB_CODEGEN_HALIDE_BINDINGOFFSETS_H

#include <Halide.h>

#include <memory>

namespace dlc::codegen {

/// A lowering pass after which a kernel expects each tensor bound at the multiple of
/// dlcrt::vulkan::bindingStep before its address: the elements between the two, a
/// scalar that the host computes at the launch, are added to each index.
std::unique_ptr<Halide::Internal::IRMutator> bindingOffsetsPass();

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_BINDINGOFFSETS_H
