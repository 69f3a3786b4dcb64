// Reading `.npz`, a zip archive of `.npy` files, through libzip.
#include "dlc/Driver/NumPyFile.h"

#include <memory>
#include <vector>
#include <zip.h>

using namespace dlc;

/// The most that deflate can expand, with room for headers.
static constexpr uint64_t maxExpansion = 1032;
static constexpr uint64_t headerAllowance = 4096;

namespace {

struct CloseArchive {
  void operator()(zip_t *archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t *member) const { zip_fclose(member); }
};

} // namespace

/// The decompressed bytes of member `index`, called `what`.
static Expected<std::vector<std::byte>>
readMember(zip_t *archive, zip_uint64_t index, const zip_stat_t &status, const std::string &what) {
  if (status.size / maxExpansion > status.comp_size + headerAllowance)
    return badInput(what + ": expected at most " +
                    std::to_string((status.comp_size + headerAllowance) * maxExpansion) +
                    " bytes from " + std::to_string(status.comp_size) + " compressed, found " +
                    std::to_string(status.size));
  std::unique_ptr<zip_file_t, CloseMember> member(zip_fopen_index(archive, index, 0));
  if (!member)
    return badInput(what + ": cannot be decompressed: " + zip_strerror(archive));
  // Read in pieces: the declared size is not believed before the bytes are there.
  constexpr uint64_t piece = 16 << 20;
  std::vector<std::byte> bytes;
  while (bytes.size() < status.size) {
    size_t begin = bytes.size();
    bytes.resize(begin + static_cast<size_t>(std::min<uint64_t>(piece, status.size - begin)));
    zip_int64_t count = zip_fread(member.get(), bytes.data() + begin, bytes.size() - begin);
    if (count <= 0)
      return badInput(what + ": expected " + std::to_string(status.size) +
                      " bytes, found a truncated or damaged member");
    bytes.resize(begin + static_cast<size_t>(count));
  }
  // The checksum is compared when the end is read.
  std::byte end;
  if (zip_fread(member.get(), &end, 1) != 0)
    return badInput(what + ": the checksum does not match; the file is damaged");
  return bytes;
}

Expected<std::map<std::string, Tensor>> dlc::readNpz(const std::string &path) {
  int code = 0;
  std::unique_ptr<zip_t, CloseArchive> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    return badInput(path + ": expected an .npz archive: " + reason);
  }
  std::map<std::string, Tensor> arrays;
  auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive.get(), 0));
  for (zip_uint64_t index = 0; index != count; ++index) {
    zip_stat_t status;
    if (zip_stat_index(archive.get(), index, 0, &status) != 0)
      return badInput(path + ": cannot read the archive's directory");
    std::string name = status.name;
    std::string what = path + ": member '" + name + "'";
    if (!name.ends_with(".npy"))
      return badInput(what + ": expected only .npy members");
    Expected<std::vector<std::byte>> bytes = readMember(archive.get(), index, status, what);
    if (!bytes)
      return bytes.error();
    Expected<Tensor> tensor = parseNpy(*bytes, what);
    if (!tensor)
      return tensor.error();
    name.resize(name.size() - 4);
    if (!arrays.emplace(std::move(name), *tensor).second)
      return badInput(what + ": expected one member of this name, found two");
  }
  return arrays;
}
