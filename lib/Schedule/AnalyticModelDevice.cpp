// The model of kernels on a device. The number of its multiprocessors is not known when an artifact
// is compiled, so what is weighed is the work of one block against how many blocks there are.
#include "dlc/Schedule/AnalyticModel.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace dlc::schedule {

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

static int powerOfTwoWithin(int64_t value, int64_t limit) {
  return int(std::bit_floor(uint64_t(std::max<int64_t>(1, std::min(value, limit)))));
}

/// Blocks below which a device of today has idle multiprocessors.
static constexpr double enoughBlocks = 128;

/// Registers of a thread: its accumulators, a slice of each operand, addresses.
static int registersOf(const GPUGemmParams &params, int elementBytes) {
  const int words = std::max(1, elementBytes / 4);
  return words * (params.rowsPerThread * params.columnsPerThread + params.rowsPerThread +
                  params.columnsPerThread) +
         32;
}

/// Time of the whole contraction in units of one multiply-add by each of a block's threads.
static double predictGPUGemm(const GemmShape &shape, const GPUGemmParams &params) {
  const double blocks = double(ceilDiv(shape.rows, params.rows())) *
                        double(ceilDiv(shape.columns, params.columns())) * double(shape.batch);
  const double tile = double(params.rowsPerThread) * params.columnsPerThread;
  const double threads = double(params.rowThreads) * params.columnThreads;
  // A step of the reduction: the multiply-adds, a load of each operand from shared memory (four
  // columns at a time), and the thread's share of staging them.
  const double loads = params.rowsPerThread + std::max(1.0, params.columnsPerThread / 4.0);
  const double staging = 6.0 * (params.rows() + params.columns()) / threads;
  // Each visit of the accumulators: a read and a write of them, and two barriers.
  const double visit = 0.5 * tile + 40;
  const double block = double(shape.depth) *
                       (tile + loads + staging + visit / params.depthPerStep) *
                       std::max(1.0, threads / 32);
  return block * std::max(blocks, enoughBlocks);
}

GPUGemmParams chooseGPUGemm(const GemmShape &shape, const DeviceFacts &device) {
  struct Tile {
    int rowsPerThread, columnsPerThread, rowThreads, columnThreads;
  };
  static constexpr Tile tiles[] = {{8, 4, 16, 16}, {4, 4, 16, 16}, {8, 4, 8, 16}, {4, 4, 8, 16},
                                   {4, 4, 8, 8},   {2, 4, 8, 16},  {2, 4, 8, 8},  {1, 4, 8, 8},
                                   {1, 4, 4, 16},  {1, 4, 1, 64},  {4, 1, 8, 8},  {1, 1, 8, 8}};
  GPUGemmParams best;
  double least = std::numeric_limits<double>::infinity();
  for (const Tile &tile : tiles)
    for (int depth : {32, 16, 8, 4, 1}) {
      GPUGemmParams params{tile.rowsPerThread, tile.columnsPerThread, tile.rowThreads,
                           tile.columnThreads, powerOfTwoWithin(shape.depth, depth)};
      if (params.rowThreads * params.columnThreads > device.maxThreads ||
          params.sharedBytes(shape.elementBytes) > device.sharedBytes ||
          registersOf(params, shape.elementBytes) > device.registers)
        continue;
      double time = predictGPUGemm(shape, params);
      if (time < least) {
        least = time;
        best = params;
      }
    }
  return best;
}

GPURowReduceParams chooseGPURowReduce(const RowReduceShape &shape, const DeviceFacts &device) {
  GPURowReduceParams params;
  // Four elements a thread pay for folding what the threads found; beyond 256 nothing is gained.
  params.threadsPerRow = powerOfTwoWithin(shape.columns / 4, std::min(256, device.maxThreads));
  // Whole subgroups, where the rows allow it; and as many rows as divide theirs.
  const int64_t wanted = std::max(1, 2 * device.subgroup / params.threadsPerRow);
  for (int64_t rows = std::min<int64_t>(wanted, shape.rows); rows > 1; --rows)
    if (shape.rows % rows == 0) {
      params.rowsPerBlock = int(rows);
      break;
    }
  return params;
}

GPUWindowParams chooseGPUWindow(int64_t elements, const DeviceFacts &device) {
  return {std::max(device.subgroup, powerOfTwoWithin(elements / int64_t(enoughBlocks),
                                                     std::min(128, device.maxThreads)))};
}

GPUInjectiveParams chooseGPUInjective(int64_t elements, const DeviceFacts &device) {
  return {std::max(device.subgroup, powerOfTwoWithin(elements / int64_t(enoughBlocks),
                                                     std::min(256, device.maxThreads)))};
}

} // namespace dlc::schedule
