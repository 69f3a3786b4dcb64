// Compiled normalisations against the reference.
#include "CheckKernel.h"

using namespace dlc::test;

TEST(NormalizationEmission, AlongOneAxis) {
  for (const char *op :
       {"dl.softmax %0 {axis = ", "dl.log_softmax %0 {axis = ", "dl.lp_normalize %0 {axis = ",
        "dl.lp_normalize %0 {p = 1 : i64, axis = "}) {
    for (int axis = 0; axis < 3; ++axis)
      checkOp(op + std::to_string(axis) + " : i64}", {"tensor<3x7x37xf32>"}, {"tensor<3x7x37xf32>"},
              1e-5);
    checkOp(op + std::string("0 : i64}"), {"tensor<1000xf32>"}, {"tensor<1000xf32>"}, 1e-5);
    checkOp(op + std::string("1 : i64}"), {"tensor<5x1xf32>"}, {"tensor<5x1xf32>"}, 1e-5);
  }
  checkOp("dl.softmax %0 {axis = 1 : i64}", {"tensor<2x9xf64>"}, {"tensor<2x9xf64>"});
  checkOp("dl.softmax %0 {axis = 1 : i64}", {"tensor<2x9xf16>"}, {"tensor<2x9xf16>"}, 2e-3);
}

TEST(NormalizationEmission, SoftmaxWithPrologueAndEpilogue) {
  checkKernel({"tensor<2x3x5x19xf32>", "tensor<2x1x1x19xf32>", "tensor<1xf32>"},
              {"tensor<2x3x5x19xf32>"},
              R"(%x = dl.mul %0, %2 : (tensor<2x3x5x19xf32>, tensor<1xf32>) -> tensor<2x3x5x19xf32>
                 %m = dl.add %x, %1 : (tensor<2x3x5x19xf32>, tensor<2x1x1x19xf32>) -> tensor<2x3x5x19xf32>
                 %y = dl.softmax %m {axis = 3 : i64} : (tensor<2x3x5x19xf32>) -> tensor<2x3x5x19xf32>
                 %z = dl.neg %y : (tensor<2x3x5x19xf32>) -> tensor<2x3x5x19xf32>)",
              "%z", 1e-5);
}

TEST(NormalizationEmission, SoftmaxOfLoopedRows) {
  for (const char *op : {"dl.softmax %0 {axis = 1 : i64}", "dl.log_softmax %0 {axis = 1 : i64}"})
    for (const char *x : {"tensor<3x383xf32>", "tensor<2x391xf32>"})
      checkOp(op, {x}, {x}, 1e-5);
}

TEST(NormalizationEmission, LoopedRowsKeptInTheOutput) {
  checkOp("dl.softmax %0 {axis = 1 : i64}", {"tensor<3x403xf64>"}, {"tensor<3x403xf64>"}, 1e-12);
  checkOp("dl.softmax %0 {axis = 0 : i64}", {"tensor<1000xf32>"}, {"tensor<1000xf32>"}, 1e-5);
  checkOp("dl.softmax %0 {axis = 2 : i64}", {"tensor<2x3x577xf32>"}, {"tensor<2x3x577xf32>"}, 1e-5,
          "#dl.row_reduce<accumulators = 2, rows_per_block = 1, tasks = 4>");
  // Not where they are of another type, or the output is made of more than them.
  checkOp("dl.softmax %0 {axis = 1 : i64}", {"tensor<3x403xf16>"}, {"tensor<3x403xf16>"}, 2e-3);
  const std::string x = "tensor<3x403xf32>";
  checkKernel({x, x}, {x},
              "%y = dl.softmax %0 {axis = 1 : i64} : (" + x + ") -> " + x +
                  "\n%z = dl.mul %y, %1 : (" + x + ", " + x + ") -> " + x,
              "%z", 1e-5);
}

