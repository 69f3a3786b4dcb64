// Compiled reductions, scans and selections against the reference.
#include "CheckKernel.h"

using namespace dlc::test;

static std::string reduce(const std::string &kind, const std::string &axes, bool keep = true) {
  return "dl.reduce <" + kind + "> %0 {axes = array<i64: " + axes +
         ">, keep_dims = " + (keep ? "true" : "false") + "}";
}

TEST(ReductionEmission, TrailingAxes) {
  for (const char *kind : {"sum", "mean", "max", "min", "l1", "l2", "sum_square", "log_sum_exp"}) {
    checkOp(reduce(kind, "1"), {"tensor<5x37xf32>"}, {"tensor<5x1xf32>"}, 1e-5);
    checkOp(reduce(kind, "2, 3", false), {"tensor<2x3x7x5xf32>"}, {"tensor<2x3xf32>"}, 1e-5);
  }
  for (const char *kind : {"sum", "mean", "max", "l2", "log_sum_exp"}) // rows as lanes
    checkOp(reduce(kind, "2", false), {"tensor<3x7x3xf32>"}, {"tensor<3x7xf32>"}, 1e-5);
  checkOp(reduce("sum", "0, 1", false), {"tensor<3x131xf32>"}, {"tensor<f32>"}, 1e-5);
  checkOp(reduce("prod", "1"), {"tensor<9x3xf32>"}, {"tensor<9x1xf32>"});
}

TEST(ReductionEmission, LeadingAxes) {
  const std::pair<int, int> sizes[] = {{1, 1},    {1, 33},   {7, 3},    {1000, 17},
                                       {129, 64}, {4099, 5}, {33, 100}, {20011, 31}};
  for (auto [rows, columns] : sizes) {
    std::string to = "x" + std::to_string(columns) + "xf32>";
    std::string from = "tensor<" + std::to_string(rows) + to;
    for (const char *cpu : {"x86-64-v3", "x86-64-v4"})
      for (const char *kind : {"mean", "max"})
        checkOp(reduce(kind, "0"), {from}, {"tensor<1" + to}, 1e-5, "", cpu);
  }
  checkOp(reduce("sum", "0, 1, 2", false), {"tensor<5x9x11x18xf32>"}, {"tensor<18xf32>"}, 1e-4);
  // With what makes the operand, and what follows.
  checkKernel({"tensor<301x19xf32>", "tensor<1x19xf32>"}, {"tensor<1x19xf32>"},
              "%c = dl.sub %0, %1 : (tensor<301x19xf32>, tensor<1x19xf32>) -> tensor<301x19xf32>\n"
              "%q = dl.mul %c, %c : (tensor<301x19xf32>, tensor<301x19xf32>) -> "
              "tensor<301x19xf32>\n%v = dl.reduce <mean> %q {axes = array<i64: 0>} : "
              "(tensor<301x19xf32>) -> tensor<1x19xf32>\n%r = dl.sqrt %v : (tensor<1x19xf32>) -> "
              "tensor<1x19xf32>",
              "%r", 1e-5);
}

TEST(ReductionEmission, OtherAxes) {
  for (const char *kind : {"sum", "mean", "max", "min", "l1", "l2", "sum_square", "log_sum_exp"}) {
    checkOp(reduce(kind, "0"), {"tensor<5x37xf32>"}, {"tensor<1x37xf32>"}, 1e-5);
    checkOp(reduce(kind, "1, 2", false), {"tensor<2x5x7x9xf32>"}, {"tensor<2x9xf32>"}, 1e-5);
    checkOp(reduce(kind, "0, 2"), {"tensor<2x5x3xf32>"}, {"tensor<1x5x1xf32>"}, 1e-5);
  }
  checkOp("dl.reduce <l1> %0 {axes = array<i64>}", {"tensor<3x5xf32>"}, {"tensor<3x5xf32>"});
}

