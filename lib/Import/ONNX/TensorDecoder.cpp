// The three places a TensorProto keeps its elements: raw_data, a typed field, an external file.
#include "TensorDecoder.h"
#include "ElementTypes.h"
#include "ReadFailure.h"

#include "dlc/Support/CheckedArithmetic.h"

#include "onnx/onnx-ml.pb.h"

#include <bit>
#include <cstring>
#include <limits>
#include <memory>

using namespace dlc;
using namespace dlc::onnx;
using ::onnx::TensorProto;

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

static constexpr size_t tensorAlignment = 64;

static Shape readShape(const google::protobuf::RepeatedField<int64_t> &dims,
                       const std::string &what) {
  if (dims.size() > maxRank)
    failRead(what + ": expected a rank of at most " + std::to_string(maxRank) + ", found " +
             std::to_string(dims.size()));
  Shape shape(dims.begin(), dims.end());
  for (int64_t dim : shape)
    if (dim < 0)
      failRead(what + ": expected dimensions >= 0, found " + std::to_string(dim));
  return shape;
}

/// Elements of `shape`, with the byte size known to fit int64 too.
static uint64_t countElements(const Shape &shape, const ElementType &type,
                              const std::string &what) {
  std::optional<int64_t> count = elementCount(shape);
  if (!count || !checkedMul<int64_t>(*count, std::max(type.bits, 8)))
    failRead(what + ": the size of shape " + shapeString(shape) + " overflows");
  return static_cast<uint64_t>(*count);
}

static std::string describe(const ElementType &type, const Shape &shape) {
  return std::string(type.name) + " " + shapeString(shape);
}

static Tensor copyBytes(DType dtype, const Shape &shape, std::span<const std::byte> bytes) {
  Tensor tensor = Tensor::uninitialized(dtype, shape);
  if (!bytes.empty())
    std::memcpy(tensor.raw(), bytes.data(), bytes.size());
  if (dtype == DType::Bool)
    for (std::byte *byte = tensor.raw(), *end = byte + bytes.size(); byte != end; ++byte)
      *byte = std::byte(*byte != std::byte(0));
  return tensor;
}

/// Entries that a typed field must hold for `count` elements of `dataType`.
static uint64_t typedEntries(int32_t dataType, uint64_t count) {
  switch (dataType) {
  case TensorProto::COMPLEX64:
  case TensorProto::COMPLEX128:
    return count * 2;
  case TensorProto::UINT4:
  case TensorProto::INT4:
  case TensorProto::FLOAT4E2M1:
    return (count + 1) / 2;
  case TensorProto::UINT2:
  case TensorProto::INT2:
    return (count + 3) / 4;
  default:
    return count;
  }
}

/// Entries of the typed field that `dataType` is kept in, and the field's name.
static std::pair<int, const char *> typedField(const TensorProto &tensor) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
  case TensorProto::COMPLEX64:
    return {tensor.float_data_size(), "float_data"};
  case TensorProto::DOUBLE:
  case TensorProto::COMPLEX128:
    return {tensor.double_data_size(), "double_data"};
  case TensorProto::INT64:
    return {tensor.int64_data_size(), "int64_data"};
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return {tensor.uint64_data_size(), "uint64_data"};
  case TensorProto::STRING:
    return {tensor.string_data_size(), "string_data"};
  default:
    return {tensor.int32_data_size(), "int32_data"};
  }
}

static uint64_t allTypedEntries(const TensorProto &tensor) {
  return static_cast<uint64_t>(tensor.float_data_size()) +
         static_cast<uint64_t>(tensor.double_data_size()) +
         static_cast<uint64_t>(tensor.int32_data_size()) +
         static_cast<uint64_t>(tensor.int64_data_size()) +
         static_cast<uint64_t>(tensor.uint64_data_size()) +
         static_cast<uint64_t>(tensor.string_data_size());
}

