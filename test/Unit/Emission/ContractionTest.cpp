// Compiled contractions without a template of their own against the reference.
#include "CheckKernel.h"

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
