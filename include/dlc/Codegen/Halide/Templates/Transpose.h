// transpose: outputs whose innermost axis is not the innermost axis of what they read.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_TRANSPOSE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_TRANSPOSE_H

#include "dlc/Codegen/Halide/Templates/LoopNest.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <functional>
#include <string>

namespace dlc::templates {

using schedule::MachineFacts;

/// What a transpose reads, in the output's coordinates.
struct TransposeProblem {
  std::string name = "transpose";
  Sizes extents; ///< of the output, innermost first, each >= 1
  /// The output axis along which the input is dense, >= 1.
  unsigned denseAxis = 1;
  Halide::Type type = Halide::Float(32);
  /// The element of the input that belongs at the output's coordinates (innermost first).
  std::function<Halide::Expr(const std::vector<Halide::Expr> &at)> input;
};

/// Squares of the input, in the output's coordinates. The output's definition reads `square` at its
/// own.
struct Transpose {
  Halide::Func square;
  TransposeProblem problem;
};

Transpose buildTranspose(const TransposeProblem &problem);

/// Schedules the pure `output` over the problem's extents: squares are loaded along the dense axis,
/// turned in registers, stored along the innermost one; an innermost axis below a vector is
/// interleaved. The last squares are shifted inwards and written twice (along an axis that is known
/// at the call, guarded): the output must not alias an input.
void scheduleTranspose(Transpose &transpose, Halide::Func output,
                       const schedule::TransposeParams &params, const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_TRANSPOSE_H
