// Loops whose accesses LLVM is not to compare with each other.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_BRANCHEDACCESSES_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_BRANCHEDACCESSES_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// The lowering pass that ends LLVM's analysis of the accesses of innermost loops with many of them
/// behind branches.
std::unique_ptr<Halide::Internal::IRMutator> branchedAccessesPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_BRANCHEDACCESSES_H
