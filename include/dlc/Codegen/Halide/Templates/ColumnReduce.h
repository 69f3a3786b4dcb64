// column reductions: the fold of every column of a matrix, as of a bias's gradient or a batch's
// statistics. Part of the family row_reduce.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_COLUMNREDUCE_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_COLUMNREDUCE_H

#include "dlc/Codegen/Halide/Templates/RowReduce.h"

namespace dlc::templates {

/// result(column) = reduce over rows of value(column, row).
struct ColumnReduction {
  std::string name = "columns";
  ReductionKind kind = ReductionKind::Sum;
  Halide::Type type = Halide::Float(32); ///< of the accumulators and the result
  int64_t columns = 1, rows = 1;         ///< each >= 1
  std::function<Halide::Expr(Halide::Expr column, Halide::Expr row)> value;
};

/// The Funcs of a built column reduction: `result` over (column), and what it is folded from.
struct ColumnFold {
  Halide::Func result;
  Halide::Func partial; ///< (column, chain, piece); undefined where there are too few rows
  int64_t columns = 1, pieces = 1;
};

/// Rows are cut into pieces, one a task, each of which keeps a few chains of partial results, so
/// that an addition need not wait for the last. Floating-point sums are reassociated.
ColumnFold buildColumnReduction(const ColumnReduction &reduction,
                                const schedule::RowReduceParams &params, const MachineFacts &facts);

/// Schedules `output`, pure over (column), which reads the fold at its own column.
void scheduleColumnReduce(Halide::Func output, ColumnFold fold, const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_COLUMNREDUCE_H
