// filter gradient: the gradient of an NHWC convolution by its filter, as a product of two matrices
// that both have a row a pixel: windows of the input, and the cotangent.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_FILTERGRADIENT_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_FILTERGRADIENT_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

#include <utility>

namespace dlc::templates {

/// Sizes are the convolution's (1-D: height 1), in elements. Padding behind the image is what the
/// last windows reach.
struct FilterGradientProblem {
  std::string name = "filter_gradient";
  int64_t batch = 1, inputHeight = 0, inputWidth = 0, inputChannels = 0;
  int64_t outputHeight = 0, outputWidth = 0, outputChannels = 0;
  int64_t groups = 1;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t strideHeight = 1, strideWidth = 1;
  int64_t dilationHeight = 1, dilationWidth = 1;
  int64_t padTop = 0, padLeft = 0;
  Halide::Type accumulator = Halide::Float(32);

  using Access =
      std::function<Halide::Expr(Halide::Expr c, Halide::Expr x, Halide::Expr y, Halide::Expr n)>;
  Access input;     ///< with its prologue, inside its bounds
  Access cotangent; ///< likewise
  /// Whether the operands have prologues, which are to run once an element.
  bool inputComputed = false, cotangentComputed = false;
  /// Images of few channels: the window's columns and their channels are neighbours in memory, so a
  /// tile of rows runs over both. Legal with a horizontal dilation of 1 and without groups.
  bool joinWindowColumns = false;
};

/// Elements that the windows of a line reach from the padded corner on, channels included.
int64_t lineReach(const FilterGradientProblem &problem);
/// Lines that the windows of an image reach from the padded corner on.
int64_t linesReached(const FilterGradientProblem &problem);
/// Whether windows reach out of the image: into padding.
bool reachesOut(const FilterGradientProblem &problem);

/// The input with zeros around it as the gradients read it: over (c, x, y, n) with x and y counted
/// from the padded corner, or where columns are joined over (place, 0, y, n), where a place counts
/// the channels of a line's pixels.
Halide::Func padFilterGradientInput(const FilterGradientProblem &problem);

/// What the window at the output pixel (`x`, `y`) reads under `tap`, row-major: the column and the
/// line of the padded image.
std::pair<Halide::Expr, Halide::Expr> placeUnderTap(const FilterGradientProblem &problem,
                                                    Halide::Expr x, Halide::Expr y,
                                                    Halide::Expr tap);

/// Pieces of the images, each with sums of its own, which share out the work. Their number does not
/// depend on the threads, so neither do the results.
struct ImagePieces {
  int64_t count = 1;
  int images = 0;     ///< of a piece
  Halide::RDom pixel; ///< x, y of the output, image of a piece

  /// At most `tasks`.
  static ImagePieces of(const FilterGradientProblem &problem, int tasks);
  /// The image at `pixel` of `piece`.
  Halide::Expr image(Halide::Expr piece) const;
  /// The sum of sums(column, row, piece) over all pieces.
  Halide::Expr total(Halide::Func sums, Halide::Expr column, Halide::Expr row) const;
};

/// acc(column, row), with more than one group acc(column, row, group): column is the output channel
/// of the group, row the flat place (ky, kx, c) in the filter.
/// Schedule with scheduleContraction.
Contraction buildFilterGradient(const FilterGradientProblem &problem,
                                const schedule::GemmParams &params, const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_FILTERGRADIENT_H
