// The files that `dlc run` and `dlc verify` take values from and leave them in, told apart by
// extension.
#ifndef DLC_DRIVER_TENSORFILE_H
#define DLC_DRIVER_TENSORFILE_H

#include "dlc/Driver/ImageInput.h"
#include "dlc/Import/ONNX/TensorProto.h"

#include <string>
#include <string_view>

namespace dlc {

/// What a model declares of an input.
struct InputSpec {
  std::string name;
  onnx::ValueInfo::Kind kind = onnx::ValueInfo::Kind::Tensor;
  DType dtype = DType::F32;
  /// -1 for open dimensions.
  Shape shape;
  /// What the model calls the sizes that it leaves open, by axis; empty for others. Equal names are
  /// one size.
  std::vector<std::string> symbols = {};
};

/// Reads `path` for `input`: `.npy`, `.pb` (tensor, sequence or optional, as the input's kind
/// says), `.png`,
/// `.jpg`, `.jpeg`. Images are fitted as `options` say; other tensors must have the input's type
/// and shape (a missing leading dimension of one is added). BadInput where they differ.
Expected<onnx::ProtoValue> readInputFile(const std::string &path, const InputSpec &input,
                                         const ImageOptions &options);

/// The tensor of a `.npy` or `.pb` file, whatever its type and shape.
Expected<Tensor> readTensorFile(const std::string &path);

enum class TensorFormat { Npy, Pb };

/// The file of output `index` called `name`: `<name>.npy` with every character outside
/// `[A-Za-z0-9._-]` replaced by `_`, or `output_<index>.pb`.
std::string outputFileName(std::string_view name, size_t index, TensorFormat format);

/// Writes `value` whole or not at all. Sequences and optionals have no `.npy` form (Unsupported).
Status writeOutputFile(const std::string &path, const onnx::ProtoValue &value, TensorFormat format);

} // namespace dlc

#endif // DLC_DRIVER_TENSORFILE_H