TEST(NormalizationEmission, FoldsOfRowsAhead) {
  const char *schedule = "#dl.row_reduce<accumulators = 4, rows_per_block = 4, tasks = 2>";
  for (const char *op : {"dl.softmax %0 {axis = 1 : i64}", "dl.log_softmax %0 {axis = 1 : i64}",
                         "dl.lp_normalize %0 {axis = 1 : i64, p = 2 : i64}"})
    for (const char *x : {"tensor<1x19xf32>", "tensor<4x5xf32>", "tensor<9x37xf32>",
                          "tensor<6x391xf32>", "tensor<0x3xf32>"})
      checkOp(op, {x}, {x}, 1e-5, schedule);
  for (const char *x : {"tensor<5x37xf32>", "tensor<3x203xf32>", "tensor<9x391xf32>"}) {
    const std::string scale = "tensor<" + std::string(x).substr(9);
    checkOp("dl.layer_norm %0, %1, %2 {axis = 1 : i64}", {x, scale, scale}, {x}, 1e-5, schedule);
  }
}

TEST(NormalizationEmission, SoftmaxFarBelowTheLargest) {
  // Up to 6561: what is 88 and more below the largest is 0.
  checkKernel({"tensor<5x23xf32>"}, {"tensor<5x23xf32>"},
              R"(%a = dl.mul %0, %0 : (tensor<5x23xf32>, tensor<5x23xf32>) -> tensor<5x23xf32>
                 %b = dl.mul %a, %a : (tensor<5x23xf32>, tensor<5x23xf32>) -> tensor<5x23xf32>
                 %c = dl.mul %b, %b : (tensor<5x23xf32>, tensor<5x23xf32>) -> tensor<5x23xf32>
                 %y = dl.softmax %c {axis = 1 : i64} : (tensor<5x23xf32>) -> tensor<5x23xf32>)",
              "%y", 1e-5);
}

TEST(NormalizationEmission, LayerAndRmsNorm) {
  std::string x = "tensor<3x5x21xf32>", v = "tensor<21xf32>", m = "tensor<5x21xf32>",
              c = "tensor<5x1xf32>";
  checkOp("dl.layer_norm %0, %1, %2 {axis = 2 : i64}", {x, v, v}, {x}, 1e-5);
  checkOp("dl.layer_norm %0, %1 {axis = 2 : i64}", {x, v}, {x}, 1e-5);
  checkOp("dl.layer_norm %0, %1, %2 {axis = 1 : i64, epsilon = 0.1}", {x, m, m}, {x}, 1e-5);
  checkOp("dl.layer_norm %0, %1, %2 {axis = 1 : i64}", {x, c, v}, {x}, 1e-5);
  checkOp("dl.rms_norm %0, %1 {axis = 2 : i64}", {x, v}, {x}, 1e-5);
  checkOp("dl.rms_norm %0, %1 {axis = 0 : i64}", {x, v}, {x}, 1e-5);
}

TEST(NormalizationEmission, LayerNormOfASum) {
  checkKernel({"tensor<2x7x48xf32>", "tensor<2x7x48xf32>", "tensor<48xf32>", "tensor<48xf32>"},
              {"tensor<2x7x48xf32>"},
              R"(%s = dl.add %0, %1 : (tensor<2x7x48xf32>, tensor<2x7x48xf32>) -> tensor<2x7x48xf32>
                 %y = dl.layer_norm %s, %2, %3 {axis = 2 : i64} : (tensor<2x7x48xf32>, tensor<48xf32>, tensor<48xf32>) -> tensor<2x7x48xf32>)",
              "%y", 1e-5);
}

TEST(NormalizationEmission, ElementsOfLoopedRowsAreKept) {
  for (const char *schedule : {"#dl.row_reduce<accumulators = 4, rows_per_block = 1, tasks = 1>",
                               "#dl.row_reduce<accumulators = 2, rows_per_block = 2, tasks = 3>"})
    for (const std::string columns : {"384xf32>", "395xf32>"}) {
      const std::string x = "tensor<5x" + columns, v = "tensor<" + columns;
      const std::string sum = "%s = dl.add %0, %1 : (" + x + ", " + x + ") -> " + x + "\n";
      checkKernel({x, x, v, v}, {x},
                  sum + "%y = dl.layer_norm %s, %2, %3 {axis = 1 : i64} : (" + x + ", " + v + ", " +
                      v + ") -> " + x,
                  "%y", 1e-5, schedule);
      checkKernel({x, x, v}, {x},
                  sum + "%y = dl.rms_norm %s, %2 {axis = 1 : i64} : (" + x + ", " + v + ") -> " + x,
                  "%y", 1e-5, schedule);
    }
}

