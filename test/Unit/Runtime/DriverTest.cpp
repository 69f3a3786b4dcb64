// What every driver of a device must hold to, on the machine's device of each kind.
#include "../../../lib/Runtime/Device/Device.h"
#include "FakeModel.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

using namespace dlcrt;

/// A test's list names the driver, not its address.
static void PrintTo(const dlcrt_driver *driver, std::ostream *stream) { *stream << driver->name; }

namespace {

using Bytes = std::vector<uint8_t>;

Bytes numbered(size_t count, uint8_t first) {
  Bytes bytes(count);
  for (size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<uint8_t>(first + i * 7);
  return bytes;
}

class DriverTest : public testing::TestWithParam<const dlcrt_driver *> {
protected:
  void SetUp() override {
    dlc_options options = {};
    options.size = sizeof(options);
    options.threads = 1;
    context.reset(dlcrt_context_create(&options));
    ASSERT_TRUE(context);
    device.context = context.get();
    device.driver = GetParam();
  }

  void TearDown() override {
    if (device.state)
      device.driver->close(device);
  }

  bool open() { return device.driver->open(device, 0); }

  uint8_t *allocate(uint64_t bytes) {
    auto *memory = static_cast<uint8_t *>(device.driver->allocate(device, bytes));
    EXPECT_TRUE(memory) << dlcrt_last_error(context.get());
    return memory;
  }
  Bytes read(const uint8_t *memory, size_t count) {
    Bytes bytes(count);
    EXPECT_TRUE(device.driver->download(device, bytes.data(), memory, count));
    EXPECT_TRUE(device.driver->finish(device)) << dlcrt_last_error(context.get());
    return bytes;
  }
  void write(uint8_t *memory, const Bytes &bytes) {
    EXPECT_TRUE(device.driver->upload(device, memory, bytes.data(), bytes.size()));
  }

  fake::ContextPointer context;
  Device device = {};
};

/// Whether there is none here; why is in the context's error.
#define SKIP_WITHOUT_DEVICE()                                                                      \
  if (!open())                                                                                     \
  GTEST_SKIP() << dlcrt_last_error(context.get())

TEST_P(DriverTest, movesAnyNumberOfBytesAnywhere) {
  SKIP_WITHOUT_DEVICE();
  for (size_t count :
       {size_t(1), size_t(3), size_t(4), size_t(255), size_t(257), (size_t(9) << 20) + 5}) {
    uint8_t *memory = allocate(count + 300);
    for (size_t place : {0, 1, 257}) {
      const Bytes bytes = numbered(count, static_cast<uint8_t>(place));
      write(memory + place, bytes);
      EXPECT_EQ(read(memory + place, count), bytes) << count << " at " << place;
    }
    device.driver->release(device, memory);
  }
}

TEST_P(DriverTest, clearsWhatItIsAskedToAndNoMore) {
  SKIP_WITHOUT_DEVICE();
  uint8_t *memory = allocate(64);
  for (size_t begin : {0, 1, 4, 6})
    for (size_t end : {8, 9, 31, 64}) {
      Bytes expected = numbered(64, 1);
      write(memory, expected);
      EXPECT_TRUE(device.driver->clear(device, memory + begin, end - begin));
      std::memset(expected.data() + begin, 0, end - begin);
      EXPECT_EQ(read(memory, 64), expected) << begin << " to " << end;
    }
  device.driver->release(device, memory);
}

TEST_P(DriverTest, worksInOrder) {
  SKIP_WITHOUT_DEVICE();
  uint8_t *from = allocate(1000), *to = allocate(1000);
  const Bytes first = numbered(1000, 1), second = numbered(1000, 2);
  // Many commands, each on what the one before left.
  for (int turn = 0; turn < 300; ++turn) {
    write(from, turn % 2 ? second : first);
    EXPECT_TRUE(device.driver->copy(device, to + turn % 3, from, 997));
    EXPECT_TRUE(device.driver->clear(device, from, 1000));
  }
  Bytes expected = second; // of the turn 299, at 299 % 3
  expected.resize(997);
  EXPECT_EQ(read(to + 2, 997), expected);
  EXPECT_EQ(read(from, 1000), Bytes(1000));
  device.driver->release(device, from);
  device.driver->release(device, to);
}

TEST_P(DriverTest, tellsWhichDeviceIsMissing) {
  EXPECT_FALSE(device.driver->open(device, 99));
  const std::string error = dlcrt_last_error(context.get());
  EXPECT_EQ(error.find(std::string(device.driver->name) + ": "), 0u) << error;
}

INSTANTIATE_TEST_SUITE_P(All, DriverTest,
                         testing::Values(&dlcrt_opencl_driver, &dlcrt_cuda_driver,
                                         &dlcrt_vulkan_driver),
                         [](const auto &info) { return std::string(info.param->name); });

} // namespace
