// Files in memory under names that LLD can open, for what goes from one step of a link to the next.
#ifndef DLC_LIB_CODEGEN_HOST_LINK_MEMORYFILE_H
#define DLC_LIB_CODEGEN_HOST_LINK_MEMORYFILE_H

#include "dlc/Support/Error.h"

#include <string>
#include <string_view>

namespace dlc::host {

/// An anonymous file, gone with the object (or with the process).
class MemoryFile {
public:
  static Expected<MemoryFile> create();
  static Expected<MemoryFile> create(std::string_view content);

  MemoryFile(MemoryFile &&other) noexcept;
  MemoryFile &operator=(MemoryFile &&other) noexcept;
  ~MemoryFile();

  int descriptor() const { return file; }
  /// `/proc/self/fd/N`.
  std::string path() const;

private:
  explicit MemoryFile(int file) : file(file) {}
  int file;
};

} // namespace dlc::host

#endif // DLC_LIB_CODEGEN_HOST_LINK_MEMORYFILE_H
