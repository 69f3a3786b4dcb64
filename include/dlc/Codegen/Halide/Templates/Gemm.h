// gemm: matrix products and 1x1 convolutions, batched or not.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_GEMM_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_GEMM_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

namespace dlc::templates {

/// C[batch][row][column] = sum over k of A * B.
struct GemmProblem {
  std::string name = "gemm";
  Size rows = 0, columns = 0, depth = 0;
  Sizes batch; ///< innermost first
  Halide::Type accumulator = Halide::Float(32);
  using Indices = ContractionProblem::Indices;
  /// A with its prologue; layout and transposition are the accessor's business.
  std::function<Halide::Expr(Halide::Expr k, Halide::Expr row, const Indices &batch)> lhs;
  /// B packed as [batch...][panel][k][lane], zero-padded beyond `columns`; or `rhs`.
  std::function<Halide::Expr(Halide::Expr lane, Halide::Expr k, Halide::Expr panel,
                             const Indices &batch)>
      packedRhs;
  /// B in any layout, packed by the kernel.
  std::function<Halide::Expr(Halide::Expr k, Halide::Expr column, const Indices &batch)> rhs;
  /// `rhs` is dense along k (B transposed) rather than along columns.
  bool rhsDenseAlongReduction = false;
  /// `lhs` is dense along rows (A transposed) rather than along k.
  bool lhsDenseAlongRows = false;
};

/// acc(column, row, batch...). Schedule it with scheduleContraction.
Contraction buildGemm(const GemmProblem &problem, const schedule::GemmParams &params,
                      const MachineFacts &facts);

/// gemv in terms of gemm: all rows (few) in one tile, columns in wide panels of packed weights.
schedule::GemmParams gemvAsGemm(const schedule::GemvParams &params, int64_t rows);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_GEMM_H
