// Products and convolutions against direct sums over every index, on odd sizes.
#include "Evaluate.h"

#include <functional>

using namespace dlc;
using namespace dlc::test;

static void expectMatmul(const std::string &attributes, Shape lhsShape, Shape rhsShape,
                         bool transposeLhs, bool transposeRhs, DType dtype = DType::F32) {
  Tensor lhs = pattern(dtype, lhsShape), rhs = pattern(dtype, rhsShape, 5);
  int64_t M = lhsShape[lhsShape.size() - (transposeLhs ? 1 : 2)],
          K = lhsShape[lhsShape.size() - (transposeLhs ? 2 : 1)],
          N = rhsShape[rhsShape.size() - (transposeRhs ? 2 : 1)];
  int64_t lhsBatch = lhs.numElements() / (M * K), rhsBatch = rhs.numElements() / (K * N);
  Shape shape = lhsBatch >= rhsBatch ? lhsShape : rhsShape;
  shape[shape.size() - 2] = M;
  shape.back() = N;
  Tensor result =
      evaluate("dl.matmul %0, %1" + attributes, {lhs, rhs}, {typeText(Tensor(dtype, shape))})[0];
  for (int64_t b = 0; b < std::max(lhsBatch, rhsBatch); ++b)
    for (int64_t m = 0; m < M; ++m)
      for (int64_t n = 0; n < N; ++n) {
        double sum = 0;
        for (int64_t k = 0; k < K; ++k)
          sum += lhs.asDouble(b % lhsBatch * M * K + (transposeLhs ? k * M + m : m * K + k)) *
                 rhs.asDouble(b % rhsBatch * K * N + (transposeRhs ? n * K + k : k * N + n));
        ASSERT_EQ(result.asDouble((b * M + m) * N + n), sum) << b << ' ' << m << ' ' << n;
      }
}

TEST(Contraction, MatmulMultiplies) {
  expectMatmul("", {7, 5}, {5, 11}, false, false);
  expectMatmul("", {1, 3}, {3, 1}, false, false);
  expectMatmul(" {transpose_lhs = true}", {5, 7}, {5, 11}, true, false);
  expectMatmul(" {transpose_rhs = true}", {7, 5}, {11, 5}, false, true);
  expectMatmul("", {6, 4}, {4, 3}, false, false, DType::I32);
}

TEST(Contraction, MatmulRunsOnTwoThreads) { expectMatmul("", {67, 131}, {131, 300}, false, false); }

TEST(Contraction, MatmulBroadcastsBatches) {
  expectMatmul("", {2, 3, 7, 5}, {5, 3}, false, false);
  expectMatmul("", {7, 5}, {3, 5, 2}, false, false);
  expectMatmul(" {transpose_rhs = true}", {4, 3, 5}, {4, 2, 5}, false, true);
}

/// Expects a product with `rhs` (depth, 7) packed, element (k, n) at `place`, to be that with rhs.
static void expectUnpacked(int64_t depth, const Shape &packedShape, const std::string &packing,
                           const std::function<int64_t(int64_t k, int64_t n)> &place) {
  Tensor lhs = pattern(DType::F32, {3, depth}), rhs = pattern(DType::F32, {depth, 7}, 2),
         packed(DType::F32, packedShape);
  for (int64_t k = 0; k < depth; ++k)
    for (int64_t n = 0; n < 7; ++n)
      packed.setDouble(place(k, n), rhs.asDouble(k * 7 + n));
  Tensor plain = evaluate("dl.matmul %0, %1", {lhs, rhs}, {"tensor<3x7xf32>"})[0];
  Tensor result = evaluate("dl.matmul %0, %1 {columns = 7, " + packing + "}", {lhs, packed},
                           {"tensor<3x7xf32>"})[0];
  EXPECT_EQ(values(plain), values(result));
}

TEST(Contraction, MatmulUnpacksItsWeight) {
  expectUnpacked(5, {2, 5, 4}, "packed_columns = 4",
                 [](int64_t k, int64_t n) { return ((n / 4) * 5 + k) * 4 + n % 4; });
  // The last three columns, of four, have two steps of six side by side.
  expectUnpacked(6, {1, 6, 8}, "packed_columns = 8, side_columns = 4, side_steps = 2",
                 [](int64_t k, int64_t n) {
                   return k / 2 * 16 + (n < 4 ? k % 2 * 4 + n : 8 + (n - 4) * 2 + k % 2);
                 });
}

