// Writing zip archives whose members are stored, as `.npz` and `.keras` files are.
#ifndef DLC_IMPORT_ZIP_ZIPWRITER_H
#define DLC_IMPORT_ZIP_ZIPWRITER_H

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace dlc {

/// An archive that is being written. Equal members make equal files: all carry the first date that
/// a zip archive can name.
class ZipWriter {
public:
  /// Replaces what is at `path`; give it the path of an AtomicFile.
  explicit ZipWriter(const std::string &path);

  /// Whether the member could be added. `bytes` must live until `finish`.
  bool add(const std::string &name, std::span<const std::byte> bytes);
  /// Writes the archive; false where it could not be written whole, or a member was not added.
  bool finish();

private:
  struct Discard {
    void operator()(void *archive) const;
  };
  /// libzip's handle.
  std::unique_ptr<void, Discard> handle;
  bool whole = true;
};

} // namespace dlc

#endif // DLC_IMPORT_ZIP_ZIPWRITER_H
