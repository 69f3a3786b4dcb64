// Compiled contractions without a template of their own against the reference.
#include "CheckKernel.h"

#include "dlc/Codegen/Halide/KernelCompiler.h"

using namespace dlc;

using namespace dlc::test;

/// The attributes of a convolution's filter gradient with two spatial axes.
static std::string filterGradient(const std::string &kernel, const std::string &strides,
                                  const std::string &dilations, const std::string &begin,
                                  const std::string &end, const std::string &more = "") {
  return "dl.conv_filter_gradient %0, %1 {kernel_shape = array<i64: " + kernel +
         ">, strides = array<i64: " + strides + ">, dilations = array<i64: " + dilations +
         ">, pads_begin = array<i64: " + begin + ">, pads_end = array<i64: " + end + ">" + more +
         "}";
}

TEST(ContractionEmission, ConvFilterGradient) {
  checkOp(filterGradient("3, 2", "1, 1", "1, 1", "1, 0", "1, 1"),
          {"tensor<2x3x5x6xf32>", "tensor<2x4x5x6xf32>"}, {"tensor<4x3x3x2xf32>"}, 1e-5);
  checkOp(filterGradient("3, 3", "2, 2", "1, 1", "1, 1", "1, 1", ", groups = 2 : i64"),
          {"tensor<1x4x5x5xf32>", "tensor<1x6x3x3xf32>"}, {"tensor<6x2x3x3xf32>"}, 1e-5);
  checkOp(filterGradient("3, 2", "2, 1", "2, 3", "0, 1", "0, 0",
                         ", layout = #dl.layout<channels_last>"),
          {"tensor<3x9x7x2xf32>", "tensor<3x3x5x17xf32>"}, {"tensor<17x2x3x2xf32>"}, 1e-5);
}

/// A convolution of channels-last images whose filter is packed.
static void checkPacked(int kernel, int stride, int pad, bool columnsOuter, int groups,
                        bool prefetch = false, bool padBlock = false, int channels = 6,
                        int outputs = 20) {
  auto pair = [](int value) {
    return "array<i64: " + std::to_string(value) + ", " + std::to_string(value) + ">";
  };
  constexpr int height = 9, width = 11;
  auto size = [&](int from) { return std::to_string((from + 2 * pad - kernel) / stride + 1); };
  // One vector of 8 floats a panel where the machine has no wider ones.
  int lanes = codegen::kernelTarget("")->facts.lanes(4);
  int panels = groups * ((outputs / groups + lanes - 1) / lanes);
  auto text = [](int value) { return std::to_string(value); };
  checkOp("dl.conv %0, %1, %2 {strides = " + pair(stride) + ", dilations = " + pair(1) +
              ", pads_begin = " + pair(pad) + ", pads_end = " + pair(pad) +
              ", groups = " + text(groups) + " : i64, packed_channels = " + text(lanes) +
              " : i64, output_channels = " + text(outputs) +
              " : i64, layout = #dl.layout<channels_last>}",
          {"tensor<5x" + text(height) + "x" + text(width) + "x" + text(channels) + "xf32>",
           "tensor<" + text(panels) + "x" + text(kernel) + "x" + text(kernel) + "x" +
               text(channels / groups) + "x" + text(lanes) + "xf32>",
           "tensor<" + text(outputs) + "xf32>"},
          {"tensor<5x" + size(height) + "x" + size(width) + "x" + text(outputs) + "xf32>"}, 2e-5,
          std::string("#dl.gemm<rows_per_tile = 4, vectors_per_tile = 1, unroll = 2, "
                      "reduction_block = 0, tiles_per_block = 3, columns_outer = ") +
              (columnsOuter ? "true" : "false") +
              ", tasks = 2, pad_block = " + (padBlock ? "true" : "false") +
              ", prefetch = " + (prefetch ? "true" : "false") + ">");
}

TEST(ContractionEmission, GroupsThatShareVectors) {
  for (int columns : {1, 2, 4, 8})
    for (int groups : {2, 6, 16})
      checkPacked(3, 1 + groups % 4 / 2, 1, /*columnsOuter=*/false, groups,
                  /*prefetch=*/false, /*padBlock=*/true, 2 * groups, columns * groups);
}

