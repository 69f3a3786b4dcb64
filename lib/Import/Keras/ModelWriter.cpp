// A `.keras` file from another one and new values.
#include "dlc/Import/Keras/ModelWriter.h"

#include "ModelFile.h"
#include "Variables.h"
#include "dlc/Import/Zip/ZipWriter.h"
#include "dlc/Support/AtomicFile.h"

#include <algorithm>

using namespace dlc;
using namespace dlc::keras;

static constexpr std::string_view optimizerVariables = "optimizer/vars/";

/// `original` with `values` in place of what it holds.
static Status replaceVariables(Variables &original, const std::map<std::string, Tensor> &values,
                               const std::string &file) {
  auto isOptimizers = [](std::string_view path) { return path.starts_with(optimizerVariables); };
  if (std::ranges::any_of(values, [&](const auto &each) { return isOptimizers(each.first); }))
    std::erase_if(original.tensors, [&](const auto &each) { return isOptimizers(each.first); });
  for (const auto &[path, value] : values) {
    auto found = original.tensors.find(path);
    if (found == original.tensors.end() && !isOptimizers(path))
      return internalError(file + ": has no variable '" + path + "' to write");
    if (found != original.tensors.end() && found->second.shape() != value.shape())
      return internalError(file + ": variable '" + path + "' has shape " +
                           shapeString(found->second.shape()) + ", expected a value of it, found " +
                           shapeString(value.shape()));
    DType dtype = found == original.tensors.end() ? value.dtype() : found->second.dtype();
    original.tensors.insert_or_assign(path, value.dtype() == dtype ? value : value.cast(dtype));
  }
  return {};
}

static std::span<const std::byte> bytesOf(const std::string &text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Writes config, variables and whatever else `archive` holds.
static Status writeMembers(const ZipArchive &archive, const std::string &config,
                           std::span<const std::byte> variables, const std::string &output) {
  Expected<AtomicFile> file = AtomicFile::create(output);
  if (!file)
    return file.error();
  ZipWriter writer(file->temporaryPath());
  std::vector<std::vector<std::byte>> contents;
  contents.reserve(archive.members().size());
  for (const ZipArchive::Member &member : archive.members()) {
    if (member.name == "config.json") {
      writer.add(member.name, bytesOf(config));
    } else if (member.name == "model.weights.h5") {
      writer.add(member.name, variables);
    } else if (!member.name.ends_with("/")) {
      Expected<std::vector<std::byte>> bytes = archive.read(member);
      if (!bytes)
        return bytes.error();
      contents.push_back(std::move(*bytes));
      writer.add(member.name, contents.back());
    }
  }
  if (!writer.finish())
    return badInput(output + ": cannot be written");
  return file->commit();
}

Status keras::writeTrained(const std::string &original, const std::string &output,
                           const std::map<std::string, Tensor> &variables,
                           const std::optional<CompileConfig> &compile) {
  Expected<ZipArchive> archive = openModelFile(original);
  if (!archive)
    return archive.error();
  Expected<std::string> text = readConfigText(*archive);
  if (!text)
    return text.error();
  if (compile) {
    Expected<Config> config = parseConfig(*text, original + ": config.json");
    if (!config)
      return config.error();
    if (!config->as<Config::Object>())
      return badInput(original + ": config.json: expected an object");
    config->set("compile_config", toConfig(*compile));
    text = configText(*config);
  }
  Expected<Variables> values = readVariables(*archive);
  if (!values)
    return values.error();
  if (Status status = replaceVariables(*values, variables, original); !status)
    return status;
  Expected<std::vector<std::byte>> bytes = writeVariables(*values);
  if (!bytes)
    return bytes.error();
  return writeMembers(*archive, *text, *bytes, output);
}
