// Whole-or-absent files on POSIX: a temporary in the destination's folder, fsync, rename.
#include "dlc/Support/AtomicFile.h"

#include "dlc/Support/Temporaries.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

using namespace dlc;

namespace {

Error systemError(const std::string &path, const char *action) {
  int reason = errno;
  return badInput(path + ": cannot " + action + ": " + std::strerror(reason));
}

/// Closes a descriptor at the end of a scope.
struct ScopedDescriptor {
  int value;
  ~ScopedDescriptor() {
    if (value >= 0)
      ::close(value);
  }
};

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes a rename durable. A file system that cannot sync a folder is no reason to fail.
void syncFolder(const std::string &folder) {
  ScopedDescriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor.value >= 0)
    (void)::fsync(descriptor.value);
}

Expected<size_t> regularFileSize(int descriptor, const std::string &path) {
  struct stat info;
  if (::fstat(descriptor, &info) != 0)
    return systemError(path, "read");
  if (!S_ISREG(info.st_mode))
    return badInput(path + ": expected a regular file");
  return static_cast<size_t>(info.st_size);
}

} // namespace

AtomicFile::AtomicFile(std::string destination, std::string temporary, int descriptor)
    : destination(std::move(destination)), temporary(std::move(temporary)), descriptor(descriptor) {
}

AtomicFile::AtomicFile(AtomicFile &&other) noexcept
    : destination(std::move(other.destination)), temporary(std::exchange(other.temporary, {})),
      descriptor(std::exchange(other.descriptor, -1)) {}

AtomicFile::~AtomicFile() {
  if (descriptor >= 0)
    ::close(descriptor);
  if (temporary.empty())
    return;
  ::unlink(temporary.c_str());
  forgetTemporary(temporary);
}

/// Where a file under `path` shall lie: behind links. Fails where something else than a file is
/// there.
static Expected<std::string> destinationOf(const std::string &path) {
  std::error_code ignored;
  std::filesystem::path target(path);
  if (std::filesystem::is_symlink(target, ignored))
    target = std::filesystem::weakly_canonical(target, ignored);
  std::filesystem::file_status status = std::filesystem::status(target, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return badInput(path + ": cannot create: there is something that is no regular file");
  return target.empty() ? path : target.string();
}

Expected<AtomicFile> AtomicFile::create(std::string path, unsigned mode) {
  Expected<std::string> found = destinationOf(path);
  if (!found)
    return found.error();
  path = std::move(*found);
  static std::atomic<unsigned> serial{0};
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::string temporary = path + ".tmp-" + std::to_string(::getpid()) + "-" +
                            std::to_string(serial.fetch_add(1, std::memory_order_relaxed));
    noteTemporary(temporary);
    int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor >= 0)
      return AtomicFile(std::move(path), std::move(temporary), descriptor);
    forgetTemporary(temporary);
    if (errno != EEXIST)
      break;
  }
  return systemError(path, "create");
}

Status AtomicFile::write(std::string_view data) {
  while (!data.empty()) {
    ssize_t written = ::write(descriptor, data.data(), data.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return systemError(destination, "write");
    data.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Status AtomicFile::write(std::span<const std::byte> data) {
  return write(std::string_view(reinterpret_cast<const char *>(data.data()), data.size()));
}

Status AtomicFile::commit(bool durable) {
  // A tool may have replaced the file behind our descriptor: sync what the path names now.
  ScopedDescriptor current{::open(temporary.c_str(), O_RDONLY | O_CLOEXEC)};
  if (current.value < 0 || (durable && ::fsync(current.value) != 0))
    return systemError(destination, "write");
  if (::close(std::exchange(descriptor, -1)) != 0)
    return systemError(destination, "write");
  if (::rename(temporary.c_str(), destination.c_str()) != 0)
    return systemError(destination, "replace");
  forgetTemporary(temporary);
  temporary.clear();
  if (durable)
    syncFolder(folderOf(destination));
  return {};
}

Status dlc::writeFileAtomically(const std::string &path, std::string_view data) {
  auto file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Status written = file->write(data); !written)
    return written;
  return file->commit();
}

Expected<std::string> dlc::readFile(const std::string &path, uint64_t limit) {
  ScopedDescriptor descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (descriptor.value < 0)
    return systemError(path, "open");
  std::string content;
  struct stat info;
  if (::fstat(descriptor.value, &info) == 0 && S_ISREG(info.st_mode) &&
      static_cast<uint64_t>(info.st_size) <= limit)
    content.reserve(static_cast<size_t>(info.st_size));
  char buffer[1 << 16];
  while (true) {
    ssize_t got = ::read(descriptor.value, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return systemError(path, "read");
    if (got == 0)
      return content;
    if (static_cast<uint64_t>(got) > limit - content.size())
      return badInput(path + ": expected at most " + std::to_string(limit) + " bytes");
    content.append(buffer, static_cast<size_t>(got));
  }
}

Expected<MappedFile> MappedFile::open(const std::string &path) {
  ScopedDescriptor descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (descriptor.value < 0)
    return systemError(path, "open");
  auto size = regularFileSize(descriptor.value, path);
  if (!size)
    return size.error();
  MappedFile file;
  if (*size == 0)
    return file;
  void *address = ::mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, descriptor.value, 0);
  if (address == MAP_FAILED)
    return systemError(path, "map");
  file.data = static_cast<const std::byte *>(address);
  file.size = *size;
  return file;
}

MappedFile::MappedFile(MappedFile &&other) noexcept
    : data(std::exchange(other.data, nullptr)), size(std::exchange(other.size, 0)) {}

MappedFile &MappedFile::operator=(MappedFile &&other) noexcept {
  std::swap(data, other.data);
  std::swap(size, other.size);
  return *this;
}

MappedFile::~MappedFile() {
  if (data)
    ::munmap(const_cast<std::byte *>(data), size);
}
