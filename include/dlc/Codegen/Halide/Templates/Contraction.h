// The register-tiled contraction under gemm, 1x1, direct and grouped convolution: rows x columns,
// each a sum over some reduction axes. The families only say how rows and reduction indices address
// the left operand.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_CONTRACTION_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_CONTRACTION_H

#include "dlc/Codegen/Halide/Templates/Size.h"
#include "dlc/Schedule/MachineFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

#include <Halide.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dlc::templates {

using schedule::MachineFacts;

/// What a contraction computes, apart from its epilogue:
///   acc(column, row, batch...) = sum over k of lhs(k, row, batch) * rhs(k, column, batch)
struct ContractionProblem {
  std::string name = "acc";
  Size columns = 0;
  Size rows = 0;
  Sizes batch;     ///< innermost first; empty: none
  Sizes reduction; ///< extents of the reduction axes, innermost first; not empty
  Halide::Type accumulator = Halide::Float(32);

  using Indices = std::vector<Halide::Expr>;
  /// The left operand, cast to `accumulator` or not. `row` is in [0, rows).
  std::function<Halide::Expr(const Indices &k, Halide::Expr row, const Indices &batch)> lhs;
  /// The right operand in packed panels: `lane` in [0, panelWidth), `panel` in [0, panels),
  /// zero-padded beyond `columns`. Set this or `rhs`, not both.
  std::function<Halide::Expr(Halide::Expr lane, const Indices &k, Halide::Expr panel,
                             const Indices &batch)>
      packedRhs;
  /// The right operand in any layout; packed by the kernel itself before use. `column` in [0,
  /// columns).
  std::function<Halide::Expr(const Indices &k, Halide::Expr column, const Indices &batch)> rhs;
  /// `rhs` is dense along the innermost reduction axis rather than along columns (B transposed): it
  /// is then packed through squares turned in registers.
  bool rhsDenseAlongReduction = false;
  /// `lhs` is dense along rows rather than along the reduction (A transposed): each step of a tile
  /// is then in another page, so the tiles of a block are packed one after the other.
  bool lhsDenseAlongRows = false;
  /// So many neighbours along the innermost batch axis, a divisor of it, fill a vector with their
  /// columns, which are a power of two and one panel. The left operand then has them side by side:
  /// it is a copy made per block, the innermost batch axis its last. Needs `packedRhs`.
  int64_t sideBySide = 1;
  /// Whether calls with few rows get loops of their own, where the rows are known at the call only.
  bool sparesFewRows = false;
};

/// The Funcs of a built contraction. The output's definition reads `acc` at its own coordinates.
struct Contraction {
  Halide::Func acc; ///< (column, row, batch...)
  /// What is accumulated, and its last vectors folded, where steps are side by side: see
  /// StepsSideBySide.h. Undefined where `acc` is what is accumulated.
  Halide::Func sums, folded;
  int rowsTogether = 1;  ///< rows whose columns are beside each other in `folded`
  int foldedVectors = 0; ///< of a tile
  Halide::Func packed; ///< (lane, k flattened, panel, batch...); undefined when the rhs came packed
  Halide::Func
      square; ///< what `packed` turns, with its arguments; undefined when nothing is turned
  Halide::Func packedLhs; ///< (row in the tile, k..., tile, batch...); undefined when read in place
  Halide::Func lhsSquare; ///< what `packedLhs` turns; undefined when it has its rows' order
  Halide::Func mixedRhs;  ///< (column, k..., batch...); undefined but for batches side by side
  Halide::RDom k;
  /// Copies of inputs made before or inside the loops (padding, prologues), see addStagedInput.
  struct Staged {
    Halide::Func func;
    bool perBlock = false;  ///< made per block of rows, else once before the loops
    Size channels = 1;      ///< extent of the innermost axis
    Size lines = 1;         ///< extents of the axes but the two innermost, multiplied
    Size channelStride = 1; ///< elements between pixels, >= channels
  };
  std::vector<Staged> staged;
  /// The same sums in tiles of `mostFewRows` rows, for calls with no more of them, where the rows
  /// are known at the call only; null otherwise. Such a call waits for the weights: whole tiles,
  /// mostly of copies of its last row, would keep it from asking for them.
  std::shared_ptr<Contraction> fewRows;
  static constexpr int mostFewRows = 2;
  ContractionProblem problem;
  int panelWidth = 0;
};

/// Elements between pixels of a staged copy of `bytes` an element: a multiple of a KiB would put
/// the pixels of a tile in the same few cache sets, so a cache line is added.
inline int64_t conflictFreeStride(int64_t channels, int bytes) {
  return channels * bytes % 1024 == 0 ? channels + 64 / bytes : channels;
}

/// Creates acc (and packed). `params.vectorsPerTile` fixes the panel width.
Contraction buildContraction(const ContractionProblem &problem, const schedule::GemmParams &params,
                             const MachineFacts &facts);

/// Schedules `output`, pure, with arguments (column, row, batch...) and the problem's extents,
/// whose values (one or a tuple) read acc(column, row, batch...) and any inputs. Sets output
/// bounds. Correct for every extent >= 1: nothing outside an exact-size output or input is touched,
/// each output element is written once (so an output may alias an elementwise operand of its
/// epilogue).
void scheduleContraction(Contraction &contraction, Halide::Func output,
                         const schedule::GemmParams &params, const MachineFacts &facts);

/// Accumulates in registers over the whole reduction: one tile at a time, at the loop `at` of
/// `consumer`, whose innermost loops are the tile. A step of scheduleContraction, for templates
/// that put a contraction into loops of their own.
void accumulateInRegisters(Contraction &contraction, Halide::Func consumer, Halide::Var at,
                           const schedule::GemmParams &params, int lanes);

/// Unrolls a step of a tile of columns `n` and rows `m`. Its operands are in registers for the
/// fewer of rows and vectors; each of the others is used up before the next one is read.
void unrollTile(Halide::Stage update, Halide::Var n, Halide::Var m,
                const schedule::GemmParams &params, int lanes);

/// Packs a right operand that did not come packed, in vectors along the lanes: with `perBatch` once
/// per batch (or panel) at the loop `batchLoop` of `output`, else before all loops in parallel.
/// Another such step.
void schedulePacked(Contraction &contraction, const schedule::GemmParams &params, int lanes,
                    Halide::Func output, Halide::Var batchLoop, bool perBatch);

/// Lanes of the vectors of `params`.
int lanesOf(const schedule::GemmParams &params, const MachineFacts &facts, Halide::Type type);

/// ceil(columns / panelWidth) and the panel width for packed weights under `params`.
int64_t panelWidth(const schedule::GemmParams &params, const MachineFacts &facts,
                   Halide::Type type);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_CONTRACTION_H
