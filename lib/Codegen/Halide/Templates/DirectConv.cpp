// Convolution as a contraction over flat output pixels: a tile of pixels may wrap around a row's
// end, so narrow images fill their tiles as wide ones do. Only the address of a tile's pixels needs
// a division.
#include "dlc/Codegen/Halide/Templates/DirectConv.h"

using namespace Halide;

namespace dlc::templates {

/// The input, zero-padded, over (c, x, y, n) with x and y counted from the padded corner.
static Func padInput(const ConvProblem &problem) {
  Var c("c"), x("x"), y("y"), n("n");
  Func inside(problem.name + "_in"), padded(problem.name + "_padded");
  inside(c, x, y, n) = cast(problem.accumulator, problem.input(c, x, y, n));
  Region box = {{Expr(), Expr()},
                {0, problem.inputWidth.expr()},
                {0, problem.inputHeight.expr()},
                {Expr(), Expr()}};
  Func exterior = BoundaryConditions::constant_exterior(inside, cast(problem.accumulator, 0), box);
  padded(c, x, y, n) = exterior(c, x - int(problem.padLeft), y - int(problem.padTop), n);
  return padded;
}

Contraction buildDirectConv(const ConvProblem &problem, const schedule::GemmParams &params,
                            const MachineFacts &facts) {
  using Indices = ContractionProblem::Indices;
  const int channels = int(problem.inputChannels / problem.groups);
  const Size lineWidth = problem.outputWidth(), lines = problem.outputHeight();
  const bool grouped = problem.groups > 1;
  const bool padded = problem.padTop || problem.padLeft || problem.padBottom || problem.padRight ||
                      problem.stageInput;

  Func staged;
  if (padded)
    staged = padInput(problem);

  ContractionProblem contraction;
  contraction.name = problem.name;
  contraction.columns = problem.outputChannels / problem.groups;
  contraction.rows = problem.batch * lines * lineWidth;
  if (grouped)
    contraction.batch = {problem.groups};
  contraction.reduction = {channels, problem.kernelWidth, problem.kernelHeight};
  contraction.accumulator = problem.accumulator;
  contraction.lhs = [=](const Indices &k, Expr row, const Indices &batch) {
    if (problem.flatInput)
      return problem.flatInput(grouped ? batch[0] * channels + k[0] : k[0], row);
    auto [line, column] = divide(row, lineWidth, problem.batch * lines);
    Expr image = 0, lineOfImage = line;
    if (!problem.batch.is(1)) {
      auto [quotient, rest] = divide(line, lines, problem.batch);
      image = quotient;
      lineOfImage = rest;
    }
    Expr x = column * int(problem.strideWidth) + k[1] * int(problem.dilationWidth);
    Expr y = lineOfImage * int(problem.strideHeight) + k[2] * int(problem.dilationHeight);
    Expr c = grouped ? batch[0] * channels + k[0] : k[0];
    return padded ? staged(c, x, y, image) : problem.input(c, x, y, image);
  };
  if (problem.packedWeights)
    contraction.packedRhs = [=](Expr lane, const Indices &k, Expr panel, const Indices &batch) {
      Expr flat = (k[2] * int(problem.kernelWidth) + k[1]) * channels + k[0];
      return problem.packedWeights(lane, flat, panel, grouped ? batch[0] : Expr(0));
    };
  else
    contraction.rhs = [=](const Indices &k, Expr column, const Indices &batch) {
      return problem.weights(column, k[0], k[1], k[2], grouped ? batch[0] : Expr(0));
    };
  contraction.rhsDenseAlongReduction = problem.weightsDenseAlongInputs;
  Contraction result = buildContraction(contraction, params, facts);
  if (padded) {
    Contraction::Staged copy;
    copy.func = staged;
    copy.perBlock = params.pad == schedule::PadMode::Block;
    copy.channels = problem.inputChannels;
    copy.lines = problem.batch * problem.inputHeight;
    copy.channelStride = conflictFreeStride(problem.inputChannels, problem.accumulator.bytes());
    result.staged.push_back(copy);
  }
  return result;
}

} // namespace dlc::templates
