// Opening `.keras` archives and reading their members.
#include "ModelFile.h"

#include "Variables.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::keras;

static constexpr std::string_view configMember = "config.json";
static constexpr std::string_view weightsMember = "model.weights.h5";

Expected<ZipArchive> keras::openModelFile(const std::string &path) {
  return ZipArchive::open(path, "a .keras archive", ZipLimits());
}

Expected<std::string> keras::readConfigText(const ZipArchive &archive) {
  constexpr uint64_t mostBytes = 64 << 20;
  const ZipArchive::Member *member = archive.find(configMember);
  if (!member)
    return badInput(archive.path() + ": expected a member config.json, found none");
  if (member->bytes > mostBytes)
    return badInput(archive.path() + ": config.json: expected at most " +
                    std::to_string(mostBytes) + " bytes, found " + std::to_string(member->bytes));
  Expected<std::vector<std::byte>> bytes = archive.read(*member);
  if (!bytes)
    return bytes.error();
  return std::string(reinterpret_cast<const char *>(bytes->data()), bytes->size());
}

Expected<Config> keras::readConfig(const ZipArchive &archive) {
  Expected<std::string> text = readConfigText(archive);
  if (!text)
    return text.error();
  return parseConfig(*text, archive.path() + ": config.json");
}

Expected<Variables> keras::readVariables(const ZipArchive &archive) {
  const ZipArchive::Member *member = archive.find(weightsMember);
  std::string what = archive.path() + ": " + std::string(weightsMember);
  if (!member) {
    for (std::string_view other : {"model.weights.npz", "model.weights.json"})
      if (archive.find(other))
        return unsupported(archive.path() + ": holds its weights in " + std::string(other) +
                           ", expected model.weights.h5: save it again with model.save");
    return badInput(archive.path() + ": expected a member model.weights.h5, found none");
  }
  int descriptor = memfd_create("dlc-weights", MFD_CLOEXEC);
  if (descriptor < 0)
    return internalError(what + ": cannot make a file in memory: " + std::strerror(errno));
  Status copied = archive.read(*member, [&](std::span<const std::byte> piece) -> Status {
    while (!piece.empty()) {
      ssize_t count = ::write(descriptor, piece.data(), piece.size());
      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        return badInput(what + ": cannot be held in memory: " + std::strerror(errno));
      piece = piece.subspan(static_cast<size_t>(count));
    }
    return {};
  });
  Expected<Variables> variables =
      copied ? readVariables(descriptor, member->bytes, what) : Expected<Variables>(copied.error());
  close(descriptor);
  return variables;
}

Expected<Model> keras::readModel(const std::string &path) {
  Expected<ZipArchive> archive = openModelFile(path);
  if (!archive)
    return archive.error();
  Expected<Config> config = readConfig(*archive);
  if (!config)
    return config.error();
  Model model{path, {}, {}, compileConfigOf(*config)};
  Expected<Network> network = readNetwork(*config, path);
  if (!network)
    return network.error();
  model.network = std::move(*network);
  Expected<Variables> variables = readVariables(*archive);
  if (!variables)
    return variables.error();
  model.variables = std::move(*variables);
  return model;
}

Expected<std::optional<CompileConfig>> keras::readCompileConfig(const std::string &path) {
  Expected<ZipArchive> archive = openModelFile(path);
  if (!archive)
    return archive.error();
  Expected<Config> config = readConfig(*archive);
  if (!config)
    return config.error();
  return compileConfigOf(*config);
}
