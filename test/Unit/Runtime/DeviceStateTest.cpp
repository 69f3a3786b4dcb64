// The state of a model on a device: where it is between runs, and who sees what was written.
#include "../../../lib/Runtime/Device/Device.h"
#include "FakeModel.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

using namespace dlcrt;

namespace {

/// A device whose memory is the host's.
struct FakeDriver {
  static inline int uploads = 0, downloads = 0;

  static dlcrt_driver table() {
    dlcrt_driver driver = {};
    driver.name = "fake";
    driver.open = [](Device &device, int32_t) {
      device.state = &device; // closeDevice asks whether it was opened
      return true;
    };
    driver.close = [](Device &) {};
    driver.allocate = [](Device &, uint64_t bytes) { return std::malloc(bytes); };
    driver.release = [](Device &, void *memory) { std::free(memory); };
    driver.upload = [](Device &, void *to, const void *from, uint64_t bytes) {
      ++uploads;
      std::memcpy(to, from, bytes);
      return true;
    };
    driver.download = [](Device &, void *to, const void *from, uint64_t bytes) {
      ++downloads;
      std::memcpy(to, from, bytes);
      return true;
    };
    driver.finish = [](Device &) { return true; };
    return driver;
  }
};

/// Runs that add to the one number of the fake model's state.
class DeviceStateTest : public testing::Test {
protected:
  void create(float *state) {
    dlc_options options = {};
    options.size = sizeof(options);
    options.threads = 1;
    options.state = state;
    context.reset(dlcrt_context_create(&options));
    ASSERT_TRUE(context);
    FakeDriver::uploads = FakeDriver::downloads = 0;
  }

  /// The number as the device has it after adding `term`.
  float add(float term) {
    dlcrt_call call = {};
    call.context = &context->slots[0];
    dlcrt_device_memory memory = {};
    EXPECT_EQ(dlcrt_device_begin(&call, &driver, 64, &memory), DLC_OK);
    auto &number = *reinterpret_cast<float *>(memory.state);
    number += term;
    float result = number;
    EXPECT_EQ(dlcrt_device_end(&call), DLC_OK);
    return result;
  }

  float &number() { return *static_cast<float *>(dlcrt_state(context.get())); }

  const dlcrt_driver driver = FakeDriver::table();
  fake::ContextPointer context;
};

TEST_F(DeviceStateTest, staysWhileNobodyKnowsItsAddress) {
  create(nullptr);
  EXPECT_EQ(add(2), 2);
  int first = FakeDriver::uploads; // constants and the state
  EXPECT_EQ(add(3), 5);
  EXPECT_EQ(FakeDriver::uploads, first);
  EXPECT_EQ(FakeDriver::downloads, 0);
  EXPECT_EQ(number(), 5);
  EXPECT_EQ(FakeDriver::downloads, 1);
}

TEST_F(DeviceStateTest, movesOnceItsAddressIsKnown) {
  create(nullptr);
  EXPECT_EQ(add(2), 2);
  float &known = number();
  known = 10;
  EXPECT_EQ(add(1), 11);
  EXPECT_EQ(known, 11);
  known = 20;
  EXPECT_EQ(add(1), 21);
  EXPECT_EQ(known, 21);
}

TEST_F(DeviceStateTest, ofTheCallersMemoryMovesWithEveryRun) {
  alignas(64) float mine = 4;
  create(&mine);
  EXPECT_EQ(add(1), 5);
  EXPECT_EQ(mine, 5);
  mine = 8;
  EXPECT_EQ(add(1), 9);
  EXPECT_EQ(mine, 9);
}

} // namespace
