// Runs of a model through the runtime: checks of inputs, outputs of both owners, symbols, failures,
// state, profile.
#include "FakeModel.h"

#include <gtest/gtest.h>
#include <string>

using namespace fake;

namespace {
/// One run of `scale` with rows x columns.
struct ScaleRun {
  std::vector<float> a, b;
  dlc_tensor inputs[2];
  dlc_tensor outputs[2] = {};

  ScaleRun(int64_t rows, int64_t columns)
      : a(countingUp(rows * columns)), b(countingUp(rows * 3)),
        inputs{matrix(a, rows, columns), matrix(b, rows, 3)} {}
  dlc_status run(dlcrt_context *context) {
    return dlcrt_run(context, inputs, 2, outputs, 2, Scale);
  }
  void expectResult() const {
    for (size_t i = 0; i < a.size(); ++i)
      ASSERT_EQ(static_cast<float *>(outputs[0].data)[i], 2 * a[i]) << i;
    float sum = std::accumulate(b.begin(), b.end(), 0.0f);
    ASSERT_EQ(outputs[1].shape[0], static_cast<int64_t>(a.size()));
    for (size_t i = 0; i < a.size(); ++i)
      ASSERT_EQ(static_cast<float *>(outputs[1].data)[i], sum + static_cast<float>(i)) << i;
  }
};
} // namespace

TEST(RunTest, contextOwnsOutputsWithoutBuffer) {
  for (int threads : {1, 2, 3, 8}) {
    ContextPointer context = makeContext(threads);
    ASSERT_TRUE(context);
    for (auto [rows, columns] : {std::pair{1, 1}, {17, 5}, {3, 1001}, {64, 64}, {0, 7}, {5, 0}}) {
      ScaleRun run(rows, columns);
      ASSERT_EQ(run.run(context.get()), DLC_OK) << dlcrt_last_error(context.get());
      EXPECT_EQ(run.outputs[0].dtype, DLC_FLOAT32);
      EXPECT_EQ(run.outputs[0].rank, 2);
      EXPECT_EQ(run.outputs[0].shape[0], rows);
      EXPECT_EQ(run.outputs[0].shape[1], columns);
      run.expectResult();
    }
  }
}

TEST(RunTest, passesTheSameOutputsAgainWithLargerShapes) {
  ContextPointer context = makeContext(2);
  ScaleRun small(2, 2);
  ASSERT_EQ(small.run(context.get()), DLC_OK);
  ScaleRun large(40, 30);
  large.outputs[0] = small.outputs[0];
  large.outputs[1] = small.outputs[1];
  ASSERT_EQ(large.run(context.get()), DLC_OK) << dlcrt_last_error(context.get());
  large.expectResult();
}

TEST(RunTest, writesCallersBuffers) {
  ContextPointer context = makeContext(2);
  ScaleRun run(7, 9);
  std::vector<float> scaled(70), counted(63);
  run.outputs[0].data = scaled.data();
  run.outputs[0].bytes = scaled.size() * sizeof(float);
  run.outputs[1].data = counted.data();
  run.outputs[1].bytes = counted.size() * sizeof(float);
  ASSERT_EQ(run.run(context.get()), DLC_OK) << dlcrt_last_error(context.get());
  EXPECT_EQ(run.outputs[0].data, scaled.data());
  EXPECT_EQ(run.outputs[0].bytes, 63 * sizeof(float));
  EXPECT_EQ(scaled[63], 0.0f);
  run.expectResult();
}

TEST(RunTest, refusesSmallBuffers) {
  ContextPointer context = makeContext(1);
  ScaleRun run(7, 9);
  std::vector<float> scaled(62);
  run.outputs[0].data = scaled.data();
  run.outputs[0].bytes = scaled.size() * sizeof(float);
  EXPECT_EQ(run.run(context.get()), DLC_ERROR_CAPACITY);
  EXPECT_STREQ(dlcrt_last_error(context.get()),
               "run: output 'scaled': expected a buffer of 252 bytes, found 248");
  ScaleRun shortInput(7, 9);
  shortInput.inputs[1].bytes = 80;
  EXPECT_EQ(shortInput.run(context.get()), DLC_ERROR_CAPACITY);
  EXPECT_STREQ(dlcrt_last_error(context.get()),
               "run: input 'b': expected 84 bytes of data, found 80");
}