namespace {
/// A 2-D convolution of channels-first operands by direct sums.
struct Conv {
  int64_t stride[2], dilation[2], padBegin[2], padEnd[2], groups;

  std::string attributes() const {
    auto pair = [](const int64_t *v) {
      return "array<i64: " + std::to_string(v[0]) + ", " + std::to_string(v[1]) + ">";
    };
    return "strides = " + pair(stride) + ", dilations = " + pair(dilation) +
           ", pads_begin = " + pair(padBegin) + ", pads_end = " + pair(padEnd) +
           ", groups = " + std::to_string(groups);
  }
  int64_t outputSize(int64_t in, int64_t kernel, int axis) const {
    return (in + padBegin[axis] + padEnd[axis] - dilation[axis] * (kernel - 1) - 1) / stride[axis] +
           1;
  }
  Tensor direct(const Tensor &x, const Tensor &w, const Tensor &bias) const {
    Shape in = x.shape(), f = w.shape();
    Tensor y(x.dtype(), {in[0], f[0], outputSize(in[2], f[2], 0), outputSize(in[3], f[3], 1)});
    Shape out = y.shape();
    for (int64_t n = 0; n < out[0]; ++n)
      for (int64_t o = 0; o < out[1]; ++o)
        for (int64_t h = 0; h < out[2]; ++h)
          for (int64_t v = 0; v < out[3]; ++v) {
            double sum = bias.asDouble(o);
            for (int64_t c = 0; c < f[1]; ++c)
              for (int64_t i = 0; i < f[2]; ++i)
                for (int64_t j = 0; j < f[3]; ++j) {
                  int64_t a = h * stride[0] - padBegin[0] + i * dilation[0],
                          b = v * stride[1] - padBegin[1] + j * dilation[1];
                  if (a < 0 || a >= in[2] || b < 0 || b >= in[3])
                    continue;
                  int64_t channel = o / (f[0] / groups) * f[1] + c;
                  sum += x.asDouble(((n * in[1] + channel) * in[2] + a) * in[3] + b) *
                         w.asDouble(((o * f[1] + c) * f[2] + i) * f[3] + j);
                }
            y.setDouble(((n * out[1] + o) * out[2] + h) * out[3] + v, sum);
          }
    return y;
  }
};
} // namespace

/// NCHW to NHWC or back by `permutation`.
static Tensor permuted(const Tensor &tensor, const std::string &permutation,
                       const std::string &type) {
  return evaluate("dl.transpose %0 {permutation = array<i64: " + permutation + ">}", {tensor},
                  {type})[0];
}

static void expectConv(const Conv &conv, Shape xShape, Shape wShape) {
  Tensor x = pattern(DType::F32, xShape), w = pattern(DType::F32, wShape, 3),
         bias = pattern(DType::F32, {wShape[0]}, 4);
  Tensor expected = conv.direct(x, w, bias);
  Tensor actual = evaluate("dl.conv %0, %1, %2 {" + conv.attributes() + "}", {x, w, bias},
                           {typeText(expected)})[0];
  EXPECT_EQ(values(actual), values(expected)) << conv.attributes();
  Tensor xLast = permuted(
      x, "0, 2, 3, 1", typeText(Tensor(DType::F32, {xShape[0], xShape[2], xShape[3], xShape[1]})));
  Shape y = expected.shape();
  Tensor last =
      evaluate("dl.conv %0, %1, %2 {" + conv.attributes() + ", layout = #dl.layout<channels_last>}",
               {xLast, w, bias}, {typeText(Tensor(DType::F32, {y[0], y[2], y[3], y[1]}))})[0];
  EXPECT_EQ(values(permuted(last, "0, 3, 1, 2", typeText(expected))), values(expected))
      << conv.attributes();
}

