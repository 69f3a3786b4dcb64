// Every template at sizes around its tiles, compiled ahead of time and run on buffers between
// unmapped pages: a read or write outside an exact-size tensor faults, a missed element stays NaN.
#include "KernelCheck.h"
#include "dlc/Codegen/Halide/Templates/CodegenOptions.h"
#include "dlc/Codegen/Halide/Templates/Injective.h"
#include "dlc/Codegen/Halide/Templates/LoweringPasses.h"
#include "dlc/Codegen/Halide/Templates/Window.h"

#include <gtest/gtest.h>

namespace dlc::bench {
namespace {

schedule::MachineFacts testFacts(int cores) {
  schedule::MachineFacts facts; // the defaults: the same schedules on every machine
  facts.cores = cores;
  return facts;
}

KernelWorkshop &workshop() {
  static KernelWorkshop shared = [] {
    templates::configureHalideCodegen();
    return KernelWorkshop(
        "x86-64-linux-avx2-fma-f16c-sse41-avx-no_runtime-no_asserts-no_bounds_query");
  }();
  return shared;
}

void expectCorrect(const BuiltKernel &kernel, const std::string &what, bool inPlace = false) {
  workshop().setThreads(2);
  double error = checkKernel(kernel, workshop().compile(kernel, ""), inPlace);
  EXPECT_LE(error, kernel.tolerance) << what << ": " << kernel.schedule;
}

std::string text(std::initializer_list<int> numbers) {
  std::string result;
  for (int n : numbers)
    result += (result.empty() ? "" : "x") + std::to_string(n);
  return result;
}

TEST(GemmTemplate, SizesAroundTheTiles) {
  for (auto [rows, columns, depth] : std::initializer_list<std::array<int, 3>>{{1, 1, 1},
                                                                               {1, 7, 3},
                                                                               {2, 8, 1},
                                                                               {5, 9, 17},
                                                                               {6, 15, 8},
                                                                               {7, 16, 5},
                                                                               {13, 17, 31},
                                                                               {49, 33, 7}})
    expectCorrect(buildWeightGemm({rows, columns, depth}, testFacts(1), {}),
                  text({rows, columns, depth}));
}

TEST(GemmTemplate, EveryTileShape) {
  for (int rows : {1, 3, 4, 6})
    for (int vectors : {1, 2, 3})
      expectCorrect(buildWeightGemm({23, 41, 12}, testFacts(1), {{"mr", rows}, {"nv", vectors}}),
                    text({rows, vectors}));
}

TEST(GemmTemplate, LoopOrdersBlocksTasksAndSlices) {
  for (int order : {0, 1})
    for (int tasks : {1, 3})
      for (int slice : {0, 6})
        for (auto [prefetch, rows] : {std::pair{0, 29}, {1, 29}, {1, 28}})
          expectCorrect(buildWeightGemm({rows, 40, 24}, testFacts(2),
                                        {{"order", order},
                                         {"tasks", tasks},
                                         {"kc", slice},
                                         {"prefetch", prefetch},
                                         {"block", 2},
                                         {"mr", 4},
                                         {"nv", 2}}),
                        text({order, tasks, slice, prefetch, rows}));
}

TEST(GemmTemplate, WideVectorsAreOnlyFacts) {
  // AVX-512's tiles compile for AVX2 too: two registers a vector.
  expectCorrect(buildWeightGemm({19, 45, 11}, schedule::avx512Facts(testFacts(1)), {}), "avx512");
}

TEST(GemmTemplate, OneTileOfManyRowsIsCopied) {
  for (int depth : {63, 64, 67})
    for (int rows : {9, 13, 16})
      expectCorrect(buildWeightGemm({rows, 41, depth}, testFacts(1),
                                    {{"mr", rows},
                                     {"nv", 1},
                                     {"order", int(schedule::LoopOrder::ColumnsOuter)},
                                     {"block", 1},
                                     {"prefetch", 1}}),
                    text({rows, depth}));
  // A tile that is higher than the rows; panels in pieces.
  expectCorrect(
      buildWeightGemm(
          {11, 100, 70}, testFacts(2),
          {{"mr", 14}, {"nv", 1}, {"order", int(schedule::LoopOrder::ColumnsOuter)}, {"tasks", 3}}),
      "guarded");
}

TEST(GemmTemplate, PacksItsRightOperand) {
  for (bool transposed : {true, false})
    for (auto [rows, columns, depth, heads] : std::initializer_list<std::array<int, 4>>{
             {5, 3, 2, 2}, {7, 9, 8, 1}, {17, 16, 9, 3}, {8, 33, 15, 2}})
      expectCorrect(buildAttention({rows, columns, depth, heads, transposed}, testFacts(2), {}),
                    text({rows, columns, depth, heads, transposed}));
  // Steps that are less than a vector.
  for (int depth : {7, 8, 13, 15})
    expectCorrect(buildAttention({9, 29, depth, 2, true}, schedule::avx512Facts(testFacts(1)), {}),
                  text({depth}));
}

/// Whether lanes are lost that steps of the reduction could have.
static bool canPutStepsSideBySide(int columns, int depth, const schedule::MachineFacts &facts) {
  const int lanes = facts.lanes(4), rest = columns % lanes;
  const bool columnsApart = columns < lanes && depth % lanes == 0;
  return rest > 0 && ((2 * rest <= lanes && depth % 2 == 0) || columnsApart);
}

TEST(GemmTemplate, ColumnsWithStepsSideBySide) {
  // Depths that 16 steps divide, that two do, and that none do; all rows in turns.
  const int depths[] = {48, 22, 13}, rows[] = {1, 7, 8, 9, 100};
  size_t turn = 0;
  for (bool wide : {false, true})
    for (int columns : {1, 2, 3, 5, 7, 8, 9, 12, 15, 17, 20, 24, 31, 33, 37})
      for (int depth : depths) {
        const schedule::MachineFacts facts =
            wide ? schedule::avx512Facts(testFacts(1)) : testFacts(1);
        const GemmSize size{rows[turn++ % std::size(rows)], columns, depth};
        BuiltKernel kernel = buildWeightGemm(size, facts, {});
        expectCorrect(kernel, text({wide, size.rows, columns, depth}));
        if (!canPutStepsSideBySide(columns, depth, facts))
          EXPECT_EQ(kernel.schedule.find("steps"), std::string::npos) << kernel.schedule;
      }
}

TEST(GemmTemplate, VectorsOfStepsSideBySide) {
  // One to four columns in vectors of 8, each vector with steps of its own.
  for (int steps : {2, 4, 8})
    for (int vectors : {1, 2, 3})
      for (int order : {0, 1})
        expectCorrect(buildWeightGemm({23, 8 / steps, 48}, testFacts(2),
                                      {{"steps", steps},
                                       {"nv", vectors},
                                       {"mr", 4},
                                       {"order", order},
                                       {"tasks", 3},
                                       {"block", 2}}),
                      text({steps, vectors, order}));
}

TEST(GemmTemplate, ColumnsWithVectorsOfSteps) {
  // Tiles whose columns fill vectors, or not; one set of steps, or two.
  for (bool wide : {false, true})
    for (int columns : {1, 2, 3, 5})
      for (int sets : {1, 2})
        for (int rows : {1, 3, 8}) {
          const auto facts = wide ? schedule::avx512Facts(testFacts(2)) : testFacts(2);
          expectCorrect(buildWeightGemm({23, columns, 32}, facts,
                                        {{"steps", facts.lanes(4)},
                                         {"nv", columns * sets},
                                         {"mr", rows},
                                         {"bytes", 0},
                                         {"tasks", 3},
                                         {"block", 2}}),
                        text({wide, columns, sets, rows}));
        }
}

TEST(GemmTemplate, VectorsNarrowerThanTheWidest) {
  const auto wide = schedule::avx512Facts(testFacts(2));
  for (int columns : {3, 8, 13, 24, 37})
    for (int order : {0, 1}) {
      const std::map<std::string, int> narrow = {{"bytes", 32},    {"mr", 5},    {"nv", 3},
                                                 {"order", order}, {"steps", 1}, {"kc", 0},
                                                 {"block", 2},     {"tasks", 3}};
      expectCorrect(buildWeightGemm({23, columns, 10}, wide, narrow), text({columns, order}));
      for (bool transposed : {false, true})
        expectCorrect(buildAttention({23, columns, 13, 2, transposed}, wide, narrow),
                      text({columns, order, transposed}));
      expectCorrect(buildConv({9, 11, 3, columns, 3, 2, 1, 1}, wide, narrow),
                    text({columns, order}));
    }
  // Steps side by side, in vectors of 8; groups that share one.
  expectCorrect(
      buildWeightGemm({23, 12, 48}, wide, {{"bytes", 32}, {"mr", 4}, {"nv", 2}, {"steps", 2}}),
      "steps");
  BuiltKernel groups = buildConv({9, 14, 64, 64, 3, 1, 1, 16}, wide,
                                 {{"bytes", 32}, {"mr", 7}, {"nv", 1}, {"order", 0}, {"pad", 1}});
  expectCorrect(groups, "groups");
  EXPECT_NE(groups.schedule.find("bytes32"), std::string::npos) << groups.schedule;
}

/// Has `visitor` see what `kernel` is lowered to.
void visitLowered(const BuiltKernel &kernel, Halide::Internal::IRVisitor &visitor) {
  const std::vector<Halide::Argument> arguments(kernel.params.begin(), kernel.params.end());
  Halide::Pipeline pipeline = kernel.pipeline;
  const Halide::Module module =
      pipeline.compile_to_module(arguments, "kernel", Halide::Target("x86-64-linux-avx2-fma"));
  for (const Halide::Internal::LoweredFunc &function : module.functions())
    function.body.accept(&visitor);
}

/// Cache lines that a lowered kernel asks for: to read, and to write.
class AskedLines : public Halide::Internal::IRVisitor {
public:
  int read = 0, written = 0;

protected:
  using IRVisitor::visit;
  void visit(const Halide::Internal::Call *op) override {
    if (op->name == "llvm.prefetch.p0")
      ++(Halide::Internal::is_const_zero(op->args[1]) ? read : written);
    IRVisitor::visit(op);
  }
};

TEST(GemmTemplate, AsksForFarPiecesOfTheResult) {
  schedule::MachineFacts facts = testFacts(1);
  auto linesOf = [&](std::map<std::string, int> overrides) {
    overrides["prefetch"] = 0; // neither panels nor rows
    BuiltKernel kernel = buildWeightGemm({64, 64, 24}, facts, overrides);
    templates::addLoweringPasses(kernel.pipeline, facts.masksStores());
    AskedLines lines;
    visitLowered(kernel, lines);
    return std::pair(lines.read, lines.written);
  };
  std::map<std::string, int> pieces = {{"mr", 4}, {"nv", 2}, {"order", 0}, {"block", 4}};
  // Of each row a line of the residual and one of the result, where these are beyond L2.
  const std::pair none(0, 0), each(4, 4);
  EXPECT_EQ(linesOf(pieces), none);
  facts.l2Bytes = 8 << 10;
  EXPECT_EQ(linesOf(pieces), each);
  pieces["order"] = 1;
  EXPECT_EQ(linesOf(pieces), each);
  // Two lines of a row.
  pieces["nv"] = 4;
  EXPECT_EQ(linesOf(pieces), std::pair(8, 8));
  // Whole rows.
  pieces["nv"] = 8;
  EXPECT_EQ(linesOf(pieces), none);
  // A tile that meets all panels before the next one.
  EXPECT_EQ(linesOf({{"mr", 4}, {"nv", 2}, {"order", 0}, {"block", 1}}), each);
}

TEST(GemmTemplate, StepsSideBySideThatDoNotFit) {
  const std::map<std::string, int> fits = {{"nv", 2}, {"mr", 4}, {"steps", 2}, {"kc", 0}};
  EXPECT_NO_THROW(buildWeightGemm({9, 12, 10}, testFacts(1), fits));
  // Whole vectors; more columns than fit beside them; no divisor of the depth; another vector for
  // the same columns; slices.
  EXPECT_THROW(buildWeightGemm({9, 16, 10}, testFacts(1), fits), Halide::CompileError);
  EXPECT_THROW(buildWeightGemm({9, 13, 10}, testFacts(1), fits), Halide::CompileError);
  EXPECT_THROW(buildWeightGemm({9, 12, 9}, testFacts(1), fits), Halide::CompileError);
  std::map<std::string, int> other = fits;
  other["nv"] = 3;
  EXPECT_THROW(buildWeightGemm({9, 12, 10}, testFacts(1), other), Halide::CompileError);
  other = fits;
  other["kc"] = 4;
  EXPECT_THROW(buildWeightGemm({9, 12, 10}, testFacts(1), other), Halide::CompileError);
}

TEST(ConvTemplate, ChannelsWithStepsSideBySide) {
  for (const ConvSize &c :
       {ConvSize{7, 9, 4, 12, 3, 1, 1, 1}, ConvSize{8, 7, 6, 3, 3, 2, 1, 1},
        ConvSize{5, 5, 8, 1, 5, 1, 2, 1}, ConvSize{9, 11, 12, 30, 3, 1, 0, 3},
        ConvSize{6, 5, 16, 20, 1, 2, 0, 2}, ConvSize{5, 7, 2, 10, 3, 1, 1, 1, 1, 2},
        ConvSize{4, 6, 8, 18, 2, 2, 1, 2, 1, 3}, ConvSize{6, 5, 16, 18, 1, 1, 0, 1}})
    for (int pad : {0, 1})
      for (int steps : {1, 2})
        expectCorrect(
            buildConv(c, testFacts(2),
                      {{"steps", steps},
                       {"pad", pad},
                       {"order", 0},
                       {"block", 2},
                       {"nv", c.co / c.groups / 8 + 1},
                       {"mr", 3},
                       {"kc", 0}}),
            text({c.height, c.width, c.ci, c.co, c.kernel, c.stride, c.groups, pad, steps}));
}

TEST(ConvTemplate, KernelsStridesPadsAndGroups) {
  for (const ConvSize &c :
       {ConvSize{7, 9, 3, 5, 3, 1, 1, 1}, ConvSize{8, 7, 4, 16, 3, 2, 1, 1},
        ConvSize{5, 5, 2, 3, 5, 1, 2, 1}, ConvSize{9, 11, 6, 9, 3, 1, 0, 3},
        ConvSize{6, 5, 8, 8, 1, 2, 0, 2}, ConvSize{1, 1, 1, 1, 3, 1, 1, 1},
        ConvSize{13, 12, 3, 8, 3, 1, 2, 1, 2}, ConvSize{5, 7, 3, 10, 3, 1, 1, 1, 1, 2},
        ConvSize{4, 6, 4, 6, 2, 2, 1, 2, 1, 3}})
    expectCorrect(buildConv(c, testFacts(2), {}), text({c.height, c.width, c.ci, c.co, c.kernel,
                                                        c.stride, c.pad, c.groups, c.batch}));
}

TEST(ConvTemplate, PadModesOrdersAndSlices) {
  for (int pad : {0, 1})
    for (int order : {0, 1})
      for (int slice : {0, 4, 12})
        expectCorrect(
            buildConv({10, 9, 8, 20, 3, 1, 1, 1}, testFacts(2),
                      {{"pad", pad}, {"order", order}, {"kc", slice}, {"tasks", 3}, {"block", 3}}),
            text({pad, order, slice}));
  // A copy of one group's channels a block of its pixels.
  for (int pad : {0, 1})
    for (int order : {0, 1})
      expectCorrect(buildConv({10, 9, 6, 20, 3, 1, 1, 2}, testFacts(2),
                              {{"pad", pad}, {"order", order}, {"tasks", 3}, {"block", 3}}),
                    text({pad, order}));
}

TEST(ConvTemplate, GroupsThatShareVectors) {
  // Of 8 lanes: groups of 4, 2 and 1 columns; 6 of the last are filled by twos.
  for (auto [outputs, groups] :
       std::initializer_list<std::array<int, 2>>{{16, 4}, {12, 6}, {6, 6}, {8, 8}, {32, 2}})
    for (int stride : {1, 2})
      expectCorrect(
          buildConv({10, 9, 3 * groups, outputs, 3, stride, 1, groups, 1, 2}, testFacts(2),
                    {{"pad", 1}, {"order", 0}, {"mr", 4}, {"nv", 1}, {"tasks", 3}, {"block", 3}}),
          text({outputs, groups, stride}));
}

TEST(ConvTemplate, LinesOfFewChannels) {
  // Whole lines are copied; tiles of 3 never wrap around the end of a line of 9, tiles of 4 do.
  for (int channels : {1, 3, 7, 8})
    for (int pad : {0, 1})
      for (int rows : {3, 4})
        expectCorrect(
            buildConv({10, 9, channels, 20, 3, 1, 1, 1, 1, 2}, testFacts(2),
                      {{"pad", pad}, {"order", 0}, {"mr", rows}, {"tasks", 3}, {"block", 3}}),
            text({channels, pad, rows}));
  for (int pad : {0, 1})
    expectCorrect(buildConv({11, 29, 3, 9, 5, 2, 2, 1, 2}, testFacts(2),
                            {{"pad", pad}, {"order", 0}, {"mr", 7}, {"block", 2}}),
                  text({pad}));
}

TEST(WindowTemplate, PoolsAndDepthwise) {
  for (bool pool : {true, false})
    for (const WindowSize &w :
         {WindowSize{7, 9, 8, 3, 1, 1, pool}, WindowSize{8, 7, 37, 3, 2, 1, pool},
          WindowSize{5, 5, 3, 5, 1, 2, pool}, WindowSize{1, 1, 1, 1, 1, 0, pool},
          WindowSize{7, 7, 24, 7, 1, 0, pool}, WindowSize{9, 6, 16, 2, 2, 0, pool}})
      expectCorrect(buildWindow(w, testFacts(2), {{"tasks", 2}, {"rows", 2}}),
                    text({w.height, w.width, w.channels, w.kernel, w.stride, w.pad, pool}));
}

TEST(WindowTemplate, ImagesThatStreamBy) {
  // Beyond half of L2 tiles ask for what the next ones read.
  for (int stride : {1, 2, 3})
    for (int pad : {0, 1})
      expectCorrect(buildWindow({31, 37, 72, 3, stride, pad, false}, testFacts(2), {}),
                    text({stride, pad}));
}

TEST(WindowTemplate, TilesOfOneColumnAskForNothing) {
  auto linesAskedFor = [](std::map<std::string, int> tile) {
    BuiltKernel kernel = buildWindow({31, 37, 144, 3, 2, 1, false}, testFacts(1), tile);
    AskedLines lines;
    templates::addLoweringPasses(kernel.pipeline, /*masksStores=*/false);
    visitLowered(kernel, lines);
    return lines.read;
  };
  EXPECT_GT(linesAskedFor({{"mr", 4}, {"nv", 1}, {"cols", 2}, {"rows", 4}}), 0);
  EXPECT_EQ(linesAskedFor({{"mr", 4}, {"nv", 1}, {"cols", 1}, {"rows", 4}}), 0);
}

TEST(WindowTemplate, RowsOfATileShareLines) {
  // Of 8 rows, or 4 at stride 2, in blocks of 4.
  for (int kernel : {2, 3, 5})
    for (int stride : {1, 2})
      for (int pad : {0, 1})
        expectCorrect(buildWindow({8 + kernel - stride - 2 * pad, 11, 20, kernel, stride, pad,
                                   /*pool=*/kernel == 2},
                                  testFacts(2), {{"mr", 4}, {"nv", 1}, {"cols", 2}, {"rows", 4}}),
                      text({kernel, stride, pad}));
  for (int stride : {1, 2}) // pools whose rows share what they fold of a line
    for (int channels : {8, 20})
      expectCorrect(buildWindow({8, 11, channels, 3, stride, 1, /*pool=*/true}, testFacts(1), {}),
                    text({stride, channels}));
  // In parallel, in whole blocks and in parts; a number that does not divide them is lowered.
  for (int rows : {2, 8})
    for (int tile : {2, 4, 5})
      expectCorrect(buildWindow({12, 40, 72, 3, 1, 1, /*pool=*/false}, testFacts(2),
                                {{"mr", tile}, {"rows", rows}, {"tasks", 4}}),
                    text({rows, tile}));
}

TEST(WindowTemplate, TheLastTileReachesBeyondTheOutput) {
  // In one block and in blocks of one tile.
  for (bool pool : {true, false})
    for (int pad : {0, 1})
      for (auto [height, rows, stride, block] :
           {std::array{13, 2, 1, 13}, {27, 4, 2, 27}, {38, 4, 1, 4}, {15, 5, 2, 5}})
        expectCorrect(
            buildWindow({(height - 1) * stride + 3 - 2 * pad, 11, 20, 3, stride, pad, pool},
                        testFacts(2),
                        {{"mr", rows}, {"nv", 1}, {"cols", 2}, {"rows", block}, {"tasks", 2}}),
            text({pool, pad, height}));
}

TEST(WindowTemplate, HalfVectorsLeaveFewerLanesEmpty) {
  schedule::MachineFacts facts = schedule::avx512Facts(testFacts(1));
  for (bool pool : {true, false})
    for (int unit : {32, 64}) {
      facts.unitBytes = unit;
      expectCorrect(buildWindow({9, 11, 37, 3, 1, 1, pool}, facts, {}), text({pool, unit}));
      expectCorrect(buildWindow({9, 11, 20, 3, 2, 1, pool}, facts, {}), text({pool, unit}));
    }
}

/// Assertions that fail whatever buffers `kernel` is called with.
int failuresIn(const BuiltKernel &kernel) {
  class Failures : public Halide::Internal::IRVisitor {
  public:
    int count = 0;

  protected:
    using IRVisitor::visit;
    void visit(const Halide::Internal::AssertStmt *op) override {
      count += Halide::Internal::is_const_zero(op->condition);
      IRVisitor::visit(op);
    }
  } failures;
  visitLowered(kernel, failures);
  return failures.count;
}

TEST(WindowTemplate, SharedLinesNeedNoWeightsOutsideOfTheirKernel) {
  // A line of a tile is under some of its rows only: the tap of another row would be no weight.
  for (int rows : {1, 2, 4}) {
    const WindowSize window = {8, 12, 16, 3, 1, 1, /*pool=*/false};
    EXPECT_EQ(failuresIn(buildWindow(window, testFacts(1),
                                     {{"mr", rows}, {"nv", 1}, {"cols", 2}, {"rows", 8}})),
              0)
        << rows;
  }
}

TEST(WindowTemplate, PoolsKeepNaN) {
  // Of each element of a window, whatever the order in which the windows of a tile fold them.
  for (int size : {8, 9})
    for (int kernel : {2, 3, 5})
      for (int stride : {1, 2}) {
        BuiltKernel pool =
            buildWindow({size, 12, 9, kernel, stride, kernel / 2, /*pool=*/true}, testFacts(1), {});
        std::vector<float> &image = pool.inputs[0].data;
        for (size_t i = 3; i < image.size(); i += 83)
          image[i] = NAN;
        expectCorrect(pool, text({size, kernel, stride}));
      }
}

TEST(WindowTemplate, PoolsOfWholeImages) {
  // Sums of more vectors than registers stay in L1.
  for (int channels : {511, 512, 523, 1000})
    for (int size : {6, 7})
      expectCorrect(buildWindow({size, size, channels, size, 1, 0, true}, testFacts(1), {}),
                    text({channels, size}));
  for (int kernel : {3, 7}) // sums of products too
    expectCorrect(
        buildWindow({7, 7, 530, kernel, 1, 0, false}, testFacts(1), {{"nv", 40}, {"cols", 1}}),
        text({kernel}));
}

TEST(WindowTemplate, ChannelsInBlocks) {
  // Of images that stay in L2, so many channels as keep the lines under a line of windows in L1.
  for (int channels : {96, 97, 90, 128})
    for (int rows : {2, 9})
      for (int stride : {1, 2})
        expectCorrect(buildWindow({9, 40, channels, 3, stride, 1, false}, testFacts(2),
                                  {{"nv", 2}, {"cols", 4}, {"rows", rows}, {"tasks", 2}}),
                      text({channels, rows, stride}));
  for (int channels : {96, 97, 37})
    for (bool pool : {true, false})
      expectCorrect(buildWindow({9, 40, channels, 3, 1, 1, pool}, testFacts(1), {}),
                    text({channels, pool}));
}

/// Choices by a condition in what `kernel` is lowered to.
int selectsIn(const BuiltKernel &kernel) {
  class Selects : public Halide::Internal::IRVisitor {
  public:
    int count = 0;

  protected:
    using IRVisitor::visit;
    void visit(const Halide::Internal::Select *op) override {
      ++count;
      IRVisitor::visit(op);
    }
  } selects;
  visitLowered(kernel, selects);
  return selects.count;
}

TEST(WindowTemplate, EndsOfALineHaveCodeOfTheirOwn) {
  // Of one tile, two and more, the last one whole or not: no element is chosen by where it lies.
  for (int width : {3, 4, 8, 7, 16, 40}) {
    const WindowSize window = {9, width, 16, 3, 1, 1, /*pool=*/false};
    EXPECT_EQ(selectsIn(buildWindow(window, testFacts(1), {{"nv", 2}, {"cols", 4}})), 0) << width;
  }
}

/// Lines that loops ask for in a depthwise convolution of `kernel` x `kernel` over images of an
/// open height.
int linesAskedFor(int kernel, int pad) {
  Halide::ImageParam image(Halide::Float(32), 4, "image"), filter(Halide::Float(32), 3, "filter");
  const Halide::Param<int32_t> height("height");
  templates::DepthwiseProblem problem;
  problem.channels = 64;
  problem.window.inputHeight = templates::Size::open(height, 1, kernel, 9);
  problem.window.inputWidth = 40;
  problem.window.kernelHeight = problem.window.kernelWidth = kernel;
  problem.window.padTop = problem.window.padBottom = pad;
  problem.input = [=](auto... place) { return image(place...); };
  problem.weights = [=](auto... place) { return filter(place...); };
  const schedule::DepthwiseParams params = {.vectorsPerTile = 2,
                                            .columnsPerTile = 4,
                                            .rowsPerBlock = 4,
                                            .tasks = 1,
                                            .pad = schedule::PadMode::InPlace};
  templates::Window window = templates::buildDepthwise(problem, params, testFacts(1));
  Halide::Var c("c"), x("x"), y("y"), n("n");
  Halide::Func out("out");
  out(c, x, y, n) = window.acc(c, x, y, n);
  templates::scheduleDepthwise(window, out, params, testFacts(1));
  Halide::Pipeline pipeline(out);
  templates::addLoweringPasses(pipeline, /*masksStores=*/false);
  AskedLines lines;
  for (const Halide::Internal::LoweredFunc &function :
       pipeline
           .compile_to_module(pipeline.infer_arguments(), "kernel",
                              Halide::Target("x86-64-linux-avx2-fma"))
           .functions())
    function.body.accept(&lines);
  return lines.read;
}

TEST(WindowTemplate, LoopsWithManyBranchedAccessesAreNotAnalysed) {
  EXPECT_GT(linesAskedFor(/*kernel=*/3, /*pad=*/1), 0); // each line of taps is a branch
  EXPECT_EQ(linesAskedFor(/*kernel=*/3, /*pad=*/0), 0); // all taps are read
  EXPECT_EQ(linesAskedFor(/*kernel=*/1, /*pad=*/1), 0); // few
}

TEST(WindowTemplate, PadModesAndTiles) {
  for (bool pool : {true, false})
    for (int pad : {0, 1, 2})
      for (int columns : {1, 4})
        expectCorrect(buildWindow({6, 11, 20, 3, 1, 1, pool}, testFacts(2),
                                  {{"pad", pad}, {"cols", columns}, {"nv", 2}, {"rows", 4}}),
                      text({pool, pad, columns}));
}

TEST(RowReduceTemplate, RowsOfEveryLength) {
  // From 24 vectors of 8 on, rows have loops.
  for (int columns : {1, 2, 7, 8, 9, 17, 31, 32, 33, 40, 41, 49, 71, 79, 185, 192, 193, 224, 231})
    expectCorrect(buildSoftmax(columns, 3, testFacts(1), {}), text({columns}));
  for (int columns : {1, 7, 33, 64, 201, 224})
    expectCorrect(buildLayerNorm(columns, 5, testFacts(1), {}), text({columns}));
}

/// Whether memory that is named `name` is allocated in what `kernel` is lowered to.
bool allocates(const BuiltKernel &kernel, const std::string &name) {
  class Allocations : public Halide::Internal::IRVisitor {
  public:
    explicit Allocations(const std::string &name) : name(name) {}
    bool found = false;

  protected:
    using IRVisitor::visit;
    void visit(const Halide::Internal::Allocate *op) override {
      found |= Halide::Internal::starts_with(op->name, name);
      IRVisitor::visit(op);
    }

  private:
    const std::string &name;
  } allocations(name);
  visitLowered(kernel, allocations);
  return allocations.found;
}

TEST(RowReduceTemplate, NormsKeepSumsOfLoopedRows) {
  EXPECT_TRUE(allocates(buildLayerNorm(201, 5, testFacts(1), {}), "sum_elements"));
  EXPECT_FALSE(allocates(buildLayerNorm(192, 5, testFacts(1), {}), "sum_elements"));
  // Beyond a quarter of L2.
  EXPECT_FALSE(allocates(buildLayerNorm(40000, 2, testFacts(1), {}), "sum_elements"));
}

TEST(RowReduceTemplate, SoftmaxInPlace) {
  // Rows with loops are kept in the output, which is the input here.
  for (int columns : {7, 40, 193, 231})
    for (int block : {1, 4})
      expectCorrect(buildSoftmax(columns, 7, testFacts(2), {{"rows", block}, {"tasks", 3}}),
                    text({columns, block}), /*inPlace=*/true);
}

TEST(RowReduceTemplate, BlocksOfRows) {
  for (int columns : {1, 7, 37, 201})
    for (int rows : {1, 2, 5, 8, 9})
      for (int block : {1, 2, 4, 8})
        expectCorrect(buildSoftmax(columns, rows, testFacts(2), {{"rows", block}, {"tasks", 3}}),
                      text({columns, rows, block}));
  for (int columns : {9, 201})
    for (int block : {2, 4})
      expectCorrect(buildLayerNorm(columns, 5, testFacts(1), {{"rows", block}}),
                    text({columns, block}));
}

TEST(RowReduceTemplate, ShortRowsAsLanes) {
  for (int columns : {1, 2, 3, 4, 5, 7})
    for (int rows : {4, 7, 37}) {
      expectCorrect(buildSoftmax(columns, rows, testFacts(2), {{"tasks", 3}}),
                    text({columns, rows}), /*inPlace=*/true);
      expectCorrect(buildLayerNorm(columns, rows, testFacts(1), {}), text({columns, rows}));
    }
  // Nothing is folded across lanes.
  EXPECT_FALSE(allocates(buildSoftmax(7, 37, testFacts(1), {}), "maximum_"));
  EXPECT_TRUE(allocates(buildSoftmax(8, 37, testFacts(1), {}), "maximum_"));
  EXPECT_TRUE(allocates(buildSoftmax(7, 3, testFacts(1), {}), "maximum_"));
}

TEST(RowReduceTemplate, LastVectorsOfHalfTheLanes) {
  schedule::MachineFacts facts = schedule::avx512Facts(testFacts(1));
  facts.unitBytes = 32;
  for (int columns : {17, 24, 25, 37, 49, 88, 117})
    expectCorrect(buildSoftmax(columns, 3, facts, {}), text({columns}));
  for (int columns : {17, 37, 72})
    expectCorrect(buildLayerNorm(columns, 5, facts, {}), text({columns}));
}

TEST(RowReduceTemplate, ElementBounds) {
  expectCorrect(buildExponential(testFacts(1)), "exp");
  expectCorrect(buildSoftmaxElements(testFacts(1)), "softmax");
  expectCorrect(buildLayerNormElements(testFacts(1)), "layer norm");
  expectCorrect(buildScanElements(testFacts(1)), "scan");
}

TEST(InjectiveTemplate, EveryExtent) {
  for (auto [columns, rows] : std::initializer_list<std::array<int, 2>>{
           {1, 1}, {3, 5}, {8, 1}, {9, 2}, {31, 3}, {40, 2}, {47, 3}, {49, 2}, {40000, 7}})
    expectCorrect(buildAddRelu(columns, rows, testFacts(2)), text({columns, rows}));
}

TEST(InjectiveTemplate, VectorsTogether) {
  for (auto [columns, rows] : std::initializer_list<std::array<int, 2>>{
           {64, 3}, {128, 2}, {256, 1}, {257, 3}, {300, 2}, {40001, 1}})
    expectCorrect(buildAddRelu(columns, rows, schedule::avx512Facts(testFacts(2))),
                  text({columns, rows}));
}

TEST(TransposeTemplate, EveryExtent) {
  for (auto [channels, height, width] : std::initializer_list<std::array<int, 3>>{{1, 1, 1},
                                                                                  {2, 3, 9},
                                                                                  {3, 5, 17},
                                                                                  {4, 2, 3},
                                                                                  {5, 2, 8},
                                                                                  {9, 3, 7},
                                                                                  {16, 2, 16},
                                                                                  {37, 1, 11}})
    expectCorrect(buildChannelsLast(channels, height, width, testFacts(2), {}),
                  text({channels, height, width}));
}

TEST(ScanTemplate, EveryExtent) {
  for (int inner : {1, 2, 7, 8, 9, 31, 33, 40})
    for (auto [length, outer] :
         std::initializer_list<std::array<int, 2>>{{1, 1}, {2, 3}, {7, 8}, {5, 9}})
      for (bool reverse : {false, true})
        expectCorrect(buildScan({inner, length, outer, /*exclusive=*/inner % 2 == 0, reverse},
                                testFacts(1), {}),
                      text({inner, length, outer, reverse}));
}

TEST(ScanTemplate, AlongTheInnermostAxis) {
  for (int form : {0, 1, 2, 3}) // of one row
    expectCorrect(
        buildScan({1, 135, 1, /*exclusive=*/form % 2 == 1, /*reverse=*/form > 1}, testFacts(1), {}),
        text({form}));
  // Vectors of 8 steps, from two of them on.
  for (int length : {15, 16, 17, 31, 63, 64, 65, 300})
    for (int together : {1, 4, 5})
      for (int form : {0, 1, 2, 3})
        expectCorrect(buildScan({1, length, 3, /*exclusive=*/form % 2 == 1, /*reverse=*/form > 1},
                                testFacts(2), {{"nv", together}, {"tasks", 2}}),
                      text({length, together, form}));
}

TEST(ScanTemplate, TilesAndTasks) {
  for (int vectors : {1, 3, 5})
    for (int tasks : {1, 3, 100})
      for (int inner : {1, 19, 64})
        expectCorrect(buildScan({inner, 5, 11}, testFacts(2), {{"nv", vectors}, {"tasks", tasks}}),
                      text({vectors, tasks, inner}));
}

TEST(GenericTemplate, SchedulesAnyDag) {
  using namespace Halide;
  const int columns = 19, rows = 5;
  ImageParam in = denseInput("in", {columns, rows});
  Var i("i"), r("r");
  Func doubled("doubled"), total("total"), out("out");
  doubled(i, r) = in(i, r) * 2.f;
  RDom k(0, columns);
  total(r) = 0.f;
  total(r) += doubled(k, r);
  out(i, r) = total(r) - doubled(i, r);
  templates::scheduleGeneric({{out, {columns, rows}}}, {}, testFacts(1));
  fixOutput(out, {columns, rows});
  BuiltKernel kernel;
  kernel.pipeline = Pipeline(out);
  kernel.params = {in};
  kernel.inputs.emplace_back(std::vector<int>{columns, rows}).fill(1);
  kernel.output = HostTensor({columns, rows});
  kernel.reference = [](const std::vector<HostTensor> &data, HostTensor &expected) {
    for (int y = 0; y < rows; ++y) {
      float sum = 0;
      for (int x = 0; x < columns; ++x)
        sum += 2 * data[0].data[y * columns + x];
      for (int x = 0; x < columns; ++x)
        expected.data[y * columns + x] = sum - 2 * data[0].data[y * columns + x];
    }
  };
  expectCorrect(kernel, "generic");
}

/// Checks scheduleGeneric on `out` over one input of the same extents.
void expectGeneric(Halide::Func out, Halide::ImageParam in, int columns, int rows,
                   const std::function<float(const std::vector<float> &, int x, int y)> &element) {
  templates::scheduleGeneric({{out, {columns, rows}}}, {2, 8, 4}, testFacts(2));
  fixOutput(out, {columns, rows});
  BuiltKernel kernel;
  kernel.pipeline = Halide::Pipeline(out);
  kernel.params = {in};
  kernel.inputs.emplace_back(std::vector<int>{columns, rows}).fill(1);
  kernel.output = HostTensor({columns, rows});
  kernel.reference = [=](const std::vector<HostTensor> &data, HostTensor &expected) {
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x)
        expected.data[size_t(y) * columns + x] = element(data[0].data, x, y);
  };
  expectCorrect(kernel, text({columns, rows}));
}

TEST(GenericTemplate, ReductionsThatKeepTheInnermostAxis) {
  using namespace Halide;
  for (int columns : {1, 5, 8, 21}) {
    const int rows = 6;
    ImageParam in = denseInput("in", {columns, rows});
    Var i("i"), r("r");
    RDom k(0, rows);
    Func total("total"), out("out");
    total(i) = 0.f;
    total(i) += in(i, k);
    out(i, r) = total(i) + in(i, r);
    expectGeneric(out, in, columns, rows, [=](const std::vector<float> &data, int x, int y) {
      float sum = data[size_t(y) * columns + x];
      for (int q = 0; q < rows; ++q)
        sum += data[size_t(q) * columns + x];
      return sum;
    });
  }
}

TEST(GenericTemplate, ScansAreOutputs) {
  using namespace Halide;
  for (bool along : {true, false}) {
    const int columns = 19, rows = 7;
    ImageParam in = denseInput("in", {columns, rows});
    Var i("i"), r("r");
    RDom k(1, (along ? columns : rows) - 1);
    Func out("out");
    out(i, r) = in(i, r);
    if (along)
      out(k, r) += out(k - 1, r);
    else
      out(i, k) += out(i, k - 1);
    expectGeneric(out, in, columns, rows, [=](const std::vector<float> &data, int x, int y) {
      float sum = 0;
      for (int q = 0; q <= (along ? x : y); ++q)
        sum += along ? data[size_t(y) * columns + q] : data[size_t(q) * columns + x];
      return sum;
    });
  }
}

} // namespace
} // namespace dlc::bench
