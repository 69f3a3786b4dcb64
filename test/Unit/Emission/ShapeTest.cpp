// Compiled movements of elements against the reference.
#include "CheckKernel.h"

using namespace dlc::test;

static std::string vectorOf(int length) { return "tensor<" + std::to_string(length) + "xf32>"; }

// Where a tile ends within an operand, clamped places must not become loads below 0.
TEST(ShapeEmission, ConcatOfEveryLength) {
  for (int length : {1, 4, 7, 9, 10, 13, 16, 17, 31})
    checkOp("dl.concat %0, %1, %2 {axis = 0 : i64}",
            {vectorOf(length), vectorOf(length + 1), vectorOf(length)}, {vectorOf(3 * length + 1)});
  checkOp("dl.concat %0, %1 {axis = 1 : i64}", {"tensor<2x9xi8>", "tensor<2x19xi8>"},
          {"tensor<2x28xi8>"});
}

TEST(ShapeEmission, SliceStepsBackwards) {
  checkOp("dl.slice %0 {starts = array<i64: 2, 16>, sizes = array<i64: 2, 9>, steps = array<i64: "
          "-1, -2>}",
          {"tensor<3x17xf32>"}, {"tensor<2x9xf32>"});
}

// The last vector of a tensor that is read backwards has lanes before the first element.
TEST(ShapeEmission, SliceBackwardsOfEveryLength) {
  auto number = [](int value) { return std::to_string(value); };
  for (int length : {1, 2, 3, 5, 7, 13, 17, 24, 31, 47, 65})
    for (int step : {1, 2, 3}) {
      const int count = (length + step - 1) / step;
      checkOp("dl.slice %0 {starts = array<i64: " + number(length - 1) + ">, sizes = array<i64: " +
                  number(count) + ">, steps = array<i64: -" + number(step) + ">}",
              {vectorOf(length)}, {vectorOf(count)});
    }
}

TEST(ShapeEmission, IotaAlongEachAxis) {
  for (const std::string element : {"i32", "i64", "f32"})
    for (int axis : {0, 1, 2}) {
      const std::string type = "tensor<3x17x2x" + element + ">";
      checkKernel({}, {type},
                  "%y = dl.iota {axis = " + std::to_string(axis) +
                      " : i64, dims = affine_map<() -> (3, 17, 2)>, element = " + element +
                      "} : " + type,
                  "%y");
    }
}