TEST(RunTest, namesTheWrongInput) {
  ContextPointer context = makeContext(1);
  auto expectFailure = [&](ScaleRun &run, dlc_status status, const char *message) {
    EXPECT_EQ(run.run(context.get()), status);
    EXPECT_STREQ(dlcrt_last_error(context.get()), message);
  };
  ScaleRun fixed(4, 5);
  fixed.inputs[1].shape[1] = 2;
  expectFailure(fixed, DLC_ERROR_SHAPE, "run: input 'b': dimension 1: expected 3, found 2");
  ScaleRun symbolic(4, 5);
  symbolic.inputs[1].shape[0] = 3;
  expectFailure(symbolic, DLC_ERROR_SHAPE,
                "run: input 'b': dimension 0: expected 4 (N, as in input 'a'), found 3");
  ScaleRun negative(4, 5);
  negative.inputs[0].shape[1] = -5;
  expectFailure(negative, DLC_ERROR_SHAPE,
                "run: input 'a': dimension 1 (M): expected a number of elements, found -5");
  ScaleRun rank(4, 5);
  rank.inputs[0].rank = 9;
  expectFailure(rank, DLC_ERROR_SHAPE, "run: input 'a': expected rank 2, found 9");
  ScaleRun dtype(4, 5);
  dtype.inputs[0].dtype = DLC_INT64;
  expectFailure(dtype, DLC_ERROR_TYPE, "run: input 'a': expected float32, found int64 (7)");
  dtype.inputs[0].dtype = -1;
  expectFailure(dtype, DLC_ERROR_TYPE, "run: input 'a': expected float32, found unknown type (-1)");
  ScaleRun huge(4, 5);
  huge.inputs[0].shape[1] = INT64_MAX / 2;
  expectFailure(huge, DLC_ERROR_SHAPE,
                "run: input 'a': the shape has more bytes than memory can hold");
  ScaleRun null(4, 5);
  null.inputs[0].data = nullptr;
  expectFailure(null, DLC_ERROR_ARGUMENT, "run: input 'a': data is null");
  ScaleRun refused(1000, 1);
  expectFailure(refused, DLC_ERROR_SHAPE,
                "run: the model has no result for inputs of these shapes");
  ScaleRun overlap(4, 5);
  overlap.outputs[0].data = overlap.a.data() + 10;
  overlap.outputs[0].bytes = 80;
  expectFailure(overlap, DLC_ERROR_ARGUMENT,
                "run: input 'a' and output 'scaled' overlap in memory: copy the input first");
  ScaleRun fine(4, 5);
  expectFailure(fine, DLC_OK, "");
}

TEST(RunTest, countsTensors) {
  ContextPointer context = makeContext(1);
  ScaleRun run(2, 2);
  EXPECT_EQ(dlcrt_run(context.get(), run.inputs, 1, run.outputs, 2, Scale), DLC_ERROR_ARGUMENT);
  EXPECT_STREQ(dlcrt_last_error(context.get()), "run: expected 2 inputs, found 1");
  EXPECT_EQ(dlcrt_run(context.get(), nullptr, 2, run.outputs, 2, Scale), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlcrt_run(context.get(), run.inputs, 2, run.outputs, 3, Scale), DLC_ERROR_ARGUMENT);
  EXPECT_STREQ(dlcrt_last_error(context.get()), "run: expected 2 outputs, found 3");
  EXPECT_EQ(dlcrt_run(context.get(), run.inputs, 2, run.outputs, 2, 4), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlcrt_run(nullptr, run.inputs, 2, run.outputs, 2, Scale), DLC_ERROR_ARGUMENT);
}

TEST(RunTest, tellsOutputShapesWithoutData) {
  ContextPointer context = makeContext(1);
  ScaleRun run(6, 7);
  run.inputs[0].data = run.inputs[1].data = nullptr;
  ASSERT_EQ(dlcrt_output_shapes(context.get(), run.inputs, 2, run.outputs, 2, Scale), DLC_OK)
      << dlcrt_last_error(context.get());
  EXPECT_EQ(run.outputs[1].rank, 1);
  EXPECT_EQ(run.outputs[1].shape[0], 42);
  EXPECT_EQ(run.outputs[1].bytes, 168u);
  dlc_tensor kept = {};
  ASSERT_EQ(dlcrt_output_shapes(context.get(), run.inputs + 1, 1, &kept, 1, Filter), DLC_OK);
  EXPECT_EQ(kept.shape[0], -1);
  EXPECT_EQ(kept.shape[1], 2);
}

TEST(RunTest, entryShapesAnOutput) {
  ContextPointer context = makeContext(1);
  std::vector<float> b = {1, 0, 0, -1, 0, 0, 5, 0, 0};
  dlc_tensor input = matrix(b, 3, 3), kept = {};
  ASSERT_EQ(dlcrt_run(context.get(), &input, 1, &kept, 1, Filter), DLC_OK);
  ASSERT_EQ(kept.shape[0], 2);
  ASSERT_EQ(kept.bytes, 16u);
  const float *values = static_cast<float *>(kept.data);
  EXPECT_EQ(std::vector<float>(values, values + 4), (std::vector<float>{0, 1, 2, 5}));
  std::vector<float> small(3);
  kept.data = small.data();
  kept.bytes = 12;
  EXPECT_EQ(dlcrt_run(context.get(), &input, 1, &kept, 1, Filter), DLC_ERROR_CAPACITY);
}

