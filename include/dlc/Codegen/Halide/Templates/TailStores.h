// Stores of the part of a vector that a tensor still holds.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_TAILSTORES_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_TAILSTORES_H

#include <Halide.h>

#include <memory>

namespace dlc::templates {

/// The lowering pass for machines without mask registers, whose masked stores may take a dozen
/// cycles: a store of the first lanes of a vector, as many as a constant says, becomes plain stores
/// of 16, 8, 4, 2 and 1 of them; where their number is known to a run alone, a branch finds the
/// whole vectors.
std::unique_ptr<Halide::Internal::IRMutator> tailStoresPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_TAILSTORES_H
