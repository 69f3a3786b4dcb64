// direct_conv: NHWC convolution with packed weights, any kernel, stride, dilation, padding and
// groups.
#ifndef DLC_CODEGEN_HALIDE_TEMPLATES_DIRECTCONV_H
#define DLC_CODEGEN_HALIDE_TEMPLATES_DIRECTCONV_H

#include "dlc/Codegen/Halide/Templates/Contraction.h"

namespace dlc::templates {

/// A 2-D convolution (1-D: height 1). Sizes in elements.
struct ConvProblem {
  std::string name = "conv";
  Size batch = 1, inputHeight = 0, inputWidth = 0;
  int64_t inputChannels = 0, outputChannels = 0; ///< of all groups together
  int64_t groups = 1;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t strideHeight = 1, strideWidth = 1;
  int64_t dilationHeight = 1, dilationWidth = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
  Halide::Type accumulator = Halide::Float(32);

  /// The input with its prologue, inside its bounds.
  std::function<Halide::Expr(Halide::Expr c, Halide::Expr x, Halide::Expr y, Halide::Expr n)> input;
  /// The same at a flat pixel, where isPointwise() and the input's pixels are evenly spaced; or
  /// empty.
  std::function<Halide::Expr(Halide::Expr c, Halide::Expr pixel)> flatInput;
  /// Weights packed as [group][panel][kh][kw][ci][lane] with kh, kw, ci flattened into `k`
  /// (k = (ky * kernelWidth + kx) * ci + c, c within the group), zero-padded beyond the group's
  /// output channels. The panel width is panelWidth(params, facts, accumulator).
  std::function<Halide::Expr(Halide::Expr lane, Halide::Expr k, Halide::Expr panel,
                             Halide::Expr group)>
      packedWeights;
  /// Weights in any order, packed by the kernel: `c` and `column` count within the group. Set this
  /// or `packedWeights`.
  std::function<Halide::Expr(Halide::Expr column, Halide::Expr c, Halide::Expr kx, Halide::Expr ky,
                             Halide::Expr group)>
      weights;
  /// `weights` is dense along `c` rather than along `column`.
  bool weightsDenseAlongInputs = false;
  /// Copy the input, prologue applied, before reading it even without padding: when the prologue is
  /// dearer than a copy, as every element is read once per panel and window.
  bool stageInput = false;

  Size outputHeight() const {
    return (inputHeight + padTop + padBottom - (kernelHeight - 1) * dilationHeight - 1) /
               strideHeight +
           1;
  }
  Size outputWidth() const {
    return (inputWidth + padLeft + padRight - (kernelWidth - 1) * dilationWidth - 1) / strideWidth +
           1;
  }
  /// Whether each output pixel reads exactly the input pixel of the same flat index: a gemm over
  /// pixels.
  bool isPointwise() const {
    return kernelHeight == 1 && kernelWidth == 1 && strideHeight == 1 && strideWidth == 1 &&
           padTop == 0 && padLeft == 0 && padBottom == 0 && padRight == 0;
  }
};

/// acc(column, row[, group]): column is the output channel within its group, row the flat output
/// pixel (n * outputHeight + y) * outputWidth + x; the group argument exists when groups > 1.
/// Present dense NHWC buffers to the kernel in that view: (C/groups, N*H*W, groups) with strides
/// (1, C, C/groups). Schedule with scheduleContraction.
Contraction buildDirectConv(const ConvProblem &problem, const schedule::GemmParams &params,
                            const MachineFacts &facts);

} // namespace dlc::templates

#endif // DLC_CODEGEN_HALIDE_TEMPLATES_DIRECTCONV_H
