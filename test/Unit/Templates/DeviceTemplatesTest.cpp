// The templates of devices at sizes around their tiles, run by Halide's own runtime on an OpenCL
// device where there is one, and compared with loops in double.
#include "dlc/Codegen/Halide/Templates/GPUGemm.h"
#include "dlc/Codegen/Halide/Templates/GPULoops.h"
#include "dlc/Codegen/Halide/Templates/GPURowReduce.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dlc::templates {
namespace {

using Halide::Buffer;
using Halide::Expr;
using Halide::Func;
using Halide::ImageParam;
using Halide::RDom;
using Halide::Var;

class DeviceTemplates : public testing::Test {
protected:
  void SetUp() override {
    target = Halide::get_host_target().with_feature(Halide::Target::OpenCL);
    if (!Halide::host_supports_target_device(target))
      GTEST_SKIP() << "no OpenCL device here";
  }

  /// Halide's runtime keeps tables of its own until it is told that it ends.
  static void TearDownTestSuite() { Halide::Internal::JITSharedRuntime::release_all(); }

  /// Numbers that are neither all small nor all of one sign.
  static Buffer<float> numbers(std::vector<int> sizes, int step) {
    Buffer<float> buffer(sizes);
    for (size_t i = 0; i < buffer.number_of_elements(); ++i)
      buffer.data()[i] = float((int(i) * step) % 19 - 9) / 9.0f;
    buffer.set_host_dirty();
    return buffer;
  }

  /// A parameter with constant bounds, as kernels have.
  static ImageParam parameter(const Buffer<float> &value, const char *name) {
    ImageParam result(Halide::Float(32), value.dimensions(), name);
    for (int d = 0; d < value.dimensions(); ++d)
      result.dim(d).set_bounds(0, value.dim(d).extent()).set_stride(value.dim(d).stride());
    result.set(value);
    return result;
  }

  Buffer<float> run(Func output, std::vector<int> sizes) const {
    Buffer<float> result(sizes);
    result.fill(NAN);
    output.realize(result, target);
    result.copy_to_host();
    return result;
  }

  void expectGemm(int rows, int columns, int depth, int batch,
                  const schedule::GPUGemmParams &params);
  void expectSoftmax(int columns, int rows, const schedule::GPURowReduceParams &params);
  void expectSums(int columns, int rows, const schedule::GPURowReduceParams &params);

  Halide::Target target;
};

void DeviceTemplates::expectGemm(int rows, int columns, int depth, int batch,
                                 const schedule::GPUGemmParams &params) {
  Buffer<float> a = numbers({depth, rows, batch}, 37), b = numbers({columns, depth, batch}, 17);
  ImageParam lhs = parameter(a, "lhs"), rhs = parameter(b, "rhs");
  ContractionProblem problem;
  problem.rows = rows;
  problem.columns = columns;
  problem.batch = {batch};
  problem.reduction = {depth};
  problem.lhs = [=](const ContractionProblem::Indices &k, Expr row,
                    const ContractionProblem::Indices &n) { return lhs(k[0], row, n[0]); };
  problem.rhs = [=](const ContractionProblem::Indices &k, Expr column,
                    const ContractionProblem::Indices &n) { return rhs(column, k[0], n[0]); };
  GPUContraction contraction = buildGPUContraction(problem, params);
  Func output("output");
  Var x("x"), y("y"), z("z");
  output(x, y, z) = contraction.acc(x, y, z) + 1.0f;
  scheduleGPUContraction(contraction, output, params);
  Buffer<float> actual = run(output, {columns, rows, batch});
  for (int n = 0; n < batch; ++n)
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) {
        double sum = 1;
        for (int k = 0; k < depth; ++k)
          sum += double(a(k, i, n)) * b(j, k, n);
        ASSERT_NEAR(actual(j, i, n), sum, 1e-5 * depth + 1e-6)
            << rows << "x" << columns << "x" << depth << " at " << i << ", " << j;
      }
}

TEST_F(DeviceTemplates, GemmAroundTheTiles) {
  expectGemm(64, 64, 32, 1, {4, 4, 16, 16, 16});
  expectGemm(65, 63, 33, 2, {4, 4, 16, 16, 16});
  expectGemm(1, 131, 37, 1, {1, 4, 1, 64, 16});
  expectGemm(5, 3, 1, 3, {4, 4, 8, 8, 1});
  expectGemm(33, 7, 19, 1, {4, 1, 8, 8, 4});
  expectGemm(129, 70, 40, 1, {8, 4, 8, 16, 32});
  expectGemm(1, 1, 1, 1, {1, 1, 1, 1, 1});
}

