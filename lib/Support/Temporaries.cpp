// A list of what is temporary, and a thread that empties it when a signal comes: a handler itself
// may neither allocate nor take locks.
#include "dlc/Support/Temporaries.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

using namespace dlc;

namespace {

struct TemporaryPaths {
  std::mutex mutex;
  std::map<std::string, pid_t> paths; ///< with the process that made it: a fork owns none
};

} // namespace

/// Never destroyed: a signal may come while the process ends.
static TemporaryPaths &temporaries() {
  static auto *list = new TemporaryPaths;
  return *list;
}

void dlc::noteTemporary(const std::string &path) {
  std::lock_guard lock(temporaries().mutex);
  temporaries().paths[path] = ::getpid();
}

void dlc::forgetTemporary(const std::string &path) {
  std::lock_guard lock(temporaries().mutex);
  temporaries().paths.erase(path);
}

//===-- Folders ----------------------------------------------------------------------------===//

Expected<TemporaryFolder> TemporaryFolder::create(const std::string &purpose) {
  std::error_code error;
  std::filesystem::path base = std::filesystem::temp_directory_path(error);
  std::string pattern = (base / ("dlc-" + purpose + "-XXXXXX")).string();
  // Under the lock: a signal finds it noted, or finds the process waiting here.
  std::lock_guard lock(temporaries().mutex);
  if (error || !::mkdtemp(pattern.data()))
    return badInput("cannot create a folder for temporary files; set TMPDIR");
  temporaries().paths[pattern] = ::getpid();
  return TemporaryFolder(std::move(pattern));
}

TemporaryFolder::TemporaryFolder(TemporaryFolder &&other) noexcept
    : folder(std::exchange(other.folder, {})) {}

TemporaryFolder::~TemporaryFolder() {
  if (folder.empty())
    return;
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  forgetTemporary(folder);
}

//===-- Signals ----------------------------------------------------------------------------===//

/// The end of a pipe that the handler writes to.
static int wakingEnd = -1;

static void passToThread(int signal) {
  auto byte = static_cast<unsigned char>(signal);
  int before = errno;
  // A pipe that is full holds a signal already.
  [[maybe_unused]] ssize_t written = ::write(wakingEnd, &byte, 1);
  errno = before;
}

void dlc::endBySignal(int signal) {
  // The lock is kept: nothing is noted any more, so nothing is left.
  temporaries().mutex.lock();
  for (const auto &[path, owner] : temporaries().paths) {
    std::error_code ignored;
    if (owner == ::getpid())
      std::filesystem::remove_all(path, ignored);
  }
  std::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
  ::_exit(128 + signal); // where the signal is blocked
}

void dlc::removeTemporariesOnSignals() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return;
  wakingEnd = ends[1];
  std::thread([end = ends[0]] {
    unsigned char signal = 0;
    while (::read(end, &signal, 1) != 1) {
    }
    endBySignal(signal);
  }).detach();
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action{};
    struct sigaction before{};
    action.sa_handler = passToThread;
    action.sa_flags = SA_RESTART;
    // What the caller ignores (nohup) stays ignored.
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
      sigaction(signal, &action, nullptr);
  }
}
