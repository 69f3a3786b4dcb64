// Kernels that work row by row: some leading axes are rows, the others are columns, and what is
// computed for a row needs reductions over its columns. On the row_reduce template.
#ifndef DLC_LIB_CODEGEN_HALIDE_EMISSION_ROWS_H
#define DLC_LIB_CODEGEN_HALIDE_EMISSION_ROWS_H

#include "Axes.h"
#include "dlc/Codegen/Halide/Templates/RowReduce.h"

#include <variant>

namespace dlc::codegen {

/// What the body of a row kernel builds with. `operand` has the rows' and columns' axes; `result`
/// is what the body gives.
class RowBuilder {
public:
  /// Columns are the axes from `firstColumn` on.
  RowBuilder(KernelEmitter &emitter, mlir::Value operand, mlir::Value result, unsigned firstColumn,
             bool linearColumns);

  const templates::Size &columnCount() const { return columns; }
  const templates::Size &rowCount() const { return rows; }
  Halide::Var columnVar() const { return column; }
  Halide::Var rowVar() const { return row; }
  /// The place in the operand of column `at` of the current row.
  Coords place(Halide::Expr at) const;
  /// The operand's element at column `at`, in the type to compute in.
  Halide::Expr element(Halide::Expr at);
  /// The operand's elements for the stages of a row, the first of which keeps them for the others
  /// where that is worth it. To be called before any stage is built.
  struct Elements {
    std::function<Halide::Expr(Halide::Expr at)> first, again;
  };
  Elements elements();
  /// The element of a value that broadcasts to the operand.
  Halide::Expr broadcast(mlir::Value value, Halide::Expr at);

  /// The fold of `value(column)` over the row.
  Halide::Expr reduce(const char *name, templates::ReductionKind kind,
                      std::function<Halide::Expr(Halide::Expr)> value);
  /// The same, and its term at `columnVar()`, which is computed once and kept for the row; on a
  /// device, where memory for a row is dearer than arithmetic, computed at each use.
  struct Kept {
    Halide::Expr fold, term;
  };
  Kept reduceKept(const char *name, templates::ReductionKind kind,
                  std::function<Halide::Expr(Halide::Expr)> value);

  /// `value`, made of folds, computed once for the row; on a device, at each use.
  Halide::Expr once(const char *name, const Halide::Expr &value);

  /// Schedules `output`, whose loops are (columns, rows) with `perElement` and rows alone without.
  void apply(Halide::Func output, bool perElement) const;

private:
  templates::RowReduction reduction(const char *name, templates::ReductionKind kind,
                                    std::function<Halide::Expr(Halide::Expr)> value) const;
  /// Whether the output is the result itself, of `type`.
  bool outputHolds(Halide::Type type) const;

  KernelEmitter &emitter;
  mlir::Value operand, result;
  unsigned firstColumn;
  templates::Size columns, rows;
  bool linearColumns, linearRows;
  /// Of row_reduce, or of its counterpart on devices.
  std::variant<schedule::RowReduceParams, schedule::GPURowReduceParams> params;
  std::vector<templates::RowStage> stages;
  bool foldsOnly = true; ///< no stage so far is anything else
  Halide::Var column{"column"}, row{"row"};
};

/// Whether the kernel's schedule is of the family row_reduce or gpu_row_reduce.
bool isByRows(KernelEmitter &emitter);

/// Emits an anchor whose result has the operand's shape: `body(builder)` gives the element at
/// `builder.columnVar()`. `others` are further operands that the body reads by `broadcast`.
void emitRowwise(KernelEmitter &emitter, mlir::Value operand, mlir::Value result,
                 unsigned firstColumn, llvm::ArrayRef<mlir::Value> others,
                 const std::function<Halide::Expr(RowBuilder &)> &body);

/// Emits an anchor with one element a row: the operand's axes before `firstColumn`, and possibly
/// axes of size 1.
void emitRowFold(KernelEmitter &emitter, mlir::Value operand, mlir::Value result,
                 unsigned firstColumn, const std::function<Halide::Expr(RowBuilder &)> &body);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_HALIDE_EMISSION_ROWS_H