/// Stores integers into a narrower type. `Narrow` bounds what the file may hold.
template <typename Narrow, typename Range = Narrow, typename Field>
static void narrow(const Field &field, Tensor &tensor, const std::string &what) {
  auto *out = tensor.data<Narrow>();
  for (auto value : field) {
    bool fits = std::in_range<Range>(value) ||
                (!std::is_same_v<Narrow, Range> && std::in_range<Narrow>(value));
    if (!fits)
      failRead(what + ": " + std::to_string(value) + " is outside the range of " +
               std::string(dtypeName(tensor.dtype())));
    *out++ = static_cast<Narrow>(value);
  }
}

template <typename Field>
static void copyField(const Field &field, Tensor &tensor) {
  if (!field.empty())
    std::memcpy(tensor.raw(), field.data(), tensor.numBytes());
}

/// Fills `tensor`, whose element count is that of the typed field.
static void fromTyped(const TensorProto &proto, Tensor &tensor, const std::string &what) {
  switch (tensor.dtype()) {
  case DType::F32:
    return copyField(proto.float_data(), tensor);
  case DType::F64:
    return copyField(proto.double_data(), tensor);
  case DType::I64:
    return copyField(proto.int64_data(), tensor);
  case DType::U64:
    return copyField(proto.uint64_data(), tensor);
  case DType::I32:
    return copyField(proto.int32_data(), tensor);
  case DType::U32:
    return narrow<uint32_t>(proto.uint64_data(), tensor, what);
  case DType::I8:
    return narrow<int8_t>(proto.int32_data(), tensor, what);
  case DType::I16:
    return narrow<int16_t>(proto.int32_data(), tensor, what);
  case DType::U8:
    return narrow<uint8_t>(proto.int32_data(), tensor, what);
  case DType::U16:
    return narrow<uint16_t>(proto.int32_data(), tensor, what);
  case DType::F16:
  case DType::BF16:
    // The bit pattern, which some writers sign-extend.
    return narrow<uint16_t, int16_t>(proto.int32_data(), tensor, what);
  case DType::Bool: {
    auto *out = tensor.data<uint8_t>();
    for (int32_t value : proto.int32_data())
      *out++ = value != 0;
    return;
  }
  }
}

std::span<const std::byte> TensorDecoder::rawData(const TensorProto &tensor,
                                                  const std::string &what) const {
  uint64_t index = UINT64_MAX;
  if (tensor.raw_data().size() == sizeof(index))
    std::memcpy(&index, tensor.raw_data().data(), sizeof(index));
  if (index >= message.rawData.size())
    throw ReadFailure{internalError(what + ": raw_data was not split from the file")};
  return message.rawData[index];
}

/// `tensor` must hold exactly what its type and shape say, in one place.
static void checkTyped(const TensorProto &tensor, const ElementType &type, const Shape &shape,
                       uint64_t count, const std::string &what) {
  auto [entries, field] = typedField(tensor);
  uint64_t expected = typedEntries(tensor.data_type(), count);
  if (static_cast<uint64_t>(entries) != expected)
    failRead(what + ": expected " + std::to_string(expected) + " entries of " + field + " for " +
             describe(type, shape) + ", found " + std::to_string(entries));
  if (allTypedEntries(tensor) != expected)
    failRead(what + ": expected elements in " + field + " only, found another field filled too");
}

static uint64_t rawBytes(const ElementType &type, uint64_t count) {
  auto bits = static_cast<uint64_t>(type.bits);
  return bits < 8 ? (count * bits + 7) / 8 : count * (bits / 8);
}

