// Depthwise convolutions of MobileNetV2 and the OCR networks, and pooling windows.
#include "KernelCase.h"
#include "dlc/Codegen/Halide/Templates/Window.h"
#include "dlc/Schedule/AnalyticModel.h"

#include <cmath>

using namespace Halide;

namespace dlc::bench {

static void windowReference(const WindowSize &c, const std::vector<HostTensor> &in,
                            HostTensor &expected) {
  size_t at = 0;
  for (int y = 0; y < expected.extents[2]; ++y)
    for (int x = 0; x < expected.extents[1]; ++x)
      for (int ch = 0; ch < c.channels; ++ch, ++at) {
        float acc = c.pool ? -1e30f : 0.f;
        for (int ky = 0; ky < c.kernel; ++ky)
          for (int kx = 0; kx < c.kernel; ++kx) {
            int iy = y * c.stride + ky - c.pad, ix = x * c.stride + kx - c.pad;
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width)
              continue;
            float v = in[0].data[(size_t(iy) * c.width + ix) * c.channels + ch];
            if (c.pool)
              acc = std::isnan(v) || v > acc ? v : acc; // NaN stays
            else
              acc += v * in[1].data[(size_t(ky) * c.kernel + kx) * c.channels + ch];
          }
        expected.data[at] = c.pool ? acc : std::min(std::max(acc + in[2].data[ch], 0.f), 6.f);
      }
}

/// Taps of all windows along an axis of `size` elements that lie in the image.
static int64_t tapsInside(const WindowSize &c, int size, int windows) {
  int64_t taps = 0;
  for (int window = 0; window < windows; ++window)
    for (int k = 0; k < c.kernel; ++k) {
      const int at = window * c.stride + k - c.pad;
      taps += at >= 0 && at < size;
    }
  return taps;
}

BuiltKernel buildWindow(const WindowSize &c, const schedule::MachineFacts &facts,
                        const Overrides &overrides) {
  templates::SlidingWindow w;
  w.inputHeight = c.height;
  w.inputWidth = c.width;
  w.kernelHeight = w.kernelWidth = c.kernel;
  w.strideHeight = w.strideWidth = c.stride;
  w.padTop = w.padLeft = w.padBottom = w.padRight = c.pad;
  const int oh = int(w.outputHeight().constant()), ow = int(w.outputWidth().constant());
  schedule::WindowShape shape;
  shape.channels = c.channels;
  shape.height = oh;
  shape.width = ow;
  shape.taps = c.kernel * c.kernel;
  shape.inputRowBytes = int64_t(c.width) * c.channels * 4;
  shape.inputHeight = c.height;
  shape.strideHeight = shape.strideWidth = c.stride;
  shape.kernelHeight = c.kernel;
  schedule::WindowParams params = c.pool
                                      ? schedule::chooseWindow(shape, facts)
                                      : schedule::asWindow(schedule::chooseDepthwise(shape, facts));
  override(overrides, "nv", params.vectorsPerTile);
  override(overrides, "cols", params.columnsPerTile);
  override(overrides, "rows", params.rowsPerBlock);
  override(overrides, "mr", params.rowsPerTile);
  override(overrides, "tasks", params.tasks);
  int pad = int(params.pad);
  override(overrides, "pad", pad);
  params.pad = schedule::PadMode(pad);
  const schedule::DepthwiseParams depthwiseParams = {
      params.vectorsPerTile, params.columnsPerTile, params.rowsPerBlock, params.tasks, params.pad,
      params.rowsPerTile};

  BuiltKernel kernel;
  ImageParam input = denseInput("input", {c.channels, c.width, c.height, 1});
  ImageParam weights = denseInput("weights", {c.channels, c.kernel, c.kernel});
  ImageParam bias = denseInput("bias", {c.channels});
  auto read = [=](Expr ch, Expr x, Expr y, Expr n) { return input(ch, x, y, n); };
  kernel.inputs.emplace_back(std::vector<int>{c.channels, c.width, c.height, 1});
  Var ch("c"), x("x"), y("y"), n("n");
  Func out("out");
  templates::Window window;
  if (c.pool) {
    templates::PoolProblem problem;
    problem.channels = c.channels;
    problem.height = w.outputHeight();
    problem.width = w.outputWidth();
    problem.window = w;
    problem.input = read;
    window = templates::buildPool(problem, params, facts);
    out(ch, x, y, n) = window.acc(ch, x, y, n);
    templates::scheduleWindow(window, out, params, facts);
    kernel.params = {input};
    kernel.strictFloat = true;
  } else {
    templates::DepthwiseProblem problem;
    problem.channels = c.channels;
    problem.window = w;
    problem.input = read;
    problem.weights = [=](Expr ch, Expr kx, Expr ky) { return weights(ch, kx, ky); };
    problem.initial = [=](Expr ch) { return bias(ch); };
    window = templates::buildDepthwise(problem, depthwiseParams, facts);
    out(ch, x, y, n) = clamp(window.acc(ch, x, y, n), 0.f, 6.f);
    templates::scheduleDepthwise(window, out, depthwiseParams, facts);
    kernel.params = {input, weights, bias};
    kernel.inputs.emplace_back(std::vector<int>{c.channels, c.kernel, c.kernel});
    kernel.inputs.emplace_back(std::vector<int>{c.channels});
    kernel.flops =
        2.0 * double(tapsInside(c, c.height, oh) * tapsInside(c, c.width, ow) * c.channels);
    kernel.extrema = 2.0 * oh * ow * c.channels;
  }
  for (size_t i = 0; i < kernel.inputs.size(); ++i)
    kernel.inputs[i].fill(int(i) + 1);
  kernel.output = HostTensor({c.channels, ow, oh, 1});
  fixOutput(out, kernel.output.extents);
  kernel.pipeline = Pipeline(out);
  kernel.bytes = 4.0 * double(kernel.inputs[0].size() + kernel.output.size());
  kernel.schedule =
      std::to_string(params.vectorsPerTile) + "v x" + std::to_string(params.columnsPerTile) +
      (params.rowsPerTile > 1 ? " x" + std::to_string(params.rowsPerTile) : "") + " rows" +
      std::to_string(params.rowsPerBlock) + " t" + std::to_string(params.tasks);
  kernel.reference = [c](const std::vector<HostTensor> &in, HostTensor &expected) {
    windowReference(c, in, expected);
  };
  return kernel;
}

