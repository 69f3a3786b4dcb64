// Compiled gathers, scatters, pads and resampling against the reference. Index operands are made
// from float patterns in [-12, 12], so axes that they index have 13 elements or more.
#include "CheckKernel.h"

using namespace dlc::test;

TEST(IndexingEmission, Gather) {
  checkOp("dl.gather %0, %1 {axis = 0 : i64}", {"tensor<17x5xf32>", "tensor<2x3xi64>"},
          {"tensor<2x3x5xf32>"});
  checkOp("dl.gather %0, %1 {axis = 1 : i64}", {"tensor<3x13x5xi8>", "tensor<7xi32>"},
          {"tensor<3x7x5xi8>"});
  checkOp("dl.gather %0, %1 {axis = 0 : i64}", {"tensor<13xi64>", "tensor<i64>"}, {"tensor<i64>"});
}

TEST(IndexingEmission, GatherElements) {
  checkOp("dl.gather_elements %0, %1 {axis = 1 : i64}", {"tensor<4x13xf32>", "tensor<3x7xi64>"},
          {"tensor<3x7xf32>"});
  checkOp("dl.gather_elements %0, %1 {axis = 0 : i64}", {"tensor<19x5xi1>", "tensor<2x5xi32>"},
          {"tensor<2x5xi1>"});
}

TEST(IndexingEmission, GatherND) {
  checkOp("dl.gather_nd %0, %1", {"tensor<13x15x3xf32>", "tensor<5x2xi64>"}, {"tensor<5x3xf32>"});
  checkOp("dl.gather_nd %0, %1 {batch_dims = 1 : i64}", {"tensor<3x13x5xf32>", "tensor<3x2x1xi64>"},
          {"tensor<3x2x5xf32>"});
}

TEST(IndexingEmission, Scatter) {
  for (const char *kind : {"set", "add", "mul", "max", "min"}) {
    std::string attribute = std::string("kind = #dl.scatter_kind<") + kind + ">";
    checkOp("dl.scatter_elements %0, %1, %2 {axis = 1 : i64, " + attribute + "}",
            {"tensor<3x13xf32>", "tensor<2x9xi64>", "tensor<2x9xf32>"}, {"tensor<3x13xf32>"}, 1e-5);
    checkOp("dl.scatter_nd %0, %1, %2 {" + attribute + "}",
            {"tensor<13x4xi32>", "tensor<5x1xi32>", "tensor<5x4xi32>"}, {"tensor<13x4xi32>"});
  }
}

TEST(IndexingEmission, Pad) {
  std::string amounts = "low = array<i64: 0, 3, 1>, high = array<i64: 2, 0, 4>";
  checkOp("dl.pad %0 {" + amounts + "}", {"tensor<2x5x7xf32>"}, {"tensor<4x8x12xf32>"});
  checkOp("dl.pad %0, %1 {" + amounts + "}", {"tensor<2x5x7xf32>", "tensor<f32>"},
          {"tensor<4x8x12xf32>"});
  for (const char *mode : {"reflect", "edge", "wrap"})
    checkOp("dl.pad %0 {" + amounts + ", mode = #dl.pad_mode<" + mode + ">}", {"tensor<2x5x7xf32>"},
            {"tensor<4x8x12xf32>"});
}

TEST(IndexingEmission, PadAroundAPrologue) {
  checkKernel({"tensor<3x5xf32>"}, {"tensor<3x9xf32>"},
              R"(%x = dl.exp %0 : (tensor<3x5xf32>) -> tensor<3x5xf32>
                 %y = dl.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 3>} : (tensor<3x5xf32>) -> tensor<3x9xf32>)",
              "%y", 1e-5);
}

TEST(IndexingEmission, Resample) {
  checkOp("dl.resample %0, %1, %2 {axis = 1 : i64}",
          {"tensor<2x13x3xf32>", "tensor<7x2xi32>", "tensor<7x2xf32>"}, {"tensor<2x7x3xf32>"},
          1e-5);
}

TEST(IndexingEmission, GridSample) {
  // Each setting along one axis or along two, and each pair of settings along two.
  bool align = false;
  for (const char *padding : {"zeros", "border", "reflection"})
    for (const char *mode : {"nearest", "linear", "cubic"}) {
      auto op = [&](bool corners) {
        return "dl.grid_sample %0, %1 {mode = #dl.sample_mode<" + std::string(mode) +
               ">, padding = #dl.sample_padding<" + padding +
               ">, align_corners = " + (corners ? "true}" : "false}");
      };
      // The pattern's places reach three images to either side.
      checkOp(op(align), {"tensor<2x3x5x7xf32>", "tensor<2x4x3x2xf32>"}, {"tensor<2x3x4x3xf32>"},
              1e-4);
      checkOp(op(!align), {"tensor<1x2x7xf64>", "tensor<1x5x1xf64>"}, {"tensor<1x2x5xf64>"}, 1e-9);
      align = !align;
    }
  checkOp("dl.grid_sample %0, %1", {"tensor<1x2x3x4x5xf32>", "tensor<1x2x2x3x3xf32>"},
          {"tensor<1x2x2x2x3xf32>"}, 1e-4);
}
