// A dl.kernel to an object file. The only door to Halide: no Halide type is in sight, its
// exceptions end here.
#ifndef DLC_CODEGEN_HALIDE_KERNELCOMPILER_H
#define DLC_CODEGEN_HALIDE_KERNELCOMPILER_H

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Support/Error.h"

#include <string>

namespace dlc::codegen {

/// What kernels are compiled for: an instruction set and the facts of the machine.
struct KernelTarget {
  /// Halide's target string with its features: `x86-64-linux-avx-avx2-f16c-fma-sse41`, and
  /// `-opencl`, `-cuda` or `-vulkan` where kernels run on a device.
  std::string features;
  schedule::MachineFacts facts;
  /// Whether schedules are input, of a dump: one that a template or Halide refuses is BadInput
  /// then.
  bool givenSchedules = false;
};

/// The target for an LLVM CPU name; empty: this machine. An unknown name is a usage error.
Expected<KernelTarget> kernelTarget(const std::string &cpu);
/// `host` with its kernels on `device`. Objects then hold the code for the device, and the code
/// that launches it.
KernelTarget onDevice(KernelTarget host, const schedule::DeviceFacts &device);

/// Whether sums of products in `kernel` may be fused and taken in any order: contractions', of
/// which a filter's gradient is one over pixels. Everything else keeps NaN, infinities and the
/// order of operations of the model.
bool sumsProducts(dl::KernelOp kernel);

/// Compiles `kernel` to an object that defines `symbol` with the signature of docs/Architecture.md:
/// `int symbol(void *user_context, halide_buffer_t *inputs..., halide_buffer_t *outputs...)`.
/// Static shapes; reads nothing of the buffers but their host pointers (on a device, their device
/// addresses). Safe to call from several
/// threads.
Expected<std::string> compileKernel(dl::KernelOp kernel, const std::string &symbol,
                                    const KernelTarget &target);

/// The assembly of the same, for people.
/// On a device: the source of its kernels, or what it is written from where that is no text.
Expected<std::string> kernelAssembly(dl::KernelOp kernel, const std::string &symbol,
                                     const KernelTarget &target);

/// All of a target that a kernel's object depends on, with the version of Halide: part of every
/// cache key.
std::string describeTarget(const KernelTarget &target);

} // namespace dlc::codegen

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dlc::codegen {

/// Attaches the Halide emission of every op family to the dialect.
void registerEmissionModels(mlir::DialectRegistry &registry);

} // namespace dlc::codegen

#endif // DLC_CODEGEN_HALIDE_KERNELCOMPILER_H
