// Elements of a vector handed to other lanes, in a register. Through memory they would be
// read at places that straddle what was stored, which waits for the store to reach the cache.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_SPREADLANES_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_SPREADLANES_H

#include <Halide.h>

#include <memory>
#include <vector>

namespace dlc::templates {

/// In blocks of `block` lanes, a power of two: every other block, from the second on, has the last
/// element of `value` in the block before it, and the blocks between them have `none`. The lanes
/// are those of the vector that `value` becomes by its schedule.
Halide::Expr lastOfBlockBefore(Halide::Expr value, int block, Halide::Expr none);

/// In blocks of `count` lanes, a power of two: the sums of all blocks of all `values`, a power of
/// two of vectors and at most `count`, one beside the other; in the lanes that are left, over and
/// over.
Halide::Expr sumOfNeighbours(std::vector<Halide::Expr> values, int count);

/// Whether `call` is what sumOfNeighbours() returns.
bool isSumOfNeighbours(const Halide::Internal::Call *call);

/// The lowering pass that makes shuffles of them.
std::unique_ptr<Halide::Internal::IRMutator> spreadLanesPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_SPREADLANES_H
