// The search for the first wrong node, with a compiler that errs where it is told to.
#include "../../../lib/Driver/FirstWrongNode.h"
#include "TestFolder.h"

#include <gtest/gtest.h>

using namespace dlc;
using namespace dlc::driver;
using namespace dlc::test;

TEST(Bisect, FindsTheFirstOfEveryPosition) {
  for (size_t first = 0; first <= 13; ++first) {
    int calls = 0;
    auto found = bisect(13, [&](size_t index) -> Expected<bool> {
      ++calls;
      return index >= first;
    });
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, first);
    EXPECT_LE(calls, 5);
  }
  auto none = bisect(0, [](size_t) -> Expected<bool> { return true; });
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, 0u);
}

TEST(Bisect, PassesFailuresOn) {
  auto found = bisect(9, [](size_t index) -> Expected<bool> {
    return index == 4 ? Expected<bool>(badInput("no")) : Expected<bool>(true);
  });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "no");
}

static constexpr const char *model = R"(
func.func @main(%x: tensor<2x3xf32> {dl.name = "x"}) -> (tensor<2x3xf32> {dl.name = "y"}) {
  %w = dl.constant dense<2.0> : tensor<2x3xf32>
  %0 = dl.add %x, %w : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> loc("first")
  %1 = dl.neg %0 : (tensor<2x3xf32>) -> tensor<2x3xf32> loc("second")
  %2 = dl.abs %1 : (tensor<2x3xf32>) -> tensor<2x3xf32> loc("third")
  %3 = dl.add %2, %0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> loc("fourth")
  return %3 : tensor<2x3xf32>
})";

TEST(FirstWrongNode, NamesTheNode) {
  TestFolder folder;
  std::string path = folder.write("m.mlir", model);
  VerifyOptions options;
  Tensor x(DType::F32, {2, 3});
  x.setDouble(5, 3);
  options.inputs["x"] = x;
  // Wrong from the op called `wrong` on, wherever the model is cut.
  auto search = [&](const std::string &wrong) {
    return findFirstWrongNode(
        path, options, [&](const std::string &cut, const std::map<std::string, Tensor> &inputs) {
          auto values = interpretModel(cut, inputs, {});
          std::ifstream stream(cut);
          std::string text((std::istreambuf_iterator<char>(stream)),
                           std::istreambuf_iterator<char>());
          if (values && text.find("\"" + wrong + "\"") != std::string::npos)
            (*values)[0].tensor.setDouble(0, 1000);
          return values;
        });
  };
  for (const char *wrong : {"first", "third", "fourth"}) {
    auto found = search(wrong);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->name, wrong);
    EXPECT_NE((*found)->problem.find("found 1000"), std::string::npos) << (*found)->problem;
  }
  auto right = search("nothing");
  ASSERT_TRUE(right) << right.error().message;
  EXPECT_FALSE(right->has_value());
}
