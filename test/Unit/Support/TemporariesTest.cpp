// Nothing is left behind, however the process ends.
#include "dlc/Support/Temporaries.h"
#include "dlc/Support/AtomicFile.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlc;
namespace fs = std::filesystem;

TEST(TemporariesTest, FolderGoesWithItsObject) {
  std::string path;
  {
    auto folder = TemporaryFolder::create("test");
    ASSERT_TRUE(folder);
    TemporaryFolder moved = std::move(*folder);
    path = moved.path();
    std::ofstream(moved / "file") << "x";
    EXPECT_TRUE(fs::exists(moved / "file"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporariesTest, NoFolderWhereThereIsNoPlace) {
  const char *before = std::getenv("TMPDIR");
  std::string kept = before ? before : "";
  ::setenv("TMPDIR", "/nowhere/at/all", 1);
  auto folder = TemporaryFolder::create("test");
  before ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ExitCode::BadInput);
}

/// A child that holds a folder, a file in it and a file under construction, and waits for `signal`.
static void holdTemporaries(const std::string &output, int ready) {
  removeTemporariesOnSignals();
  auto folder = TemporaryFolder::create("test");
  auto file = AtomicFile::create(output);
  std::ofstream(*folder / "file") << "x";
  std::string path = folder->path() + "\n";
  if (::write(ready, path.data(), path.size()) < 0)
    ::_exit(1);
  for (;;)
    ::pause();
}

TEST(TemporariesTest, SignalsRemoveThem) {
  auto outputs = TemporaryFolder::create("test");
  ASSERT_TRUE(outputs);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    pid_t child = ::fork();
    if (child == 0)
      holdTemporaries(*outputs / "model.so", ends[1]);
    std::string path;
    for (char next = 0; ::read(ends[0], &next, 1) == 1 && next != '\n';)
      path += next;
    EXPECT_TRUE(fs::exists(path));
    EXPECT_FALSE(fs::is_empty(outputs->path()));
    ::kill(child, signal);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_FALSE(fs::exists(path));
    EXPECT_TRUE(fs::is_empty(outputs->path()));
    ::close(ends[0]);
    ::close(ends[1]);
  }
}

TEST(TemporariesTest, AnIgnoredSignalStaysIgnored) {
  pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGHUP, SIG_IGN);
    removeTemporariesOnSignals();
    ::raise(SIGHUP);
    ::usleep(50'000);
    ::_exit(7);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}
