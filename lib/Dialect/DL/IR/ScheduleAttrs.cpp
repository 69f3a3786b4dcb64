// Verifiers of the schedule attributes and of the device that they are for: every count is at least
// its smallest legal value.
#include "dlc/Dialect/DL/IR/DeviceAttributes.h"

using namespace mlir;

namespace dlc::dl {

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

static LogicalResult atLeast(EmitError emitError, StringRef name, int64_t value, int64_t least) {
  if (value >= least)
    return success();
  return emitError() << "expects " << name << " of at least " << least << ", got " << value;
}

/// A register tile of more accumulators than any machine has registers spills on all of them.
static LogicalResult tileFits(EmitError emitError, int64_t accumulators) {
  constexpr int64_t most = 64;
  if (accumulators <= most)
    return success();
  return emitError() << "expects a register tile of at most " << most << " vectors, got "
                     << accumulators;
}

LogicalResult GemmScheduleAttr::verify(EmitError emitError, int64_t rowsPerTile,
                                       int64_t vectorsPerTile, int64_t unroll,
                                       int64_t reductionBlock, int64_t tilesPerBlock, bool,
                                       int64_t tasks, bool, bool, int64_t stepsSideBySide,
                                       int64_t vectorBytes) {
  if (!llvm::isPowerOf2_64(stepsSideBySide))
    return emitError() << "expects steps_side_by_side to be a power of two, got "
                       << stepsSideBySide;
  constexpr int64_t leastVector = 16, mostVector = 64;
  if (vectorBytes != 0 &&
      (!llvm::isPowerOf2_64(vectorBytes) || vectorBytes < leastVector || vectorBytes > mostVector))
    return emitError() << "expects vector_bytes of 16, 32, 64, or 0 for the widest, got "
                       << vectorBytes;
  if (stepsSideBySide > 1 && reductionBlock > 0)
    return emitError() << "expects no reduction_block beside steps_side_by_side, got "
                       << reductionBlock;
  return failure(failed(atLeast(emitError, "rows_per_tile", rowsPerTile, 1)) ||
                 failed(atLeast(emitError, "vectors_per_tile", vectorsPerTile, 1)) ||
                 failed(tileFits(emitError, rowsPerTile * vectorsPerTile)) ||
                 failed(atLeast(emitError, "unroll", unroll, 1)) ||
                 failed(atLeast(emitError, "reduction_block", reductionBlock, 0)) ||
                 failed(atLeast(emitError, "tiles_per_block", tilesPerBlock, 1)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

LogicalResult AttentionScheduleAttr::verify(EmitError emitError, int64_t rowsPerTile,
                                            int64_t scoreVectors, int64_t valueVectors,
                                            int64_t unroll, int64_t tilesPerBlock, int64_t tasks) {
  return failure(failed(atLeast(emitError, "rows_per_tile", rowsPerTile, 1)) ||
                 failed(atLeast(emitError, "score_vectors", scoreVectors, 1)) ||
                 failed(atLeast(emitError, "value_vectors", valueVectors, 1)) ||
                 failed(tileFits(emitError, rowsPerTile * std::max(scoreVectors, valueVectors))) ||
                 failed(atLeast(emitError, "unroll", unroll, 1)) ||
                 failed(atLeast(emitError, "tiles_per_block", tilesPerBlock, 1)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

/// What the tiles of all windows have in common.
static LogicalResult verifyWindowTile(EmitError emitError, int64_t vectorsPerTile,
                                      int64_t columnsPerTile, int64_t rowsPerTile,
                                      int64_t rowsPerBlock, int64_t tasks) {
  return failure(failed(atLeast(emitError, "vectors_per_tile", vectorsPerTile, 1)) ||
                 failed(atLeast(emitError, "columns_per_tile", columnsPerTile, 1)) ||
                 failed(atLeast(emitError, "rows_per_tile", rowsPerTile, 1)) ||
                 failed(tileFits(emitError, vectorsPerTile * columnsPerTile * rowsPerTile)) ||
                 failed(atLeast(emitError, "rows_per_block", rowsPerBlock, 1)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

LogicalResult DepthwiseScheduleAttr::verify(EmitError emitError, int64_t vectorsPerTile,
                                            int64_t columnsPerTile, int64_t rowsPerBlock,
                                            int64_t tasks, bool, int64_t rowsPerTile) {
  return verifyWindowTile(emitError, vectorsPerTile, columnsPerTile, rowsPerTile, rowsPerBlock,
                          tasks);
}

LogicalResult WindowScheduleAttr::verify(EmitError emitError, int64_t vectorsPerTile,
                                         int64_t columnsPerTile, int64_t rowsPerBlock,
                                         int64_t tasks, int64_t rowsPerTile) {
  return verifyWindowTile(emitError, vectorsPerTile, columnsPerTile, rowsPerTile, rowsPerBlock,
                          tasks);
}

LogicalResult RowReduceScheduleAttr::verify(EmitError emitError, int64_t accumulators,
                                            int64_t rowsPerBlock, int64_t tasks) {
  return failure(failed(atLeast(emitError, "accumulators", accumulators, 1)) ||
                 failed(tileFits(emitError, accumulators)) ||
                 failed(atLeast(emitError, "rows_per_block", rowsPerBlock, 1)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

LogicalResult ScanScheduleAttr::verify(EmitError emitError, int64_t vectorsPerTile, int64_t tasks) {
  return failure(failed(atLeast(emitError, "vectors_per_tile", vectorsPerTile, 1)) ||
                 failed(tileFits(emitError, vectorsPerTile)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

LogicalResult InjectiveScheduleAttr::verify(EmitError emitError, int64_t vectorsPerTile,
                                            int64_t elementsPerTask, int64_t tasks) {
  return failure(failed(atLeast(emitError, "vectors_per_tile", vectorsPerTile, 1)) ||
                 failed(tileFits(emitError, vectorsPerTile)) ||
                 failed(atLeast(emitError, "elements_per_task", elementsPerTask, 1)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

LogicalResult TransposeScheduleAttr::verify(EmitError emitError, int64_t tile, int64_t tasks) {
  return failure(failed(atLeast(emitError, "tile", tile, 1)) || failed(tileFits(emitError, tile)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

LogicalResult RnnStepScheduleAttr::verify(EmitError emitError, int64_t rowsPerTile,
                                          int64_t vectorsPerGate, int64_t unroll, int64_t tasks) {
  return failure(failed(atLeast(emitError, "rows_per_tile", rowsPerTile, 1)) ||
                 failed(atLeast(emitError, "vectors_per_gate", vectorsPerGate, 1)) ||
                 failed(tileFits(emitError, rowsPerTile * vectorsPerGate)) ||
                 failed(atLeast(emitError, "unroll", unroll, 1)) ||
                 failed(atLeast(emitError, "tasks", tasks, 1)));
}

//===-- On a device ------------------------------------------------------------------------===//

/// No device has larger blocks. What the module's own takes is checked by schedule-verify.
static LogicalResult threadsFit(EmitError emitError, int64_t threads) {
  constexpr int64_t most = 1024;
  if (threads >= 1 && threads <= most)
    return success();
  return emitError() << "expects between 1 and " << most << " threads in a block, got " << threads;
}

LogicalResult GPUGemmScheduleAttr::verify(EmitError emitError, int64_t rowsPerThread,
                                          int64_t columnsPerThread, int64_t rowThreads,
                                          int64_t columnThreads, int64_t depthPerStep,
                                          int64_t unroll) {
  return failure(failed(atLeast(emitError, "rows_per_thread", rowsPerThread, 1)) ||
                 failed(atLeast(emitError, "columns_per_thread", columnsPerThread, 1)) ||
                 failed(tileFits(emitError, rowsPerThread * columnsPerThread)) ||
                 failed(atLeast(emitError, "row_threads", rowThreads, 1)) ||
                 failed(atLeast(emitError, "column_threads", columnThreads, 1)) ||
                 failed(threadsFit(emitError, rowThreads * columnThreads)) ||
                 failed(atLeast(emitError, "depth_per_step", depthPerStep, 1)) ||
                 failed(atLeast(emitError, "unroll", unroll, 1)));
}

LogicalResult GPURowReduceScheduleAttr::verify(EmitError emitError, int64_t threadsPerRow,
                                               int64_t rowsPerBlock) {
  return failure(failed(atLeast(emitError, "threads_per_row", threadsPerRow, 1)) ||
                 failed(atLeast(emitError, "rows_per_block", rowsPerBlock, 1)) ||
                 failed(threadsFit(emitError, threadsPerRow * rowsPerBlock)));
}

LogicalResult GPUWindowScheduleAttr::verify(EmitError emitError, int64_t threads) {
  return threadsFit(emitError, threads);
}

LogicalResult GPUInjectiveScheduleAttr::verify(EmitError emitError, int64_t threads) {
  return threadsFit(emitError, threads);
}

DeviceAttr deviceAround(Operation *op) {
  while (Operation *parent = op->getParentOp())
    op = parent;
  return op->getAttrOfType<DeviceAttr>(deviceAttrName);
}

LogicalResult DeviceAttr::verify(EmitError emitError, DeviceKind, int64_t maxThreads,
                                 int64_t sharedBytes, int64_t subgroup, int64_t registers) {
  return failure(failed(threadsFit(emitError, maxThreads)) ||
                 failed(atLeast(emitError, "shared_bytes", sharedBytes, 0)) ||
                 failed(atLeast(emitError, "subgroup", subgroup, 1)) ||
                 failed(atLeast(emitError, "registers", registers, 16)));
}

} // namespace dlc::dl