TensorValue TensorDecoder::decodeNew(const TensorProto &tensor, const std::string &what) {
  const ElementType *type = findElementType(tensor.data_type());
  if (!type)
    failRead(what + ": expected an element type of onnx.TensorProto.DataType, found " +
             std::to_string(tensor.data_type()));
  if (tensor.has_segment())
    failRead(what + ": expected a whole tensor, found a segment");

  TensorValue value;
  value.shape = readShape(tensor.dims(), what);
  uint64_t count = countElements(value.shape, *type, what);
  uint64_t bytes = rawBytes(*type, count);
  if (!type->dtype)
    value.unsupported = std::string(type->name);

  if (tensor.data_location() == TensorProto::EXTERNAL) {
    if (type->bits == 0 || tensor.has_raw_data() || allTypedEntries(tensor) != 0)
      failRead(what + ": expected external data only, found strings or inline data too");
    ExternalBytes found = external.find(tensor, what, bytes);
    if (type->dtype)
      value.tensor = fromExternal(found, *type->dtype, value.shape, what);
    return value;
  }
  if (tensor.has_raw_data() && type->bits != 0 && allTypedEntries(tensor) == 0) {
    std::span<const std::byte> raw = rawData(tensor, what);
    if (raw.size() != bytes)
      failRead(what + ": expected " + std::to_string(bytes) + " bytes of raw_data for " +
               describe(*type, value.shape) + ", found " + std::to_string(raw.size()));
    if (type->dtype)
      value.tensor = copyBytes(*type->dtype, value.shape, raw);
    return value;
  }
  if (tensor.has_raw_data() && !rawData(tensor, what).empty())
    failRead(what + ": expected elements in one place, found raw_data beside another field");
  checkTyped(tensor, *type, value.shape, count, what);
  if (type->dtype) {
    value.tensor = Tensor::uninitialized(*type->dtype, value.shape);
    fromTyped(tensor, value.tensor, what);
  }
  return value;
}

Tensor TensorDecoder::fromExternal(const ExternalBytes &found, DType dtype, const Shape &shape,
                                   const std::string &what) {
  bool aligned = reinterpret_cast<uintptr_t>(found.bytes.data()) % tensorAlignment == 0;
  if (!aligned || dtype == DType::Bool || found.bytes.empty()) {
    external.accountCopy(found.bytes.size(), what);
    return copyBytes(dtype, shape, found.bytes);
  }
  std::shared_ptr<std::byte[]> view(const_cast<std::byte *>(found.bytes.data()),
                                    [owner = found.owner](std::byte *) mutable { owner.reset(); });
  return Tensor::adopt(dtype, shape, std::move(view));
}

const TensorValue &TensorDecoder::decode(const TensorProto &tensor, const std::string &what) {
  auto found = decoded.find(&tensor);
  if (found == decoded.end())
    found = decoded.emplace(&tensor, decodeNew(tensor, what)).first;
  return found->second;
}

TensorValue TensorDecoder::decodeSparse(const ::onnx::SparseTensorProto &sparse,
                                        const std::string &what) {
  TensorValue result;
  result.shape = readShape(sparse.dims(), what);
  const TensorValue &values = decode(sparse.values(), what + " values");
  const TensorValue &indices = decode(sparse.indices(), what + " indices");
  const ElementType *type = findElementType(sparse.values().data_type());
  uint64_t count = countElements(result.shape, *type, what);
  if (values.shape.size() != 1)
    failRead(what + ": expected values of rank 1, found " + shapeString(values.shape));
  if (sparse.indices().data_type() != TensorProto::INT64)
    failRead(what + ": expected indices of int64");

  int64_t entries = values.shape[0];
  auto rank = static_cast<int64_t>(result.shape.size());
  bool linear = indices.shape == Shape{entries};
  if (!linear && indices.shape != Shape{entries, rank})
    failRead(what + ": expected indices of shape " + shapeString({entries}) + " or " +
             shapeString({entries, rank}) + ", found " + shapeString(indices.shape));
  const auto *index = indices.tensor.data<int64_t>();
  for (int64_t i = 0, end = indices.tensor.numElements(); i != end; ++i) {
    int64_t bound =
        linear ? static_cast<int64_t>(count) : result.shape[static_cast<size_t>(i % rank)];
    if (index[i] < 0 || index[i] >= bound)
      failRead(what + ": expected indices in [0, " + std::to_string(bound) + "), found " +
               std::to_string(index[i]));
  }
  result.unsupported = "sparse " + std::string(type->name);
  return result;
}