TEST(NormalizationEmission, NormsOfRowsThatAreNotFinite) {
  // Rows whose logarithm is NaN, and others; what keeps NaN must find it behind the squares' sum.
  for (const std::string columns : {"5xf32>", "37xf32>", "395xf32>"}) {
    const std::string x = "tensor<7x" + columns, v = "tensor<" + columns, c = "tensor<7x1xf32>";
    const std::string rows = "%l = dl.log %1 : (" + c + ") -> " + c + "\n%s = dl.add %0, %l : (" +
                             x + ", " + c + ") -> " + x + "\n";
    const std::string relu = "\n%z = dl.relu %y : (" + x + ") -> " + x;
    checkKernel({x, c, v}, {x},
                rows + "%y = dl.layer_norm %s, %2 {axis = 1 : i64} : (" + x + ", " + v + ") -> " +
                    x + relu,
                "%z", 1e-5);
    checkKernel({x, c, v}, {x},
                rows + "%y = dl.rms_norm %s, %2 {axis = 1 : i64} : (" + x + ", " + v + ") -> " + x +
                    relu,
                "%z", 1e-5);
  }
}

TEST(NormalizationEmission, ShortRows) {
  for (const char *op : {"dl.softmax %0 {axis = 1 : i64}", "dl.log_softmax %0 {axis = 1 : i64}",
                         "dl.lp_normalize %0 {axis = 1 : i64, p = 2 : i64}"})
    for (const char *x : {"tensor<35x2xf32>", "tensor<7x3xf32>", "tensor<33x5xf32>"})
      checkOp(op, {x}, {x}, 1e-5);
  checkOp("dl.softmax %0 {axis = 1 : i64}", {"tensor<19x3xf64>"}, {"tensor<19x3xf64>"});
  checkOp("dl.softmax %0 {axis = 1 : i64}", {"tensor<19x3xf16>"}, {"tensor<19x3xf16>"}, 2e-3);
  const std::string x = "tensor<3x7x5xf32>", v = "tensor<5xf32>", c = "tensor<7x1xf32>";
  checkOp("dl.layer_norm %0, %1, %2 {axis = 2 : i64}", {x, v, v}, {x}, 1e-5);
  checkOp("dl.layer_norm %0, %1, %2 {axis = 2 : i64}", {x, c, v}, {x}, 1e-5);
  checkOp("dl.rms_norm %0, %1 {axis = 2 : i64}", {x, v}, {x}, 1e-5);
}

TEST(NormalizationEmission, OfImages) {
  std::string first = "tensor<2x6x5x7xf32>", last = "tensor<2x5x7x6xf32>", v = "tensor<6xf32>";
  std::string channelsLast = ", layout = #dl.layout<channels_last>}";
  for (const char *op : {"dl.instance_norm %0, %1, %2 {epsilon = 0.01",
                         "dl.group_norm %0, %1, %2 {groups = 3 : i64"}) {
    checkOp(op + std::string("}"), {first, v, v}, {first}, 1e-5);
    checkOp(op + channelsLast, {last, v, v}, {last}, 1e-5);
  }
  for (std::string op :
       {"dl.lrn %0 {size = 3 : i64, alpha = 0.5", "dl.lrn %0 {size = 4 : i64, beta = 0.5"}) {
    checkOp(op + "}", {first}, {first}, 1e-5);
    checkOp(op + channelsLast, {last}, {last}, 1e-5);
  }
}

TEST(NormalizationEmission, BatchNormIsElementwise) {
  // A variance of at least 0: |x| + 3.
  for (bool channelsLast : {false, true}) {
    std::string x = channelsLast ? "tensor<2x5x7x6xf32>" : "tensor<2x6x5x7xf32>",
                v = "tensor<6xf32>";
    checkKernel({x, v, v, v, v}, {x},
                "%w = dl.abs %4 : (" + v + ") -> " + v +
                    "\n%y = dl.batch_norm %0, %1, %2, %3, %w {epsilon = 0.5" +
                    (channelsLast ? ", layout = #dl.layout<channels_last>" : "") + "} : (" + x +
                    ", " + v + ", " + v + ", " + v + ", " + v + ") -> " + x +
                    "\n%z = dl.relu %y : (" + x + ") -> " + x,
                "%z", 1e-5);
  }
}
