// Arithmetic of signed integers that Halide's generator of SPIR-V gets wrong where they are
// negative.
#ifndef DLC_LIB_CODEGEN_HALIDE_SPIRVINTEGERS_H
#define DLC_LIB_CODEGEN_HALIDE_SPIRVINTEGERS_H

#include <Halide.h>

#include <memory>

namespace dlc::codegen {

/// A lowering pass that makes shifts to the right, quotients and remainders of signed integers from
/// those of unsigned ones, and loops of a negative extent empty.
///
/// Halide 21 shifts in zeros instead of the sign, and divides by way of such shifts; it compares
/// the variable of a loop with its end as if both were unsigned.
std::unique_ptr<Halide::Internal::IRMutator> spirvIntegersPass();

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_SPIRVINTEGERS_H
