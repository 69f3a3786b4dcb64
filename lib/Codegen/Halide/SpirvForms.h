// Code that Halide's generator of SPIR-V writes wrongly, in forms that it writes well.
#ifndef DLC_LIB_CODEGEN_HALIDE_SPIRVFORMS_H
#define DLC_LIB_CODEGEN_HALIDE_SPIRVFORMS_H

#include <Halide.h>

#include <memory>

namespace dlc::codegen {

/// A lowering pass for what Halide 21 makes SPIR-V of that is invalid or means something else:
/// comparisons, minima and maxima where a number may be NaN, comparisons of booleans, casts to
/// booleans, constants of booleans, conditions of vectors, interleaved vectors.
std::unique_ptr<Halide::Internal::IRMutator> spirvFormsPass();

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_SPIRVFORMS_H
