// gemm as a contraction over one reduction axis.
#include "dlc/Codegen/Halide/Templates/Gemm.h"

using namespace Halide;

namespace dlc::templates {

Contraction buildGemm(const GemmProblem &problem, const schedule::GemmParams &params,
                      const MachineFacts &facts) {
  using Indices = ContractionProblem::Indices;
  ContractionProblem contraction;
  contraction.name = problem.name;
  contraction.rows = problem.rows;
  contraction.columns = problem.columns;
  contraction.batch = problem.batch;
  contraction.reduction = {problem.depth};
  contraction.accumulator = problem.accumulator;
  contraction.lhs = [lhs = problem.lhs](const Indices &k, Expr row, const Indices &batch) {
    return lhs(k[0], row, batch);
  };
  if (problem.packedRhs)
    contraction.packedRhs = [rhs = problem.packedRhs](Expr lane, const Indices &k, Expr panel,
                                                      const Indices &batch) {
      return rhs(lane, k[0], panel, batch);
    };
  else
    contraction.rhs = [rhs = problem.rhs](const Indices &k, Expr column, const Indices &batch) {
      return rhs(k[0], column, batch);
    };
  contraction.rhsDenseAlongReduction = problem.rhsDenseAlongReduction;
  contraction.lhsDenseAlongRows = problem.lhsDenseAlongRows;
  contraction.sparesFewRows = true;
  return buildContraction(contraction, params, facts);
}

schedule::GemmParams gemvAsGemm(const schedule::GemvParams &params, int64_t rows) {
  schedule::GemmParams gemm;
  gemm.rowsPerTile = int(rows);
  gemm.vectorsPerTile = params.vectorsPerTile;
  gemm.unroll = params.unroll;
  gemm.tilesPerBlock = 1;
  gemm.order = schedule::LoopOrder::ColumnsOuter;
  gemm.tasks = params.tasks;
  return gemm;
}

} // namespace dlc::templates
