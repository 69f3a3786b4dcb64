// Matrix products and convolutions on the gpu_gemm template.
#ifndef DLC_LIB_CODEGEN_HALIDE_EMISSION_DEVICECONTRACTION_H
#define DLC_LIB_CODEGEN_HALIDE_EMISSION_DEVICECONTRACTION_H

#include "dlc/Codegen/Halide/KernelEmitter.h"

namespace dlc::codegen {

/// Emits an anchor whose kernel has a schedule of the family gpu_gemm.
void emitOnDevice(dl::MatmulOp op, KernelEmitter &emitter);
void emitOnDevice(dl::ConvOp op, KernelEmitter &emitter);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_EMISSION_DEVICECONTRACTION_H
