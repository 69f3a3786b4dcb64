// Zip archives from people we do not know: what they claim is compared with what is there before
// any memory is asked for.
#ifndef DLC_IMPORT_ZIP_ZIPARCHIVE_H
#define DLC_IMPORT_ZIP_ZIPARCHIVE_H

#include "dlc/Support/Error.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dlc {

/// What an archive's members may be.
struct ZipLimits {
  /// The most bytes of one member, decompressed.
  uint64_t memberBytes = uint64_t(4) << 30;
  /// The most that a member may expand, beyond `allowance` bytes.
  uint64_t expansion = 100;
  uint64_t allowance = 4096;
};

/// A zip archive that is open for reading. Opening compares every member with the limits and
/// refuses (BadInput) names that are absolute, lead out of the archive or occur twice.
class ZipArchive {
public:
  struct Member {
    std::string name;
    uint64_t bytes = 0; ///< decompressed, as declared
    uint64_t index = 0;
  };
  /// Takes the bytes of a member in order.
  using Sink = std::function<Status(std::span<const std::byte>)>;

  /// `kind` names what is expected in diagnostics, as in "an .npz archive".
  static Expected<ZipArchive> open(const std::string &path, std::string_view kind,
                                   const ZipLimits &limits);

  const std::string &path() const { return file; }
  const std::vector<Member> &members() const { return list; }
  /// The member called `name`, or null.
  const Member *find(std::string_view name) const;
  /// The decompressed bytes of `member`; its checksum is compared.
  Expected<std::vector<std::byte>> read(const Member &member) const;
  /// The same in pieces, for members that are not to be held in memory.
  Status read(const Member &member, const Sink &sink) const;

private:
  ZipArchive(std::string path, std::shared_ptr<void> handle);

  std::string file;
  /// libzip's handle.
  std::shared_ptr<void> handle;
  std::vector<Member> list;
};

} // namespace dlc

#endif // DLC_IMPORT_ZIP_ZIPARCHIVE_H
