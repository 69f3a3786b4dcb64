// External data through openat2, which refuses names that leave the folder in the kernel, free of
// races.
#include "ExternalData.h"
#include "ReadFailure.h"

#include "dlc/Support/CheckedArithmetic.h"

#include "onnx/onnx-ml.pb.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::onnx;

namespace {

class Descriptor {
public:
  explicit Descriptor(int descriptor) : descriptor(descriptor) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (descriptor >= 0)
      ::close(descriptor);
  }
  int get() const { return descriptor; }

private:
  int descriptor;
};

/// TensorProto.external_data, checked.
struct Reference {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

} // namespace

struct ExternalData::Mapping {
  const std::byte *data = nullptr;
  uint64_t size = 0;

  ~Mapping() {
    if (data)
      ::munmap(const_cast<std::byte *>(data), size);
  }
};

static uint64_t parseCount(const std::string &key, const std::string &text,
                           const std::string &what) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > INT64_MAX)
    failRead(what + ": external data: expected a byte count for '" + key + "', found " +
             quoted(text));
  return value;
}

static Reference parseReference(const ::onnx::TensorProto &tensor, const std::string &what) {
  Reference reference;
  std::map<std::string, std::string> entries;
  for (const auto &entry : tensor.external_data())
    if (!entries.emplace(entry.key(), entry.value()).second)
      failRead(what + ": external data: key " + quoted(entry.key()) + " is given twice");
  for (const auto &[key, value] : entries) {
    if (key == "location")
      reference.location = value;
    else if (key == "offset")
      reference.offset = parseCount(key, value, what);
    else if (key == "length")
      reference.length = parseCount(key, value, what);
    else if (key != "checksum")
      failRead(what +
               ": external data: expected the keys location, offset, length, checksum, found " +
               quoted(key));
  }
  if (reference.location.empty() || reference.location.find('\0') != std::string::npos)
    failRead(what + ": external data: expected a file name in 'location', found " +
             quoted(reference.location));
  return reference;
}

std::shared_ptr<const ExternalData::Mapping> ExternalData::open(const std::string &location,
                                                                const std::string &what) {
  auto refuse = [&](const std::string &reason) {
    failRead(what + ": external data file " + quoted(location) + ": " + reason);
  };
  Descriptor directory(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0)
    refuse(std::string("cannot open the model's folder: ") + std::strerror(errno));
  open_how how{};
  // O_NONBLOCK: a FIFO must not hang the compiler; it is refused below.
  how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  Descriptor file(static_cast<int>(
      ::syscall(SYS_openat2, directory.get(), location.c_str(), &how, sizeof(how))));
  if (file.get() < 0 && (errno == EXDEV || errno == ELOOP))
    refuse("expected a file inside the model's folder, found a path that leaves it or a symbolic "
           "link; put the file beside the model");
  if (file.get() < 0)
    refuse(std::string("cannot be opened: ") + std::strerror(errno));

  struct stat status{};
  if (::fstat(file.get(), &status) != 0)
    refuse(std::string("cannot be examined: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    refuse("expected a regular file");
  if (status.st_nlink != 1)
    refuse("expected a file of one name, found a hard link; copy the file");

  auto mapping = std::make_shared<Mapping>();
  mapping->size = static_cast<uint64_t>(status.st_size);
  if (mapping->size == 0)
    return mapping;
  // Private and writable: tensors share these pages, and writing to one must not reach the file.
  void *address =
      ::mmap(nullptr, mapping->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED)
    refuse(std::string("cannot be mapped: ") + std::strerror(errno));
  mapping->data = static_cast<const std::byte *>(address);
  return mapping;
}

ExternalBytes ExternalData::find(const ::onnx::TensorProto &tensor, const std::string &what,
                                 uint64_t expectedBytes) {
  Reference reference = parseReference(tensor, what);
  if (folder.empty())
    failRead(what + ": external data " + quoted(reference.location) +
             " needs a model that is read from a file");
  std::shared_ptr<const Mapping> &mapping = files[reference.location];
  if (!mapping) {
    mapping = open(reference.location, what);
    mappedBytes += mapping->size;
  }
  if (reference.length && *reference.length != expectedBytes)
    failRead(what + ": expected " + std::to_string(expectedBytes) +
             " bytes of external data, found length " + std::to_string(*reference.length));
  std::optional<uint64_t> end = checkedAdd(reference.offset, expectedBytes);
  if (!end || *end > mapping->size)
    failRead(what + ": expected " + std::to_string(expectedBytes) + " bytes at offset " +
             std::to_string(reference.offset) + " of " + quoted(reference.location) +
             ", found a file of " + std::to_string(mapping->size) + " bytes");
  return {{mapping->data + reference.offset, static_cast<size_t>(expectedBytes)}, mapping};
}

void ExternalData::accountCopy(uint64_t bytes, const std::string &what) {
  copiedBytes += bytes;
  if (copiedBytes > 2 * mappedBytes)
    failRead(what +
             ": external data of several tensors overlaps; expected each byte to be used once");
}
