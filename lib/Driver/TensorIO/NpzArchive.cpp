// Reading `.npz`, a zip archive of `.npy` files.
#include "dlc/Driver/NumPyFile.h"
#include "dlc/Import/Zip/ZipArchive.h"

using namespace dlc;

/// The most that deflate can expand: data sets may be mostly zero.
static constexpr uint64_t maxExpansion = 1032;

Expected<std::map<std::string, Tensor>> dlc::readNpz(const std::string &path) {
  Expected<ZipArchive> archive = ZipArchive::open(
      path, "an .npz archive", {.memberBytes = UINT64_MAX, .expansion = maxExpansion});
  if (!archive)
    return archive.error();
  std::map<std::string, Tensor> arrays;
  for (const ZipArchive::Member &member : archive->members()) {
    std::string name = member.name;
    std::string what = path + ": member '" + name + "'";
    if (!name.ends_with(".npy"))
      return badInput(what + ": expected only .npy members");
    Expected<std::vector<std::byte>> bytes = archive->read(member);
    if (!bytes)
      return bytes.error();
    Expected<Tensor> tensor = parseNpy(*bytes, what);
    if (!tensor)
      return tensor.error();
    name.resize(name.size() - 4);
    arrays.emplace(std::move(name), *tensor);
  }
  return arrays;
}
