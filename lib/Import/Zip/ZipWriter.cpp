// Zip archives through libzip, one stored member after another.
#include "dlc/Import/Zip/ZipWriter.h"

#include <zip.h>

using namespace dlc;

void ZipWriter::Discard::operator()(void *archive) const {
  zip_discard(static_cast<zip_t *>(archive));
}

ZipWriter::ZipWriter(const std::string &path) {
  int code = 0;
  handle.reset(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  whole = handle != nullptr;
}

bool ZipWriter::add(const std::string &name, std::span<const std::byte> bytes) {
  constexpr zip_uint16_t midnight = 0, firstOf1980 = 1 << 5 | 1;
  if (!whole)
    return false;
  auto *archive = static_cast<zip_t *>(handle.get());
  zip_source_t *source = zip_source_buffer(archive, bytes.data(), bytes.size(), /*freep=*/0);
  zip_int64_t index = source ? zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
  if (index < 0) {
    zip_source_free(source);
    return whole = false;
  }
  auto at = static_cast<zip_uint64_t>(index);
  return whole = zip_set_file_compression(archive, at, ZIP_CM_STORE, 0) == 0 &&
                 zip_file_set_dostime(archive, at, midnight, firstOf1980, 0) == 0;
}

bool ZipWriter::finish() {
  if (!whole || zip_close(static_cast<zip_t *>(handle.get())) != 0)
    return false;
  (void)handle.release();
  return true;
}
