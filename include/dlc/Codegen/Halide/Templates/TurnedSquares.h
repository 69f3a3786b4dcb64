// Squares of elements turned in registers. The code generator makes one shuffle of many vectors of
// them, which LLVM takes apart into about twice the instructions that they need.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_TURNEDSQUARES_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_TURNEDSQUARES_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// The lowering pass that turns 8 x 8 elements of 4 bytes, stored as 8 interleaved vectors, in
/// three stages of shuffles of two vectors.
std::unique_ptr<Halide::Internal::IRMutator> turnedSquaresPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_TURNEDSQUARES_H
