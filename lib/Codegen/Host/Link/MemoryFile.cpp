// Files in memory; see MemoryFile.h.
#include "MemoryFile.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

using namespace dlc;
using namespace dlc::host;

static Error failure(const char *what) {
  return {ExitCode::Internal,
          std::string("cannot ") + what + " a file in memory: " + std::strerror(errno)};
}

Expected<MemoryFile> MemoryFile::create() {
  int file = memfd_create("dlc-link", MFD_CLOEXEC);
  if (file < 0)
    return failure("create");
  return MemoryFile(file);
}

Expected<MemoryFile> MemoryFile::create(std::string_view content) {
  Expected<MemoryFile> memory = create();
  if (!memory)
    return memory;
  while (!content.empty()) {
    ssize_t written = write(memory->file, content.data(), content.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return failure("write");
    content.remove_prefix(static_cast<size_t>(written));
  }
  return memory;
}

MemoryFile::MemoryFile(MemoryFile &&other) noexcept : file(std::exchange(other.file, -1)) {}

MemoryFile &MemoryFile::operator=(MemoryFile &&other) noexcept {
  std::swap(file, other.file);
  return *this;
}

MemoryFile::~MemoryFile() {
  if (file >= 0)
    close(file);
}

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(file); }
