// The half that stays: starts the child process, waits for it, and believes nothing of what it
// left.
#include "VariableStream.h"
#include "Variables.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::keras;

//===-- The child process ------------------------------------------------------------------===//

/// Bytes of address space that this process has, or 0 where that is not known.
static uint64_t addressSpace() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

static void limit(decltype(RLIMIT_AS) resource, uint64_t value) {
  rlimit limits{value, value};
  setrlimit(resource, &limits);
}

/// Never returns.
[[noreturn]] static void runChild(int input, uint64_t inputBytes, int output, uint64_t mostOutput) {
  constexpr uint64_t secondsOfCPU = 120, spareMemory = 256 << 20, spareFiles = 8;
  if (uint64_t now = addressSpace())
    limit(RLIMIT_AS, now + spareMemory + 2 * inputBytes + mostOutput);
  limit(RLIMIT_CPU, secondsOfCPU);
  limit(RLIMIT_FSIZE, mostOutput);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, static_cast<uint64_t>(std::max(input, output)) + spareFiles);
  // Beyond RLIMIT_FSIZE a write is to fail, not to kill.
  signal(SIGXFSZ, SIG_IGN);
  int status = 1;
  try {
    streamVariables(input, inputBytes, output);
    status = 0;
  } catch (...) {
  }
  _exit(status);
}

/// How the child ended, where that was not as it should; empty otherwise.
static std::string waitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return "the process that reads it was lost";
  if (WIFSIGNALED(status))
    return std::string("the HDF5 library failed on it (") + strsignal(WTERMSIG(status)) +
           "); the file is damaged";
  return WEXITSTATUS(status) == 0
             ? std::string()
             : "needs more memory than its size allows for; the file is damaged";
}

//===-- Records ----------------------------------------------------------------------------===//

namespace {

/// Takes records from bytes that may hold anything.
class StreamParser {
public:
  StreamParser(std::shared_ptr<std::byte[]> bytes, uint64_t size)
      : bytes(std::move(bytes)), size(size) {}

  /// False at the end, or where the records break off.
  bool next();
  RecordHead head;
  std::string path;
  std::string text;
  Shape shape;
  /// The record's data, as a tensor where the record is one; null where they do not agree.
  std::optional<Tensor> tensor() const;

private:
  bool take(void *into, uint64_t count) {
    if (count > size - at)
      return false;
    std::copy_n(bytes.get() + at, count, static_cast<std::byte *>(into));
    at += count;
    return true;
  }
  bool takeText(std::string &into, uint32_t count) {
    if (count > size - at)
      return false;
    into.assign(reinterpret_cast<const char *>(bytes.get()) + at, count);
    at += count;
    return true;
  }
  bool align() {
    at += -at % streamAlignment;
    return at <= size;
  }

  std::shared_ptr<std::byte[]> bytes;
  uint64_t size;
  uint64_t at = 0;
  uint64_t dataAt = 0;
};

} // namespace

bool StreamParser::next() {
  constexpr uint32_t maxRank = 32;
  if (!take(&head, sizeof(head)) || head.rank > maxRank)
    return false;
  shape.assign(head.rank, 0);
  if (!take(shape.data(), head.rank * sizeof(int64_t)) || !takeText(path, head.pathBytes) ||
      !takeText(text, head.textBytes) || !align() || head.dataBytes > size - at)
    return false;
  dataAt = at;
  at += head.dataBytes;
  return align();
}

std::optional<Tensor> StreamParser::tensor() const {
  std::optional<int64_t> elements = elementCount(shape);
  if (head.code > static_cast<uint32_t>(DType::Bool) || !elements)
    return std::nullopt;
  DType dtype = static_cast<DType>(head.code);
  if (static_cast<uint64_t>(*elements) != head.dataBytes / byteWidth(dtype) ||
      head.dataBytes % byteWidth(dtype) != 0)
    return std::nullopt;
  return Tensor::adopt(dtype, shape, {bytes, bytes.get() + dataAt});
}

Expected<Variables> keras::parseStream(std::shared_ptr<std::byte[]> bytes, uint64_t size,
                                       const std::string &what) {
  StreamParser records(std::move(bytes), size);
  Variables variables;
  auto broken = [&] { return badInput(what + ": the HDF5 library could not read it to its end"); };
  while (records.next()) {
    switch (records.head.kind) {
    case RecordKind::End:
      return variables;
    case RecordKind::Error: {
      bool known = records.head.code == static_cast<uint32_t>(ExitCode::Unsupported);
      return Error{known ? ExitCode::Unsupported : ExitCode::BadInput, what + ": " + records.text};
    }
    case RecordKind::Group:
      variables.groups[records.path] = records.text;
      break;
    case RecordKind::Tensor: {
      std::optional<Tensor> tensor = records.tensor();
      if (!tensor)
        return broken();
      variables.tensors.emplace(records.path, std::move(*tensor));
      break;
    }
    default:
      return broken();
    }
  }
  return broken();
}

//===-- Entry ------------------------------------------------------------------------------===//

namespace {

/// A file without a name, for as long as this lives.
struct Scratch {
  Scratch() : descriptor(memfd_create("dlc-variables", MFD_CLOEXEC)) {}
  ~Scratch() {
    if (descriptor >= 0)
      close(descriptor);
  }
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;
  int descriptor;
};

} // namespace

/// The whole of `descriptor` in memory; null where there is nothing.
static std::shared_ptr<std::byte[]> mapped(int descriptor, uint64_t size) {
  void *memory = size == 0
                     ? MAP_FAILED
                     : mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
  if (memory == MAP_FAILED)
    return nullptr;
  return {static_cast<std::byte *>(memory), [size](std::byte *begin) { munmap(begin, size); }};
}

Expected<Variables> keras::readVariables(int descriptor, uint64_t bytes, const std::string &what) {
  // What datasets may expand to is theirs to check; this bounds a library that has lost its way.
  constexpr uint64_t mostBytes = uint64_t(8) << 30, spare = 16 << 20;
  uint64_t mostOutput = std::min(mostBytes, 100 * bytes + spare);
  Scratch records;
  if (records.descriptor < 0)
    return internalError(what + ": cannot make a file in memory: " + std::strerror(errno));
  pid_t child = fork();
  if (child < 0)
    return internalError(what + ": cannot start a process to read it: " + std::strerror(errno));
  if (child == 0)
    runChild(descriptor, bytes, records.descriptor, mostOutput);
  if (std::string problem = waitFor(child); !problem.empty())
    return badInput(what + ": " + problem);
  off_t size = lseek(records.descriptor, 0, SEEK_END);
  std::shared_ptr<std::byte[]> content =
      mapped(records.descriptor, size < 0 ? 0 : static_cast<uint64_t>(size));
  if (!content)
    return badInput(what + ": the HDF5 library found nothing in it");
  return parseStream(std::move(content), static_cast<uint64_t>(size), what);
}
