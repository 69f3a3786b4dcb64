// Convolutions with filters that are computed, and gradients of convolutions, through the
// templates: against the reference, over odd sizes, for both widths of vectors.
#include "CheckKernel.h"

using namespace dlc::test;

namespace {

struct Sizes {
  int batch, height, width, channels, outputs, kernelHeight, kernelWidth, stride = 1, dilation = 1;
  int padBegin = 0, padEnd = 0;
  int groups = 1;

  static int placed(int in, int kernel, const Sizes &s) {
    return (in + s.padBegin + s.padEnd - (kernel - 1) * s.dilation - 1) / s.stride + 1;
  }
  std::string input() const { return image(height, width, channels); }
  std::string result() const {
    return image(placed(height, kernelHeight, *this), placed(width, kernelWidth, *this), outputs);
  }
  std::string outputFirst() const {
    return tensor({outputs, channels / groups, kernelHeight, kernelWidth});
  }
  std::string outputLast() const {
    return tensor({kernelHeight, kernelWidth, channels / groups, outputs});
  }
  std::string attributes() const {
    return "strides = " + pair(stride) + ", dilations = " + pair(dilation) +
           ", pads_begin = " + pair(padBegin) + ", pads_end = " + pair(padEnd) +
           ", groups = " + std::to_string(groups) + " : i64, layout = #dl.layout<channels_last>";
  }
  std::string kernelShape() const {
    return "array<i64: " + std::to_string(kernelHeight) + ", " + std::to_string(kernelWidth) + ">";
  }
  /// What the last windows did not reach.
  std::string outputPadding() const {
    auto rest = [&](int in, int kernel) {
      return (in + padBegin + padEnd - (kernel - 1) * dilation - 1) % stride;
    };
    return "array<i64: " + std::to_string(rest(height, kernelHeight)) + ", " +
           std::to_string(rest(width, kernelWidth)) + ">";
  }

  static std::string tensor(std::vector<int> sizes) {
    std::string text = "tensor<";
    for (int size : sizes)
      text += std::to_string(size) + "x";
    return text + "f32>";
  }

private:
  std::string image(int rows, int columns, int depth) const {
    return tensor({batch, rows, columns, depth});
  }
  static std::string pair(int value) {
    return "array<i64: " + std::to_string(value) + ", " + std::to_string(value) + ">";
  }
};

const Sizes cases[] = {
    {1, 1, 1, 1, 1, 1, 1},
    {2, 5, 7, 3, 17, 3, 3, 1, 1, 1, 1},
    {3, 8, 8, 16, 32, 3, 3, 1, 1, 1, 1},
    {2, 4, 5, 33, 31, 3, 2, 1, 1, 0, 1},
    {1, 9, 11, 15, 16, 3, 3, 1, 2, 2, 2},
    {17, 2, 2, 64, 48, 3, 3, 1, 1, 1, 1},
    {2, 6, 6, 24, 65, 1, 1},
};

/// Those above, and with strides.
const Sizes strided[] = {
    {2, 11, 13, 3, 7, 7, 7, 2, 1, 3, 3},
    {2, 8, 9, 16, 32, 3, 3, 2, 1, 1, 1},
    {2, 8, 8, 32, 16, 1, 1, 2},
    {19, 4, 4, 17, 16, 2, 2, 3},
};

/// With lines so long and filters so small that sums are kept while the images pass.
const Sizes byLines[] = {
    {4, 5, 40, 3, 32, 3, 3},
    {3, 4, 37, 3, 17, 3, 3, 1, 1, 1, 1},
    {5, 3, 67, 5, 33, 1, 2, 2, 1, 0, 1},
    {8, 2, 35, 16, 16, 3, 3, 1, 2, 2, 2},
    {1, 1, 33, 1, 1, 1, 1},
};

/// A product for each group.
const Sizes grouped[] = {
    {2, 5, 7, 6, 4, 3, 3, 1, 1, 1, 1, 2},    {3, 8, 9, 32, 64, 3, 3, 1, 1, 1, 1, 4},
    {2, 9, 8, 51, 34, 3, 2, 2, 1, 0, 1, 17}, {1, 1, 1, 4, 6, 1, 1, 1, 1, 0, 0, 2},
    {17, 3, 4, 32, 32, 3, 3, 1, 2, 2, 2, 8},
};

/// A channel a group: fewer channels than a vector, vectors that overlap, more taps than registers,
/// several filters a channel.
const Sizes depthwise[] = {
    {2, 5, 7, 3, 3, 3, 3, 1, 1, 1, 1, 3},      {3, 8, 8, 16, 16, 3, 3, 1, 1, 1, 1, 16},
    {2, 9, 11, 33, 33, 3, 3, 2, 1, 0, 1, 33},  {4, 7, 9, 47, 47, 5, 5, 1, 1, 2, 2, 47},
    {1, 13, 12, 64, 64, 7, 7, 1, 1, 3, 3, 64}, {2, 6, 7, 17, 17, 2, 3, 1, 2, 0, 0, 17},
    {3, 4, 4, 31, 31, 1, 1, 1, 1, 0, 0, 31},   {1, 1, 1, 2, 2, 1, 1, 1, 1, 0, 0, 2},
    {2, 6, 5, 9, 27, 3, 3, 1, 1, 1, 1, 9},
};

const char *const cpus[] = {"x86-64-v3", "x86-64-v4"};

/// Calls `check(sizes, outputLast, cpu)` for each of `cases` on each CPU, with the filter one way
/// round on one and the other way on the other, in turns.
template <typename Check>
void forEachCase(Check check) {
  bool outputLast = true;
  for (const Sizes &s : cases) {
    for (size_t cpu : {0, 1})
      check(s, outputLast == (cpu == 0), cpus[cpu]);
    outputLast = !outputLast;
  }
}

} // namespace