TEST(ReductionEmission, OtherTypes) {
  checkOp(reduce("sum", "1"), {"tensor<3x41xi32>"}, {"tensor<3x1xi32>"});
  checkOp(reduce("mean", "1"), {"tensor<3x41xi64>"}, {"tensor<3x1xi64>"});
  checkOp(reduce("max", "0"), {"tensor<7x3xi8>"}, {"tensor<1x3xi8>"});
  checkOp(reduce("min", "1"), {"tensor<7x3xi1>"}, {"tensor<7x1xi1>"});
  checkOp(reduce("max", "1"), {"tensor<7x3xf64>"}, {"tensor<7x1xf64>"});
  checkOp(reduce("sum", "1"), {"tensor<7x19xf16>"}, {"tensor<7x1xf16>"}, 1e-3);
}

TEST(ReductionEmission, PrologueAndEpilogue) {
  checkKernel({"tensor<3x5x17xf32>", "tensor<17xf32>"}, {"tensor<3x5xf32>"},
              R"(%x = dl.mul %0, %1 : (tensor<3x5x17xf32>, tensor<17xf32>) -> tensor<3x5x17xf32>
                 %y = dl.reduce <sum> %x {axes = array<i64: 2>, keep_dims = false} : (tensor<3x5x17xf32>) -> tensor<3x5xf32>
                 %z = dl.relu %y : (tensor<3x5xf32>) -> tensor<3x5xf32>)",
              "%z", 1e-5);
}

TEST(ReductionEmission, NaNIsFoundInSumsOfSquares) {
  // Products fused with sums count as finite: who looks for NaN must not believe it.
  for (const char *kind : {"sum_square", "l2"})
    for (const std::string from : {"tensor<9x5xf32>", "tensor<9x37xf32>", "tensor<9x395xf32>"})
      checkKernel({from}, {"tensor<9x1xf32>"},
                  "%y = " + reduce(kind, "1") + " : (" + from + ") -> tensor<9x1xf32>\n" +
                      "%z = dl.relu %y : (tensor<9x1xf32>) -> tensor<9x1xf32>",
                  "%z", 1e-5);
  checkKernel({"tensor<9x37xf32>"}, {"tensor<1x37xf32>"},
              "%y = " + reduce("sum_square", "0") + " : (tensor<9x37xf32>) -> tensor<1x37xf32>\n" +
                  "%z = dl.relu %y : (tensor<1x37xf32>) -> tensor<1x37xf32>",
              "%z", 1e-5);
}

TEST(ReductionEmission, ArgMaxAndMin) {
  for (const char *op : {"dl.arg_max %0 {axis = ", "dl.arg_min %0 {axis = "}) {
    checkOp(op + std::string("1 : i64}"), {"tensor<5x200xf32>"}, {"tensor<5x1xi64>"});
    checkOp(op + std::string("0 : i64, keep_dims = false}"), {"tensor<40x9xf32>"},
            {"tensor<9xi64>"});
    checkOp(op + std::string("1 : i64, select_last_index = true}"), {"tensor<3x60x7xi8>"},
            {"tensor<3x1x7xi64>"});
  }
}

TEST(ReductionEmission, Scans) {
  for (const char *attributes :
       {"", ", exclusive = true", ", reverse = true", ", exclusive = true, reverse = true"}) {
    std::string rest = attributes + std::string("}");
    checkOp("dl.cumsum %0 {axis = 1 : i64" + rest, {"tensor<3x19xf32>"}, {"tensor<3x19xf32>"},
            1e-5);
    checkOp("dl.cumsum %0 {axis = 0 : i64" + rest, {"tensor<5xf64>"}, {"tensor<5xf64>"});
    checkOp("dl.cumsum %0 {axis = 0 : i64" + rest, {"tensor<7x19xi32>"}, {"tensor<7x19xi32>"});
    checkOp("dl.cumprod %0 {axis = 0 : i64" + rest, {"tensor<4x3x2xf32>"}, {"tensor<4x3x2xf32>"},
            1e-5);
  }
  checkOp("dl.cumsum %0 {axis = 0 : i64}", {"tensor<1x3xf32>"}, {"tensor<1x3xf32>"});
}

