// The tunable parameters of every schedule family, as plain structs: the analytic model fills them,
// the schedule attributes (#dl.gemm<...>) mirror them, the Halide templates obey them. Each field
// says when it is legal and what it trades. No MLIR, no Halide.
#ifndef DLC_SCHEDULE_SCHEDULEPARAMS_H
#define DLC_SCHEDULE_SCHEDULEPARAMS_H

namespace dlc::schedule {

/// Which loop of a contraction stands outside.
enum class LoopOrder {
  /// Blocks of rows outside, panels of columns inside. Legal always. Pro: a block of the left
  /// operand
  /// stays in L2 while the weights pass over it, and a padded input is made block by block. Con:
  /// the
  /// weights are read once per block: bad when they are larger than L2 and rows are few.
  RowsOuter,
  /// Panels of columns outside, rows inside. Legal always. Pro: each weight panel is read from
  /// memory
  /// once per core (7x7 convolutions, M of a few dozen). Con: the left operand is read once per
  /// panel,
  /// so it should fit L2; a padded input must be made before the loops.
  ColumnsOuter,
};

/// How padding is made. Ignored when there is none.
enum class PadMode {
  /// A padded copy of the whole image before the loops. Legal always. Pro: no work is repeated.
  /// Con: a pass over memory for images larger than L2.
  Whole,
  /// A padded copy of the rows that one block needs. Legal with LoopOrder::RowsOuter. Pro: stays in
  /// L2. Con: the kernel's halo rows are copied by both neighbours.
  Block,
  /// No copy: lines outside of the image are skipped, and the first and last tile of a line have
  /// code
  /// of their own. Legal for depthwise_conv and window only. Pro: nothing is moved. Con: the
  /// prologue
  /// is computed again for every window that an element is in.
  InPlace,
};

/// gemm: C[m][n] += A[m][k] * B[k][n], any batch in front. Also convolutions once their pixels are
/// flattened to rows (direct_conv, 1x1, grouped).
struct GemmParams {
  /// Rows of one register tile, >= 1. Legal: any. Best: rowsPerTile * vectorsPerTile accumulators
  /// fill the registers less vectorsPerTile + 1: 6 x 2 or 4 x 3 with 16, 6 x 4 or 12 x 2 with 32.
  /// Larger amortises loads of B; rows beyond M are computed and thrown away. More than 8 rows have
  /// addresses that do not fit the integer registers, unless they are copied: a single tile of all
  /// rows is, with ColumnsOuter.
  int rowsPerTile = 6;
  /// Columns of one register tile in vectors, >= 1. It is also the width of a packed weight panel,
  /// so the packing (nr = vectorsPerTile * lanes) must agree with it. Columns beyond N are wasted
  /// work.
  int vectorsPerTile = 2;
  /// Steps of the innermost reduction loop that are unrolled, >= 1; lowered to a divisor of its
  /// extent. Pro: fewer loop instructions. Con: code size; beyond 4 nothing is gained.
  int unroll = 2;
  /// Reduction steps between two visits of the accumulators in memory; 0: the whole reduction in
  /// registers. Legal: 0 or >= 1 (rounded to a divisor of the outermost reduction loop). Pro: a
  /// panel's slice stays in L1. Con: accumulators go through memory once per block.
  int reductionBlock = 0;
  /// Register tiles per block of rows, >= 1. A block's rows of A should fit half of L2.
  int tilesPerBlock = 16;
  LoopOrder order = LoopOrder::RowsOuter;
  /// Pieces that the parallel loop is cut into, >= 1; 1: serial. Twice the cores or more evens out
  /// their speed; fewer, larger pieces cost less in wake-ups and in halo copies.
  int tasks = 1;
  PadMode pad = PadMode::Whole;
  /// What tiles read next from beyond L2 is brought near beside them. With ColumnsOuter that is the
  /// next panel, into L2, a share of it beside each tile. Pro: the first tile of a panel does not
  /// wait for it. Con: two panels at a time take L2 from the rows. Where all rows are one tile it
  /// is the lines that this tile needs next, into L1. With RowsOuter it is the rows of a tile
  /// behind, into L1, where they lie side by side and tiles are whole. Pro: shallow tiles do not
  /// wait for each page's first lines, which no hardware asks for ahead. Con: an instruction a
  /// line, also where they are near. Legal: always; without packed weights, or where the reduction
  /// has no loop left, the panel is not brought.
  bool prefetch = false;
  /// Steps of the innermost reduction axis that share the vectors of the columns beyond whole ones,
  /// a power of two below or equal to the lanes; 1: these columns have lanes of their own, and the
  /// others are lost. As many as lanes: each column has vectors of its own. Legal: one panel of
  /// packed weights, whose columns beyond whole vectors fill at most lanes / stepsSideBySide, or
  /// without whole ones a vector each; a left operand that is dense along that axis, whose extent
  /// it divides (times the sets of vectors that hold these columns, where there are several); no
  /// reductionBlock. Pro: the lanes are used. Con: lanes are added once a tile, and a row is loaded
  /// once more for these columns.
  int stepsSideBySide = 1;
  /// Bytes of the vectors, all registers staying at hand; 0: the machine's widest. Legal: a power
  /// of two, at least an accumulator's bytes. Pro: fewer lanes beyond the columns. Con: more
  /// instructions, and half of the products where units are as wide as the widest vectors.
  int vectorBytes = 0;

