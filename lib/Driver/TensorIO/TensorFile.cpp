// Dispatch on the extension, and agreement with the model's input.
#include "dlc/Driver/TensorFile.h"

#include "dlc/Driver/NumPyFile.h"
#include "dlc/Support/AtomicFile.h"

#include <algorithm>
#include <cctype>

using namespace dlc;

static std::string lowerExtension(const std::string &path) {
  size_t dot = path.rfind('.');
  if (dot == std::string::npos || path.find('/', dot) != std::string::npos)
    return {};
  std::string extension = path.substr(dot);
  for (char &character : extension)
    if (character >= 'A' && character <= 'Z')
      character = static_cast<char>(character - 'A' + 'a');
  return extension;
}

static onnx::ProtoValue makeValue(Tensor tensor) {
  onnx::ProtoValue value;
  value.tensor.shape = tensor.shape();
  value.tensor.tensor = std::move(tensor);
  return value;
}

static std::string describe(const InputSpec &input) {
  std::string text = std::string(dtypeName(input.dtype)) + " ";
  if (input.shape.empty())
    return text + "scalar";
  for (size_t axis = 0; axis != input.shape.size(); ++axis)
    text += (axis ? "x" : "") +
            (input.shape[axis] < 0 ? std::string("?") : std::to_string(input.shape[axis]));
  return text;
}

static bool shapesAgree(const Shape &found, const Shape &declared) {
  return std::ranges::equal(found, declared,
                            [](int64_t have, int64_t want) { return want < 0 || have == want; });
}

/// Makes `value` agree with the tensor that `input` declares.
static Status conform(onnx::ProtoValue &value, const InputSpec &input, const std::string &path) {
  if (!value.tensor.isSupported())
    return unsupported(path + ": input '" + input.name + "': expected " + describe(input) +
                       ", found a tensor of " + value.tensor.unsupported);
  Tensor &tensor = value.tensor.tensor;
  Shape batched = tensor.shape();
  batched.insert(batched.begin(), 1);
  if (!shapesAgree(tensor.shape(), input.shape) && shapesAgree(batched, input.shape))
    tensor = tensor.reshaped(batched);
  value.tensor.shape = tensor.shape();
  if (tensor.dtype() == input.dtype && shapesAgree(tensor.shape(), input.shape))
    return {};
  return badInput(path + ": input '" + input.name + "': expected " + describe(input) + ", found " +
                  std::string(dtypeName(tensor.dtype())) + " " + shapeString(tensor.shape()));
}

static Expected<onnx::ProtoValue> readTensorOrImage(const std::string &path, const InputSpec &input,
                                                    const ImageOptions &options) {
  std::string extension = lowerExtension(path);
  if (extension == ".npy") {
    Expected<Tensor> tensor = readNpy(path);
    if (!tensor)
      return tensor.error();
    return makeValue(std::move(*tensor));
  }
  if (extension == ".png" || extension == ".jpg" || extension == ".jpeg") {
    Expected<Image> image = readImage(path);
    if (!image)
      return image.error();
    Expected<Tensor> tensor = imageToTensor(*image, options, input.shape, input.dtype, path);
    if (!tensor)
      return tensor.error();
    return makeValue(std::move(*tensor));
  }
  return usageError(path + ": expected a file ending in .npy, .pb, .png, .jpg or .jpeg");
}

static Expected<onnx::ProtoValue> readPb(const std::string &path, onnx::ValueInfo::Kind kind) {
  Expected<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.error();
  return onnx::readProtoValue(file->bytes(), kind, path);
}

Expected<onnx::ProtoValue> dlc::readInputFile(const std::string &path, const InputSpec &input,
                                              const ImageOptions &options) {
  Expected<onnx::ProtoValue> value = lowerExtension(path) == ".pb"
                                         ? readPb(path, input.kind)
                                         : readTensorOrImage(path, input, options);
  if (!value)
    return value;
  if (value->kind != input.kind)
    return badInput(path + ": input '" + input.name +
                    "': expected a sequence or optional in a .pb file, found a tensor");
  if (value->kind == onnx::ValueInfo::Kind::Tensor)
    if (Status agreed = conform(*value, input, path); !agreed)
      return agreed.error();
  return value;
}

Expected<Tensor> dlc::readTensorFile(const std::string &path) {
  if (lowerExtension(path) == ".npy")
    return readNpy(path);
  if (lowerExtension(path) != ".pb")
    return usageError(path + ": expected a file ending in .npy or .pb");
  Expected<onnx::ProtoValue> value = readPb(path, onnx::ValueInfo::Kind::Tensor);
  if (!value)
    return value.error();
  if (!value->tensor.isSupported())
    return unsupported(path + ": expected a tensor of numbers, found " + value->tensor.unsupported);
  return value->tensor.tensor;
}

std::string dlc::outputFileName(std::string_view name, size_t index, TensorFormat format) {
  if (format == TensorFormat::Pb)
    return "output_" + std::to_string(index) + ".pb";
  std::string file;
  for (char character : name) {
    bool keep = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                (character >= '0' && character <= '9') || character == '.' || character == '_' ||
                character == '-';
    file += keep ? character : '_';
  }
  return file + ".npy";
}

Status dlc::writeOutputFile(const std::string &path, const onnx::ProtoValue &value,
                            TensorFormat format) {
  if (format == TensorFormat::Pb)
    return writeFileAtomically(path, onnx::writeProtoValue(value));
  if (value.kind != onnx::ValueInfo::Kind::Tensor)
    return unsupported(path + ": a sequence or optional has no .npy form; use --output-format=pb");
  return writeNpy(path, value.tensor.tensor);
}
