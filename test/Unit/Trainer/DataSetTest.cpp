// Orders, batches, and what data must look like.
#include "dlc/Trainer/DataSet.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

using namespace dlc;

/// A step of 4 examples: x of 2x3 floats, class indices of 5 classes.
static FunctionDescription classifier() {
  FunctionDescription step;
  step.name = "train_step";
  step.inputs = {{"x", DType::F32, {4, 2, 3}}, {"target", DType::I64, {4}}};
  step.outputs = {{"loss", DType::F32, {}}, {"y", DType::F32, {4, 5}}};
  return step;
}

/// A step whose target is a column.
static FunctionDescription regression(bool weighted) {
  FunctionDescription step = classifier();
  step.inputs[1] = {"target", DType::F32, {4, 1}};
  step.outputs[1] = {"y", DType::F32, {4, 1}};
  if (weighted)
    step.inputs.push_back({"sample_weight", DType::F32, {4}});
  return step;
}

static Tensor numbers(DType dtype, Shape shape) {
  Tensor tensor(dtype, std::move(shape));
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    tensor.setDouble(i, static_cast<double>(i % 5));
  return tensor;
}

TEST(ShuffledOrder, IsAPermutationThatSeedAndEpochDecide) {
  for (int64_t count : {0, 1, 2, 7, 1000}) {
    std::vector<int64_t> order = shuffledOrder(count, 3, 1), sorted = order, all(count);
    std::iota(all.begin(), all.end(), 0);
    std::ranges::sort(sorted);
    EXPECT_EQ(sorted, all);
    EXPECT_EQ(order, shuffledOrder(count, 3, 1));
  }
  EXPECT_NE(shuffledOrder(1000, 3, 1), shuffledOrder(1000, 3, 2));
  EXPECT_NE(shuffledOrder(1000, 3, 1), shuffledOrder(1000, 4, 1));
}

/// Each of the 24 orders of four comes about equally often: 240 times, with a deviation of 15.
TEST(ShuffledOrder, IsFair) {
  std::map<std::vector<int64_t>, int> seen;
  for (uint64_t epoch = 0; epoch < 24 * 240; ++epoch)
    ++seen[shuffledOrder(4, 1, epoch)];
  EXPECT_EQ(seen.size(), 24U);
  for (const auto &[order, times] : seen)
    EXPECT_NEAR(times, 240, 5 * 15.2);
}

TEST(Batch, GathersAndConvertsRows) {
  Examples examples{"here", numbers(DType::U8, {6, 2, 3}), numbers(DType::I32, {6}), Tensor()};
  Batch batch(classifier(), 2);
  std::vector<int64_t> chosen{4, 1};
  batch.fill(examples, chosen);
  const Tensor &x = batch.inputs()[0], &y = batch.inputs()[1];
  ASSERT_EQ(x.shape(), (Shape{2, 2, 3}));
  ASSERT_EQ(x.dtype(), DType::F32);
  EXPECT_EQ(x.asDouble(0), 24 % 5);
  EXPECT_EQ(x.asDouble(6), 6 % 5);
  EXPECT_EQ(y.asInt(0), 4);
  EXPECT_EQ(y.asInt(1), 1);
}

TEST(FitToStep, TakesAColumnForAVectorAndBack) {
  Examples column{"here", numbers(DType::F32, {6, 2, 3}), numbers(DType::I64, {6, 1}), Tensor()};
  Expected<Examples> classes = fitToStep(column, classifier());
  ASSERT_TRUE(classes) << classes.error().message;
  EXPECT_EQ(classes->y.shape(), Shape{6});
  Examples vector{"here", numbers(DType::F32, {6, 2, 3}), numbers(DType::F32, {6}), Tensor()};
  Expected<Examples> values = fitToStep(vector, regression(false));
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_EQ(values->y.shape(), (Shape{6, 1}));
}

TEST(AdjustInputRank, AddsAndTakesALastAxisOfOne) {
  auto adjusted = [](Shape found, const Shape &model) {
    Examples examples{"here", numbers(DType::F32, std::move(found)), {}, {}};
    adjustInputRank(examples, model);
    return examples.x.shape();
  };
  EXPECT_EQ(adjusted({6, 5, 7}, {-1, 5, 7, 1}), (Shape{6, 5, 7, 1}));
  EXPECT_EQ(adjusted({6, 5, 7}, {-1, -1, -1, 1}), (Shape{6, 5, 7, 1}));
  EXPECT_EQ(adjusted({6, 5, 1}, {-1, 5}), (Shape{6, 5}));
  // Nothing else: neither another axis, nor one that has a size.
  EXPECT_EQ(adjusted({6, 5, 7}, {-1, 1, 5, 7}), (Shape{6, 5, 7}));
  EXPECT_EQ(adjusted({6, 5, 7}, {-1, 5, 7, -1}), (Shape{6, 5, 7}));
  EXPECT_EQ(adjusted({6, 5, 7}, {-1, 5}), (Shape{6, 5, 7}));
}

TEST(FitToStep, MakesAndDropsWeights) {
  Examples plain{"here", numbers(DType::F32, {6, 2, 3}), numbers(DType::F32, {6}), Tensor()};
  Expected<Examples> made = fitToStep(plain, regression(true));
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->weights.shape(), Shape{6});
  EXPECT_EQ(made->weights.asDouble(5), 1);
  plain.weights = numbers(DType::F64, {6});
  EXPECT_FALSE(fitToStep(plain, regression(false))->weights);
}

TEST(FitToStep, RefusesWhatDoesNotFit) {
  Examples wide{"here", numbers(DType::F32, {6, 2, 4}), numbers(DType::I64, {6}), Tensor()};
  EXPECT_EQ(fitToStep(wide, classifier()).error().message,
            "here: 'x': expected shape Nx2x3 for the model's 'x', found 6x2x4");
  Examples negative{"here", numbers(DType::F32, {2, 2, 3}), Tensor(DType::I64, {2}), Tensor()};
  negative.y.setInt(1, -1);
  EXPECT_EQ(fitToStep(negative, classifier()).error().code, ExitCode::BadInput);
  Examples rows{"here", numbers(DType::F32, {2, 2, 3}), numbers(DType::F32, {2, 5}), Tensor()};
  EXPECT_FALSE(fitToStep(rows, classifier()));
  Examples weights{"here", numbers(DType::F32, {2, 2, 3}), numbers(DType::F32, {2}),
                   numbers(DType::F32, {2, 2})};
  EXPECT_FALSE(fitToStep(weights, regression(true)));
}

TEST(RandomExamples, FitWhatTheLossWants) {
  FunctionDescription step = classifier();
  Examples classes = randomExamples(step, "sparse_categorical_crossentropy", 100, 1);
  EXPECT_TRUE(fitToStep(classes, step));
  step.inputs[1] = {"target", DType::F32, {4, 5}};
  Examples rows = randomExamples(step, "categorical_crossentropy", 100, 1);
  for (int64_t row = 0; row < 100; ++row) {
    double sum = 0;
    for (int64_t column = 0; column < 5; ++column)
      sum += rows.y.asDouble(row * 5 + column);
    EXPECT_EQ(sum, 1);
  }
  Examples binary = randomExamples(regression(false), "binary_crossentropy", 100, 1);
  for (int64_t i = 0; i < 100; ++i)
    EXPECT_TRUE(binary.y.asDouble(i) == 0 || binary.y.asDouble(i) == 1);
}