  bool operator==(const GemmParams &) const = default;
};

/// attention: two products around a softmax, a block of rows at a time.
struct AttentionParams {
  /// Rows of a register tile of both products, >= 1; as GemmParams::rowsPerTile.
  int rowsPerTile = 6;
  /// Keys of a register tile of scores in vectors, >= 1.
  int scoreVectors = 2;
  /// Columns of a register tile of the result in vectors, >= 1.
  int valueVectors = 2;
  /// Reduction steps unrolled, >= 1, lowered to a divisor.
  int unroll = 4;
  /// Register tiles per block of rows, >= 1. A block's scores, twice, should fit half of L1.
  int tilesPerBlock = 4;
  /// As GemmParams::tasks, over heads, or over heads and blocks where heads are fewer.
  int tasks = 1;

  bool operator==(const AttentionParams &) const = default;
};

/// gemv: few rows (M <= 4) times a large matrix: bound by reading the matrix once.
struct GemvParams {
  /// Accumulating vectors per row, >= 1; 4 hide the FMA's latency. Columns are tiled by it (weights
  /// packed in panels of vectorsPerTile * lanes) .
  int vectorsPerTile = 4;
  /// Reduction steps unrolled, >= 1, lowered to a divisor.
  int unroll = 4;
  /// As GemmParams::tasks, over panels of columns.
  int tasks = 1;

  bool operator==(const GemvParams &) const = default;
};

/// depthwise_conv: one filter a channel, NHWC, channels in the vectors.
struct DepthwiseParams {
  /// Vectors of channels in a tile, >= 1.
  int vectorsPerTile = 1;
  /// Neighbouring output columns in a tile, >= 1: their windows overlap and share loads.
  int columnsPerTile = 4;
  /// Output rows of a block: the parallel grain and, with padding, the rows that share one padded
  /// copy.
  int rowsPerBlock = 8;
  /// As GemmParams::tasks, over blocks of rows.
  int tasks = 1;
  PadMode pad = PadMode::InPlace;
  /// Neighbouring output rows in a tile, >= 1: their windows share lines as columns share loads.
  /// Lowered to a divisor of the block's rows and of all; 1 where heights are open or padded
  /// copies are read.
  int rowsPerTile = 1;

  bool operator==(const DepthwiseParams &) const = default;
};

/// window: pooling and other windows with a reduction but no weights; channels in the vectors.
struct WindowParams {
  int vectorsPerTile = 1; ///< vectors of channels in a tile, >= 1
  int columnsPerTile = 2; ///< output columns in a tile, >= 1; their windows share loads
  int rowsPerBlock = 8;   ///< output rows of one parallel piece, >= 1
  int tasks = 1;          ///< as GemmParams::tasks, over blocks of rows
  PadMode pad = PadMode::InPlace;
  int rowsPerTile = 1; ///< as DepthwiseParams::rowsPerTile

  bool operator==(const WindowParams &) const = default;
};

/// The schedule of a depthwise convolution as that of the windows that it is built as.
inline WindowParams asWindow(const DepthwiseParams &params) {
  return {
      params.vectorsPerTile, params.columnsPerTile, params.rowsPerBlock, params.tasks, params.pad,
      params.rowsPerTile};
}

/// row_reduce: reductions and what is computed from them per row (softmax, norms, sums, arg-free).
struct RowReduceParams {
  /// Partial accumulators of a reduction over the innermost axis, in vectors, >= 1; 4 hide the
  /// latency of an add. Floating-point sums are reassociated by it.
  int accumulators = 4;
  /// Rows of a block, >= 1: the first fold of all of them is computed before their other stages,
  /// and of long rows the others too that read nothing kept; a parallel piece has whole blocks.
  /// Pro: the exponentials of a softmax do not wait for the fold before them. Con: the fold's
  /// operand is read from L1 once more.
  int rowsPerBlock = 1;
  /// As GemmParams::tasks, over blocks of rows.
  int tasks = 1;

