// The model's choices are legal for every shape and sensible for the ones that it was made for.
#include "dlc/Schedule/AnalyticModel.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dlc::schedule {
namespace {

GemmShape shapeOf(int64_t rows, int64_t columns, int64_t depth) {
  GemmShape shape;
  shape.rows = rows;
  shape.columns = columns;
  shape.depth = depth;
  return shape;
}

TEST(AnalyticModel, GemmTilesFitTheRegisters) {
  for (bool wide : {false, true})
    for (int64_t rows : {1, 2, 7, 49, 128, 3136})
      for (int64_t columns : {1, 3, 24, 37, 1000})
        for (int64_t depth : {1, 27, 576, 4608})
          for (int cores : {1, 2, 8}) {
            MachineFacts facts;
            facts.cores = cores;
            if (wide)
              facts = avx512Facts(facts);
            GemmParams params = chooseGemm(shapeOf(rows, columns, depth), facts);
            EXPECT_GE(params.rowsPerTile, 1);
            EXPECT_LE(params.rowsPerTile, rows);
            EXPECT_GE(params.vectorsPerTile, 1);
            EXPECT_LE(params.rowsPerTile * params.vectorsPerTile +
                          std::min(params.rowsPerTile, params.vectorsPerTile) + 1,
                      facts.vectorRegisters);
            EXPECT_GE(params.tilesPerBlock, 1);
            EXPECT_GE(params.tasks, 1);
            if (cores == 1)
              EXPECT_EQ(params.tasks, 1);
          }
}

TEST(AnalyticModel, LargeGemmHidesTheLatency) {
  MachineFacts facts;
  GemmParams narrow = chooseGemm(shapeOf(768, 768, 768), facts);
  EXPECT_GE(narrow.rowsPerTile * narrow.vectorsPerTile, 8);
  GemmParams wide = chooseGemm(shapeOf(768, 768, 768), avx512Facts(facts));
  EXPECT_GE(wide.rowsPerTile * wide.vectorsPerTile, 16);
}

TEST(AnalyticModel, RowsOfManyVectorsFitSixteenRegisters) {
  GemmShape lines = shapeOf(111 * 111, 64, 27);
  lines.lineWidth = 111;
  const GemmParams params = chooseGemm(lines, MachineFacts());
  EXPECT_EQ(params.rowsPerTile, 3);
  EXPECT_EQ(params.vectorsPerTile, 4);
}

/// A core with AVX-512 and a large L2.
static MachineFacts wideFacts() {
  MachineFacts facts;
  facts.l1Bytes = 48 << 10;
  facts.l2Bytes = 2 << 20;
  return avx512Facts(facts);
}

TEST(AnalyticModel, ColumnsBeyondWholeVectorsHaveStepsSideBySide) {
  auto steps = [](int64_t columns, bool packed, int64_t innermost = 64) {
    GemmShape shape = shapeOf(640, columns, 64);
    shape.packedDepth = packed ? innermost : 0;
    return chooseGemm(shape, avx512Facts(MachineFacts())).stepsSideBySide;
  };
  EXPECT_EQ(steps(1, true), 16);
  EXPECT_EQ(steps(3, true), 16);
  EXPECT_EQ(steps(3, true, 8), 4);
  EXPECT_EQ(steps(4, true), 4);
  EXPECT_EQ(steps(20, true), 4);
  EXPECT_EQ(steps(24, true), 2);
  EXPECT_EQ(steps(37, true), 2);
  EXPECT_EQ(steps(3, true, 2), 2);
  // Whole vectors; hardly a lane free; weights that are computed; an odd number of channels.
  EXPECT_EQ(steps(32, true), 1);
  EXPECT_EQ(steps(31, true), 1);
  EXPECT_EQ(steps(24, false), 1);
  EXPECT_EQ(steps(24, true, 1), 1);
  // One column fills its vectors with steps: rows together add them at little cost.
  GemmShape column = shapeOf(9600, 1, 24);
  column.packedDepth = column.depth;
  EXPECT_EQ(chooseGemm(column, MachineFacts()).stepsSideBySide, 8);
}

TEST(AnalyticModel, ColumnsWithVectorsOfStepsFillVectors) {
  auto tile = [](int64_t columns, int64_t depth) {
    GemmShape shape = shapeOf(960, columns, depth);
    shape.packedDepth = depth;
    return chooseGemm(shape, MachineFacts());
  };
  // What is left of the sums is at least half of a vector, and stored at once.
  EXPECT_EQ(tile(3, 64).rowsPerTile, 4);
  EXPECT_EQ(tile(3, 64).vectorsPerTile, 3);
  EXPECT_EQ(tile(3, 64).stepsSideBySide, 8);
  EXPECT_EQ(tile(6, 64).rowsPerTile, 2);
  EXPECT_EQ(tile(6, 64).stepsSideBySide, 8);
  // Too shallow for the sums of lanes.
  EXPECT_EQ(tile(6, 16).stepsSideBySide, 1);
}

TEST(AnalyticModel, UnitsOfHalfAVectorHaveNarrowVectorsForFewColumns) {
  MachineFacts halves = wideFacts();
  halves.unitBytes = 32;
  auto shapeWith = [](int64_t columns) {
    GemmShape shape = shapeOf(640, columns, 66);
    shape.packedDepth = 33;
    return shape;
  };
  // Three vectors of 8 instead of two of 16, and one instead of one.
  EXPECT_EQ(chooseGemm(shapeWith(24), halves).vectorBytes, 32);
  EXPECT_EQ(chooseGemm(shapeWith(24), halves).vectorsPerTile, 3);
  EXPECT_EQ(chooseGemm(shapeWith(5), halves).vectorBytes, 32);
  EXPECT_EQ(chooseGemm(shapeWith(24), wideFacts()).vectorBytes, 0);
  // No lane is empty, or as many in either: nothing changes.
  for (int64_t columns : {16, 64, 96, 13, 29, 1000})
    EXPECT_EQ(chooseGemm(shapeWith(columns), halves), chooseGemm(shapeWith(columns), wideFacts()));
}

TEST(AnalyticModel, StepsSideBySideInTilesOfOneAddress) {
  // Padded 3 x 3 windows: tiles that divide a line of 120 pixels have one address, those of 127
  // have not.
  GemmShape shape = shapeOf(9600, 24, 864);
  shape.packedDepth = 96;
  shape.lineWidth = 120;
  shape.padded = true;
  EXPECT_EQ(chooseGemm(shape, wideFacts()).rowsPerTile, 12);
  shape.lineWidth = 127;
  EXPECT_LE(chooseGemm(shape, wideFacts()).rowsPerTile, 8);
  // Tiles of whole vectors stay as they are.
  shape.columns = 32;
  shape.lineWidth = 120;
  EXPECT_LE(chooseGemm(shape, wideFacts()).rowsPerTile, 8);
}

TEST(AnalyticModel, SlicesHaveNoStepsSideBySide) {
  MachineFacts facts;
  GemmShape shape = shapeOf(3136, 20, 65536);
  shape.packedDepth = shape.depth;
  GemmParams params = chooseGemm(shape, facts);
  EXPECT_GT(params.reductionBlock, 0);
  EXPECT_EQ(params.stepsSideBySide, 1);
}

TEST(AnalyticModel, CoresShareOutPanelsEvenly) {
  MachineFacts facts = avx512Facts(MachineFacts());
  facts.l2Bytes = 1 << 20;
  auto blocksOf = [&](int64_t rows, int64_t columns, int64_t depth, int cores) {
    facts.cores = cores;
    GemmShape shape = shapeOf(rows, columns, depth);
    shape.storedPanels = true;
    const GemmParams params = chooseGemm(shape, facts);
    EXPECT_EQ(params.order, LoopOrder::ColumnsOuter);
    const int64_t tiles = (rows + params.rowsPerTile - 1) / params.rowsPerTile;
    return (tiles + params.tilesPerBlock - 1) / params.tilesPerBlock;
  };
  // 7 panels; 8; 7 for one core.
  EXPECT_EQ(blocksOf(49, 224, 1024, 2), 2);
  EXPECT_EQ(blocksOf(49, 256, 1024, 2), 1);
  EXPECT_EQ(blocksOf(49, 224, 1024, 1), 1);

  // One panel of a depth that is visited in slices.
  ConvShape conv;
  conv.outputHeight = conv.outputWidth = 28;
  conv.inputChannels = conv.outputChannels = 96;
  conv.kernelHeight = conv.kernelWidth = 3;
  conv.padded = true;
  facts.cores = 2;
  const GemmParams params = chooseGemm(gemmShapeOf(conv), facts);
  EXPECT_GT(params.reductionBlock, 0);
  EXPECT_EQ(params.tasks, 2);
}

TEST(AnalyticModel, WeightsThatFewRowsUseComeAhead) {
  const MachineFacts facts = wideFacts();
  EXPECT_TRUE(chooseGemm(shapeOf(49, 2048, 512), facts).prefetch);
  // Two panels of 800 KiB and the rows are more than L2, one and the rows are less.
  EXPECT_TRUE(chooseGemm(shapeOf(49, 512, 6400), facts).prefetch);
  // Small weights; one tile of rows; rows in blocks, which pass all panels; slices.
  EXPECT_FALSE(chooseGemm(shapeOf(49, 64, 512), facts).prefetch);
  EXPECT_FALSE(chooseGemm(shapeOf(1, 2048, 512), facts).prefetch);
  EXPECT_FALSE(chooseGemm(shapeOf(784, 512, 4608), facts).prefetch);
}

TEST(AnalyticModel, FewRowsAreOneTileBesideWeightsThatStreamBy) {
  const MachineFacts facts = wideFacts();
  GemmShape shape = shapeOf(16, 1000, 2048);
  shape.storedPanels = true;
  for (int rows : {9, 16, 30}) {
    shape.rows = rows;
    const GemmParams params = chooseGemm(shape, facts);
    EXPECT_EQ(params.rowsPerTile, rows);
    EXPECT_EQ(params.order, LoopOrder::ColumnsOuter);
    EXPECT_TRUE(params.prefetch);
  }
  // As many as the weights hide behind; more than the registers hold, with 32 and with 16.
  auto rowsPerTile = [&](int64_t rows, const MachineFacts &machine) {
    shape.rows = rows;
    return chooseGemm(shape, machine).rowsPerTile;
  };
  EXPECT_EQ(rowsPerTile(8, facts), 8);
  EXPECT_LE(rowsPerTile(31, facts), 8);
  EXPECT_LE(rowsPerTile(12, MachineFacts()), 8);
  // Weights that the kernel packs; rows known at the call; small weights; windows that slide.
  GemmShape computed = shapeOf(16, 1000, 2048), open = computed, small = computed,
            slides = computed;
  open.storedPanels = small.storedPanels = slides.storedPanels = true;
  open.openRows = true;
  small.columns = 16;
  slides.lineWidth = 4;
  for (const GemmShape &other : {computed, open, small, slides})
    EXPECT_LE(chooseGemm(other, facts).rowsPerTile, 8);
}

TEST(AnalyticModel, RowsThatStreamByComeAhead) {
  const MachineFacts facts = wideFacts();
  EXPECT_TRUE(chooseGemm(shapeOf(12544, 16, 32), facts).prefetch);
  // Few rows; rows that tiles do not divide; windows that slide; groups.
  EXPECT_FALSE(chooseGemm(shapeOf(196, 64, 384), facts).prefetch);
  EXPECT_FALSE(chooseGemm(shapeOf(12543, 16, 32), facts).prefetch);
  GemmShape windows = shapeOf(12544, 16, 32), groups = windows;
  windows.lineWidth = 112;
  EXPECT_FALSE(chooseGemm(windows, facts).prefetch);
  groups.batch = 2;
  EXPECT_FALSE(chooseGemm(groups, facts).prefetch);
}

TEST(AnalyticModel, PanelsInL1FillLinesTogether) {
  MachineFacts facts = wideFacts();
  facts.vectorBytes = 32;
  facts.vectorRegisters = 16;
  EXPECT_EQ(chooseGemm(shapeOf(12544, 96, 16), facts).tilesPerBlock, 1);
  // Weights beyond L1; one panel; an output that stays in L2.
  EXPECT_GT(chooseGemm(shapeOf(12544, 256, 64), facts).tilesPerBlock, 1);
  EXPECT_GT(chooseGemm(shapeOf(12544, 16, 32), facts).tilesPerBlock, 1);
  EXPECT_GT(chooseGemm(shapeOf(784, 96, 16), facts).tilesPerBlock, 1);
}

TEST(AnalyticModel, ShallowTilesWriteWholeLines) {
  const MachineFacts facts = wideFacts();
  const int lanes = facts.lanes(4);
  EXPECT_EQ(chooseGemm(shapeOf(3136, 144, 24), facts).vectorsPerTile * lanes, 144);
  EXPECT_EQ(chooseGemm(shapeOf(12544, 96, 16), facts).vectorsPerTile * lanes, 96);
  EXPECT_EQ(chooseGemm(shapeOf(3136, 64, 64), facts).vectorsPerTile * lanes, 64);
}

TEST(AnalyticModel, CopiedGroupsFillLinesWithHighTiles) {
  ConvShape conv{.outputHeight = 28, .outputWidth = 28, .inputChannels = 256};
  conv.outputChannels = 256;
  conv.groups = 32;
  conv.kernelHeight = conv.kernelWidth = 3;
  EXPECT_EQ(chooseGemm(gemmShapeOf(conv), wideFacts()).rowsPerTile, 7);
  conv.padded = true;
  EXPECT_EQ(chooseGemm(gemmShapeOf(conv), wideFacts()).rowsPerTile, 14);
  // No copy by the block: columns with steps side by side, or with lanes of their own.
  conv.inputChannels *= 8;
  GemmShape shape = gemmShapeOf(conv);
  EXPECT_EQ(chooseGemm(shape, wideFacts()).stepsSideBySide, 2);
  shape.packedDepth = 0;
  EXPECT_LE(chooseGemm(shape, wideFacts()).rowsPerTile, 8);
}

TEST(AnalyticModel, ScansHaveSeveralChainsWhereTheyCan) {
  MachineFacts facts;
  EXPECT_EQ(chooseScan({facts.lanes(4), 100, 1, 4}, facts).vectorsPerTile, 1);
  EXPECT_EQ(chooseScan({1000, 100, 1, 4}, facts).vectorsPerTile, 4);
  EXPECT_EQ(chooseScan({1, 30, 1, 4}, facts).vectorsPerTile, 1);
  EXPECT_EQ(chooseScan({1, 15, 50, 4}, facts).vectorsPerTile, 2);
  EXPECT_EQ(chooseScan({256, 100, 1, 4}, facts).vectorsPerTile, 4);
  EXPECT_EQ(chooseScan({256, 100, 1, 4}, wideFacts()).vectorsPerTile, 8);
  EXPECT_EQ(chooseScan({250, 100, 1, 4}, wideFacts()).vectorsPerTile, 4);
}

TEST(AnalyticModel, SmallWorkStaysOnOneCore) {
  MachineFacts facts;
  facts.cores = 2;
  EXPECT_EQ(chooseGemm(shapeOf(7, 16, 16), facts).tasks, 1);
  EXPECT_EQ(chooseInjective({100, 4, 3}, facts).tasks, 1);
  EXPECT_GT(chooseInjective({1 << 22, 4, 3}, facts).tasks, 1);
  EXPECT_EQ(chooseRowReduce({16, 4, 4, 8}, facts).tasks, 1);
  EXPECT_EQ(chooseScan({16, 4, 4, 4}, facts).tasks, 1);
  EXPECT_GT(chooseScan({64, 512, 64, 4}, facts).tasks, 1);
}

TEST(AnalyticModel, ScansOfLongRowsWaitOnceForSeveralVectors) {
  MachineFacts facts;
  EXPECT_EQ(chooseScan({1, 512, 1024, 4}, facts).vectorsPerTile, 4);
  EXPECT_EQ(chooseScan({1, 40, 1024, 4}, facts).vectorsPerTile, 4);
  EXPECT_EQ(chooseScan({1, 39, 1024, 4}, facts).vectorsPerTile, 1);
  EXPECT_EQ(chooseScan({1, 100, 1024, 4}, wideFacts()).vectorsPerTile, 1);
  EXPECT_EQ(chooseScan({1, 15, 1024, 4}, facts).vectorsPerTile, 2); // rows beside each other
}

/// A 3x3 convolution over an image of 3 channels.
static ConvShape firstLayer(int64_t outputSize, int64_t channels, int64_t stride) {
  return {.outputHeight = outputSize,
          .outputWidth = outputSize,
          .inputChannels = 3,
          .outputChannels = channels,
          .kernelHeight = 3,
          .kernelWidth = 3,
          .strideHeight = stride,
          .strideWidth = stride,
          .padded = true};
}

// A block that writes whole lines need not keep them: a larger one copies fewer halos.
TEST(AnalyticModel, BlocksOfOnePanelAreLarge) {
  auto rowsOfBlock = [](int64_t channels) {
    const ConvShape first = firstLayer(112, channels, /*stride=*/2);
    const GemmParams params = chooseGemm(gemmShapeOf(first), wideFacts());
    return params.rowsPerTile * params.tilesPerBlock;
  };
  EXPECT_GE(rowsOfBlock(32), 16 * 112);
  EXPECT_LT(rowsOfBlock(256), 8 * 112);
}

// A block of rows that ends in another image would copy all lines of both.
TEST(AnalyticModel, OnlyOneImageIsPaddedPerBlock) {
  ConvShape first = firstLayer(112, 16, /*stride=*/2);
  for (const MachineFacts &facts : {MachineFacts(), wideFacts()}) {
    first.batch = 1;
    EXPECT_EQ(chooseGemm(gemmShapeOf(first), facts).pad, PadMode::Block);
    first.batch = 2;
    EXPECT_EQ(chooseGemm(gemmShapeOf(first), facts).pad, PadMode::Whole);
  }
}

// Panels that fill the lines of an output tile by tile, whose blocks would copy little else than
// halos.
TEST(AnalyticModel, ShallowConvolutionsFillLines) {
  ConvShape first = firstLayer(224, 64, /*stride=*/1);
  const GemmParams params = chooseGemm(gemmShapeOf(first), MachineFacts());
  EXPECT_EQ(params.tilesPerBlock, 1);
  EXPECT_EQ(params.order, LoopOrder::RowsOuter);
  EXPECT_EQ(params.pad, PadMode::Whole);
  // Its weights leave L1 between two tiles.
  first.kernelHeight = first.kernelWidth = 7;
  EXPECT_GT(chooseGemm(gemmShapeOf(first), MachineFacts()).tilesPerBlock, 1);
}

TEST(AnalyticModel, UnitsOfHalfAVectorEndShallowTilesEarly) {
  MachineFacts halves = wideFacts();
  halves.unitBytes = 32;
  halves.l3Bytes = 32 << 20;
  const GemmParams params = chooseGemm(shapeOf(3136, 64, 64), halves);
  EXPECT_EQ(params.rowsPerTile, 8);
  EXPECT_EQ(params.vectorsPerTile, 1);
  EXPECT_EQ(params.tilesPerBlock, 1);
  EXPECT_EQ(params.vectorBytes, 0);
  // Whole units; a panel that fills L1; more than fits L3.
  EXPECT_GT(chooseGemm(shapeOf(3136, 64, 64), wideFacts()).vectorsPerTile, 1);
  EXPECT_GT(chooseGemm(shapeOf(3136, 64, 1024), halves).vectorsPerTile, 1);
  EXPECT_GT(chooseGemm(shapeOf(50176, 64, 64), halves).vectorsPerTile, 1);
}

/// Windows of `kernel` x `kernel` over an image that is padded to keep its size.
static WindowShape windowsOver(int64_t size, int64_t channels, int64_t kernel, int64_t stride) {
  return {.channels = channels,
          .height = size / stride,
          .width = size / stride,
          .taps = kernel * kernel,
          .inputRowBytes = size * channels * 4,
          .inputHeight = size,
          .strideHeight = stride,
          .strideWidth = stride,
          .kernelHeight = kernel};
}

TEST(AnalyticModel, WindowsPassOverNearImagesForSomeChannels) {
  MachineFacts facts; // 32 KiB of L1, 512 KiB of L2
  facts.cores = 1;
  // As many channels as keep four lines of 14 pixels and nine weights in 16 KiB.
  EXPECT_EQ(channelBytesTogether(windowsOver(14, 384, 3, 1), facts), 252);
  EXPECT_EQ(chooseDepthwise(windowsOver(14, 384, 3, 1), facts).rowsPerBlock, 14);
  EXPECT_EQ(channelBytesTogether(windowsOver(14, 64, 3, 1), facts), 0);  // lines stay in L1
  EXPECT_EQ(channelBytesTogether(windowsOver(56, 144, 3, 1), facts), 0); // a far image
  EXPECT_EQ(channelBytesTogether(windowsOver(112, 16, 3, 1), facts), 0); // less than a line
  EXPECT_EQ(channelBytesTogether(windowsOver(0, 0, 3, 1), facts), 0);
  facts.l2Bytes = 1 << 20;
  EXPECT_EQ(channelBytesTogether(windowsOver(56, 144, 3, 1), facts), 70);
  // Pixels that are no whole lines, in pieces of one and of two.
  EXPECT_EQ(channelBytesTogether(windowsOver(56, 136, 3, 1), facts), 0);
  EXPECT_EQ(channelBytesTogether(windowsOver(28, 200, 3, 1), facts), 135);
}

TEST(AnalyticModel, TilesOfOneColumnPassAllChannels) {
  EXPECT_TRUE(readsLinesOnce(4, 1, 3, 2)); // one line of nine again
  EXPECT_FALSE(readsLinesOnce(4, 2, 3, 2));
  EXPECT_FALSE(readsLinesOnce(4, 1, 3, 1));
  EXPECT_FALSE(readsLinesOnce(2, 1, 3, 2));
  EXPECT_FALSE(readsLinesOnce(1, 1, 7, 1));
  MachineFacts facts;
  facts.cores = 1;
  facts.l2Bytes = 1 << 20;
  // Blocks of rows, not of channels.
  EXPECT_EQ(chooseDepthwise(windowsOver(56, 144, 3, 2), facts).rowsPerBlock, 4);
  EXPECT_EQ(chooseDepthwise(windowsOver(28, 192, 3, 2), facts).rowsPerBlock, 14);
}

TEST(AnalyticModel, WindowsThatOverlapShareColumns) {
  auto tile = [](const WindowShape &shape, const MachineFacts &facts) {
    const DepthwiseParams params = chooseDepthwise(shape, facts);
    return std::tuple(params.vectorsPerTile, params.columnsPerTile, params.rowsPerTile);
  };
  const MachineFacts narrow, wide = avx512Facts(narrow);
  using Tile = std::tuple<int, int, int>;
  for (const MachineFacts &facts : {narrow, wide}) {
    EXPECT_EQ(tile(windowsOver(14, 384, 3, 1), facts), Tile(1, 7, 1));
    EXPECT_EQ(tile(windowsOver(22, 240, 3, 2), facts), Tile(2, 4, 1));
    EXPECT_EQ(tile(windowsOver(112, 64, 5, 1), facts), Tile(1, 4, 2)); // passed once
    EXPECT_EQ(tile(windowsOver(113, 64, 5, 1), facts), Tile(1, 4, 2)); // and one row beyond
    // Few rows that are odd, open ones or ones with other lines in between share none.
    EXPECT_EQ(tile(windowsOver(11, 64, 5, 1), facts), Tile(1, 6, 1));
    WindowShape shape = windowsOver(112, 64, 5, 1);
    shape.openHeight = true;
    EXPECT_EQ(tile(shape, facts), Tile(1, 8, 1));
    shape = windowsOver(112, 64, 5, 1);
    shape.dilated = true;
    EXPECT_EQ(tile(shape, facts), Tile(1, 8, 1));
  }
  // Weights in registers: four rows.
  EXPECT_EQ(tile(windowsOver(28, 384, 3, 1), wide), Tile(1, 2, 4));
  EXPECT_EQ(tile(windowsOver(112, 64, 3, 2), wide), Tile(1, 2, 4));
  EXPECT_EQ(tile(windowsOver(28, 96, 3, 1), narrow), Tile(1, 7, 1));
  // Beside half of the sums, where windows share few loads; a far image by one column.
  EXPECT_EQ(tile(windowsOver(112, 96, 3, 2), narrow), Tile(1, 1, 4));
  EXPECT_EQ(tile(windowsOver(56, 144, 3, 2), narrow), Tile(1, 1, 4));
  EXPECT_EQ(tile(windowsOver(28, 192, 3, 2), narrow), Tile(1, 2, 2)); // 14 rows
  EXPECT_EQ(tile(windowsOver(28, 256, 3, 2), narrow), Tile(2, 4, 1)); // pixels 1 KiB apart
  EXPECT_EQ(tile(windowsOver(14, 576, 3, 2), narrow), Tile(2, 4, 1)); // 7 rows
  EXPECT_EQ(tile(windowsOver(112, 96, 3, 2), wide), Tile(1, 1, 4));
  EXPECT_EQ(tile(windowsOver(38, 128, 3, 2), wide), Tile(1, 2, 4));
  // Overlaps by more than half, in vectors of a line and of half of one.
  EXPECT_EQ(tile(windowsOver(112, 96, 5, 2), wide), Tile(1, 4, 2));
  EXPECT_EQ(tile(windowsOver(112, 96, 5, 2), narrow), Tile(2, 2, 2));
  MachineFacts units = wide;
  units.unitBytes = 32;
  EXPECT_EQ(tile(windowsOver(30, 3, 5, 2), units), Tile(1, 5, 1)); // few channels
  // Nine lines a multiple of 4 KiB apart, of which L1 keeps eight, or twelve.
  EXPECT_EQ(tile(windowsOver(112, 64, 3, 2), narrow), Tile(1, 2, 2));
  MachineFacts ways = narrow;
  ways.l1Bytes = 48 << 10;
  EXPECT_EQ(tile(windowsOver(112, 64, 3, 2), ways), Tile(1, 1, 4));
  // Pixels 2 KiB apart.
  for (const MachineFacts &facts : {narrow, wide}) {
    EXPECT_EQ(tile(windowsOver(14, 512, 3, 1), facts), Tile(2, 2, 2));
    EXPECT_EQ(tile(windowsOver(7, 512, 3, 1), facts), Tile(1, 7, 1));
  }
  // Passed once, by vectors of half a cache line.
  EXPECT_EQ(tile(windowsOver(112, 64, 3, 1), narrow), Tile(1, 4, 2));
  EXPECT_EQ(tile(windowsOver(11, 64, 3, 1), narrow), Tile(2, 4, 1));
  EXPECT_EQ(tile(windowsOver(14, 64, 3, 1), wide), Tile(1, 7, 1));
}

TEST(AnalyticModel, RowTilesReachLittleBeyondTheOutput) {
  EXPECT_TRUE(fillsRowTiles(12, 4));
  EXPECT_TRUE(fillsRowTiles(13, 2));
  EXPECT_FALSE(fillsRowTiles(11, 2));
  EXPECT_FALSE(fillsRowTiles(13, 4)); // three rows
  EXPECT_TRUE(fillsRowTiles(39, 6));
  EXPECT_FALSE(fillsRowTiles(37, 4));
}

TEST(AnalyticModel, WindowsTakeHalfVectorsWhereWholeOnesAreEmpty) {
  MachineFacts facts = avx512Facts(MachineFacts());
  auto bytes = [&](int64_t channels) { return windowFacts(channels, 4, facts).vectorBytes; };
  for (int64_t channels : {8, 20, 37, 40, 120})
    EXPECT_EQ(bytes(channels), 64) << channels; // units of whole vectors
  facts.unitBytes = 32;
  for (int64_t channels : {3, 8, 20, 24, 37, 40})
    EXPECT_EQ(bytes(channels), 32) << channels;
  for (int64_t channels : {16, 28, 32, 42, 48, 72, 120})
    EXPECT_EQ(bytes(channels), 64) << channels; // few lanes more
  EXPECT_EQ(windowFacts(37, 4, facts).vectorRegisters, 32);
  EXPECT_EQ(windowFacts(37, 4, MachineFacts()).vectorBytes, 32);
}

TEST(AnalyticModel, BlocksHaveWholeTilesOfRows) {
  MachineFacts facts = avx512Facts(MachineFacts());
  facts.cores = 1;
  EXPECT_EQ(chooseDepthwise(windowsOver(56, 144, 3, 1), facts).rowsPerBlock % 4, 0);
  facts.cores = 2; // blocks of 14 rows would have 16, 16, 16 and 8
  EXPECT_EQ(chooseDepthwise(windowsOver(56, 144, 3, 1), facts).rowsPerBlock, 4);
  EXPECT_EQ(chooseDepthwise(windowsOver(112, 32, 3, 1), facts).rowsPerBlock, 8);
}

TEST(AnalyticModel, PoolsShareFoldsOrReadChannelsSideBySide) {
  auto tile = [](const WindowShape &shape, const MachineFacts &facts) {
    const WindowParams params = chooseWindow(shape, facts);
    return std::tuple(params.vectorsPerTile, params.columnsPerTile, params.rowsPerTile);
  };
  const MachineFacts narrow, wide = avx512Facts(narrow);
  using Tile = std::tuple<int, int, int>;
  // Five columns of two vectors stay in 16 registers, nine in 32, and so do five of two rows.
  EXPECT_EQ(tile(windowsOver(22, 64, 3, 2), narrow), Tile(2, 2, 1));
  EXPECT_EQ(tile(windowsOver(22, 64, 3, 2), wide), Tile(2, 4, 1));
  EXPECT_EQ(tile(windowsOver(114, 64, 3, 2), wide), Tile(1, 2, 2)); // a row beyond the output
  EXPECT_EQ(tile(windowsOver(112, 64, 3, 2), narrow), Tile(1, 2, 2));
  EXPECT_EQ(tile(windowsOver(112, 64, 3, 2), wide), Tile(1, 2, 2));
  EXPECT_EQ(tile(windowsOver(14, 64, 3, 1), narrow), Tile(1, 4, 2));
  EXPECT_EQ(tile(windowsOver(11, 64, 5, 1), narrow), Tile(1, 6, 1));
  EXPECT_EQ(tile(windowsOver(24, 64, 7, 3), narrow), Tile(2, 4, 1)); // taps in loops
  // Windows that do not overlap.
  EXPECT_EQ(tile(windowsOver(112, 128, 2, 2), narrow), Tile(4, 1, 1));
  EXPECT_EQ(tile(windowsOver(112, 20, 2, 3), narrow), Tile(2, 1, 1));
  EXPECT_EQ(tile(windowsOver(112, 3, 2, 2), narrow), Tile(1, 1, 1));
}

TEST(AnalyticModel, PoolsOfWholeImagesReadLongPieces) {
  auto vectors = [](int64_t channels, const MachineFacts &facts) {
    WindowShape shape = windowsOver(7, channels, 7, 1);
    shape.height = shape.width = 1;
    return chooseWindow(shape, facts).vectorsPerTile;
  };
  const MachineFacts narrow, wide = avx512Facts(narrow);
  EXPECT_EQ(vectors(2048, narrow), 64);
  EXPECT_EQ(vectors(1000, narrow), 63); // two tiles
  EXPECT_EQ(vectors(256, narrow), 8);
  EXPECT_EQ(vectors(2048, wide), 8); // of a vector a cache line
}

TEST(AnalyticModel, SoftmaxesTakeRowsTogether) {
  MachineFacts facts;
  EXPECT_EQ(chooseRowReduce({128, 1536, 4, 8}, facts).rowsPerBlock, 4);
  EXPECT_EQ(chooseRowReduce({20, 49, 4, 8}, facts).rowsPerBlock, 8);
  EXPECT_EQ(chooseRowReduce({20, 3, 4, 8}, facts).rowsPerBlock, 3);
  EXPECT_EQ(chooseRowReduce({1000, 16, 4, 8}, facts).rowsPerBlock, 2);
  EXPECT_EQ(chooseRowReduce({6625, 40, 4, 8}, facts).rowsPerBlock, 1); // beyond L1
  EXPECT_EQ(chooseRowReduce({0, 0, 4, 8}, facts).rowsPerBlock, 1);
  EXPECT_EQ(chooseRowReduce({384, 128, 4, 3}, facts).rowsPerBlock, 2); // a layer norm
  EXPECT_EQ(chooseRowReduce({192, 128, 4, 3}, facts).rowsPerBlock, 1); // in registers
}

} // namespace
} // namespace dlc::schedule
