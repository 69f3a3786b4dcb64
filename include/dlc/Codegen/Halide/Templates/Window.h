// window: reductions over a window of neighbours with the innermost axis (channels, NHWC) kept in
// the vectors: pooling, global pooling, depthwise convolution, any reduction that keeps the
// innermost axis.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_WINDOW_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_WINDOW_H

#include "dlc/Codegen/Halide/Templates/RowReduce.h"

namespace dlc::templates {

/// acc(c, x, y, n) = reduce over the window's k of value(c, x, y, n, k).
struct WindowProblem {
  std::string name = "window";
  Size channels = 1, width = 1, height = 1, batch = 1; ///< of the output
  std::vector<int64_t> window;                         ///< reduced extents, innermost first
  ReductionKind kind = ReductionKind::Sum;
  Halide::Type type = Halide::Float(32); ///< of the accumulator
  bool sumsProducts = false;             ///< `value` is a product, to be fused with the sum
  /// What the fold of a channel begins with; by default the identity.
  std::function<Halide::Expr(Halide::Expr c)> initial;
  /// Called with c, x, y, n inside the output's extents.
  std::function<Halide::Expr(Halide::Expr c, Halide::Expr x, Halide::Expr y, Halide::Expr n,
                             const std::vector<Halide::Expr> &k)>
      value;
  /// Whether the input line of output line y under k exists; when set, other lines are skipped.
  /// Depends on y and the last of k only.
  std::function<Halide::Expr(Halide::Expr y, const std::vector<Halide::Expr> &k)> lineInside;
  /// Lines of the input from the windows of a row to those of the next, whose taps are on
  /// neighbouring lines; 0 where the rows of a tile share none.
  int64_t rowStride = 0;
  Size inputLine = 0;   ///< elements in a line of the input, 0 where there are none
  Size inputHeight = 1; ///< lines of the input
  int64_t lines = 1;    ///< of the input under a window
};

/// A sliding window over a padded NHWC image.
struct SlidingWindow {
  Size inputHeight = 1, inputWidth = 1;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t strideHeight = 1, strideWidth = 1;
  int64_t dilationHeight = 1, dilationWidth = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
  /// Of the result, where windows begin inside of the padded image and end there.
  Size outputHeight() const {
    return (inputHeight + padTop + padBottom - (kernelHeight - 1) * dilationHeight - 1) /
               strideHeight +
           1;
  }
  Size outputWidth() const {
    return (inputWidth + padLeft + padRight - (kernelWidth - 1) * dilationWidth - 1) / strideWidth +
           1;
  }
};

/// Pooling over a sliding window: the reduction of `kind`; an average divides in the epilogue.
struct PoolProblem {
  std::string name = "pool";
  Size batch = 1, height = 1, width = 1, channels = 1; ///< of the output
  SlidingWindow window; ///< ceil_mode: the end pads hold what windows reach
  ReductionKind kind = ReductionKind::Max;
  Halide::Type type = Halide::Float(32);
  /// The input with its prologue, inside its bounds. Padding counts as the reduction's identity.
  std::function<Halide::Expr(Halide::Expr c, Halide::Expr x, Halide::Expr y, Halide::Expr n)> input;
};

/// A convolution of each channel with its own filter.
struct DepthwiseProblem {
  std::string name = "depthwise";
  Size batch = 1, channels = 1; ///< of the output
  SlidingWindow window;
  Halide::Type type = Halide::Float(32);
  /// As PoolProblem::input, by output channel (a multiplier divides the channel in the accessor).
  std::function<Halide::Expr(Halide::Expr c, Halide::Expr x, Halide::Expr y, Halide::Expr n)> input;
  /// Weights stored as [kh][kw][channels].
  std::function<Halide::Expr(Halide::Expr c, Halide::Expr kx, Halide::Expr ky)> weights;
  /// A bias, which costs nothing as what the sums begin with; may be empty.
  std::function<Halide::Expr(Halide::Expr c)> initial;
};

/// A Func of a tile's own, over its channels, columns, rows and what is outside of tiles.
struct WindowFold {
  Halide::Func func;
  Halide::RDom k;       ///< undefined where one expression folds all elements
  int64_t columns = 0;  ///< of the padded image under a tile's windows; 0 where of the output
  bool unrolled = true; ///< all taps; else loops
};

/// The Funcs of a built window. The output's definition reads acc(c, x, y, n).
struct Window {
  Halide::Func acc;
  /// What acc is computed by: in pools whose windows overlap also the fold of the lines of one
  /// column of the padded image, which all windows over that column share.
  std::vector<WindowFold> folds;
  int64_t rows = 1;    ///< of a tile, whose windows share lines
  Halide::Func padded; ///< undefined when the window never leaves the input
  WindowProblem problem;
};

Window buildWindow(const WindowProblem &problem, const schedule::WindowParams &params);
Window buildPool(const PoolProblem &problem, const schedule::WindowParams &params,
                 const MachineFacts &facts);
Window buildDepthwise(const DepthwiseProblem &problem, const schedule::DepthwiseParams &params,
                      const MachineFacts &facts);

/// Schedules `output`, pure, with arguments (c, x, y, n). The last channel tile is shifted inwards
/// and recomputed (or guarded where channels are known at the call): the output must not alias an
/// input.
void scheduleWindow(Window &window, Halide::Func output, const schedule::WindowParams &params,
                    const MachineFacts &facts);
void scheduleDepthwise(Window &window, Halide::Func output, const schedule::DepthwiseParams &params,
                       const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_WINDOW_H
