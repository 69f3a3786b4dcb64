// rnn_step: a step of a recurrence. The states times a matrix packed so that one register tile
// holds all gates of some units, and what the gates make of it in the tile's store.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_RECURRENTSTEP_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_RECURRENTSTEP_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

namespace dlc::templates {

/// sums[row][gate][unit] = sum over k of lhs(k, row) * matrix(k, gate, unit).
struct RecurrentStepProblem {
  std::string name = "step";
  Size rows = 0;
  int64_t units = 0, depth = 0;
  int64_t gates = 1;
  Halide::Type accumulator = Halide::Float(32);
  /// The states, or the cotangents of a step. `row` is in [0, rows).
  std::function<Halide::Expr(Halide::Expr k, Halide::Expr row)> lhs;
  /// The packed matrix as (panel, k, lane), lane = gate * width + unit within the panel, zero
  /// beyond the last unit.
  std::function<Halide::Expr(Halide::Expr lane, Halide::Expr k, Halide::Expr panel)> packed;
};

/// The Funcs of a built step.
struct RecurrentStep {
  Contraction contraction;
  int64_t gates = 1, units = 0;
  int unitsPerPanel = 0;
  /// What is kept of a place in the output while it is computed.
  std::vector<Halide::Func> registers;
  /// `value`, a value of several uses over (unit, row), computed once for all of them. LLVM would
  /// not find the common part of the stores of a tuple: it reassociates each on its own.
  Halide::Expr inRegister(Halide::Expr value, Halide::Var unit, Halide::Var row);
  /// The sum of `gate` for a place in the output.
  Halide::Expr sum(int64_t gate, Halide::Expr unit, Halide::Expr row) const;
};

RecurrentStep buildRecurrentStep(const RecurrentStepProblem &problem,
                                 const schedule::RnnStepParams &params, const MachineFacts &facts);

/// Defines `output` over (unit, row) as `values`, which read the sums at their own place and any
/// inputs, and schedules it. Each element is written once, after the reads of its own place: an
/// output may alias an operand that is read there only.
void defineRecurrentStep(RecurrentStep &step, Halide::Func output, Halide::Var unit,
                         Halide::Var row, const std::vector<Halide::Expr> &values,
                         const schedule::RnnStepParams &params, const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_RECURRENTSTEP_H
