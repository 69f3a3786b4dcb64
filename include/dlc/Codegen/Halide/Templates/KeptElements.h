// Elements of a row that a stage writes to memory in the loop that computes with them, for the
// stages that follow. A stage of their own would be one more walk over the row.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_KEPTELEMENTS_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_KEPTELEMENTS_H

#include <Halide.h>

#include <memory>
#include <string>
#include <vector>

namespace dlc::templates {

/// Memory over `args` that nothing is written to but by writingKept(); to be computed around all
/// stages that use it.
Halide::Func memoryFor(const std::string &name, Halide::Type type,
                       const std::vector<Halide::Var> &args);

/// `value`, written to `kept` too, an element of memoryFor(), in a Func that is stored.
Halide::Expr writingKept(Halide::Expr kept, Halide::Expr value);

/// `kept` in place of `value`, of which only what it asks for ahead is left.
Halide::Expr readingKept(Halide::Expr kept, Halide::Expr value);

/// The lowering pass that writes and reads them, behind that of what is asked for ahead.
std::unique_ptr<Halide::Internal::IRMutator> keptElementsPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_KEPTELEMENTS_H