void addDepthwiseCases(std::vector<KernelCase> &cases) {
  static const struct {
    const char *name;
    int height, width, channels, kernel, stride, pad;
    bool pool;
  } windows[] = {
      {"mbv2_dw3", 112, 112, 32, 3, 1, 1, false},   {"mbv2_dw3s2", 112, 112, 96, 3, 2, 1, false},
      {"mbv2_dw3", 56, 56, 144, 3, 1, 1, false},    {"mbv2_dw3s2", 56, 56, 144, 3, 2, 1, false},
      {"mbv2_dw3", 28, 28, 192, 3, 1, 1, false},    {"mbv2_dw3s2", 28, 28, 192, 3, 2, 1, false},
      {"mbv2_dw3", 14, 14, 384, 3, 1, 1, false},    {"mbv2_dw3", 14, 14, 576, 3, 1, 1, false},
      {"mbv2_dw3s2", 14, 14, 576, 3, 2, 1, false},  {"mbv2_dw3", 7, 7, 960, 3, 1, 1, false},
      {"odd_dw3", 13, 29, 37, 3, 1, 1, false},      {"odd_dw5s2", 29, 13, 3, 5, 2, 2, false},
      {"ocr_dw5", 24, 160, 120, 5, 1, 2, false},    {"r50_max3s2", 112, 112, 64, 3, 2, 1, true},
      {"vgg_max2s2", 112, 112, 128, 2, 2, 0, true}, {"odd_max3", 13, 29, 37, 3, 1, 1, true},
      {"global7", 7, 7, 2048, 7, 1, 0, true},
  };
  for (const auto &c : windows)
    cases.push_back({c.pool ? "window" : "depthwise",
                     std::string(c.name) + "_" + std::to_string(c.height) + "x" +
                         std::to_string(c.width) + "_" + std::to_string(c.channels),
                     [c](const schedule::MachineFacts &facts, const Overrides &overrides) {
                       return buildWindow(
                           {c.height, c.width, c.channels, c.kernel, c.stride, c.pad, c.pool},
                           facts, overrides);
                     }});
}

} // namespace dlc::bench
