// Ops that read at computed places; values worked out by hand.
#include "Evaluate.h"

using namespace dlc;
using namespace dlc::test;

static std::vector<double> sample(const std::string &attributes, std::vector<double> places) {
  Tensor image = f32({1, 1, 3}, {10, 20, 40});
  auto count = static_cast<int64_t>(places.size());
  std::string type = "tensor<1x1x" + std::to_string(count) + "xf32>";
  return values(evaluate("dl.grid_sample %0, %1 {" + attributes + "}",
                         {image, f32({1, count, 1}, std::move(places))}, {type})[0]);
}

TEST(Indexing, GridSampleCountsFromEdgesOrCentres) {
  // With aligned corners -1, 0 and 1 are the three elements; else they lie at -2/3, 0 and 2/3.
  EXPECT_EQ(sample("align_corners = true", {-1, 0, 1, 0.5}), (std::vector<double>{10, 20, 40, 30}));
  std::vector<double> edges = sample("align_corners = false", {-1, 0, 1});
  EXPECT_EQ(edges, (std::vector<double>{5, 20, 20})); // half of an edge element, half zeros
}

TEST(Indexing, GridSamplePads) {
  std::string nearest = "mode = #dl.sample_mode<nearest>, align_corners = true, padding = ";
  EXPECT_EQ(sample(nearest + "#dl.sample_padding<zeros>", {-2, 3}), (std::vector<double>{0, 0}));
  EXPECT_EQ(sample(nearest + "#dl.sample_padding<border>", {-2, 3}), (std::vector<double>{10, 40}));
  // Places -1 and 4 of the image are elements 1 and 0 of its mirrored continuation.
  EXPECT_EQ(sample(nearest + "#dl.sample_padding<reflection>", {-2, 3}),
            (std::vector<double>{20, 10}));
}

TEST(Indexing, GridSampleOfNaNIsOutside) {
  EXPECT_EQ(sample("align_corners = true", {NaN, inf, -inf}), (std::vector<double>{0, 0, 0}));
}
