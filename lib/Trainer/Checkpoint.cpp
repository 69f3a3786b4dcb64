// The table of formats, and the two that are one call.
#include "Checkpoints.h"

#include "dlc/Driver/NumPyFile.h"
#include "dlc/Import/ONNX/ModelWriter.h"

#include <algorithm>
#include <filesystem>

using namespace dlc;

namespace {

/// How one type of file is written.
struct Format {
  std::string_view extension;
  bool asModel; ///< whether the model that was trained must be a file of this type
  Status (*write)(const CheckpointRequest &request);
};

} // namespace

static constexpr Format formats[] = {
    {".npz", false, writeStateCheckpoint},
    {".onnx", true, writeONNXCheckpoint},
    {".keras", true, writeKerasCheckpoint},
};

static std::string extensionOf(const std::string &path) {
  return std::filesystem::path(path).extension().string();
}

static const Format *findFormat(const std::string &path, const std::string &model) {
  const auto *format = std::ranges::find(formats, extensionOf(path), &Format::extension);
  bool fits =
      format != std::end(formats) && (!format->asModel || extensionOf(model) == format->extension);
  return fits ? format : nullptr;
}

Status dlc::checkCheckpointPath(const std::string &path, const std::string &model) {
  if (findFormat(path, model))
    return {};
  std::string expected = ".npz";
  for (const Format &format : formats)
    if (format.asModel && extensionOf(model) == format.extension)
      expected = std::string(format.extension) + " (the model with new weights) or " + expected;
  return usageError("-o " + path + ": expected a file of type " + expected +
                    " (its state), found '" + extensionOf(path) + "'");
}

Status dlc::writeCheckpoint(const CheckpointRequest &request) {
  if (Status status = checkCheckpointPath(request.path, request.model); !status)
    return status;
  return findFormat(request.path, request.model)->write(request);
}

Status dlc::writeStateCheckpoint(const CheckpointRequest &request) {
  std::map<std::string, Tensor> values;
  for (const StateValue &value : request.state)
    values[value.name] = value.tensor;
  return writeNpz(request.path, values);
}

Status dlc::writeONNXCheckpoint(const CheckpointRequest &request) {
  std::map<std::string, Tensor> weights;
  for (const StateValue &value : request.state)
    if (value.isWeight)
      weights[value.name] = value.tensor;
  return onnx::writeTrained(request.model, request.path, weights);
}
