// The file cache: what is stored is found, damage counts as absence, and the bound holds.
#include "dlc/Support/FileCache.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace dlc;
namespace fs = std::filesystem;

namespace {

class FileCacheTest : public testing::Test {
protected:
  FileCacheTest() {
    static int number = 0;
    folder = testing::TempDir() + "dlc-cache-" + std::to_string(getpid()) + "-" +
             std::to_string(number++);
  }
  ~FileCacheTest() override { fs::remove_all(folder); }

  std::vector<fs::path> files() const {
    std::vector<fs::path> paths;
    for (const auto &entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file())
        paths.push_back(entry.path());
    return paths;
  }

  std::string folder;
};

} // namespace

TEST_F(FileCacheTest, FindsWhatWasStored) {
  std::string content("an object\0with zeros", 20);
  {
    FileCache cache(folder);
    EXPECT_FALSE(cache.find(hashBytes("key")));
    cache.store(hashBytes("key"), content);
  }
  FileCache later(folder);
  EXPECT_EQ(later.find(hashBytes("key")), content);
  EXPECT_FALSE(later.find(hashBytes("another key")));
}

TEST_F(FileCacheTest, DamageCountsAsAbsence) {
  FileCache cache(folder);
  cache.store(hashBytes("key"), "content");
  ASSERT_EQ(files().size(), 1u);
  std::ofstream(files()[0], std::ios::app) << "more";
  EXPECT_FALSE(cache.find(hashBytes("key")));
  fs::resize_file(files()[0], 3);
  EXPECT_FALSE(cache.find(hashBytes("key")));
  cache.store(hashBytes("key"), "content");
  EXPECT_EQ(cache.find(hashBytes("key")), "content");
}

TEST_F(FileCacheTest, StaysWithinItsBound) {
  FileCache cache(folder, 10000);
  std::string kilobyte(1000, 'x');
  for (int i = 0; i < 50; ++i) {
    cache.store(hashBytes(std::to_string(i)), kilobyte);
    uint64_t total = 0;
    for (const fs::path &path : files())
      total += fs::file_size(path);
    EXPECT_LE(total, 12000u);
  }
  EXPECT_TRUE(cache.find(hashBytes("49")));
}

TEST_F(FileCacheTest, LeavesFoldersOfOthersAlone) {
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::all);
  FileCache cache(folder);
  cache.store(hashBytes("key"), "content");
  EXPECT_TRUE(files().empty());
  EXPECT_FALSE(cache.find(hashBytes("key")));
}

TEST_F(FileCacheTest, MayBeSharedByThreads) {
  FileCache cache(folder, 100000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        Hash128 key = hashBytes(std::to_string(i));
        std::string content(static_cast<size_t>(1000 + i), 'c');
        cache.store(key, content);
        if (auto found = cache.find(key))
          EXPECT_EQ(*found, content);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}