TEST(ContractionEmission, PackedConvolutions) {
  for (bool columnsOuter : {true, false}) {
    checkPacked(/*kernel=*/1, /*stride=*/1, /*pad=*/0, columnsOuter, /*groups=*/1);
    checkPacked(3, 1, 1, columnsOuter, 1);
    checkPacked(3, 2, 1, columnsOuter, 2);
    checkPacked(1, 1, 0, columnsOuter, 1, /*prefetch=*/true);
    checkPacked(3, 2, 1, columnsOuter, 2, /*prefetch=*/true);
  }
}

/// Columns `rest` beyond `vectors` whole ones, `steps` side by side, of 8 lanes or of 16. Where the
/// steps are the lanes, each of these columns has a vector.
static void checkStepsSideBySide(bool wide, bool conv, int vectors, int rest, int steps,
                                 const std::string &element = "f32", double tolerance = 2e-5) {
  const int lanes = wide ? 16 : 8, depth = 32, columns = vectors * lanes + rest;
  const int side = steps == lanes ? rest : lanes / steps, packed = vectors * lanes + side;
  auto text = [](int value) { return std::to_string(value); };
  const std::string marks = text(packed) + " : i64, side_columns = " + text(side) +
                            " : i64, side_steps = " + text(steps) + " : i64";
  const std::string schedule =
      "#dl.gemm<rows_per_tile = 4, vectors_per_tile = " +
      text(vectors + (steps == lanes ? rest : 1)) +
      ", unroll = 2, reduction_block = 0, tiles_per_block = 3, columns_outer = false, tasks = 2, "
      "pad_block = true, prefetch = true, steps_side_by_side = " +
      text(steps) + ">";
  const std::string cpu = wide ? "x86-64-v4" : "x86-64-v3";
  if (conv)
    checkOp(
        "dl.conv %0, %1 {strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pads_begin = "
        "array<i64: 1, 1>, pads_end = array<i64: 1, 0>, groups = 2 : i64, packed_channels = " +
            marks + ", output_channels = " + text(2 * columns) +
            " : i64, layout = #dl.layout<channels_last>}",
        {"tensor<1x9x12x" + text(2 * depth) + "x" + element + ">",
         "tensor<2x3x3x" + text(depth) + "x" + text(packed) + "x" + element + ">"},
        {"tensor<1x9x6x" + text(2 * columns) + "x" + element + ">"}, tolerance, schedule, cpu);
  else
    checkOp("dl.matmul %0, %1 {columns = " + text(columns) + " : i64, packed_columns = " + marks +
                "}",
            {"tensor<3x7x" + text(depth) + "x" + element + ">",
             "tensor<1x" + text(depth) + "x" + text(packed) + "x" + element + ">"},
            {"tensor<3x7x" + text(columns) + "x" + element + ">"}, tolerance, schedule, cpu);
}

TEST(ContractionEmission, StepsSideBySide) {
  for (bool wide : {false, true})
    for (bool conv : {false, true})
      for (int vectors : {0, 1}) {
        checkStepsSideBySide(wide, conv, vectors, 1, 8);
        checkStepsSideBySide(wide, conv, vectors, 3, 2);
      }
  checkStepsSideBySide(/*wide=*/true, /*conv=*/false, 1, 1, 16);
  for (bool conv : {false, true}) {
    checkStepsSideBySide(/*wide=*/false, conv, 0, 3, 8);
    checkStepsSideBySide(/*wide=*/true, conv, 0, 5, 16);
  }
  checkStepsSideBySide(true, true, 2, 5, 2);
  checkStepsSideBySide(false, false, 1, 3, 2, "f16", 2e-2);
}