static void checkFilterGradient(const Sizes &s, const std::string &cpu) {
  std::string types = "(" + s.input() + ", " + s.result() + ") -> " + s.outputFirst();
  checkKernel({s.input(), s.result(), s.outputLast()}, {s.outputLast()},
              "%g = dl.conv_filter_gradient %0, %1 {kernel_shape = " + s.kernelShape() + ", " +
                  s.attributes() + "} : " + types +
                  "\n%t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (" +
                  s.outputFirst() + ") -> " + s.outputLast() + "\n%u = dl.sub %2, %t : (" +
                  s.outputLast() + ", " + s.outputLast() + ") -> " + s.outputLast(),
              "%u", 2e-5, "", cpu);
}

TEST(ConvolutionEmission, FilterGradient) {
  for (const char *cpu : cpus) {
    for (const Sizes &s : cases)
      checkFilterGradient(s, cpu);
    for (const Sizes &s : strided)
      checkFilterGradient(s, cpu);
    for (const Sizes &s : byLines)
      checkFilterGradient(s, cpu);
    for (const Sizes &s : grouped)
      checkFilterGradient(s, cpu);
    for (const Sizes &s : depthwise)
      checkFilterGradient(s, cpu);
  }
}

TEST(ConvolutionEmission, FilterGradientBehindPool) {
  const std::string pool =
      "{kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, "
      "pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>, layout = "
      "#dl.layout<channels_last>}";
  for (const char *cpu : cpus)
    for (const Sizes &s : {Sizes{4, 6, 40, 3, 32, 3, 3},
                           {3, 5, 39, 3, 19, 3, 3, 1, 1, 1, 1},
                           {3, 7, 9, 17, 40, 3, 3, 1, 1, 1, 1}}) {
      auto [rows, columns] = std::pair(Sizes::placed(s.height, s.kernelHeight, s) / 2,
                                       Sizes::placed(s.width, s.kernelWidth, s) / 2);
      std::string pooled = Sizes::tensor({s.batch, rows, columns, s.outputs});
      checkKernel({s.input(), s.result(), pooled}, {s.outputLast()},
                  "%p = dl.max_pool_gradient %1, %2 " + pool + " : (" + s.result() + ", " + pooled +
                      ") -> " + s.result() +
                      "\n%g = dl.conv_filter_gradient %0, %p {kernel_shape = " + s.kernelShape() +
                      ", " + s.attributes() + "} : (" + s.input() + ", " + s.result() + ") -> " +
                      s.outputFirst() +
                      "\n%t = dl.transpose %g {permutation = array<i64: 2, 3, 1, 0>} : (" +
                      s.outputFirst() + ") -> " + s.outputLast(),
                  "%t", 2e-5, "", cpu);
    }
}

