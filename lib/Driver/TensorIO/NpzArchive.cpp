// Reading and writing `.npz`, a zip archive of `.npy` files.
#include "dlc/Driver/NumPyFile.h"
#include "dlc/Import/Zip/ZipArchive.h"
#include "dlc/Import/Zip/ZipWriter.h"
#include "dlc/Support/AtomicFile.h"

using namespace dlc;

/// The most that deflate can expand: data sets may be mostly zero.
static constexpr uint64_t maxDeflateExpansion = 1032;

Expected<std::map<std::string, Tensor>> dlc::readNpz(const std::string &path) {
  Expected<ZipArchive> archive = ZipArchive::open(
      path, "an .npz archive", {.memberBytes = UINT64_MAX, .expansion = maxDeflateExpansion});
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

Status dlc::writeNpz(const std::string &path, const std::map<std::string, Tensor> &arrays) {
  Expected<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  ZipWriter writer(file->temporaryPath());
  std::vector<std::string> members; // alive until the archive is written
  members.reserve(arrays.size());
  for (const auto &[key, tensor] : arrays) {
    const std::string &bytes = members.emplace_back(serializeNpy(tensor));
    writer.add(key + ".npy", std::as_bytes(std::span(bytes.data(), bytes.size())));
  }
  if (!writer.finish())
    return badInput(path + ": cannot be written");
  return file->commit();
}
