// Transposes against the reference, through the template at odd sizes and types, and kernels that
// copy.
#include "CheckKernel.h"

using namespace dlc::test;

namespace {

void checkTranspose(const std::string &permutation, const std::string &from,
                    const std::string &to) {
  checkOp("dl.transpose %0 {permutation = array<i64: " + permutation + ">}", {from}, {to});
}

TEST(TransposeEmission, TransposesOfMatrices) {
  for (auto [rows, columns] :
       {std::pair(1, 7), {2, 3}, {7, 9}, {8, 8}, {37, 13}, {13, 37}, {3, 129}, {129, 3}, {64, 5}}) {
    std::string a = std::to_string(rows), b = std::to_string(columns);
    checkTranspose("1, 0", "tensor<" + a + "x" + b + "xf32>", "tensor<" + b + "x" + a + "xf32>");
  }
}

TEST(TransposeEmission, TransposesOfImages) {
  checkTranspose("0, 2, 3, 1", "tensor<2x37x5x7xf32>", "tensor<2x5x7x37xf32>");
  checkTranspose("0, 3, 1, 2", "tensor<2x5x7x37xf32>", "tensor<2x37x5x7xf32>");
  checkTranspose("0, 2, 3, 1", "tensor<1x3x5x7xf32>", "tensor<1x5x7x3xf32>");
  checkTranspose("0, 1, 3, 2", "tensor<1x6x3x20xf32>", "tensor<1x6x20x3xf32>");
  checkTranspose("3, 2, 1, 0", "tensor<2x3x9x11xf32>", "tensor<11x9x3x2xf32>");
  checkTranspose("2, 0, 1", "tensor<1x1x9xf32>", "tensor<9x1x1xf32>");
  checkTranspose("1, 0, 2", "tensor<9x11x1xf32>", "tensor<11x9x1xf32>");
}

TEST(TransposeEmission, TransposesOfOtherTypes) {
  for (const char *type : {"f64", "f16", "bf16", "i8", "i64", "i1"})
    checkTranspose("1, 0", std::string("tensor<19x21x") + type + ">",
                   std::string("tensor<21x19x") + type + ">");
}

TEST(TransposeEmission, TransposeAmongElementwiseOps) {
  checkKernel({"tensor<9x4x21xf32>", "tensor<21xf32>", "tensor<1x9xf32>"}, {"tensor<4x21x9xf32>"},
              R"(%s = dl.add %0, %1 : (tensor<9x4x21xf32>, tensor<21xf32>) -> tensor<9x4x21xf32>
                 %t = dl.transpose %s {permutation = array<i64: 1, 2, 0>} : (tensor<9x4x21xf32>) -> tensor<4x21x9xf32>
                 %y = dl.mul %t, %2 : (tensor<4x21x9xf32>, tensor<1x9xf32>) -> tensor<4x21x9xf32>)",
              "%y");
}

TEST(TransposeEmission, KernelThatCopies) {
  checkKernel({"tensor<5x7xf32>"}, {"tensor<5x7xf32>"}, "", "%0");
  checkKernel({"tensor<129xi1>"}, {"tensor<129xi1>"}, "", "%0");
}

// Pixels that a transposed convolution deals out: a pair innermost, and the next axis in vectors.
TEST(TransposeEmission, PixelsDealtOut) {
  checkOp("dl.transpose %0 {permutation = array<i64: 0, 1, 3, 2, 4, 5>}",
          {"tensor<3x5x16x2x2x1xf32>"}, {"tensor<3x5x2x16x2x1xf32>"});
}

} // namespace
