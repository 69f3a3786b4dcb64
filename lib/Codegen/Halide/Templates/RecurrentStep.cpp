// A contraction whose panels hold the columns of all gates of `unitsPerPanel` units: the output
// walks units, and reads one sum a gate from the tile's accumulators.
#include "dlc/Codegen/Halide/Templates/RecurrentStep.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"

using namespace Halide;

namespace dlc::templates {

static schedule::GemmParams tileOf(const schedule::RnnStepParams &params, int64_t gates) {
  schedule::GemmParams tile;
  tile.rowsPerTile = params.rowsPerTile;
  tile.vectorsPerTile = params.vectorsPerGate * int(gates);
  tile.unroll = params.unroll;
  return tile;
}

Expr RecurrentStep::sum(int64_t gate, Expr unit, Expr row) const {
  Expr panel = unit / unitsPerPanel, lane = unit % unitsPerPanel;
  return contraction.acc((panel * int(gates) + int(gate)) * unitsPerPanel + lane, row);
}

RecurrentStep buildRecurrentStep(const RecurrentStepProblem &problem,
                                 const schedule::RnnStepParams &params, const MachineFacts &facts) {
  RecurrentStep step;
  step.gates = problem.gates;
  step.units = problem.units;
  step.unitsPerPanel = params.vectorsPerGate * facts.lanes(problem.accumulator.bytes());
  ContractionProblem product;
  product.name = problem.name;
  product.rows = problem.rows;
  product.columns = ceilDiv(problem.units, step.unitsPerPanel) * step.unitsPerPanel * problem.gates;
  product.reduction = {problem.depth};
  product.accumulator = problem.accumulator;
  using Indices = ContractionProblem::Indices;
  product.lhs = [lhs = problem.lhs](const Indices &k, Expr row, const Indices &) {
    return lhs(k[0], row);
  };
  product.packedRhs = [packed = problem.packed](Expr lane, const Indices &k, Expr panel,
                                                const Indices &) {
    return packed(lane, k[0], panel);
  };
  step.contraction = buildContraction(product, tileOf(params, problem.gates), facts);
  return step;
}

Expr RecurrentStep::inRegister(Expr value, Var unit, Var row) {
  Func held("held");
  held(unit, row) = value;
  registers.push_back(held);
  return held(unit, row);
}

void defineRecurrentStep(RecurrentStep &step, Func output, Var unit, Var row,
                         const std::vector<Expr> &values, const schedule::RnnStepParams &params,
                         const MachineFacts &facts) {
  const ContractionProblem &problem = step.contraction.problem;
  const int lanes = facts.lanes(problem.accumulator.bytes());
  const int64_t panels = problem.columns.constant() / (step.unitsPerPanel * step.gates);
  const bool exactRows = problem.rows.isMultipleOf(params.rowsPerTile);
  const bool exactUnits = step.units % step.unitsPerPanel == 0;
  if (values.size() == 1)
    output(unit, row) = values.front();
  else
    output(unit, row) = Tuple(values);

  Var panel("panel"), inside("inside"), tile("tile"), inTile("in_tile");
  output.bound(unit, 0, int(step.units)).bound(row, 0, problem.rows.expr());
  output
      .split(unit, panel, inside, step.unitsPerPanel,
             exactUnits ? TailStrategy::RoundUp : TailStrategy::GuardWithIf)
      .split(row, tile, inTile, params.rowsPerTile,
             exactRows ? TailStrategy::RoundUp : TailStrategy::GuardWithIf)
      .reorder(inside, inTile, tile, panel)
      .vectorize(inside, lanes)
      .unroll(inTile)
      .never_partition(inTile, tile, panel);
  if (exactUnits)
    output.unroll(inside);
  // A tile that is cut off has not the constant extents that registers need: there each value is
  // computed wherever it is used.
  if (exactRows && exactUnits)
    for (Func held : step.registers)
      held.compute_at(output, inTile)
          .bound_extent(unit, step.unitsPerPanel)
          .vectorize(unit, lanes)
          .unroll(unit);
  // The weights of a panel stay in L1 while all rows pass over them.
  parallelise(output, {panel}, panels, params.tasks);
  accumulateInRegisters(step.contraction, output, tile, tileOf(params, step.gates), lanes);
}

} // namespace dlc::templates
