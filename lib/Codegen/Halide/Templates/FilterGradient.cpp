// The filter's gradient as a contraction over pixels. Rows are the filter's places (ky, kx, c), so
// a tile of rows reads neighbouring channels of one pixel; the cotangent is packed in panels of
// output channels.
#include "dlc/Codegen/Halide/Templates/FilterGradient.h"
#include "dlc/Codegen/Halide/Templates/LoopNest.h"
#include "dlc/Codegen/Halide/Templates/PaddedImage.h"

#include <algorithm>

using namespace Halide;

namespace dlc::templates {

int64_t lineReach(const FilterGradientProblem &problem) {
  return ((problem.outputWidth - 1) * problem.strideWidth +
          (problem.kernelWidth - 1) * problem.dilationWidth + 1) *
         problem.inputChannels;
}

int64_t linesReached(const FilterGradientProblem &problem) {
  return (problem.outputHeight - 1) * problem.strideHeight +
         (problem.kernelHeight - 1) * problem.dilationHeight + 1;
}

bool reachesOut(const FilterGradientProblem &problem) {
  return problem.padTop > 0 || problem.padLeft > 0 || linesReached(problem) > problem.inputHeight ||
         lineReach(problem) > problem.inputWidth * problem.inputChannels;
}

/// The input with zeros around it, over (c, x, y, n) with x and y counted from the padded corner.
static Func padPixels(const FilterGradientProblem &problem) {
  Var c("c"), x("x"), y("y"), n("n");
  return padImage(problem.name, {c, x, y, n}, cast(problem.accumulator, problem.input(c, x, y, n)),
                  cast(problem.accumulator, 0),
                  {problem.inputWidth, problem.inputHeight, problem.padLeft, problem.padTop});
}

/// The same over (place, 0, y, n).
static Func padLines(const FilterGradientProblem &problem) {
  const int channels = int(problem.inputChannels), width = int(problem.inputWidth),
            height = int(problem.inputHeight);
  Var place("place"), unit("unit"), y("y"), n("n");
  Expr x = place / channels, line = y, inside = Internal::const_true();
  // Without padding a place stays one in memory.
  if (problem.padLeft > 0 || lineReach(problem) > problem.inputWidth * channels) {
    x -= int(problem.padLeft);
    inside = inside && x >= 0 && x < width;
    x = clamp(x, 0, width - 1);
  }
  if (problem.padTop > 0 || linesReached(problem) > problem.inputHeight) {
    line -= int(problem.padTop);
    inside = inside && line >= 0 && line < height;
    line = clamp(line, 0, height - 1);
  }
  Expr element = cast(problem.accumulator, problem.input(place % channels, x, line, n));
  Func padded(problem.name + "_lines");
  padded(place, unit, y, n) = select(inside, element, cast(problem.accumulator, 0));
  return padded;
}

Func padFilterGradientInput(const FilterGradientProblem &problem) {
  return problem.joinWindowColumns ? padLines(problem) : padPixels(problem);
}

std::pair<Expr, Expr> placeUnderTap(const FilterGradientProblem &problem, Expr x, Expr y,
                                    Expr tap) {
  const int kernelWidth = int(problem.kernelWidth);
  return {x * int(problem.strideWidth) + tap % kernelWidth * int(problem.dilationWidth),
          y * int(problem.strideHeight) + tap / kernelWidth * int(problem.dilationHeight)};
}

ImagePieces ImagePieces::of(const FilterGradientProblem &problem, int tasks) {
  ImagePieces pieces;
  pieces.count = divisorAtMost(problem.batch, std::max(1, tasks));
  pieces.images = int(problem.batch / pieces.count);
  pieces.pixel =
      RDom(0, int(problem.outputWidth), 0, int(problem.outputHeight), 0, pieces.images, "pixel");
  return pieces;
}

Expr ImagePieces::image(Expr piece) const { return piece * images + pixel[2]; }

Expr ImagePieces::total(Func sums, Expr column, Expr row) const {
  Expr sum = sums(column, row, 0);
  for (int64_t piece = 1; piece < count; ++piece)
    sum += sums(column, row, int(piece));
  return sum;
}

Contraction buildFilterGradient(const FilterGradientProblem &problem,
                                const schedule::GemmParams &params, const MachineFacts &facts) {
  using Indices = ContractionProblem::Indices;
  // Of a group.
  const int channels = int(problem.inputChannels / problem.groups),
            kernelWidth = int(problem.kernelWidth),
            columns = int(problem.outputChannels / problem.groups);
  const bool joined = problem.joinWindowColumns, grouped = problem.groups > 1;
  Func staged = padFilterGradientInput(problem);

  ContractionProblem contraction;
  contraction.name = problem.name;
  contraction.columns = columns;
  contraction.rows = problem.kernelHeight * problem.kernelWidth * channels;
  if (grouped)
    contraction.batch = {problem.groups};
  contraction.accumulator = problem.accumulator;
  // The longest axis innermost: small images have more of them than columns.
  const bool imagesInside = problem.outputWidth < 8 && problem.batch > problem.outputWidth;
  const int64_t width = problem.outputWidth, height = problem.outputHeight;
  contraction.reduction =
      imagesInside ? Sizes{problem.batch, width, height} : Sizes{width, height, problem.batch};
  const int xAxis = imagesInside ? 1 : 0, yAxis = imagesInside ? 2 : 1,
            nAxis = imagesInside ? 0 : 2;
  contraction.lhs = [=](const Indices &k, Expr row, const Indices &group) {
    if (joined) {
      const int line = kernelWidth * channels;
      Expr left = k[xAxis] * int(problem.strideWidth);
      Expr y = k[yAxis] * int(problem.strideHeight) + row / line * int(problem.dilationHeight);
      return staged(left * channels + row % line, 0, y, k[nAxis]);
    }
    auto [x, y] = placeUnderTap(problem, k[xAxis], k[yAxis], row / channels);
    Expr c = row % channels;
    return staged(grouped ? group[0] * channels + c : c, x, y, k[nAxis]);
  };
  contraction.rhs = [=](const Indices &k, Expr column, const Indices &group) {
    Expr c = grouped ? group[0] * columns + column : column;
    return problem.cotangent(c, k[xAxis], k[yAxis], k[nAxis]);
  };
  Contraction result = buildContraction(contraction, params, facts);
  Contraction::Staged copy;
  copy.func = staged;
  copy.channels = joined ? lineReach(problem) : problem.inputChannels;
  copy.lines = problem.batch * linesReached(problem);
  copy.channelStride = joined
                           ? copy.channels
                           : conflictFreeStride(problem.inputChannels, problem.accumulator.bytes());
  result.staged.push_back(copy);
  return result;
}

} // namespace dlc::templates