TEST(ContractionEmission, StepsSideBySideWithEpilogue) {
  // Rows of one, two and three columns share vectors in the epilogue; 21 of them are no whole
  // tiles. Last, each of three columns has a vector of steps.
  struct Tile {
    int columns, side, vectors, steps;
  };
  for (auto [columns, side, vectors, count] :
       {Tile{1, 1, 1, 16}, {2, 2, 1, 8}, {3, 4, 1, 4}, {3, 3, 3, 16}}) {
    auto text = [](int value) { return std::to_string(value); };
    const std::string result = "tensor<21x" + text(columns) + "xf32>", steps = text(count),
                      weight = "tensor<1x32x" + text(side) + "xf32>";
    checkKernel(
        {"tensor<21x32xf32>", weight, result}, {result},
        "%m = dl.matmul %0, %1 {columns = " + text(columns) +
            " : i64, packed_columns = " + text(side) + " : i64, side_columns = " + text(side) +
            " : i64, side_steps = " + steps + " : i64} : (tensor<21x32xf32>, " + weight + ") -> " +
            result + "\n%s = dl.sigmoid %m : (" + result + ") -> " + result +
            "\n%r = dl.add %s, %2 : (" + result + ", " + result + ") -> " + result,
        "%r", 2e-5,
        "#dl.gemm<rows_per_tile = 8, vectors_per_tile = " + text(vectors) +
            ", unroll = 2, reduction_block = 0, tiles_per_block = 2, columns_outer = false, "
            "tasks = 1, pad_block = false, prefetch = true, steps_side_by_side = " +
            steps + ">",
        "x86-64-v4");
  }
}

TEST(ContractionEmission, MatmulOfTransposedOperands) {
  struct Sizes {
    int m, k, n;
  };
  auto matrix = [](int rows, int columns, bool transposed) {
    if (transposed)
      std::swap(rows, columns);
    return "tensor<" + std::to_string(rows) + "x" + std::to_string(columns) + "xf32>";
  };
  for (const char *cpu : {"x86-64-v3", "x86-64-v4"})
    for (auto [m, k, n] : {Sizes{1, 1, 1}, {5, 7, 3}, {33, 65, 17}, {64, 128, 48}, {7, 100, 129}})
      for (bool left : {false, true}) {
        std::string flags =
            left ? "{transpose_lhs = true, transpose_rhs = true}" : "{transpose_rhs = true}";
        checkOp("dl.matmul %0, %1 " + flags, {matrix(m, k, left), matrix(k, n, true)},
                {matrix(m, n, false)}, 2e-5, "", cpu);
      }
  // Tiles of rows that are packed: in one piece, in blocks, and in slices of the depth. Whole tiles
  // and blocks, rests of all of them, and one row and one column too many. The left operand is
  // turned on one of the CPUs, by turns on this and on that.
  bool left = false;
  for (const char *cpu : {"x86-64-v3", "x86-64-v4"})
    for (auto [m, k, n] : {Sizes{64, 64, 16}, {71, 131, 37}, {133, 96, 65}})
      for (const char *schedule :
           {"", "reduction_block = 0, tiles_per_block = 5, columns_outer = false, tasks = 2",
            "reduction_block = 0, tiles_per_block = 64, columns_outer = true, tasks = 2",
            "reduction_block = 24, tiles_per_block = 7, columns_outer = false, tasks = 2",
            "reduction_block = 32, tiles_per_block = 64, columns_outer = true, tasks = 1"}) {
        left = !left;
        checkOp(left ? "dl.matmul %0, %1 {transpose_lhs = true}" : "dl.matmul %0, %1",
                {matrix(m, k, left), matrix(k, n, false)}, {matrix(m, n, false)}, 5e-5,
                *schedule ? std::string("#dl.gemm<rows_per_tile = 4, vectors_per_tile = 2, "
                                        "unroll = 4, ") +
                                schedule + ", pad_block = false, prefetch = true>"
                          : "",
                cpu);
      }
  // A matrix for each batch.
  checkOp("dl.matmul %0, %1 {transpose_rhs = true}", {"tensor<3x9x37xf32>", "tensor<3x21x37xf32>"},
          {"tensor<3x9x21xf32>"}, 2e-5);
}

