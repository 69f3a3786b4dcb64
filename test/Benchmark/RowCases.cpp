// Softmax, layer norm and elementwise kernels of MiniLM and the CNNs; transposes and scans.
#include "KernelCase.h"
#include "dlc/Codegen/Halide/Templates/Injective.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Codegen/Halide/Templates/RowReduce.h"
#include "dlc/Codegen/Halide/Templates/Scan.h"
#include "dlc/Codegen/Halide/Templates/Transpose.h"
#include "dlc/Schedule/AnalyticModel.h"

#include <cmath>

using namespace Halide;

namespace dlc::bench {

static std::string describe(const schedule::RowReduceParams &params) {
  return "acc" + std::to_string(params.accumulators) + " rows" +
         std::to_string(params.rowsPerBlock) + " t" + std::to_string(params.tasks);
}

BuiltKernel buildSoftmax(int columns, int rows, const schedule::MachineFacts &facts,
                         const Overrides &overrides) {
  schedule::RowReduceParams params = schedule::chooseRowReduce({columns, rows, 4, 8}, facts);
  override(overrides, "rows", params.rowsPerBlock);
  override(overrides, "tasks", params.tasks);
  ImageParam in = denseInput("in", {columns, rows});
  Var i("i"), r("r");
  templates::RowReduction maximum, sum;
  maximum.name = "maximum";
  maximum.kind = templates::ReductionKind::MaxNumber;
  maximum.extent = sum.extent = columns;
  maximum.rows = sum.rows = {r};
  maximum.rowCount = sum.rowCount = rows;
  maximum.first = true;
  maximum.value = [=](Expr x) { return in(x, r); };
  templates::RowStage maxStage = templates::buildRowReduction(maximum, params, facts);
  sum.name = "total";
  sum.value = [=](Expr x) { return codegen::math::expNonPositive(in(x, r) - maxStage.result(r)); };
  templates::KeptReduction total =
      templates::buildKeptReduction(sum, i, /*inOutput=*/true, params, facts);
  templates::RowStage inverse;
  inverse.result = Func("inverse");
  inverse.result(r) = 1.f / total.stages.back().result(r);
  Func out("out");
  out(i, r) = total.term * inverse.result(r);
  std::vector<templates::RowStage> stages = {maxStage};
  stages.insert(stages.end(), total.stages.begin(), total.stages.end());
  stages.push_back(inverse);
  templates::scheduleRowReduce(out, {columns, rows}, /*perElement=*/true, stages, params, facts);
  BuiltKernel kernel = finishDense(out, {in}, {columns, rows}, 1);
  const double elements = double(columns) * rows;
  kernel.elementBounds = {{"%exp", buildExponential, elements},
                          {"%elem", buildSoftmaxElements, elements}};
  kernel.schedule = describe(params);
  kernel.reference = [=](const std::vector<HostTensor> &data, HostTensor &expected) {
    for (int y = 0; y < rows; ++y) {
      const float *row = &data[0].data[size_t(y) * columns];
      double total = 0, largest = *std::max_element(row, row + columns);
      for (int x = 0; x < columns; ++x)
        total += std::exp(row[x] - largest);
      for (int x = 0; x < columns; ++x)
        expected.data[size_t(y) * columns + x] = float(std::exp(row[x] - largest) / total);
    }
  };
  return kernel;
}

/// Layer norm of in0 + in1, without scale.
BuiltKernel buildLayerNorm(int columns, int rows, const schedule::MachineFacts &facts,
                           const Overrides &overrides) {
  schedule::RowReduceParams params = schedule::chooseRowReduce({columns, rows, 4, 3}, facts);
  override(overrides, "acc", params.accumulators);
  override(overrides, "rows", params.rowsPerBlock);
  ImageParam a = denseInput("a", {columns, rows}), b = denseInput("b", {columns, rows});
  Var i("i"), r("r");
  const float inverse = 1.f / float(columns);
  templates::RowReduction sum, squares;
  sum.name = "sum";
  squares.name = "squares";
  sum.extent = squares.extent = columns;
  sum.rows = squares.rows = {r};
  sum.rowCount = squares.rowCount = rows;
  sum.first = squares.readsFoldsOnly = true;
  sum.value = [=](Expr x) { return a(x, r) + b(x, r); };
  templates::RowElements elements = templates::buildRowElements(sum, params, facts);
  sum.value = elements.first;
  templates::RowStage sumStage = templates::buildRowReduction(sum, params, facts);
  Expr mean = sumStage.result(r) * inverse;
  squares.kind = templates::ReductionKind::SumOfSquares;
  squares.value = [=](Expr x) { return elements.again(x) - mean; };
  templates::RowStage squareStage = templates::buildRowReduction(squares, params, facts);
  Func out("out");
  out(i, r) = (elements.again(i) - mean) * (1.f / sqrt(squareStage.result(r) * inverse + 1e-5f));
  std::vector<templates::RowStage> stages = elements.stages;
  stages.insert(stages.end(), {sumStage, squareStage});
  templates::scheduleRowReduce(out, {columns, rows}, /*perElement=*/true, stages, params, facts);
  BuiltKernel kernel = finishDense(out, {a, b}, {columns, rows}, 2);
  kernel.elementBounds = {{"%elem", buildLayerNormElements, double(columns) * rows}};
  kernel.schedule = describe(params);
  kernel.reference = [=](const std::vector<HostTensor> &data, HostTensor &expected) {
    for (int y = 0; y < rows; ++y) {
      double mean = 0, variance = 0;
      auto at = [&](int x) {
        size_t index = size_t(y) * columns + x;
        return double(data[0].data[index]) + data[1].data[index];
      };
      for (int x = 0; x < columns; ++x)
        mean += at(x) / columns;
      for (int x = 0; x < columns; ++x)
        variance += (at(x) - mean) * (at(x) - mean) / columns;
      for (int x = 0; x < columns; ++x)
        expected.data[size_t(y) * columns + x] = float((at(x) - mean) / std::sqrt(variance + 1e-5));
    }
  };
  return kernel;
}

BuiltKernel buildAddRelu(int columns, int rows, const schedule::MachineFacts &facts) {
  schedule::InjectiveParams params =
      schedule::chooseInjective({int64_t(columns) * rows, 4, 3}, facts);
  ImageParam a = denseInput("a", {columns, rows}), b = denseInput("b", {columns, rows});
  Var i("i"), r("r");
  Func out("out");
  out(i, r) = max(a(i, r) + b(i, r), 0.f);
  templates::scheduleInjective(out, {columns, rows}, params, facts);
  BuiltKernel kernel = finishDense(out, {a, b}, {columns, rows}, 2);
  kernel.schedule = std::to_string(params.vectorsPerTile) + "v t" + std::to_string(params.tasks);
  kernel.reference = [](const std::vector<HostTensor> &data, HostTensor &expected) {
    for (size_t k = 0; k < expected.size(); ++k)
      expected.data[k] = std::max(data[0].data[k] + data[1].data[k], 0.f);
  };
  return kernel;
}

BuiltKernel buildChannelsLast(int channels, int height, int width,
                              const schedule::MachineFacts &facts, const Overrides &overrides) {
  schedule::TransposeParams params =
      schedule::chooseTranspose(int64_t(channels) * height * width, 4, facts);
  override(overrides, "tile", params.tile);
  override(overrides, "tasks", params.tasks);
  // As the compiler emits it: axes that stay neighbours are one.
  const int pixels = height * width;
  ImageParam in = denseInput("in", {pixels, channels});
  templates::TransposeProblem problem;
  problem.extents = {channels, pixels};
  problem.denseAxis = 1;
  problem.input = [=](const std::vector<Expr> &at) { return in(at[1], at[0]); };
  templates::Transpose transpose = templates::buildTranspose(problem);
  Var c("c"), x("x");
  Func out("out");
  out(c, x) = transpose.square(c, x) * 2.f;
  templates::scheduleTranspose(transpose, out, params, facts);
  BuiltKernel kernel = finishDense(out, {in}, {channels, pixels}, 1);
  kernel.inputs[0] = HostTensor({pixels, channels});
  kernel.inputs[0].fill(1);
  kernel.schedule = "tile" + std::to_string(params.tile) + " t" + std::to_string(params.tasks);
  kernel.reference = [=](const std::vector<HostTensor> &data, HostTensor &expected) {
    for (int c = 0; c < channels; ++c)
      for (int p = 0; p < pixels; ++p)
        expected.data[size_t(p) * channels + c] = 2 * data[0].data[size_t(c) * pixels + p];
  };
  return kernel;
}

BuiltKernel buildScan(const ScanSize &size, const schedule::MachineFacts &facts,
                      const Overrides &overrides) {
  schedule::ScanParams params =
      schedule::chooseScan({size.inner, size.length, size.outer, 4}, facts);
  override(overrides, "nv", params.vectorsPerTile);
  override(overrides, "tasks", params.tasks);
  const std::vector<int> extents = {size.inner, size.length, size.outer};
  ImageParam in = denseInput("in", extents);
  templates::ScanProblem problem;
  problem.exclusive = size.exclusive;
  problem.reverse = size.reverse;
  problem.inner = size.inner;
  problem.length = size.length;
  problem.outer = size.outer;
  problem.input = [=](const Expr &i, const Expr &a, const Expr &o) { return in(i, a, o); };
  Var i("i"), a("a"), o("o");
  Func out("out");
  out(i, a, o) = templates::scanStart(Float(32));
  templates::scheduleScan(problem, out, params, facts);
  BuiltKernel kernel = finishDense(out, {in}, extents, 1);
  if (size.inner == 1)
    kernel.elementBounds = {{"%elem", buildScanElements, double(size.length) * size.outer}};
  kernel.schedule = std::to_string(params.vectorsPerTile) + "v t" + std::to_string(params.tasks);
  kernel.reference = [=](const std::vector<HostTensor> &data, HostTensor &expected) {
    for (int y = 0; y < size.outer; ++y)
      for (int x = 0; x < size.inner; ++x) {
        double sum = 0;
        for (int step = 0; step < size.length; ++step) {
          const int at = size.reverse ? size.length - 1 - step : step;
          const size_t place = (size_t(y) * size.length + at) * size.inner + x;
          if (!size.exclusive)
            sum += data[0].data[place];
          expected.data[place] = float(sum);
          if (size.exclusive)
            sum += data[0].data[place];
        }
      }
  };
  return kernel;
}

void addRowCases(std::vector<KernelCase> &cases) {
  static const struct {
    const char *name;
    int columns, rows, kind;
  } rows[] = {
      {"softmax_attention", 128, 1536, 0},
      {"softmax_classes", 1000, 16, 0},
      {"softmax_odd", 37, 49, 0},
      {"softmax_tiny", 3, 7, 0},
      {"softmax_pairs", 2, 1000, 0},
      {"softmax_short", 5, 1000, 0},
      {"softmax_rec", 6625, 40, 0},
      {"norm_minilm", 384, 128, 1},
      {"norm_base", 768, 128, 1},
      {"norm_odd", 61, 29, 1},
      {"norm_tiny", 5, 1, 1},
      {"addrelu_l2", 64, 784, 2},
      {"addrelu_large", 256, 3136, 2},
      {"addrelu_odd", 37, 13, 2},
      {"addrelu_c3", 3, 50176, 2},
      {"addrelu_one", 1, 1, 2},
      {"image_channels_last", 3, 224, 3},
      {"channels_last", 256, 14, 3},
      {"odd_channels_last", 37, 13, 3},
      {"addrelu_flat", 150529, 1, 2},
  };
  for (const auto &c : rows)
    cases.push_back(
        {c.kind == 3   ? "transpose"
         : c.kind == 2 ? "injective"
                       : "row_reduce",
         std::string(c.name) + "_" + std::to_string(c.columns) + "x" + std::to_string(c.rows),
         [c](const schedule::MachineFacts &facts, const Overrides &overrides) {
           if (c.kind == 3)
             return buildChannelsLast(c.columns, c.rows, c.rows, facts, overrides);
           if (c.kind == 0)
             return buildSoftmax(c.columns, c.rows, facts, overrides);
           if (c.kind == 1)
             return buildLayerNorm(c.columns, c.rows, facts, overrides);
           return buildAddRelu(c.columns, c.rows, facts);
         }});
  static const struct {
    const char *name;
    ScanSize size;
  } scans[] = {{"before_axes", {128, 512, 8}},
               {"odd_before_axes", {37, 49, 13}},
               {"last_axis", {1, 512, 1024}},
               {"odd_last_axis", {1, 113, 37}},
               {"one_row", {1, 65536, 1}}};
  for (const auto &c : scans)
    cases.push_back({"scan", c.name, [c](const auto &facts, const Overrides &overrides) {
                       return buildScan(c.size, facts, overrides);
                     }});
}

} // namespace dlc::bench