TEST(Contraction, ConvSumsOverItsWindow) {
  expectConv({{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {2, 3, 7, 5}, {5, 3, 3, 3});
  expectConv({{2, 1}, {1, 2}, {1, 0}, {2, 3}, 1}, {1, 3, 9, 8}, {4, 3, 3, 2});
  expectConv({{2, 2}, {1, 1}, {1, 1}, {1, 1}, 3}, {2, 6, 7, 7}, {9, 2, 3, 3});
  expectConv({{1, 1}, {1, 1}, {1, 1}, {1, 1}, 5}, {1, 5, 6, 11}, {5, 1, 3, 3});
  expectConv({{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1}, {1, 16, 33, 29}, {20, 16, 3, 3});
}

/// Expects a convolution of two groups of five outputs with its filter packed, output n of group g
/// at `place`, to be that with the filter.
static void expectUnpackedFilter(
    int64_t channels, const Shape &packedShape, const std::string &packing,
    const std::function<int64_t(int64_t g, int64_t n, int64_t tap, int64_t c)> &place) {
  Conv conv{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 2};
  Tensor x = pattern(DType::F32, {1, 2 * channels, 5, 7}),
         w = pattern(DType::F32, {10, channels, 3, 3}, 3), bias(DType::F32, {10}),
         packed(DType::F32, packedShape);
  Tensor expected = conv.direct(x, w, bias);
  for (int64_t o = 0; o < 10; ++o)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t tap = 0; tap < 9; ++tap)
        packed.setDouble(place(o / 5, o % 5, tap, c), w.asDouble((o * channels + c) * 9 + tap));
  Tensor actual =
      evaluate("dl.conv %0, %1 {" + conv.attributes() + ", output_channels = 10, " + packing + "}",
               {x, packed}, {typeText(expected)})[0];
  EXPECT_EQ(values(actual), values(expected));
}

TEST(Contraction, ConvUnpacksItsWeight) {
  // Outputs of a group in panels of four.
  expectUnpackedFilter(3, {4, 3, 3, 3, 4}, "packed_channels = 4",
                       [](int64_t g, int64_t n, int64_t tap, int64_t c) {
                         return (((g * 2 + n / 4) * 9 + tap) * 3 + c) * 4 + n % 4;
                       });
  // The last output, of two, has four channels side by side.
  expectUnpackedFilter(4, {2, 3, 3, 4, 6}, "packed_channels = 6, side_columns = 2, side_steps = 4",
                       [](int64_t g, int64_t n, int64_t tap, int64_t c) {
                         return (g * 9 + tap) * 24 + (n < 4 ? c * 4 + n : 16 + (n - 4) * 4 + c);
                       });
}

TEST(Contraction, ConvTakesFiltersWithOutputsLast) {
  Conv conv{{2, 1}, {1, 1}, {1, 1}, {1, 0}, 2};
  Tensor x = pattern(DType::F32, {1, 6, 5, 7}), w = pattern(DType::F32, {4, 3, 3, 2}, 3),
         bias(DType::F32, {4});
  Tensor expected = conv.direct(x, w, bias);
  Tensor last = permuted(w, "2, 3, 1, 0", "tensor<3x2x3x4xf32>");
  Tensor actual = evaluate("dl.conv %0, %1 {" + conv.attributes() + ", output_last = true}",
                           {x, last}, {typeText(expected)})[0];
  EXPECT_EQ(values(actual), values(expected));
}

TEST(Contraction, ConvHasOneToThreeAxes) {
  Tensor x1 = f32({1, 1, 5}, {1, 2, 3, 4, 5}), w1 = f32({1, 1, 2}, {1, -1});
  expectValues(evaluate("dl.conv %0, %1 {strides = array<i64: 1>, dilations = array<i64: 2>, "
                        "pads_begin = array<i64: "
                        "1>, pads_end = array<i64: 0>}",
                        {x1, w1}, {"tensor<1x1x4xf32>"})[0],
               {-2, -2, -2, -2});
  Tensor x3 = pattern(DType::F32, {1, 2, 3, 2, 2}), w3 = pattern(DType::F32, {1, 2, 3, 2, 2}, 8);
  double sum = 0;
  for (int64_t i = 0; i < 24; ++i)
    sum += x3.asDouble(i) * w3.asDouble(i);
  expectValues(evaluate("dl.conv %0, %1 {strides = array<i64: 1, 1, 1>, dilations = array<i64: 1, "
                        "1, 1>, pads_begin = "
                        "array<i64: 0, 0, 0>, pads_end = array<i64: 0, 0, 0>}",
                        {x3, w3}, {"tensor<1x1x1x1x1xf32>"})[0],
               {sum});
}

TEST(Contraction, ConvTransposeIsTheAdjointOfConv) {
  // <conv(x), y> = <x, conv_transpose(y)> for any x and y.
  Conv conv{{2, 1}, {1, 2}, {1, 0}, {0, 1}, 3};
  Tensor x = pattern(DType::F64, {2, 6, 8, 7}), w = pattern(DType::F64, {9, 2, 3, 2}, 3),
         bias(DType::F64, {9});
  Tensor forward = conv.direct(x, w, bias);
  Tensor y = pattern(DType::F64, forward.shape(), 7);
  int64_t padding = 8 - ((forward.shape()[2] - 1) * 2 + 3 - 1);
  Tensor back = evaluate("dl.conv_transpose %0, %1 {" + conv.attributes() +
                             ", output_padding = array<i64: " + std::to_string(padding) + ", 0>}",
                         {y, w}, {"tensor<2x6x8x7xf64>"})[0];
  double a = 0, b = 0;
  for (int64_t i = 0; i < y.numElements(); ++i)
    a += forward.asDouble(i) * y.asDouble(i);
  for (int64_t i = 0; i < x.numElements(); ++i)
    b += x.asDouble(i) * back.asDouble(i);
  EXPECT_EQ(a, b);
}

//===-- Deformable convolution -------------------------------------------------------------===//

static const char *const noPads = "strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, "
                                  "pads_begin = array<i64: 0, 0>, pads_end = array<i64: 0, 0>";

/// A kernel of one tap that reads the 3x3 image 0 to 8 at its own place, moved by `down` and
/// `right`.
static std::vector<double> readMoved(double down, double right) {
  Tensor image = f32({1, 1, 3, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8});
  std::vector<double> moves(9, down);
  moves.insert(moves.end(), 9, right);
  return values(evaluate("dl.deform_conv %0, %1 offset %2 {" + std::string(noPads) + "}",
                         {image, f32({1, 1, 1, 1}, {1}), f32({1, 2, 3, 3}, moves)},
                         {"tensor<1x1x3x3xf32>"})[0]);
}

TEST(Contraction, DeformConvReadsBetweenElements) {
  EXPECT_EQ(readMoved(0, 0), (std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(readMoved(1, 0), (std::vector<double>{3, 4, 5, 6, 7, 8, 0, 0, 0}));
  EXPECT_EQ(readMoved(0, -1), (std::vector<double>{0, 0, 1, 0, 3, 4, 0, 6, 7}));
  // Half of an element at the edge is zeros.
  EXPECT_EQ(readMoved(0.5, 0), (std::vector<double>{1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 3, 3.5, 4}));
  EXPECT_EQ(readMoved(0, 0.5), (std::vector<double>{0.5, 1.5, 1, 3.5, 4.5, 2.5, 6.5, 7.5, 4}));
}

TEST(Contraction, DeformConvReadsZerosFarOutside) {
  for (double far : {1e30, -1e30, inf, -inf, NaN})
    EXPECT_EQ(readMoved(far, 0), std::vector<double>(9, 0));
}

TEST(Contraction, DeformConvWithoutMovesIsConv) {
  Tensor input = pattern(DType::F32, {2, 6, 7, 5}), filter = pattern(DType::F32, {4, 3, 3, 2}, 2),
         bias = pattern(DType::F32, {4}, 3), offset(DType::F32, {2, 36, 4, 3}),
         mask(DType::F32, {2, 18, 4, 3});
  for (int64_t i = 0; i < mask.numElements(); ++i)
    mask.setDouble(i, 1);
  std::string window =
      "groups = 2 : i64, strides = array<i64: 2, 2>, dilations = array<i64: 1, 2>, "
      "pads_begin = array<i64: 1, 2>, pads_end = array<i64: 1, 0>";
  Tensor moved = evaluate(
      "dl.deform_conv %0, %1 offset %2 bias %3 mask %4 {offset_groups = 3 : i64, " + window + "}",
      {input, filter, offset, bias, mask}, {"tensor<2x4x4x3xf32>"})[0];
  Tensor plain = evaluate("dl.conv %0, %1, %2 {" + window + "}", {input, filter, bias},
                          {"tensor<2x4x4x3xf32>"})[0];
  EXPECT_EQ(values(moved), values(plain));
}

TEST(Contraction, DeformConvMasksEachTapOfItsGroup) {
  // Two channels, each its own offset group, one tap: the second's is taken by half.
  Tensor result = evaluate("dl.deform_conv %0, %1 offset %2 mask %3 {offset_groups = 2 : i64, " +
                               std::string(noPads) + "}",
                           {f32({1, 2, 1, 1}, {3, 5}), f32({1, 2, 1, 1}, {1, 10}),
                            f32({1, 4, 1, 1}, {0, 0, 0, 0}), f32({1, 2, 1, 1}, {1, 0.5})},
                           {"tensor<1x1x1x1xf32>"})[0];
  EXPECT_EQ(result.asDouble(0), 28);
}
