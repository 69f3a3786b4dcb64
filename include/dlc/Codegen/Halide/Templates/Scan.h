// scan: running sums and products along one axis.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_SCAN_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_SCAN_H

#include "dlc/Codegen/Halide/Templates/LoopNest.h"
#include "dlc/Codegen/Halide/Templates/RowReduce.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <functional>

namespace dlc::templates {

/// result(i, a, o) folds input(i, 0..a, o), or with `exclusive` what is before a; with `reverse`
/// from the end of the axis.
struct ScanProblem {
  ReductionKind kind = ReductionKind::Sum;
  bool exclusive = false, reverse = false;
  /// Elements behind the axis, along it, and before it; any may be 0.
  Size inner = 1, length = 1, outer = 1;
  /// The element in the type of the result.
  std::function<Halide::Expr(Halide::Expr i, Halide::Expr a, Halide::Expr o)> input;
};

/// What `output`, a Func over (i, a, o), is defined as before scheduleScan makes the scan of it.
Halide::Expr scanStart(Halide::Type type);

/// Adds the scan to `output` as updates, which read the result of the step before where they wrote
/// it, and schedules it. No memory but the result's own is used, and along an innermost axis a
/// few KiB of the stack. The output must not alias the input.
void scheduleScan(const ScanProblem &problem, Halide::Func output,
                  const schedule::ScanParams &params, const schedule::MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_SCAN_H
