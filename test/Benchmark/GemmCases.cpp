// gemm shapes: MiniLM's projections and attention, classifier heads, awkward sizes.
#include "ContractionCase.h"
#include "dlc/Codegen/Halide/Templates/Gemm.h"
#include "dlc/Schedule/AnalyticModel.h"

using namespace Halide;

namespace dlc::bench {

BuiltKernel buildWeightGemm(const GemmSize &c, const schedule::MachineFacts &facts,
                            const Overrides &overrides) {
  schedule::GemmShape shape;
  shape.rows = c.rows;
  shape.columns = c.columns;
  shape.depth = shape.packedDepth = c.depth;
  shape.storedPanels = true;
  schedule::GemmParams params = schedule::chooseGemm(shape, facts);
  overrideGemm(overrides, params);
  const PackedWeights weights(params, facts, c.columns, c.depth);

  BuiltKernel kernel;
  ImageParam a = denseInput("A", {c.depth, c.rows});
  ImageParam b = denseInput("B", weights.extents());
  ImageParam bias = denseInput("bias", {c.columns});
  ImageParam residual = denseInput("residual", {c.columns, c.rows});
  templates::GemmProblem problem;
  problem.rows = c.rows;
  problem.columns = c.columns;
  problem.depth = c.depth;
  problem.lhs = [=](Expr k, Expr row, const auto &) { return a(k, row); };
  problem.packedRhs = [=](Expr lane, Expr k, Expr panel, const auto &) {
    return weights.read(b, lane, k, panel, 0);
  };
  templates::Contraction contraction = templates::buildGemm(problem, params, facts);
  Var n("n"), m("m");
  Func out("out");
  out(n, m) = max(contraction.acc(n, m) + bias(n), 0.f) + residual(n, m);
  fixOutput(out, {c.columns, c.rows});
  templates::scheduleContraction(contraction, out, params, facts);

  kernel.pipeline = Pipeline(out);
  kernel.params = {a, b, bias, residual};
  kernel.inputs.emplace_back(std::vector<int>{c.depth, c.rows}).fill(1);
  kernel.inputs.push_back(weights.fill(2));
  kernel.inputs.emplace_back(std::vector<int>{c.columns}).fill(3);
  kernel.inputs.emplace_back(std::vector<int>{c.columns, c.rows}).fill(4);
  kernel.output = HostTensor({c.columns, c.rows});
  kernel.flops = 2.0 * c.rows * c.columns * c.depth;
  kernel.bytes = 4.0 * (double(c.rows) * c.depth + double(c.columns) * c.depth +
                        2.0 * double(c.rows) * c.columns);
  kernel.schedule = describeGemm(params);
  kernel.reference = [c, weights](const std::vector<HostTensor> &in, HostTensor &expected) {
    std::vector<float> row(size_t(c.columns));
    for (int m = 0; m < c.rows; ++m) {
      std::fill(row.begin(), row.end(), 0.f);
      for (int k = 0; k < c.depth; ++k) {
        float left = in[0].data[size_t(m) * c.depth + k];
        for (int n = 0; n < c.columns; ++n)
          row[n] += left * in[1].data[weights.at(k, n)];
      }
      for (int n = 0; n < c.columns; ++n)
        expected.data[size_t(m) * c.columns + n] =
            std::max(row[n] + in[2].data[n], 0.f) + in[3].data[size_t(m) * c.columns + n];
    }
  };
  return kernel;
}

/// Attention over heads interleaved as [row][head][k]: scores = scale * Q * K^T (transposed), or P
/// * V.
BuiltKernel buildAttention(const AttentionSize &size, const schedule::MachineFacts &facts,
                           const Overrides &overrides) {
  const auto [rows, columns, depth, heads, transposed] = size;
  schedule::GemmShape shape;
  shape.rows = rows;
  shape.columns = columns;
  shape.depth = depth;
  shape.batch = heads;
  schedule::GemmParams params = schedule::chooseGemm(shape, facts);
  overrideGemm(overrides, params);

  BuiltKernel kernel;
  // Q is [row][head][k]; K is [column][head][k]; P is [head][row][k]; V is [k][head][column].
  const std::vector<int> left =
      transposed ? std::vector<int>{depth, heads, rows} : std::vector<int>{depth, rows, heads};
  const std::vector<int> right = transposed ? std::vector<int>{depth, heads, columns}
                                            : std::vector<int>{columns, heads, depth};
  ImageParam a = denseInput("a", left), b = denseInput("b", right);
  templates::GemmProblem problem;
  problem.rows = rows;
  problem.columns = columns;
  problem.depth = depth;
  problem.batch = {heads};
  problem.rhsDenseAlongReduction = transposed;
  problem.lhs = [=](Expr k, Expr row, const auto &batch) {
    return transposed ? a(k, batch[0], row) : a(k, row, batch[0]);
  };
  problem.rhs = [=](Expr k, Expr column, const auto &batch) {
    return transposed ? b(k, batch[0], column) : b(column, batch[0], k);
  };
  templates::Contraction contraction = templates::buildGemm(problem, params, facts);
  Var n("n"), m("m"), h("h");
  Func out("out");
  out(n, m, h) = contraction.acc(n, m, h) * 0.125f;
  templates::scheduleContraction(contraction, out, params, facts);
  fixOutput(out, {columns, rows, heads});

  kernel.pipeline = Pipeline(out);
  kernel.params = {a, b};
  kernel.inputs.emplace_back(left).fill(1);
  kernel.inputs.emplace_back(right).fill(2);
  kernel.output = HostTensor({columns, rows, heads});
  kernel.flops = 2.0 * heads * rows * columns * depth;
  kernel.bytes =
      4.0 * double(kernel.inputs[0].size() + kernel.inputs[1].size() + kernel.output.size());
  kernel.schedule = describeGemm(params);
  kernel.reference = [=](const std::vector<HostTensor> &in, HostTensor &expected) {
    for (int h = 0; h < heads; ++h)
      for (int m = 0; m < rows; ++m)
        for (int n = 0; n < columns; ++n) {
          float sum = 0;
          for (int k = 0; k < depth; ++k) {
            size_t l = transposed ? (size_t(m) * heads + h) * depth + k
                                  : (size_t(h) * rows + m) * depth + k;
            size_t r = transposed ? (size_t(n) * heads + h) * depth + k
                                  : (size_t(k) * heads + h) * columns + n;
            sum += in[0].data[l] * in[1].data[r];
          }
          expected.data[(size_t(h) * rows + m) * columns + n] = sum * 0.125f;
        }
  };
  return kernel;
}

void addGemmCases(std::vector<KernelCase> &cases) {
  static const struct {
    const char *name;
    int rows, columns, depth;
  } gemms[] = {
      {"minilm_qkv", 128, 384, 384},
      {"minilm_up", 128, 1536, 384},
      {"minilm_down", 128, 384, 1536},
      {"square768", 768, 768, 768},
      {"fc1000", 16, 1000, 2048},
      {"m7", 7, 384, 384},
      {"m49_n37", 49, 37, 96},
      {"m49_n24", 49, 24, 144},
      {"m1000_n24", 1000, 24, 64},
      {"n3", 640, 3, 64},
      {"n1", 1000, 1, 512},
      {"rec_fc", 40, 6625, 120},
      {"m1", 1, 1000, 2048},
      {"few_up", 16, 1536, 384},
      {"few_down", 14, 384, 1536},
      {"few_qkv", 12, 384, 384},
      {"few_classes", 25, 1000, 2048},
  };
  for (const auto &c : gemms)
    cases.push_back({"gemm",
                     std::string(c.name) + "_" + std::to_string(c.rows) + "x" +
                         std::to_string(c.columns) + "x" + std::to_string(c.depth),
                     [c](const schedule::MachineFacts &facts, const Overrides &overrides) {
                       return buildWeightGemm({c.rows, c.columns, c.depth}, facts, overrides);
                     }});
  static const struct {
    const char *name;
    int rows, columns, depth, heads;
    bool transposed;
  } attentions[] = {
      {"minilm_scores", 128, 128, 32, 12, true}, {"minilm_values", 128, 32, 128, 12, false},
      {"bert_scores", 128, 128, 64, 12, true},   {"odd_scores", 37, 29, 13, 3, true},
      {"odd_values", 37, 13, 29, 3, false},      {"tiny_scores", 5, 3, 2, 2, true},
  };
  for (const auto &c : attentions)
    cases.push_back({"attention",
                     std::string(c.name) + "_" + std::to_string(c.heads) + "x" +
                         std::to_string(c.rows) + "x" + std::to_string(c.columns) + "x" +
                         std::to_string(c.depth),
                     [c](const schedule::MachineFacts &facts, const Overrides &overrides) {
                       return buildAttention({c.rows, c.columns, c.depth, c.heads, c.transposed},
                                             facts, overrides);
                     }});
}

} // namespace dlc::bench
