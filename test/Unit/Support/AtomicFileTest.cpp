// Files are whole or absent, and nothing is left behind.
#include "dlc/Support/AtomicFile.h"
#include "dlc/Support/Temporaries.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace dlc;
namespace fs = std::filesystem;

namespace {

class AtomicFileTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_TRUE(temporary);
    folder = temporary->path();
  }

  std::string path(const char *name) const { return (folder / name).string(); }
  long entries() const {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  }

  Expected<TemporaryFolder> temporary = TemporaryFolder::create("atomic");
  fs::path folder;
};

} // namespace

TEST_F(AtomicFileTest, WritesWhole) {
  std::string content(100'003, 'x');
  ASSERT_TRUE(writeFileAtomically(path("a"), content));
  auto read = readFile(path("a"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, content);
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicFileTest, AbandonedLeavesTheOldFile) {
  ASSERT_TRUE(writeFileAtomically(path("a"), "old"));
  {
    auto file = AtomicFile::create(path("a"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("half of the new"));
    AtomicFile moved = std::move(*file);
  }
  EXPECT_EQ(*readFile(path("a")), "old");
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicFileTest, CommitsWhatAToolPutInPlace) {
  auto file = AtomicFile::create(path("a"));
  ASSERT_TRUE(file);
  fs::remove(file->temporaryPath());
  std::ofstream(file->temporaryPath()) << "linked";
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(*readFile(path("a")), "linked");
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicFileTest, NamesTheFileThatCannotBeWritten) {
  Status status = writeFileAtomically(path("no/such/folder"), "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ExitCode::BadInput);
  EXPECT_NE(status.error().message.find("no/such/folder"), std::string::npos);
}

TEST_F(AtomicFileTest, CommitOntoAFolderFailsClean) {
  fs::create_directory(path("dir"));
  EXPECT_FALSE(writeFileAtomically(path("dir"), "x"));
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicFileTest, ReadStopsAtTheLimit) {
  ASSERT_TRUE(writeFileAtomically(path("a"), "12345"));
  EXPECT_TRUE(readFile(path("a"), 5));
  EXPECT_FALSE(readFile(path("a"), 4));
  EXPECT_FALSE(readFile(path("missing")));
  EXPECT_FALSE(readFile(folder.string()));
}

TEST_F(AtomicFileTest, MapsFiles) {
  ASSERT_TRUE(writeFileAtomically(path("a"), "mapped"));
  ASSERT_TRUE(writeFileAtomically(path("empty"), ""));
  auto file = MappedFile::open(path("a"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->text(), "mapped");
  auto empty = MappedFile::open(path("empty"));
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->bytes().empty());
  EXPECT_FALSE(MappedFile::open(folder.string()));
  EXPECT_FALSE(MappedFile::open("/dev/zero"));
}
