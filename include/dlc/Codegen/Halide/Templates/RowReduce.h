// row_reduce: reductions over the innermost axis and what is computed from them row by row
// (softmax, layer norm, RMS norm, sums), all stages of a row while the row is in L1.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_ROWREDUCE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_ROWREDUCE_H

#include "dlc/Codegen/Halide/Templates/LoopNest.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <functional>
#include <string>

namespace dlc::templates {

using schedule::MachineFacts;

/// Max and Min are NaN where an element is. MaxNumber may pass by NaN, which takes an instruction
/// less: for where NaN shows elsewhere, as in the sum of a softmax. SumOfSquares adds each value's
/// square, with one rounding for both where the code generator likes.
enum class ReductionKind { Sum, Product, Max, Min, MaxNumber, SumOfSquares };

/// The value that leaves any other unchanged under `kind` (finite for floats' max and min:
/// -FLT_MAX).
Halide::Expr reductionIdentity(ReductionKind kind, Halide::Type type);
/// The fold of two folds; of two values too, but for SumOfSquares.
Halide::Expr combine(ReductionKind kind, Halide::Expr a, Halide::Expr b);
/// The fold of `folded` and one more value.
Halide::Expr accumulate(ReductionKind kind, Halide::Expr folded, Halide::Expr value);
/// The fold of one value or more. Several at once cost less under Max and Min.
Halide::Expr combineAll(ReductionKind kind, const std::vector<Halide::Expr> &values);

/// result(row...) = reduce over i in [0, extent) of value(i, row...).
struct RowReduction {
  std::string name = "reduce";
  ReductionKind kind = ReductionKind::Sum;
  Halide::Type type = Halide::Float(32); ///< of the accumulator and the result
  Size extent = 1;                       ///< of the reduced, innermost axis
  std::vector<Halide::Var> rows;         ///< kept coordinates, innermost first; may be empty
  Size rowCount = 1;                     ///< extent of rows[0]
  /// The first of a row's stages, which reads none of them: done for all rows of a block at once.
  bool first = false;
  /// Reads no stages but the first and others like this: done so too, where rows are too long to
  /// stay in registers from one stage to the next.
  bool readsFoldsOnly = false;
  std::function<Halide::Expr(Halide::Expr i)> value;
};

/// The Funcs of one stage of a row. For a reduction: the result and its partial sums per lane. For
/// a stage that is kept per element (exp of a softmax): `result` over (i, row...), no partials.
struct RowStage {
  Halide::Func result;
  std::vector<Halide::Func> partials;
  Size columns = 1;      ///< elements of a row that it reads
  Size extent = 0;       ///< of the stage's own innermost axis when per element, else 0
  bool ahead = false;    ///< computed for a block of rows before the stages that are not
  bool isMemory = false; ///< of elements that another stage writes (KeptElements.h)
};

/// Builds a reduction in vectors, the last of them masked. A row of few vectors is reduced without
/// a loop. Floating-point sums are reassociated.
RowStage buildRowReduction(const RowReduction &reduction, const schedule::RowReduceParams &params,
                           const MachineFacts &facts);

/// The elements of a row, which several stages compute with.
struct RowElements {
  std::function<Halide::Expr(Halide::Expr i)> first; ///< for the row's first stage
  std::function<Halide::Expr(Halide::Expr i)> again; ///< for all others
  std::vector<RowStage> stages;                      ///< none where nothing is kept
};

/// Has the first of a row's stages keep the elements `row.value`, for a row that does not stay in
/// registers; but what is merely read is read again.
RowElements buildRowElements(const RowReduction &row, const schedule::RowReduceParams &params,
                             const MachineFacts &facts);

/// A reduction whose terms the output reads again, each at its own column.
struct KeptReduction {
  std::vector<RowStage> stages; ///< the last is the reduction
  Halide::Expr term;            ///< at the column that was asked for
};

/// Builds a reduction whose terms are computed once and kept for the row; `term` is of column `i`.
/// `inOutput`: the output may hold them meanwhile, as its elements have the terms' type and what is
/// made of a term reads no other tensor; rows too long for registers are then written twice.
KeptReduction buildKeptReduction(const RowReduction &reduction, Halide::Var i, bool inOutput,
                                 const schedule::RowReduceParams &params,
                                 const MachineFacts &facts);

/// Schedules `output`, pure, over `extents`. When `perElement`, its innermost axis runs along the
/// reduced one (softmax) and the rest are rows; else all axes are rows (a sum). Stages are listed
/// producers first. Every element is written once, but for what the output holds of a row meanwhile
/// (buildKeptReduction).
void scheduleRowReduce(Halide::Func output, const Sizes &extents, bool perElement,
                       std::vector<RowStage> stages, const schedule::RowReduceParams &params,
                       const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_ROWREDUCE_H
