// Compiled random draws against the reference: the same elements, to the last bit of which.
#include "CheckKernel.h"

using namespace dlc::test;

TEST(RandomEmission, Dropout) {
  for (const char *shape : {"0", "1", "7", "16", "17", "3x5x17", "33x65"}) {
    std::string type = std::string("tensor<") + shape + "xf32>";
    for (const char *attributes :
         {"rate = 0.0", "rate = 0.3, stream = 5", "rate = 0.999", "rate = 1.0"})
      checkOp(std::string("dl.dropout %0, %1 {") + attributes + "}", {type, "tensor<2xi64>"},
              {type});
    checkOp("dl.dropout %0 {rate = 0.5}", {type}, {type});
  }
  checkOp("dl.dropout %0, %1 {rate = 0.5}", {"tensor<5x7xf64>", "tensor<2xi64>"},
          {"tensor<5x7xf64>"});
  checkOp("dl.dropout %0, %1 {rate = 0.5}", {"tensor<5x7xf16>", "tensor<2xi64>"},
          {"tensor<5x7xf16>"});
}

TEST(RandomEmission, DropoutWithSharedAxes) {
  for (const char *axes : {"0", "1", "2", "0, 1", "1, 2"})
    checkOp(std::string("dl.dropout %0, %1 {rate = 0.5, shared_axes = array<i64: ") + axes + ">}",
            {"tensor<3x5x17xf32>", "tensor<2xi64>"}, {"tensor<3x5x17xf32>"});
}

// In an epilogue the loops are another op's, and axes may be joined or permuted.
TEST(RandomEmission, DropoutAroundOtherOps) {
  checkKernel({"tensor<9x17xf32>", "tensor<17xf32>", "tensor<2xi64>"}, {"tensor<9x17xf32>"},
              R"(%s = dl.add %0, %1 : (tensor<9x17xf32>, tensor<17xf32>) -> tensor<9x17xf32>
                 %y = dl.dropout %s, %2 {rate = 0.4} : (tensor<9x17xf32>, tensor<2xi64>) -> tensor<9x17xf32>)",
              "%y");
  checkKernel(
      {"tensor<9x17xf32>", "tensor<2xi64>"}, {"tensor<17x9xf32>"},
      R"(%d = dl.dropout %0, %1 {rate = 0.4} : (tensor<9x17xf32>, tensor<2xi64>) -> tensor<9x17xf32>
                 %y = dl.transpose %d {permutation = array<i64: 1, 0>} : (tensor<9x17xf32>) -> tensor<17x9xf32>)",
      "%y");
  checkKernel(
      {"tensor<9x17xf32>", "tensor<2xi64>"}, {"tensor<9x1xf32>"},
      R"(%d = dl.dropout %0, %1 {rate = 0.4} : (tensor<9x17xf32>, tensor<2xi64>) -> tensor<9x17xf32>
                 %y = dl.reduce #dl.reduce_kind<sum> %d {axes = array<i64: 1>} : (tensor<9x17xf32>) -> tensor<9x1xf32>)",
      "%y", 1e-5);
}