TEST(ReductionEmission, ScanBySchedule) {
  for (const char *schedule :
       {"#dl.scan<vectors_per_tile = 3, tasks = 1>", "#dl.scan<vectors_per_tile = 2, tasks = 3>",
        "#dl.injective<vectors_per_tile = 1, elements_per_task = 1, tasks = 1>"})
    for (const char *rest : {"}", ", exclusive = true, reverse = true}"}) {
      auto check = [&](const std::string &type, int axis) {
        checkOp("dl.cumsum %0 {axis = " + std::to_string(axis) + " : i64" + rest, {type}, {type},
                1e-5, schedule);
      };
      check("tensor<3x5x33xf32>", 1);
      check("tensor<3x7x2x9xf32>", 1);
      check("tensor<5x17x3xf32>", 2);
      check("tensor<1x1x1xf32>", 0);
      check("tensor<0x3xf32>", 1);
      check("tensor<0x3xf32>", 0);
      check("tensor<37xf64>", 0);
      check("tensor<3x19xi8>", 0);
      check("tensor<3x1x267xf32>", 2);
      check("tensor<2x277xi8>", 1);
      check("tensor<135x1xi32>", 0);
    }
  // Narrow floats are summed in f32.
  checkOp("dl.cumsum %0 {axis = 1 : i64}", {"tensor<3x200xf16>"}, {"tensor<3x200xf16>"}, 2e-3);
}

// Code for even places and code for odd ones would make vectors of every other element.
TEST(ReductionEmission, ScansOfWhatDependsOnParity) {
  for (const std::string result : {"3x40", "3x1x40", "5x3x8"}) {
    const std::string to = "tensor<" + result + "xf32>";
    std::string shape = result;
    for (size_t at = 0; (at = shape.find('x', at)) != std::string::npos; at += 2)
      shape.replace(at, 1, ", ");
    checkKernel({"tensor<3x20x2xf32>", "tensor<2xf32>"}, {to},
                "%x = dl.mul %0, %1 : (tensor<3x20x2xf32>, tensor<2xf32>) -> tensor<3x20x2xf32>\n"
                "%r = dl.reshape %x {shape = array<i64: " +
                    shape + ">} : (tensor<3x20x2xf32>) -> " + to + "\n%y = dl.cumsum %r {axis = " +
                    (result == "5x3x8" ? "0" : "1") + " : i64} : (" + to + ") -> " + to,
                "%y", 1e-5);
  }
}

TEST(ReductionEmission, TopK) {
  checkOp("dl.top_k %0 {k = 5 : i64, axis = 1 : i64}", {"tensor<3x200xf32>"},
          {"tensor<3x5xf32>", "tensor<3x5xi64>"});
  checkOp("dl.top_k %0 {k = 3 : i64, axis = 0 : i64, largest = false}", {"tensor<40x7xi32>"},
          {"tensor<3x7xi32>", "tensor<3x7xi64>"});
  checkOp("dl.top_k %0 {k = 4 : i64, axis = 1 : i64}", {"tensor<2x4x3xf32>"},
          {"tensor<2x4x3xf32>", "tensor<2x4x3xi64>"});
}

// The least integer is where a maximum begins; less one it would be beyond the type.
TEST(ReductionEmission, IntegersAtTheEndsOfTheirTypes) {
  for (const char *element : {"i32", "i64"}) {
    const std::string number = element, in = "tensor<5x19x" + number + ">",
                      out = "tensor<5x" + number + ">", scalar = "tensor<" + number + ">";
    for (const char *op : {"add", "sub"})
      for (const char *kind : {"max", "min", "sum"})
        checkKernel({in}, {out},
                    "%c = dl.constant dense<1> : " + scalar + "\n%s = dl." + op + " %0, %c : (" +
                        in + ", " + scalar + ") -> " + in + "\n%y = dl.reduce <" + kind +
                        "> %s {axes = array<i64: 1>, keep_dims = false} : (" + in + ") -> " + out,
                    "%y");
  }
}
