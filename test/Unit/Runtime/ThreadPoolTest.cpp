// Parallel loops: every index once, whatever the number of threads, their nesting and their
// company.
#include "FakeModel.h"

#include "../../../lib/Runtime/Context.h"

#include <atomic>
#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

using namespace fake;

namespace {
struct Counts {
  std::vector<std::atomic<int>> seen;
  int begin;
  explicit Counts(int count, int begin = 0) : seen(static_cast<size_t>(count)), begin(begin) {}
  static int task(void *, int index, uint8_t *closure) {
    auto *self = reinterpret_cast<Counts *>(closure);
    self->seen[static_cast<size_t>(index - self->begin)].fetch_add(1);
    return 0;
  }
  int run(void *userContext) {
    return halide_do_par_for(userContext, task, begin, static_cast<int>(seen.size()),
                             reinterpret_cast<uint8_t *>(this));
  }
  void expectEachOnce() const {
    for (size_t i = 0; i < seen.size(); ++i)
      ASSERT_EQ(seen[i].load(), 1) << "index " << i;
  }
};

void *userContext(const ContextPointer &context) { return &context->slots[0]; }
} // namespace

TEST(ThreadPoolTest, runsEachIndexOnce) {
  for (int threads : {1, 2, 3, 16}) {
    ContextPointer context = makeContext(threads);
    for (int count : {0, 1, 2, 3, 17, 100, 12345}) {
      Counts counts(count, /*begin=*/-5);
      ASSERT_EQ(counts.run(userContext(context)), 0);
      counts.expectEachOnce();
    }
  }
}

TEST(ThreadPoolTest, manyTinyLoops) {
  for (int threads : {2, 4}) {
    ContextPointer context = makeContext(threads);
    for (int i = 0; i < 20000; ++i) {
      Counts counts(3);
      counts.run(userContext(context));
      counts.expectEachOnce();
    }
  }
}

TEST(ThreadPoolTest, wakesSleepingWorkers) {
  ContextPointer context = makeContext(4);
  for (int i = 0; i < 20; ++i) {
    Counts counts(64);
    counts.run(userContext(context));
    counts.expectEachOnce();
    std::this_thread::sleep_for(std::chrono::milliseconds(i % 3)); // longer than any spinning
  }
}

TEST(ThreadPoolTest, nestedLoopsRunOnTheirThread) {
  struct Outer {
    std::atomic<int> inner{0};
    static int task(void *userContext, int, uint8_t *closure) {
      Counts counts(10);
      int status = counts.run(userContext);
      for (auto &seen : counts.seen)
        status |= seen.load() != 1;
      reinterpret_cast<Outer *>(closure)->inner += 10;
      return status;
    }
  };
  ContextPointer context = makeContext(4);
  for (int i = 0; i < 200; ++i) {
    Outer outer;
    EXPECT_EQ(halide_do_par_for(userContext(context), Outer::task, 0, 33,
                                reinterpret_cast<uint8_t *>(&outer)),
              0);
    EXPECT_EQ(outer.inner.load(), 330);
  }
}

TEST(ThreadPoolTest, returnsAFailure) {
  auto task = [](void *, int index, uint8_t *) { return index == 500 ? 42 : 0; };
  for (int threads : {1, 2, 5}) {
    ContextPointer context = makeContext(threads);
    EXPECT_EQ(halide_do_par_for(userContext(context), task, 0, 1000, nullptr), 42);
    Counts counts(50); // and the pool still works
    EXPECT_EQ(counts.run(userContext(context)), 0);
    counts.expectEachOnce();
  }
}

TEST(ThreadPoolTest, contextsInTwoThreads) {
  auto work = [](ContextPointer context) {
    for (int i = 0; i < 2000; ++i) {
      Counts counts(20);
      counts.run(userContext(context));
      counts.expectEachOnce();
    }
  };
  std::thread first(work, makeContext(2)), second(work, makeContext(3));
  first.join();
  second.join();
}

TEST(ThreadPoolTest, sharedWorkers) {
  ContextPointer donor = makeContext(3);
  dlc_options options = {};
  options.size = sizeof(options);
  options.share = donor.get();
  ContextPointer guest(dlcrt_context_create(&options));
  ASSERT_TRUE(guest);
  EXPECT_EQ(guest->pool, donor->pool);
  auto work = [](const ContextPointer &context) {
    for (int i = 0; i < 2000; ++i) {
      Counts counts(20);
      counts.run(userContext(context));
      counts.expectEachOnce();
    }
  };
  std::thread other([&] { work(guest); });
  work(donor);
  other.join();
  donor.reset(); // the guest keeps the workers
  work(guest);
}

TEST(ThreadPoolTest, callersPool) {
  struct Pool {
    int calls = 0;
    static int parallelFor(void *pool, int (*task)(void *, int), void *closure, int begin,
                           int count) {
      ++static_cast<Pool *>(pool)->calls;
      std::atomic<int> next{begin}, status{0};
      auto work = [&] {
        for (int i = next++; i < begin + count; i = next++)
          if (int failed = task(closure, i))
            status = failed;
      };
      std::thread one(work), two(work);
      work();
      one.join();
      two.join();
      return status;
    }
  } pool;
  for (int threads : {0, 3}) {
    dlc_options options = {};
    options.size = sizeof(options);
    options.threads = threads;
    options.parallel_for = Pool::parallelFor;
    options.pool = &pool;
    ContextPointer context(dlcrt_context_create(&options));
    ASSERT_TRUE(context);
    for (int count : {2, 100, 1000}) {
      Counts counts(count);
      EXPECT_EQ(counts.run(userContext(context)), 0);
      counts.expectEachOnce();
    }
    std::vector<float> b = {1, 2, 3};
    dlc_tensor input = matrix(b, 1, 3);
    EXPECT_EQ(dlcrt_run(context.get(), &input, 1, nullptr, 0, Fail), DLC_ERROR_EXECUTION);
    EXPECT_STREQ(dlcrt_last_error(context.get()), "index 7 is out of range");
  }
  EXPECT_EQ(pool.calls, 8);
}

TEST(ThreadPoolTest, aBusyContextRefusesASecondThread) {
  ContextPointer context = makeContext(1);
  context->busy = 1; // as inside of a run
  dlc_tensor loss = {};
  EXPECT_EQ(dlcrt_run(context.get(), nullptr, 0, &loss, 1, TrainStep), DLC_ERROR_BUSY);
  context->busy = 0;
  EXPECT_EQ(dlcrt_run(context.get(), nullptr, 0, &loss, 1, TrainStep), DLC_OK);
}

TEST(ThreadPoolTest, availableCoresIsPositive) { EXPECT_GE(dlcrt::availableCores(), 1); }
