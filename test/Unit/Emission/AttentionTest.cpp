// Compiled attention against the reference.
#include "CheckKernel.h"

using namespace dlc::test;

TEST(AttentionEmission, HeadsOuterAndInner) {
  for (int rows : {1, 5, 17, 40}) {
    for (int keys : {1, 7, 33}) {
      std::string s = std::to_string(rows), t = std::to_string(keys);
      checkOp("dl.attention %0, %1, %2 {scale = 0.4 : f64}",
              {"tensor<2x3x" + s + "x8xf32>", "tensor<2x3x" + t + "x8xf32>",
               "tensor<2x3x" + t + "x5xf32>"},
              {"tensor<2x3x" + s + "x5xf32>"}, 1e-5);
      checkOp("dl.attention %0, %1, %2 {scale = 0.4 : f64, heads_inner = true, "
              "result_heads_inner = true}",
              {"tensor<2x" + s + "x3x13xf32>", "tensor<2x" + t + "x3x13xf32>",
               "tensor<2x" + t + "x3x16xf32>"},
              {"tensor<2x" + s + "x3x16xf32>"}, 1e-5);
    }
  }
}

TEST(AttentionEmission, Bias) {
  for (const char *bias : {"tensor<2x3x9x11xf32>", "tensor<2x1x1x11xf32>", "tensor<9x11xf32>",
                           "tensor<11xf32>", "tensor<9x1xf32>"})
    checkOp("dl.attention %0, %1, %2, %3 {scale = 1.5 : f64}",
            {"tensor<2x3x9x4xf32>", "tensor<2x3x11x4xf32>", "tensor<2x3x11x20xf32>", bias},
            {"tensor<2x3x9x20xf32>"}, 1e-5);
}

TEST(AttentionEmission, SharedKeysOneHeadAndManyRows) {
  checkOp("dl.attention %0, %1, %2 {scale = 0.3 : f64, result_heads_inner = true}",
          {"tensor<1x6x5x8xf32>", "tensor<1x2x9x8xf32>", "tensor<1x2x9x8xf32>"},
          {"tensor<1x5x6x8xf32>"}, 1e-5);
  checkOp("dl.attention %0, %1, %2 {scale = 0.3 : f64}",
          {"tensor<1x1x131x16xf32>", "tensor<1x1x131x16xf32>", "tensor<1x1x131x24xf32>"},
          {"tensor<1x1x131x24xf32>"}, 1e-5);
}

TEST(AttentionEmission, OtherTypes) {
  checkOp("dl.attention %0, %1, %2 {scale = 0.3 : f64}",
          {"tensor<1x2x5x8xf64>", "tensor<1x2x9x8xf64>", "tensor<1x2x9x8xf64>"},
          {"tensor<1x2x5x8xf64>"});
  checkOp("dl.attention %0, %1, %2 {scale = 0.3 : f64}",
          {"tensor<1x2x5x8xf16>", "tensor<1x2x9x8xf16>", "tensor<1x2x9x8xf16>"},
          {"tensor<1x2x5x8xf16>"}, 2e-3);
}

TEST(AttentionEmission, WithEpilogue) {
  checkKernel(
      {"tensor<1x2x5x8xf32>", "tensor<1x2x9x8xf32>", "tensor<1x2x9x8xf32>", "tensor<1x5x2x8xf32>"},
      {"tensor<1x5x2x8xf32>"},
      R"(%a = dl.attention %0, %1, %2 {scale = 0.3 : f64, result_heads_inner = true} : (tensor<1x2x5x8xf32>, tensor<1x2x9x8xf32>, tensor<1x2x9x8xf32>) -> tensor<1x5x2x8xf32>
                 %y = dl.add %a, %3 : (tensor<1x5x2x8xf32>, tensor<1x5x2x8xf32>) -> tensor<1x5x2x8xf32>)",
      "%y", 1e-5);
}