// What stands around the sums keeps the model's rules: no flag may say that floats are finite, of
// constants or of sums whose operands hold infinities and NaN.
TEST(ContractionEmission, InfinitiesBesideTheSums) {
  const std::string result = "tensor<9x21xf32>",
                    with = " : (" + result + ", tensor<f32>) -> " + result,
                    alone = " : (" + result + ") -> " + result;
  const std::string body = R"(%high = dl.constant dense<0x7F800000> : tensor<f32>
    %low = dl.constant dense<0xFF800000> : tensor<f32>
    %sum = dl.matmul %0, %1 : (tensor<9x37xf32>, tensor<37x21xf32>) -> tensor<9x21xf32>
    %where = dl.where %2, %sum, %low : (tensor<9x21xi1>, tensor<9x21xf32>, tensor<f32>) -> tensor<9x21xf32>
    )" + ("%add = dl.add %sum, %high" + with) +
                           "\n%mul = dl.mul %sum, %low" + with + "\n%max = dl.max %sum, %high" +
                           with + "\n%relu = dl.relu %sum" + alone +
                           "\n%clip = dl.clip %sum {minimum = 0.0, maximum = 6.0}" + alone +
                           "\n%tanh = dl.tanh %sum" + alone;
  const std::vector<std::string> inputs = {"tensor<9x37xf32>", "tensor<37x21xf32>",
                                           "tensor<9x21xi1>"};
  checkKernel(inputs, {result, result, result}, body, "%where, %add, %mul", 2e-5);
  checkKernel(inputs, {result, result, result, result}, body, "%max, %relu, %clip, %tanh", 2e-5);
}

/// (batch, channels, size, outputs, kernel) with everything else around it.
static void checkDeformConv(int batch, int channels, int height, int width, int outputs, int kernel,
                            int groups, int offsetGroups, int stride, bool bias, bool mask,
                            const std::string &element = "f32", double tolerance = 1e-4) {
  auto tensor = [&](std::vector<int> sizes) {
    std::string text = "tensor<";
    for (int size : sizes)
      text += std::to_string(size) + "x";
    return text + element + ">";
  };
  auto pair = [](int value) {
    return "array<i64: " + std::to_string(value) + ", " + std::to_string(value) + ">";
  };
  int pad = kernel / 2, taps = offsetGroups * kernel * kernel;
  auto placed = [&](int size) { return (size + 2 * pad - kernel) / stride + 1; };
  int oh = placed(height), ow = placed(width);
  std::vector<std::string> inputs = {tensor({batch, channels, height, width}),
                                     tensor({outputs, channels / groups, kernel, kernel}),
                                     tensor({batch, 2 * taps, oh, ow})};
  std::string op = "dl.deform_conv %0, %1 offset %2";
  if (bias) {
    op += " bias %" + std::to_string(inputs.size());
    inputs.push_back(tensor({outputs}));
  }
  if (mask) {
    op += " mask %" + std::to_string(inputs.size());
    inputs.push_back(tensor({batch, taps, oh, ow}));
  }
  op += " {groups = " + std::to_string(groups) +
        " : i64, offset_groups = " + std::to_string(offsetGroups) +
        " : i64, strides = " + pair(stride) + ", dilations = " + pair(1) +
        ", pads_begin = " + pair(pad) + ", pads_end = " + pair(pad) + "}";
  checkOp(op, inputs, {tensor({batch, outputs, oh, ow})}, tolerance);
}

TEST(ContractionEmission, DeformConv) {
  // The pattern's moves reach a dozen elements to either side.
  checkDeformConv(1, 1, 5, 7, 1, 1, 1, 1, 1, false, false);
  checkDeformConv(2, 3, 7, 5, 4, 3, 1, 1, 1, true, false);
  checkDeformConv(1, 6, 9, 17, 4, 3, 2, 3, 2, true, true);
  checkDeformConv(3, 4, 1, 1, 2, 3, 1, 2, 1, false, true);
  checkDeformConv(1, 2, 13, 16, 3, 5, 1, 1, 1, false, true, "f64", 1e-9);
  checkDeformConv(1, 2, 5, 6, 2, 3, 1, 1, 1, true, true, "f16", 2e-2);
}

TEST(ContractionEmission, DeformConvOfNoElements) {
  checkDeformConv(0, 3, 5, 5, 2, 3, 1, 1, 1, true, false);
}