  bool operator==(const RowReduceParams &) const = default;
};

/// injective: elementwise, broadcast, and anything whose outputs are computed independently.
struct InjectiveParams {
  int vectorsPerTile = 2; ///< vectors unrolled in the innermost loop, >= 1
  /// Elements of one parallel piece, >= 1: small tensors become serial, as a wake-up costs
  /// microseconds.
  long elementsPerTask = 16384;
  int tasks = 1; ///< upper bound of parallel pieces; 1: serial

  bool operator==(const InjectiveParams &) const = default;
};

/// scan: running sums and products, a pass along the axis for each tile of places beside it.
struct ScanParams {
  /// Vectors of elements behind the axis that a pass takes with it, >= 1; where there is less than
  /// a vector behind it, so many rows before it. Each is a chain of its own: more hide the latency
  /// of adding, beyond the registers they spill. Along an innermost axis of two vectors and more,
  /// the vectors of steps that are folded with each other before they wait for those before them.
  int vectorsPerTile = 4;
  int tasks = 1; ///< as GemmParams::tasks, over tiles

  bool operator==(const ScanParams &) const = default;
};

/// transpose: the innermost axes of input and output differ; squares are turned in registers.
struct TransposeParams {
  int tile = 8;  ///< side of the square, >= 1, in elements; the vector width turns in registers
  int tasks = 1; ///< as GemmParams::tasks, over the outermost axis

  bool operator==(const TransposeParams &) const = default;
};

/// rnn_step: the states times the recurrent matrix, and what the gates make of it.
struct RnnStepParams {
  /// Rows (of the batch) in a register tile, >= 1; as GemmParams::rowsPerTile.
  int rowsPerTile = 6;
  /// Vectors of units of each gate in a register tile, >= 1. All gates of a unit are in one tile,
  /// so that rowsPerTile * gates * vectorsPerGate accumulators should fit the registers. A panel of
  /// the packed matrix has gates * vectorsPerGate * lanes columns.
  int vectorsPerGate = 1;
  /// Reduction steps unrolled, >= 1, lowered to a divisor.
  int unroll = 4;
  /// As GemmParams::tasks, over panels of units. Each step waits for all of them.
  int tasks = 1;

  bool operator==(const RnnStepParams &) const = default;
};

//===-- On a device ------------------------------------------------------------------------===//

/// gpu_gemm: C[m][n] += A[m][k] * B[k][n] and convolutions as such, a block of threads a tile of C.
/// A block's shared memory holds its accumulators between steps and the slices of A and B of one:
/// 4 * (rows * columns + depthPerStep * (rows + columns)) bytes, with rows = rowsPerThread *
/// rowThreads and columns likewise; schedule-verify checks it.
struct GPUGemmParams {
  /// The tile of one thread, >= 1 each: their product is in registers. Larger tiles read shared
  /// memory less often; 32 accumulators need about 80 registers. 4 columns are one vector load.
  int rowsPerThread = 4, columnsPerThread = 4;
  /// Threads of a block, >= 1 each. Smaller blocks are more, and fill the device where C is small.
  int rowThreads = 16, columnThreads = 16;
  /// Steps of the reduction between two visits of the accumulators in shared memory, >= 1. Larger
  /// amortises these and the barriers; costs shared memory.
  int depthPerStep = 16;
  int unroll = 4; ///< steps of the reduction unrolled, >= 1, lowered to a divisor

  int rows() const { return rowsPerThread * rowThreads; }
  int columns() const { return columnsPerThread * columnThreads; }
  long sharedBytes(int elementBytes) const {
    return long(elementBytes) *
           (long(rows()) * columns() + long(depthPerStep) * (rows() + columns()));
  }
  bool operator==(const GPUGemmParams &) const = default;
};

/// gpu_row_reduce: rows as in row_reduce. Each thread folds every threadsPerRow-th element of its
/// row; one of them folds what the others found.
struct GPURowReduceParams {
  int threadsPerRow = 32; ///< >= 1; more than a quarter of the columns idle in the last step
  int rowsPerBlock = 1;   ///< >= 1; times threadsPerRow, the threads of a block

  bool operator==(const GPURowReduceParams &) const = default;
};

/// gpu_window: a thread an element of the result, which folds its whole window in a register.
struct GPUWindowParams {
  int threads = 128; ///< of a block, >= 1: neighbours along the innermost axis

  bool operator==(const GPUWindowParams &) const = default;
};

/// gpu_injective: a thread an element.
struct GPUInjectiveParams {
  int threads = 256; ///< of a block, >= 1

  bool operator==(const GPUInjectiveParams &) const = default;
};

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_SCHEDULEPARAMS_H
