// What a row's kernel does with each element, without the row: see ElementBound.
#include "KernelCase.h"
#include "dlc/Codegen/Halide/Templates/FusedMath.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Codegen/Halide/Templates/SpreadLanes.h"

#include <algorithm>
#include <cmath>

using namespace Halide;

namespace dlc::bench {

/// Elements of each tensor: three of them are in L1, and no store lies 4 KiB behind a load that
/// follows.
static constexpr int count = 1792;

/// `value(x, y)` of elements of `inputs` tensors, which is `expected(x, y)`; without a second one y
/// is x.
static BuiltKernel buildElements(size_t inputs, const std::function<Expr(Expr, Expr)> &value,
                                 const std::function<double(float, float)> &expected,
                                 const schedule::MachineFacts &facts) {
  std::vector<ImageParam> params;
  for (size_t i = 0; i < inputs; ++i)
    params.push_back(denseInput("in" + std::to_string(i), {count}));
  Var i("i");
  Func out("out");
  out(i) = value(params.front()(i), params.back()(i));
  out.bound(i, 0, count);
  // Four vectors beside each other, operation by operation, were 3 to 7% faster than one after the
  // other with 32 registers, and 6 to 13% slower with 16.
  constexpr int together = 4;
  if (facts.vectorRegisters >= 32)
    out.vectorize(i, together * facts.lanes(4));
  else
    templates::vectoriseGuarded(out, i, count, facts.lanes(4), together);
  BuiltKernel kernel = finishDense(out, params, {count}, inputs);
  kernel.reference = [=](const std::vector<HostTensor> &data, HostTensor &result) {
    for (size_t k = 0; k < result.size(); ++k)
      result.data[k] = float(expected(data.front().data[k], data.back().data[k]));
  };
  kernel.tolerance = 0x1p-22; // some units in the last place
  return kernel;
}

BuiltKernel buildExponential(const schedule::MachineFacts &facts) {
  return buildElements(
      1, [](Expr x, const Expr &) { return codegen::math::expNonPositive(x - 1.f); },
      [](float x, float) { return std::exp(double(x - 1.f)); }, facts);
}

BuiltKernel buildSoftmaxElements(const schedule::MachineFacts &facts) {
  const float largest = 1, total = 1, inverse = 0.5f;
  return buildElements(
      1,
      [=](Expr x, const Expr &) {
        return (codegen::math::expNonPositive(max(x, -largest) - largest) + total) * inverse;
      },
      [=](float x, float) {
        return (std::exp(double(std::max(x, -largest) - largest)) + total) * inverse;
      },
      facts);
}

BuiltKernel buildLayerNormElements(const schedule::MachineFacts &facts) {
  // The additions are as many as those to the row's two sums.
  const float mean = 0.25f, factor = 0.75f;
  return buildElements(
      2,
      [=](const Expr &x, const Expr &y) {
        Expr sum = x + y, centred = sum - mean;
        return templates::multiplyAdd(sum, centred, centred) + centred * factor;
      },
      [=](float x, float y) {
        const double sum = double(x) + y, centred = sum - mean;
        return (centred * centred + sum) + centred * factor;
      },
      facts);
}

BuiltKernel buildScanElements(const schedule::MachineFacts &facts) {
  const int lanes = facts.lanes(4);
  const float before = 1;
  ImageParam in = denseInput("in", {count});
  Var i("i"), tile("tile");
  Func out("out");
  Expr folded = in(i);
  for (int block = 1; block < lanes; block *= 2)
    folded = templates::lastOfBlockBefore(folded, block, 0.f) + folded;
  out(i) = before + folded;
  out.bound(i, 0, count);
  constexpr int unrolled = 4;
  out.split(i, tile, i, unrolled * lanes).vectorize(i, lanes).unroll(i);
  BuiltKernel kernel = finishDense(out, {in}, {count}, 1);
  kernel.reference = [=](const std::vector<HostTensor> &data, HostTensor &expected) {
    double sum = 0;
    for (size_t k = 0; k < expected.size(); ++k) {
      sum = (k % size_t(lanes) == 0 ? double(before) : sum) + data[0].data[k];
      expected.data[k] = float(sum);
    }
  };
  return kernel;
}

} // namespace dlc::bench
