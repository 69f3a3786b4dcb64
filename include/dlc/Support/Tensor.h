// A tensor in host memory: what model files hold, what inputs and outputs are read from and written
// to, and what the reference interpreter computes on. Independent of MLIR.
#ifndef DLC_SUPPORT_TENSOR_H
#define DLC_SUPPORT_TENSOR_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dlc {

/// Element types. The order is part of the C ABI (`dlc_dtype` in the generated header).
enum class DType : uint8_t {
  F32 = 0,
  F64 = 1,
  F16 = 2,
  BF16 = 3,
  I8 = 4,
  I16 = 5,
  I32 = 6,
  I64 = 7,
  U8 = 8,
  U16 = 9,
  U32 = 10,
  U64 = 11,
  Bool = 12, ///< one byte an element, 0 or 1
};

/// Bytes of one element.
size_t byteWidth(DType dtype);
/// The name users see: `float32`, `int64`, `bool`, `bfloat16`.
std::string_view dtypeName(DType dtype);
std::optional<DType> dtypeFromName(std::string_view name);
bool isFloat(DType dtype);
bool isSignedInt(DType dtype);

using Shape = std::vector<int64_t>;

/// Product of `shape`, or nullopt where it is negative anywhere or does not fit int64. Rank 0 is 1.
std::optional<int64_t> elementCount(const Shape &shape);
/// `2x3x224x224`; `scalar` for rank 0.
std::string shapeString(const Shape &shape);

/// Dense, row-major, 64-byte aligned. Copying shares the bytes (use `clone` for a deep copy).
class Tensor {
public:
  Tensor() = default;
  /// Zero-filled. Asserts that the byte size fits size_t: check untrusted shapes with elementCount
  /// first.
  Tensor(DType dtype, Shape shape);
  /// As the constructor, with unspecified contents: for tensors whose every byte is written next.
  static Tensor uninitialized(DType dtype, Shape shape);
  /// Takes `storage`, 64-byte aligned and large enough (asserted where it can be): a file mapping.
  static Tensor adopt(DType dtype, Shape shape, std::shared_ptr<std::byte[]> storage);

  DType dtype() const { return type; }
  const Shape &shape() const { return dims; }
  int64_t rank() const { return static_cast<int64_t>(dims.size()); }
  int64_t numElements() const { return count; }
  size_t numBytes() const { return static_cast<size_t>(count) * byteWidth(type); }
  explicit operator bool() const { return bytes != nullptr; }

  std::byte *raw() { return bytes.get(); }
  const std::byte *raw() const { return bytes.get(); }
  template <typename T>
  T *data() {
    return reinterpret_cast<T *>(bytes.get());
  }
  template <typename T>
  const T *data() const {
    return reinterpret_cast<const T *>(bytes.get());
  }

  Tensor clone() const;
  /// Same bytes, other shape with an equal element count (asserted).
  Tensor reshaped(Shape shape) const;
  /// Element `index` (row-major) converted to double; i64/u64 beyond 2^53 round.
  double asDouble(int64_t index) const;
  /// Element `index` converted to int64, floats truncated.
  int64_t asInt(int64_t index) const;
  /// Stores `value` at `index`, rounded to nearest even for float types, truncated for integers.
  void setDouble(int64_t index, double value);
  void setInt(int64_t index, int64_t value);
  /// A copy of every element in another type, with C++ conversion rules (bool: != 0).
  Tensor cast(DType to) const;

private:
  DType type = DType::F32;
  Shape dims;
  int64_t count = 0;
  std::shared_ptr<std::byte[]> bytes;
};

/// IEEE binary16 and bfloat16, round to nearest even, NaN kept.
float halfToFloat(uint16_t bits);
uint16_t floatToHalf(float value);
float bfloat16ToFloat(uint16_t bits);
uint16_t floatToBfloat16(float value);

} // namespace dlc

#endif // DLC_SUPPORT_TENSOR_H
