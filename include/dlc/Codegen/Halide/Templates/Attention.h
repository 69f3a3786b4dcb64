// attention: both products and the softmax between them for one block of rows at a time, so that
// scores never leave the cache.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_ATTENTION_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_ATTENTION_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"
#include "dlc/Codegen/Halide/Templates/RowReduce.h"

namespace dlc::templates {

/// out[batch][row][column] = softmax over keys of (scale * query * key^T + bias), times value.
struct AttentionProblem {
  Size rows = 0, keys = 0, depth = 0, columns = 0;
  Sizes batch; ///< heads and whatever is around them, innermost first; not empty
  Halide::Type accumulator = Halide::Float(32);
  double scale = 1;
  using Indices = ContractionProblem::Indices;
  std::function<Halide::Expr(Halide::Expr depth, Halide::Expr row, const Indices &batch)> query;
  std::function<Halide::Expr(Halide::Expr depth, Halide::Expr key, const Indices &batch)> key;
  std::function<Halide::Expr(Halide::Expr key, Halide::Expr column, const Indices &batch)> value;
  /// In the accumulator's type; empty: none.
  std::function<Halide::Expr(Halide::Expr key, Halide::Expr row, const Indices &batch)> bias;
  std::function<Halide::Expr(Halide::Expr)> exp;
};

/// The Funcs of a built attention.
struct Attention {
  AttentionProblem problem;
  Contraction scores;   ///< query * key^T
  Halide::Func logits;  ///< scaled and biased, (key, row, batch...)
  RowStage largest;     ///< of the logits of a row
  Halide::Func weights; ///< exp(logits - largest), (key, row, batch...)
  RowStage sum;         ///< of the weights of a row
  Contraction mixed;    ///< weights * value

  /// The result at (column, row, batch...), for the output's definition.
  Halide::Expr element(const std::vector<Halide::Expr> &place) const;
};

Attention buildAttention(const AttentionProblem &problem, const schedule::AttentionParams &params,
                         const MachineFacts &facts);

/// Schedules `output`, pure, with arguments (column, row, batch...), whose values read
/// attention.element at these. Sets output bounds. Correct for every extent >= 1; each output
/// element is written once.
void scheduleAttention(Attention &attention, Halide::Func output,
                       const schedule::AttentionParams &params, const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_ATTENTION_H
