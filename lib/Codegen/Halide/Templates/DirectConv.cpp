// Convolution as a contraction over flat output pixels: a tile of pixels may wrap around a row's
// end, so narrow images fill their tiles as wide ones do. Only the address of a tile's pixels needs
// a division.
#include "dlc/Codegen/Halide/Templates/DirectConv.h"
#include "dlc/Codegen/Halide/Templates/PaddedImage.h"

using namespace Halide;

namespace dlc::templates {

/// The input, zero-padded, over (c, x, y, n[, group]) with x and y counted from the padded corner
/// and c within a group: the pixels of a group lie side by side, however few channels it has.
static Func padInput(const ConvProblem &problem) {
  Var c("c"), x("x"), y("y"), n("n"), group("group");
  const bool grouped = problem.groups > 1;
  std::vector<Var> args = {c, x, y, n};
  if (grouped)
    args.push_back(group);
  const int channels = int(problem.inputChannels / problem.groups);
  Expr element =
      cast(problem.accumulator, problem.input(grouped ? group * channels + c : Expr(c), x, y, n));
  return padImage(problem.name, args, element, cast(problem.accumulator, 0),
                  {problem.inputWidth, problem.inputHeight, problem.padLeft, problem.padTop});
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
    if (!padded)
      return problem.input(grouped ? batch[0] * channels + k[0] : k[0], x, y, image);
    std::vector<Expr> place = {k[0], x, y, image};
    place.insert(place.end(), batch.begin(), batch.end());
    return Expr(staged(place));
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
    copy.channels = channels;
    copy.lines = problem.batch * problem.inputHeight * problem.groups;
    copy.channelStride = conflictFreeStride(channels, problem.accumulator.bytes());
    result.staged.push_back(copy);
  }
  return result;
}

} // namespace dlc::templates