TEST(ConvolutionEmission, ComputedFilter) {
  forEachCase([](const Sizes &s, bool outputLast, const char *cpu) {
    std::string filter = outputLast ? s.outputLast() : s.outputFirst();
    checkKernel({s.input(), filter}, {s.result()},
                std::string("%y = dl.conv %0, %1 {") + (outputLast ? "output_last = true, " : "") +
                    s.attributes() + "} : (" + s.input() + ", " + filter + ") -> " + s.result(),
                "%y", 2e-5, "", cpu);
  });
}

TEST(ConvolutionEmission, GroupedComputedFilter) {
  for (const char *cpu : cpus)
    checkOp("dl.conv %0, %1 {groups = 3 : i64, output_last = true, strides = array<i64: 1, 1>, "
            "dilations = array<i64: 1, 1>, pads_begin = array<i64: 1, 1>, pads_end = array<i64: 1, "
            "1>, layout = #dl.layout<channels_last>}",
            {"tensor<2x5x6x9xf32>", "tensor<3x3x3x21xf32>"}, {"tensor<2x5x6x21xf32>"}, 2e-5, "",
            cpu);
}

TEST(ConvolutionEmission, InputGradient) {
  forEachCase([](const Sizes &s, bool outputLast, const char *cpu) {
    std::string attributes = " {output_padding = " + s.outputPadding() + ", " + s.attributes() +
                             "} : (" + s.result() + ", " + s.outputFirst() + ") -> " + s.input();
    if (outputLast)
      checkKernel({s.result(), s.outputLast()}, {s.input()},
                  "%w = dl.transpose %1 {permutation = array<i64: 3, 2, 0, 1>} : (" +
                      s.outputLast() + ") -> " + s.outputFirst() +
                      "\n%y = dl.conv_transpose %0, %w" + attributes,
                  "%y", 2e-5, "", cpu);
    else
      checkKernel({s.result(), s.outputFirst()}, {s.input()},
                  "%y = dl.conv_transpose %0, %1" + attributes, "%y", 2e-5, "", cpu);
  });
}

TEST(ConvolutionEmission, OneSpatialAxis) {
  const std::string attributes =
      "strides = array<i64: 1>, dilations = array<i64: 1>, pads_begin = array<i64: 1>, "
      "pads_end = array<i64: 1>, layout = #dl.layout<channels_last>";
  for (const char *cpu : cpus) {
    checkOp("dl.conv_transpose %0, %1 {output_padding = array<i64: 0>, " + attributes + "}",
            {"tensor<2x9x5xf32>", "tensor<5x7x3xf32>"}, {"tensor<2x9x7xf32>"}, 2e-5, "", cpu);
    checkKernel({"tensor<2x9x5xf32>", "tensor<2x9x7xf32>"}, {"tensor<3x5x7xf32>"},
                "%g = dl.conv_filter_gradient %0, %1 {kernel_shape = array<i64: 3>, " + attributes +
                    "} : (tensor<2x9x5xf32>, tensor<2x9x7xf32>) -> tensor<7x5x3xf32>\n%t = "
                    "dl.transpose %g {permutation = array<i64: 2, 1, 0>} : (tensor<7x5x3xf32>) -> "
                    "tensor<3x5x7xf32>",
                "%t", 2e-5, "", cpu);
  }
}
