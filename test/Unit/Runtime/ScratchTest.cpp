// Scratch memory: alignment, order of frees, and no malloc once the demand is known.
#include "../../../lib/Runtime/Scratch.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

using dlcrt::ScratchStack;

namespace {
struct Owned : ScratchStack {
  Owned() : ScratchStack() {}
  ~Owned() { destroy(); }
};
bool aligned(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer) % 128 == 0; }
} // namespace

TEST(ScratchTest, settlesIntoOneBlock) {
  Owned stack;
  void *firstRound[2], *secondRound[2], *thirdRound[2];
  for (void **round : {firstRound, secondRound, thirdRound}) {
    round[0] = stack.allocate(1000);
    round[1] = stack.allocate(300000);
    ASSERT_TRUE(round[0] && round[1]);
    EXPECT_TRUE(aligned(round[0]) && aligned(round[1]));
    stack.release(round[1]);
    stack.release(round[0]);
  }
  EXPECT_EQ(secondRound[0], thirdRound[0]);
  EXPECT_EQ(secondRound[1], thirdRound[1]);
  EXPECT_EQ(static_cast<char *>(thirdRound[1]) - static_cast<char *>(thirdRound[0]), 1024 + 128);
}

TEST(ScratchTest, freesInAnyOrderKeepContents) {
  Owned stack;
  std::mt19937 random(7);
  struct Live {
    unsigned char *data;
    size_t size;
    unsigned char fill;
  };
  std::vector<Live> live;
  for (int step = 0; step < 20000; ++step) {
    if (live.size() < 20 && random() % 2) {
      size_t size = random() % 5000;
      auto *data = static_cast<unsigned char *>(stack.allocate(size));
      ASSERT_TRUE(data);
      ASSERT_TRUE(aligned(data));
      auto fill = static_cast<unsigned char>(step);
      memset(data, fill, size);
      live.push_back({data, size, fill});
    } else if (!live.empty()) {
      size_t at = random() % live.size();
      for (size_t i = 0; i < live[at].size; ++i)
        ASSERT_EQ(live[at].data[i], live[at].fill);
      stack.release(live[at].data);
      live.erase(live.begin() + static_cast<long>(at));
    }
  }
  for (Live &entry : live)
    stack.release(entry.data);
  stack.release(nullptr);
}

TEST(ScratchTest, refusesAbsurdSizes) {
  Owned stack;
  EXPECT_EQ(stack.allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(stack.allocate(SIZE_MAX / 2), nullptr);
  EXPECT_EQ(dlcrt::allocateBlock(SIZE_MAX), nullptr);
  void *fine = stack.allocate(10);
  EXPECT_TRUE(fine);
  stack.release(fine);
}