TEST(RunTest, failuresCarryTheirText) {
  for (int threads : {1, 2}) {
    ContextPointer context = makeContext(threads);
    std::vector<float> b = {1, 0, 0};
    dlc_tensor input = matrix(b, 1, 3);
    EXPECT_EQ(dlcrt_run(context.get(), &input, 1, nullptr, 0, Fail), DLC_ERROR_EXECUTION);
    EXPECT_STREQ(dlcrt_last_error(context.get()), "index 7 is out of range");
    b[0] = -1;
    EXPECT_EQ(dlcrt_run(context.get(), &input, 1, nullptr, 0, Fail), DLC_ERROR_EXECUTION);
    EXPECT_STREQ(dlcrt_last_error(context.get()), "the first element is negative");
    ScaleRun after(3, 3);
    EXPECT_EQ(after.run(context.get()), DLC_OK);
    EXPECT_STREQ(dlcrt_last_error(context.get()), "");
  }
}

TEST(RunTest, stateLastsFromRunToRun) {
  alignas(64) float mine = 10;
  dlc_options options = {};
  options.size = sizeof(options);
  options.state = &mine;
  ContextPointer borrowed(dlcrt_context_create(&options)), owning = makeContext(1);
  dlc_tensor loss = {};
  for (int step = 1; step <= 3; ++step) {
    ASSERT_EQ(dlcrt_run(borrowed.get(), nullptr, 0, &loss, 1, TrainStep), DLC_OK);
    EXPECT_EQ(*static_cast<float *>(loss.data), 10 + 3 * static_cast<float>(step));
    ASSERT_EQ(dlcrt_run(owning.get(), nullptr, 0, &loss, 1, TrainStep), DLC_OK);
    EXPECT_EQ(*static_cast<float *>(loss.data), 3 * static_cast<float>(step));
  }
  EXPECT_EQ(mine, 19);
  EXPECT_EQ(dlcrt_state(borrowed.get()), &mine);
  EXPECT_EQ(*static_cast<float *>(dlcrt_state(owning.get())), 9);
}

TEST(RunTest, profileCountsCallsOnlyWhileEnabled) {
  ContextPointer context = makeContext(1);
  ScaleRun run(10, 10);
  dlc_profile_entry entries[2];
  run.run(context.get());
  ASSERT_EQ(dlcrt_profile(context.get(), entries, 2), 2u);
  EXPECT_EQ(entries[0].calls, 0u);
  dlcrt_profile_enable(context.get(), 1);
  run.run(context.get());
  run.run(context.get());
  dlcrt_profile_enable(context.get(), 0);
  run.run(context.get());
  EXPECT_EQ(dlcrt_profile(context.get(), entries, 1), 2u);
  EXPECT_EQ(dlcrt_profile(context.get(), entries, 2), 2u);
  EXPECT_EQ(entries[0].calls, 2u);
  EXPECT_GT(entries[0].nanoseconds, 0u);
  EXPECT_STREQ(entries[1].kernel.kind, "row_reduce");
  dlcrt_profile_reset(context.get());
  dlcrt_profile(context.get(), entries, 2);
  EXPECT_EQ(entries[0].calls, 0u);
}

TEST(RunTest, profileHasCostsOfTheLastRun) {
  ContextPointer context = makeContext(1);
  dlc_profile_entry entries[2];
  dlcrt_profile(context.get(), entries, 2);
  EXPECT_EQ(entries[0].kernel.flops, 0);
  for (int64_t rows : {3, 10}) {
    ScaleRun(rows, 7).run(context.get());
    dlcrt_profile(context.get(), entries, 2);
    EXPECT_EQ(entries[0].kernel.flops, static_cast<double>(7 * rows));
    EXPECT_EQ(entries[0].kernel.bytes, static_cast<double>(56 * rows));
    EXPECT_EQ(entries[1].kernel.bytes, 4);
  }
  EXPECT_EQ(dlcrt_describe()->kernels[0].flops, 0);
}

TEST(RunTest, refusesOptionsOfAnotherSize) {
  dlc_options options = {};
  EXPECT_EQ(dlcrt_context_create(&options), nullptr);
  ContextPointer defaults(dlcrt_context_create(nullptr));
  EXPECT_TRUE(defaults);
  dlcrt_context_destroy(nullptr);
}

TEST(RunTest, everyStatusHasAText) {
  for (dlc_status status = DLC_OK; status <= DLC_ERROR_BUSY; ++status)
    EXPECT_STRNE(dlcrt_status_string(status), "unknown status");
  EXPECT_STREQ(dlcrt_status_string(-1), "unknown status");
  EXPECT_STREQ(dlcrt_status_string(DLC_ERROR_BUSY + 1), "unknown status");
}
