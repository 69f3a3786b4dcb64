// Opens the files that a model keeps its weights in. A model names them, so the name is hostile: it
// must not lead out of the model's folder, by `..`, symbolic links or hard links.
#ifndef DLC_LIB_IMPORT_ONNX_EXTERNALDATA_H
#define DLC_LIB_IMPORT_ONNX_EXTERNALDATA_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace onnx {
class TensorProto;
} // namespace onnx

namespace dlc::onnx {

/// The bytes of one tensor in a mapped file, which `owner` keeps mapped.
struct ExternalBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

/// The external files of one model; each is mapped once.
class ExternalData {
public:
  /// `folder` is the only place files are looked for; with an empty one every use fails.
  explicit ExternalData(std::string folder) : folder(std::move(folder)) {}

  /// The `expectedBytes` bytes that `tensor` refers to. Throws ReadFailure.
  ExternalBytes find(const ::onnx::TensorProto &tensor, const std::string &what,
                     uint64_t expectedBytes);
  /// To be called before bytes of a mapping are copied: fails once a model copies more than twice
  /// what its files hold, which only overlapping tensors do.
  void accountCopy(uint64_t bytes, const std::string &what);

private:
  struct Mapping;
  std::shared_ptr<const Mapping> open(const std::string &location, const std::string &what);

  std::string folder;
  std::map<std::string, std::shared_ptr<const Mapping>> files;
  uint64_t mappedBytes = 0;
  uint64_t copiedBytes = 0;
};

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_EXTERNALDATA_H
