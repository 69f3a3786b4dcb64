// gemm shapes: MiniLM's projections and attention, classifier heads, awkward sizes.
#include "ContractionCase.h"
#include "dlc/Codegen/Halide/Templates/Gemm.h"
#include "dlc/Schedule/AnalyticModel.h"

using namespace Halide;

namespace dlc::bench {

namespace {
struct GemmCase {
  const char *name;
  int rows, columns, depth;
};
} // namespace

/// C = relu(A * B + bias) + residual with constant, packed B.
static BuiltKernel buildWeightGemm(const GemmCase &c, const schedule::MachineFacts &facts,
                                   const Overrides &overrides) {
  schedule::GemmShape shape;
  shape.rows = c.rows;
  shape.columns = c.columns;
  shape.depth = c.depth;
  schedule::GemmParams params = schedule::chooseGemm(shape, facts);
  overrideGemm(overrides, params);
  const int width = int(templates::panelWidth(params, facts, Float(32)));
  const int panels = (c.columns + width - 1) / width;

  BuiltKernel kernel;
  ImageParam a = denseInput("A", {c.depth, c.rows});
  ImageParam b = denseInput("B", {width, c.depth, panels});
  ImageParam bias = denseInput("bias", {c.columns});
  ImageParam residual = denseInput("residual", {c.columns, c.rows});
  templates::GemmProblem problem;
  problem.rows = c.rows;
  problem.columns = c.columns;
  problem.depth = c.depth;
  problem.lhs = [=](Expr k, Expr row, const auto &) { return a(k, row); };
  problem.packedRhs = [=](Expr lane, Expr k, Expr panel, const auto &) {
    return b(lane, k, panel);
  };
  templates::Contraction contraction = templates::buildGemm(problem, params, facts);
  Var n("n"), m("m");
  Func out("out");
  out(n, m) = max(contraction.acc(n, m) + bias(n), 0.f) + residual(n, m);
  templates::scheduleContraction(contraction, out, params, facts);
  fixOutput(out, {c.columns, c.rows});

  kernel.pipeline = Pipeline(out);
  kernel.params = {a, b, bias, residual};
  for (const std::vector<int> &extents : {std::vector<int>{c.depth, c.rows},
                                          {width, c.depth, panels},
                                          {c.columns},
                                          {c.columns, c.rows}})
    kernel.inputs.emplace_back(extents);
  for (size_t i = 0; i < kernel.inputs.size(); ++i)
    kernel.inputs[i].fill(int(i) + 1);
  clearPanelTail(kernel.inputs[1], c.columns);
  kernel.output = HostTensor({c.columns, c.rows});
  kernel.flops = 2.0 * c.rows * c.columns * c.depth;
  kernel.bytes = 4.0 * (double(c.rows) * c.depth + double(c.columns) * c.depth +
                        2.0 * double(c.rows) * c.columns);
  kernel.schedule = describeGemm(params);
  kernel.reference = [c, width](const std::vector<HostTensor> &in, HostTensor &expected) {
    std::vector<float> row(size_t(c.columns));
    for (int m = 0; m < c.rows; ++m) {
      std::fill(row.begin(), row.end(), 0.f);
      for (int k = 0; k < c.depth; ++k) {
        float left = in[0].data[size_t(m) * c.depth + k];
        for (int n = 0; n < c.columns; ++n)
          row[n] += left * in[1].data[(size_t(n / width) * c.depth + k) * width + n % width];
      }
      for (int n = 0; n < c.columns; ++n)
        expected.data[size_t(m) * c.columns + n] =
            std::max(row[n] + in[2].data[n], 0.f) + in[3].data[size_t(m) * c.columns + n];
    }
  };
  return kernel;
}

void addGemmCases(std::vector<KernelCase> &cases) {
  static const GemmCase gemms[] = {
      {"minilm_qkv", 128, 384, 384},   {"minilm_up", 128, 1536, 384},
      {"minilm_down", 128, 384, 1536}, {"square768", 768, 768, 768},
      {"fc1000", 16, 1000, 2048},      {"m7", 7, 384, 384},
      {"m49_n37", 49, 37, 96},         {"m49_n24", 49, 24, 144},
      {"m1000_n24", 1000, 24, 64},     {"n3", 640, 3, 64},
      {"rec_fc", 40, 6625, 120},       {"m1", 1, 1000, 2048},
  };
  for (const GemmCase &c : gemms)
    cases.push_back({"gemm",
                     std::string(c.name) + "_" + std::to_string(c.rows) + "x" +
                         std::to_string(c.columns) + "x" + std::to_string(c.depth),
                     [c](const schedule::MachineFacts &facts, const Overrides &overrides) {
                       return buildWeightGemm(c, facts, overrides);
                     }});
}

} // namespace dlc::bench
