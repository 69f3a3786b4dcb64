// Files that are whole or absent. A killed compile leaves the old file or the new one, and two
// processes that write the same path leave one of the two, never a mixture.
#ifndef DLC_SUPPORT_ATOMICFILE_H
#define DLC_SUPPORT_ATOMICFILE_H

#include "dlc/Support/Error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dlc {

/// A file under construction: a temporary beside its destination, removed unless committed.
/// Not safe for use from two threads at once.
class AtomicFile {
public:
  /// Creates the temporary. Fails (BadInput) where the folder does not exist or is not writable.
  /// `mode` is subject to the umask, as for open(2).
  static Expected<AtomicFile> create(std::string path, unsigned mode = 0644);

  AtomicFile(AtomicFile &&other) noexcept;
  AtomicFile &operator=(AtomicFile &&) = delete;
  ~AtomicFile();

  /// Appends `data`. After a failure only destruction is meaningful.
  Status write(std::string_view data);
  Status write(std::span<const std::byte> data);
  /// The temporary's path, for tools that write it themselves (a linker); it exists and is empty.
  const std::string &temporaryPath() const { return temporary; }
  /// fsync, rename to the destination. Also right where another tool replaced the temporary.
  /// Without `durable` no fsync: whole for every process that looks, not for the disk after a power
  /// failure; for large files that can be made again.
  Status commit(bool durable = true);

private:
  AtomicFile(std::string destination, std::string temporary, int descriptor);

  std::string destination;
  std::string temporary;
  int descriptor;
};

/// Writes `data` to `path` through an AtomicFile.
Status writeFileAtomically(const std::string &path, std::string_view data);

/// The whole of `path`. Fails (BadInput) where it cannot be read or is larger than `limit` bytes.
Expected<std::string> readFile(const std::string &path, uint64_t limit = UINT64_MAX);

/// Read-only mapping of a regular file, for weights that need not be copied.
class MappedFile {
public:
  static Expected<MappedFile> open(const std::string &path);

  MappedFile() = default;
  MappedFile(MappedFile &&other) noexcept;
  MappedFile &operator=(MappedFile &&other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data, size}; }
  std::string_view text() const { return {reinterpret_cast<const char *>(data), size}; }

private:
  const std::byte *data = nullptr;
  size_t size = 0;
};

} // namespace dlc

#endif // DLC_SUPPORT_ATOMICFILE_H
