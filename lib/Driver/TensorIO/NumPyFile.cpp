// Reading and writing `.npy`.
#include "dlc/Driver/NumPyFile.h"
#include "NpyHeader.h"

#include "dlc/Support/AtomicFile.h"
#include "dlc/Support/CheckedArithmetic.h"

#include <bit>
#include <cstring>

using namespace dlc;

static_assert(std::endian::native == std::endian::little, ".npy data is copied as it is");

static constexpr std::string_view magic = "\x93NUMPY";
/// Longer headers than any that the dictionary of a plain array needs.
static constexpr size_t maxHeaderBytes = 64 << 10;
static constexpr size_t dataAlignment = 64;

/// Copies column-major `from` into row-major `to`.
static void fromFortranOrder(const std::byte *from, Tensor &to) {
  const Shape &shape = to.shape();
  size_t width = byteWidth(to.dtype());
  std::vector<int64_t> index(shape.size(), 0);
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t axis = 1; axis < shape.size(); ++axis)
    strides[axis] = strides[axis - 1] * shape[axis - 1];
  int64_t source = 0;
  for (int64_t element = 0; element != to.numElements(); ++element) {
    std::memcpy(to.raw() + static_cast<size_t>(element) * width,
                from + static_cast<size_t>(source) * width, width);
    for (size_t axis = shape.size(); axis-- != 0;) {
      source += strides[axis];
      if (++index[axis] != shape[axis])
        break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/// Splits `bytes` into the header's text and the data.
static Expected<std::pair<std::string_view, std::span<const std::byte>>>
splitFile(std::span<const std::byte> bytes) {
  std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  if (!text.starts_with(magic) || text.size() < magic.size() + 2)
    return badInput("expected an .npy file, found other bytes");
  int version = text[magic.size()];
  if (version < 1 || version > 3)
    return badInput("expected .npy format version 1, 2 or 3, found " + std::to_string(version));
  size_t lengthBytes = version == 1 ? 2 : 4;
  size_t begin = magic.size() + 2 + lengthBytes;
  uint32_t length = 0;
  if (text.size() < begin)
    return badInput("expected an .npy header, found a truncated file");
  std::memcpy(&length, text.data() + magic.size() + 2, lengthBytes);
  if (length > maxHeaderBytes || length > text.size() - begin)
    return badInput("expected an .npy header of " + std::to_string(length) +
                    " bytes, found a truncated or damaged file");
  return std::pair(text.substr(begin, length), bytes.subspan(begin + length));
}

static Expected<Tensor> parseUnnamed(std::span<const std::byte> bytes) {
  auto parts = splitFile(bytes);
  if (!parts)
    return parts.error();
  Expected<NpyHeader> header = parseNpyHeader(parts->first);
  if (!header)
    return header.error();
  auto data = parts->second;
  std::optional<int64_t> count = elementCount(header->shape);
  std::optional<int64_t> size;
  if (count)
    size = checkedMul<int64_t>(*count, static_cast<int64_t>(byteWidth(header->dtype)));
  if (!size)
    return badInput("the size of shape " + shapeString(header->shape) + " overflows");
  if (static_cast<uint64_t>(*size) != data.size())
    return badInput("expected " + std::to_string(*size) + " bytes of data for " +
                    std::string(dtypeName(header->dtype)) + " " + shapeString(header->shape) +
                    ", found " + std::to_string(data.size()));
  Tensor tensor = Tensor::uninitialized(header->dtype, header->shape);
  if (header->fortranOrder && header->shape.size() > 1)
    fromFortranOrder(data.data(), tensor);
  else if (!data.empty())
    std::memcpy(tensor.raw(), data.data(), data.size());
  if (tensor.dtype() == DType::Bool)
    for (int64_t i = 0; i != tensor.numElements(); ++i)
      tensor.data<uint8_t>()[i] = tensor.data<uint8_t>()[i] != 0;
  return tensor;
}

Expected<Tensor> dlc::parseNpy(std::span<const std::byte> bytes, const std::string &what) {
  Expected<Tensor> tensor = parseUnnamed(bytes);
  if (!tensor)
    return Error{tensor.error().code, what + ": " + tensor.error().message};
  return tensor;
}

Expected<Tensor> dlc::readNpy(const std::string &path) {
  Expected<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.error();
  return parseNpy(file->bytes(), path);
}

std::string dlc::serializeNpy(const Tensor &tensor) {
  std::string header =
      "{'descr': '" + npyDescription(tensor.dtype()) + "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : tensor.shape())
    header += std::to_string(dim) + ", ";
  // Python writes a tuple of one as `(3,)`, and longer ones without the last comma.
  if (tensor.rank() == 1)
    header.pop_back();
  else if (tensor.rank() > 1)
    header.resize(header.size() - 2);
  header += "), }";
  size_t prefix = magic.size() + 4;
  while ((prefix + header.size() + 1) % dataAlignment != 0)
    header += ' ';
  header += '\n';

  std::string file(magic);
  file += '\x01';
  file += '\x00';
  auto length = static_cast<uint16_t>(header.size());
  file.append(reinterpret_cast<const char *>(&length), sizeof(length));
  file += header;
  file.append(reinterpret_cast<const char *>(tensor.raw()), tensor.numBytes());
  return file;
}

Status dlc::writeNpy(const std::string &path, const Tensor &tensor) {
  return writeFileAtomically(path, serializeNpy(tensor));
}
