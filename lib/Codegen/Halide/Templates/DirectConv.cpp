// Convolution as a contraction over flat output pixels: a tile of pixels may wrap around a row's
// end, so narrow images fill their tiles as wide ones do. Only the address of a tile's pixels needs
// a division.
#include "dlc/Codegen/Halide/Templates/DirectConv.h"
#include "dlc/Codegen/Halide/Templates/PaddedImage.h"
#include "dlc/Codegen/Halide/Templates/SideBySide.h"

using namespace Halide;

namespace dlc::templates {

/// The input, zero-padded, over (c, x, y, n[, group]) with x and y counted from the padded corner
/// and c within a group: the pixels of a group lie side by side, however few channels it has.
static Func padPixels(const ConvProblem &problem) {
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

/// The same over (place, 0, y, n): places of a line count its pixels' channels one after the other.
static Func padLines(const ConvProblem &problem) {
  Var place("place"), unit("unit"), y("y"), n("n");
  const int channels = int(problem.inputChannels);
  Expr element = cast(problem.accumulator, problem.input(place % channels, place / channels, y, n));
  return padImage(problem.name, {place, unit, y, n}, element, cast(problem.accumulator, 0),
                  {problem.inputWidth * channels, problem.inputHeight, problem.padLeft * channels,
                   problem.padTop, /*xAxis=*/0});
}

/// Pixels of a padded line that windows reach.
static Size paddedWidth(const ConvProblem &problem) {
  return (problem.outputWidth() - 1) * problem.strideWidth +
         (problem.kernelWidth - 1) * problem.dilationWidth + 1;
}

/// Whether a padded line is better copied as a whole than pixel by pixel: pixels of so few channels
/// are less than a vector. A prologue may then read what it has for a channel place by place.
static bool copiesLines(const ConvProblem &problem) {
  constexpr int64_t fewChannels = 8;
  return problem.groups == 1 && problem.inputChannels < fewChannels;
}

namespace {
/// Where an output pixel is.
struct OutputPixel {
  Expr column, line, image;
};
} // namespace

/// The place of the flat pixel `row`. Tiles of `rowsPerTile` pixels that never wrap around the end
/// of a line have one address, of their first pixel: the others are so many strides beside it. With
/// 1 each pixel has its own.
static OutputPixel pixelAt(const ConvProblem &problem, Expr row, int rowsPerTile) {
  const Size width = problem.outputWidth(), lines = problem.outputHeight();
  OutputPixel pixel;
  if (width.isMultipleOf(rowsPerTile)) {
    auto [line, tile] = divide(row / rowsPerTile, width / rowsPerTile, problem.batch * lines);
    pixel = {tile * rowsPerTile + row % rowsPerTile, line, 0};
  } else {
    auto [line, column] = divide(row, width, problem.batch * lines);
    pixel = {column, line, 0};
  }
  if (!problem.batch.is(1)) {
    auto [image, line] = divide(pixel.line, lines, problem.batch);
    pixel.image = image;
    pixel.line = line;
  }
  return pixel;
}

/// Groups whose output channels share a vector. Their pixels are mixed in the copies that they have
/// a block anyway.
static int64_t groupsTogether(const ConvProblem &problem, const schedule::GemmParams &params,
                              const MachineFacts &facts) {
  const bool copiesPerBlock =
      params.pad == schedule::PadMode::Block && params.order == schedule::LoopOrder::RowsOuter;
  if (!copiesPerBlock || !problem.packedWeights || params.vectorsPerTile > 1 ||
      params.stepsSideBySide > 1 || params.reductionBlock > 0)
    return 1;
  return countSideBySide(problem.groups, problem.outputChannels / problem.groups,
                         lanesOf(params, facts, problem.accumulator));
}

Contraction buildDirectConv(const ConvProblem &problem, const schedule::GemmParams &params,
                            const MachineFacts &facts) {
  using Indices = ContractionProblem::Indices;
  const int channels = int(problem.inputChannels / problem.groups);
  const bool grouped = problem.groups > 1;
  const bool padded = problem.padTop || problem.padLeft || problem.padBottom || problem.padRight ||
                      problem.stageInput;
  const bool joined = padded && copiesLines(problem);

  Func staged;
  if (padded)
    staged = joined ? padLines(problem) : padPixels(problem);

  ContractionProblem contraction;
  contraction.name = problem.name;
  contraction.columns = problem.outputChannels / problem.groups;
  contraction.rows = problem.batch * problem.outputHeight() * problem.outputWidth();
  if (grouped)
    contraction.batch = {problem.groups};
  if (grouped && padded)
    contraction.sideBySide = groupsTogether(problem, params, facts);
  contraction.reduction = {channels, problem.kernelWidth, problem.kernelHeight};
  contraction.accumulator = problem.accumulator;
  contraction.lhs = [=](const Indices &k, Expr row, const Indices &batch) {
    if (problem.flatInput)
      return problem.flatInput(grouped ? batch[0] * channels + k[0] : k[0], row);
    // Tiles of images that are read in place gain nothing by one address: 0.99 to 1.1 of their
    // time.
    OutputPixel pixel = pixelAt(problem, row, padded ? params.rowsPerTile : 1);
    Expr x = pixel.column * int(problem.strideWidth) + k[1] * int(problem.dilationWidth);
    Expr y = pixel.line * int(problem.strideHeight) + k[2] * int(problem.dilationHeight);
    if (joined)
      return Expr(staged(x * channels + k[0], 0, y, pixel.image));
    if (!padded)
      return problem.input(grouped ? batch[0] * channels + k[0] : k[0], x, y, pixel.image);
    std::vector<Expr> place = {k[0], x, y, pixel.image};
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
    copy.channels = joined ? paddedWidth(problem) * channels : Size(channels);
    copy.lines = problem.batch * problem.inputHeight * problem.groups;
    copy.channelStride =
        joined ? Size(1) : Size(conflictFreeStride(channels, problem.accumulator.bytes()));
    result.staged.push_back(copy);
  }
  return result;
}

} // namespace dlc::templates