void DeviceTemplates::expectSoftmax(int columns, int rows,
                                    const schedule::GPURowReduceParams &params) {
  Buffer<float> values = numbers({columns, rows}, 37);
  ImageParam input = parameter(values, "input");
  Var column("column"), row("row");
  RowReduction largest;
  largest.name = "largest";
  largest.kind = ReductionKind::Max;
  largest.extent = columns;
  largest.rows = {row};
  largest.value = [=](Expr i) { return input(i, row); };
  RowStage peak = buildGPURowReduction(largest, params);
  RowReduction sum = largest;
  sum.name = "sum";
  sum.kind = ReductionKind::Sum;
  sum.value = [=](Expr i) { return Halide::exp(input(i, row) - peak.result(row)); };
  RowStage total = buildGPURowReduction(sum, params);
  Func output("output");
  output(column, row) = Halide::exp(input(column, row) - peak.result(row)) / total.result(row);
  scheduleGPURowReduce(output, {columns, rows}, /*perElement=*/true, {peak, total}, params);
  Buffer<float> actual = run(output, {columns, rows});
  for (int i = 0; i < rows; ++i) {
    double expected = 0;
    for (int j = 0; j < columns; ++j)
      expected += std::exp(double(values(j, i)));
    for (int j = 0; j < columns; ++j)
      ASSERT_NEAR(actual(j, i), std::exp(double(values(j, i))) / expected, 1e-6)
          << columns << "x" << rows << " at " << i << ", " << j;
  }
}

void DeviceTemplates::expectSums(int columns, int rows,
                                 const schedule::GPURowReduceParams &params) {
  Buffer<float> values = numbers({columns, rows}, 37);
  ImageParam input = parameter(values, "input");
  Var row("row");
  RowReduction sum;
  sum.extent = columns;
  sum.rows = {row};
  sum.value = [=](Expr i) { return input(i, row); };
  RowStage total = buildGPURowReduction(sum, params);
  Func output("output");
  output(row) = total.result(row) * 2.0f;
  scheduleGPURowReduce(output, {rows}, /*perElement=*/false, {total}, params);
  Buffer<float> actual = run(output, {rows});
  for (int i = 0; i < rows; ++i) {
    double expected = 0;
    for (int j = 0; j < columns; ++j)
      expected += 2 * double(values(j, i));
    ASSERT_NEAR(actual(i), expected, 1e-4) << columns << "x" << rows << " at " << i;
  }
}

TEST_F(DeviceTemplates, RowsAroundTheThreads) {
  for (auto [columns, rows, threads, perBlock] :
       {std::array{1000, 3, 128, 1}, std::array{17, 8, 4, 4}, std::array{16, 7, 4, 2},
        std::array{3, 1, 1, 1}, std::array{1, 5, 1, 5}}) {
    expectSoftmax(columns, rows, {threads, perBlock});
    expectSums(columns, rows, {threads, perBlock});
  }
}

/// A fold, a scan and what is made of both.
TEST_F(DeviceTemplates, FoldsAndScansAreLaunchesOfTheirOwn) {
  constexpr int columns = 13, rows = 7;
  Buffer<float> values = numbers({columns, rows}, 37);
  ImageParam input = parameter(values, "input");
  Var x("x"), y("y");
  RDom k(0, columns, "k"), step(1, columns - 1, "step");
  Func sum("sum"), scan("scan"), output("output");
  sum(y) = 0.0f;
  sum(y) += input(k, y);
  scan(x, y) = input(x, y);
  scan(step, y) = scan(step - 1, y) + scan(step, y);
  output(x, y) = sum(y) - scan(x, y);
  output.bound(x, 0, columns).bound(y, 0, rows);
  scheduleGPUInjective(output, {32});
  Buffer<float> actual = run(output, {columns, rows});
  for (int j = 0; j < rows; ++j) {
    double total = 0, before = 0;
    for (int i = 0; i < columns; ++i)
      total += values(i, j);
    for (int i = 0; i < columns; ++i) {
      before += values(i, j);
      ASSERT_NEAR(actual(i, j), total - before, 1e-5) << i << ", " << j;
    }
  }
}

/// Each thread folds the windows of its own elements.
TEST_F(DeviceTemplates, WindowsStayInTheirThread) {
  constexpr int width = 37, taps = 3;
  Buffer<float> values = numbers({width}, 37);
  ImageParam input = parameter(values, "input");
  Var x("x");
  RDom k(0, taps, "k");
  Func largest("largest"), output("output");
  largest(x) = -10.0f;
  largest(x) = Halide::max(largest(x), input(x + k));
  output(x) = largest(x);
  output.bound(x, 0, width - taps + 1);
  scheduleGPUWindow(output, {32});
  Buffer<float> actual = run(output, {width - taps + 1});
  for (int i = 0; i < width - taps + 1; ++i)
    ASSERT_EQ(actual(i), std::max({values(i), values(i + 1), values(i + 2)})) << i;
}

} // namespace
} // namespace dlc::templates
