// What a reduction computes of each element of a row, kept in the output's own memory until the
// output is computed of it. Memory of its own would have the output's lines come from afar while
// nothing is computed, and take their place in L1.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_KEPTINOUTPUT_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_KEPTINOUTPUT_H

#include <Halide.h>

#include <memory>
#include <vector>

namespace dlc::templates {

/// `value`, used by a reduction over a row, that is written to the output's element at column `i`
/// of that row too, where `condition` holds.
Halide::Expr keepInOutput(Halide::Expr value, Halide::Expr i,
                          Halide::Expr condition = Halide::Internal::const_true());

/// Whether `call` is what keepInOutput() makes; its arguments are those.
bool isKeepInOutput(const Halide::Internal::Call *call);

/// What was kept at column `i` of the row at `rows`, for the definition of the output's element
/// there, a single value of the same type. All of the row is kept before.
Halide::Expr keptInOutput(Halide::Type type, Halide::Expr i, const std::vector<Halide::Var> &rows);

/// The lowering pass that writes and reads them.
std::unique_ptr<Halide::Internal::IRMutator> keptInOutputPass();

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_KEPTINOUTPUT_H
