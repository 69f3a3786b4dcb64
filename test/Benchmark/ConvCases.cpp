// Convolution shapes of ResNet-50, VGG, MobileNetV2 and the OCR networks, and awkward ones.
#include "ContractionCase.h"
#include "dlc/Codegen/Halide/Templates/DirectConv.h"
#include "dlc/Codegen/Halide/Templates/Gemm.h"
#include "dlc/Schedule/AnalyticModel.h"

using namespace Halide;

namespace dlc::bench {

static schedule::GemmShape shapeOf(const templates::ConvProblem &p) {
  schedule::ConvShape conv;
  conv.batch = p.batch.constant();
  conv.outputHeight = p.outputHeight().constant();
  conv.outputWidth = p.outputWidth().constant();
  conv.inputChannels = p.inputChannels;
  conv.outputChannels = p.outputChannels;
  conv.groups = p.groups;
  conv.kernelHeight = p.kernelHeight;
  conv.kernelWidth = p.kernelWidth;
  conv.strideHeight = p.strideHeight;
  conv.strideWidth = p.strideWidth;
  conv.padded = p.padTop || p.padLeft || p.padBottom || p.padRight;
  return schedule::gemmShapeOf(conv);
}

static void convReference(const templates::ConvProblem &p, const PackedWeights &weights,
                          const std::vector<HostTensor> &in, HostTensor &expected) {
  const int cig = int(p.inputChannels / p.groups), cog = int(p.outputChannels / p.groups);
  const int64_t inputHeight = p.inputHeight.constant(), inputWidth = p.inputWidth.constant();
  const int64_t height = p.outputHeight().constant(), outputWidth = p.outputWidth().constant();
  size_t at = 0;
  std::vector<float> sum(size_t(p.outputChannels));
  for (int line = 0; line < p.batch.constant() * height; ++line)
    for (int x = 0; x < outputWidth; ++x) {
      std::fill(sum.begin(), sum.end(), 0.f);
      for (int ky = 0; ky < p.kernelHeight; ++ky)
        for (int kx = 0; kx < p.kernelWidth; ++kx) {
          const int64_t y = line % height, n = line / height;
          int iy = int(y * p.strideHeight + ky * p.dilationHeight - p.padTop);
          int ix = int(x * p.strideWidth + kx * p.dilationWidth - p.padLeft);
          if (iy < 0 || iy >= inputHeight || ix < 0 || ix >= inputWidth)
            continue;
          for (int g = 0; g < p.groups; ++g)
            for (int c = 0; c < cig; ++c) {
              float v =
                  in[0].data[((size_t(n) * inputHeight + iy) * inputWidth + ix) * p.inputChannels +
                             g * cig + c];
              int k = int((ky * p.kernelWidth + kx) * cig + c);
              for (int n = 0; n < cog; ++n)
                sum[size_t(g) * cog + n] += v * in[1].data[weights.at(k, n, g)];
            }
        }
      for (int c = 0; c < p.outputChannels; ++c, ++at)
        expected.data[at] = std::max(sum[c] + in[2].data[c] + in[3].data[at], 0.f);
    }
}

BuiltKernel buildConv(const ConvSize &c, const schedule::MachineFacts &facts,
                      const Overrides &overrides) {
  templates::ConvProblem p;
  p.batch = c.batch;
  p.inputHeight = c.height;
  p.inputWidth = c.width;
  p.dilationHeight = p.dilationWidth = c.dilation;
  p.inputChannels = c.ci;
  p.outputChannels = c.co;
  p.groups = c.groups;
  p.kernelHeight = p.kernelWidth = c.kernel;
  p.strideHeight = p.strideWidth = c.stride;
  p.padTop = p.padLeft = p.padBottom = p.padRight = c.pad;
  schedule::GemmShape shape = shapeOf(p);
  schedule::GemmParams params = schedule::chooseGemm(shape, facts);
  overrideGemm(overrides, params);
  const int columns = int(shape.columns), rows = int(shape.rows), groups = c.groups;
  const int depth = int(shape.depth);
  const PackedWeights packed(params, facts, columns, depth, groups);

  ImageParam input = denseInput("input", {c.ci, c.width, c.height, c.batch});
  ImageParam weights = denseInput("weights", packed.extents());
  ImageParam bias(Float(32), 2, "bias"), residual(Float(32), 3, "residual");
  bias.dim(0).set_bounds(0, columns).set_stride(1);
  bias.dim(1).set_bounds(0, groups).set_stride(columns);
  p.input = [=](Expr ch, Expr x, Expr y, Expr n) { return input(ch, x, y, n); };
  p.packedWeights = [=](Expr lane, Expr k, Expr panel, Expr g) {
    return packed.read(weights, lane, k, panel, g);
  };

  templates::Contraction contraction;
  BuiltKernel kernel;
  std::vector<HostTensor> &data = kernel.inputs;
  data.emplace_back(std::vector<int>{c.ci, c.width, c.height, c.batch});
  data.back().fill(1);
  data.push_back(packed.fill(2));
  data.emplace_back(std::vector<int>{columns, groups}).fill(3);
  data.emplace_back(std::vector<int>{c.co, rows}).fill(4);

  ImageParam flat;
  if (p.isPointwise() && groups == 1) {
    flat = denseInput("input", {c.ci, rows});
    data[0].extents = {c.ci, rows};
    data[0].strides = {1, c.ci};
    templates::GemmProblem gemm;
    gemm.rows = rows;
    gemm.columns = columns;
    gemm.depth = depth;
    gemm.lhs = [=](Expr k, Expr row, const auto &) { return flat(k, row); };
    gemm.packedRhs = [=](Expr lane, Expr k, Expr panel, const auto &) {
      return packed.read(weights, lane, k, panel, 0);
    };
    contraction = templates::buildGemm(gemm, params, facts);
  } else {
    contraction = templates::buildDirectConv(p, params, facts);
  }
  Var n("n"), m("m"), g("g");
  Func out("out");
  auto view = [&](OutputImageParam buffer) {
    buffer.dim(0).set_bounds(0, columns).set_stride(1);
    buffer.dim(1).set_bounds(0, rows).set_stride(c.co);
    if (groups > 1)
      buffer.dim(2).set_bounds(0, groups).set_stride(columns);
  };
  if (groups > 1) {
    out(n, m, g) = max(contraction.acc(n, m, g) + bias(n, g) + residual(n, m, g), 0.f);
    residual.dim(2).set_bounds(0, groups).set_stride(columns);
    data[3].extents = {columns, rows, groups};
    data[3].strides = {1, c.co, columns};
  } else {
    residual = ImageParam(Float(32), 2, "residual");
    out(n, m) = max(contraction.acc(n, m) + bias(n, 0) + residual(n, m), 0.f);
  }
  residual.dim(0).set_bounds(0, columns).set_stride(1);
  residual.dim(1).set_bounds(0, rows).set_stride(c.co);
  view(out.output_buffer());
  templates::scheduleContraction(contraction, out, params, facts);

  kernel.pipeline = Pipeline(out);
  kernel.params = {p.isPointwise() && groups == 1 ? flat : input, weights, bias, residual};
  kernel.output = data[3];
  kernel.flops = 2.0 * rows * c.co * depth;
  kernel.bytes = 4.0 * double(data[0].size() + data[1].size() + 2 * data[3].size());
  kernel.schedule = describeGemm(params);
  kernel.reference = [p, packed](const std::vector<HostTensor> &in, HostTensor &expected) {
    convReference(p, packed, in, expected);
  };
  return kernel;
}

void addConvCases(std::vector<KernelCase> &cases) {
  static const struct {
    const char *name;
    int size, width, ci, co, kernel, stride, pad, groups;
  } convs[] = {
      {"r50_7x7s2", 224, 0, 3, 64, 7, 2, 3, 1},      {"r50_3x3", 56, 0, 64, 64, 3, 1, 1, 1},
      {"r50_3x3", 28, 0, 128, 128, 3, 1, 1, 1},      {"r50_3x3", 14, 0, 256, 256, 3, 1, 1, 1},
      {"r50_3x3", 7, 0, 512, 512, 3, 1, 1, 1},       {"r50_3x3s2", 56, 0, 128, 128, 3, 2, 1, 1},
      {"r50_3x3s2", 28, 0, 256, 256, 3, 2, 1, 1},    {"r50_3x3s2", 14, 0, 512, 512, 3, 2, 1, 1},
      {"r50_1x1", 56, 0, 64, 64, 1, 1, 0, 1},        {"r50_1x1", 56, 0, 64, 256, 1, 1, 0, 1},
      {"r50_1x1", 56, 0, 256, 64, 1, 1, 0, 1},       {"r50_1x1", 28, 0, 512, 128, 1, 1, 0, 1},
      {"r50_1x1", 28, 0, 128, 512, 1, 1, 0, 1},      {"r50_1x1", 14, 0, 1024, 256, 1, 1, 0, 1},
      {"r50_1x1", 14, 0, 256, 1024, 1, 1, 0, 1},     {"r50_1x1", 7, 0, 2048, 512, 1, 1, 0, 1},
      {"r50_1x1", 7, 0, 512, 2048, 1, 1, 0, 1},      {"r50_1x1s2", 56, 0, 256, 512, 1, 2, 0, 1},
      {"r50_1x1s2", 28, 0, 512, 1024, 1, 2, 0, 1},   {"r50_1x1s2", 14, 0, 1024, 2048, 1, 2, 0, 1},
      {"vgg_3x3", 224, 0, 3, 64, 3, 1, 1, 1},        {"vgg_3x3", 224, 0, 64, 64, 3, 1, 1, 1},
      {"vgg_3x3", 112, 0, 128, 128, 3, 1, 1, 1},     {"vgg_3x3", 56, 0, 256, 256, 3, 1, 1, 1},
      {"vgg_3x3", 28, 0, 512, 512, 3, 1, 1, 1},      {"vgg_3x3", 14, 0, 512, 512, 3, 1, 1, 1},
      {"mbv2_first", 224, 0, 3, 32, 3, 2, 1, 1},     {"mbv2_1x1", 112, 0, 32, 16, 1, 1, 0, 1},
      {"mbv2_1x1", 112, 0, 16, 96, 1, 1, 0, 1},      {"mbv2_1x1", 56, 0, 96, 24, 1, 1, 0, 1},
      {"mbv2_1x1", 56, 0, 24, 144, 1, 1, 0, 1},      {"mbv2_1x1", 28, 0, 32, 192, 1, 1, 0, 1},
      {"mbv2_1x1", 14, 0, 384, 64, 1, 1, 0, 1},      {"mbv2_1x1", 14, 0, 576, 96, 1, 1, 0, 1},
      {"mbv2_1x1", 7, 0, 960, 160, 1, 1, 0, 1},      {"mbv2_1x1", 7, 0, 320, 1280, 1, 1, 0, 1},
      {"odd_3x3", 29, 0, 24, 37, 3, 1, 1, 1},        {"odd_3x3", 13, 0, 37, 24, 3, 1, 1, 1},
      {"odd_5x5s2", 31, 0, 3, 24, 5, 2, 2, 1},       {"ocr_rec", 24, 160, 32, 64, 3, 1, 1, 1},
      {"ocr_det", 80, 120, 96, 24, 3, 1, 1, 1},      {"alex_5x5g2", 27, 0, 96, 256, 5, 1, 2, 2},
      {"resnext_g32", 28, 0, 256, 256, 3, 1, 1, 32}, {"shuffle_g3", 28, 0, 240, 60, 1, 1, 0, 3},
      {"det_1x1", 80, 120, 64, 4, 1, 1, 0, 1},       {"det_1x1", 80, 120, 24, 1, 1, 1, 0, 1},
      {"alex_first", 224, 0, 3, 96, 11, 4, 0, 1},    {"squeeze_first", 224, 0, 3, 64, 3, 2, 0, 1},
      {"inception_3x3", 28, 0, 96, 96, 3, 1, 1, 1},  {"inception_1x1", 7, 0, 1024, 224, 1, 1, 0, 1},
  };
  for (const auto &c : convs)
    cases.push_back({"conv",
                     std::string(c.name) + "_" + std::to_string(c.size) +
                         (c.width ? "x" + std::to_string(c.width) : "") + "_" +
                         std::to_string(c.ci) + "_" + std::to_string(c.co),
                     [c](const schedule::MachineFacts &facts, const Overrides &overrides) {
                       return buildConv({c.size, c.width ? c.width : c.size, c.ci, c.co, c.kernel,
                                         c.stride, c.pad, c.groups},
                                        facts, overrides);
                     }});
}

} // namespace dlc::bench
