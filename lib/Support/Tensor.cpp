// Tensors in host memory: element types, shapes, and element access by conversion.
#include "dlc/Support/Tensor.h"
#include "dlc/Support/CheckedArithmetic.h"

#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

using namespace dlc;

namespace {

constexpr std::align_val_t tensorAlignment{64};

struct DTypeInfo {
  std::string_view name;
  size_t width;
};

/// Indexed by DType.
constexpr std::array<DTypeInfo, 13> dtypeTable{{{"float32", 4},
                                                {"float64", 8},
                                                {"float16", 2},
                                                {"bfloat16", 2},
                                                {"int8", 1},
                                                {"int16", 2},
                                                {"int32", 4},
                                                {"int64", 8},
                                                {"uint8", 1},
                                                {"uint16", 2},
                                                {"uint32", 4},
                                                {"uint64", 8},
                                                {"bool", 1}}};

/// Storage of the 16-bit floats and bool, so that each DType has its own C++ type.
struct Half {
  uint16_t bits;
};
struct Brain {
  uint16_t bits;
};
struct Byte {
  uint8_t value;
};

/// Calls `body` with a null pointer of the C++ type that stores `dtype`.
template <typename Body>
auto withElementType(DType dtype, Body &&body) {
  switch (dtype) {
  case DType::F32:
    return body(static_cast<float *>(nullptr));
  case DType::F64:
    return body(static_cast<double *>(nullptr));
  case DType::F16:
    return body(static_cast<Half *>(nullptr));
  case DType::BF16:
    return body(static_cast<Brain *>(nullptr));
  case DType::I8:
    return body(static_cast<int8_t *>(nullptr));
  case DType::I16:
    return body(static_cast<int16_t *>(nullptr));
  case DType::I32:
    return body(static_cast<int32_t *>(nullptr));
  case DType::I64:
    return body(static_cast<int64_t *>(nullptr));
  case DType::U8:
    return body(static_cast<uint8_t *>(nullptr));
  case DType::U16:
    return body(static_cast<uint16_t *>(nullptr));
  case DType::U32:
    return body(static_cast<uint32_t *>(nullptr));
  case DType::U64:
    return body(static_cast<uint64_t *>(nullptr));
  case DType::Bool:
    return body(static_cast<Byte *>(nullptr));
  }
  __builtin_unreachable();
}

/// `value` as a float with the last bit set where anything was lost (round to odd): rounding that
/// to 16 bits then equals rounding `value` once.
float roundToOdd(double value) {
  float nearest = static_cast<float>(value);
  if (static_cast<double>(nearest) == value || !std::isfinite(nearest))
    return nearest;
  uint32_t bits = std::bit_cast<uint32_t>(nearest);
  if (bits & 1)
    return nearest;
  bool grew = std::fabs(static_cast<double>(nearest)) > std::fabs(value);
  return std::bit_cast<float>(grew ? bits - 1 : bits + 1);
}

/// Truncation towards zero; saturates, and NaN is 0, where C++ leaves it undefined.
template <typename Int>
Int truncateTo(double value) {
  if (std::isnan(value))
    return 0;
  if (value <= static_cast<double>(std::numeric_limits<Int>::min()))
    return std::numeric_limits<Int>::min();
  // The maximum of a 64-bit type rounds up to a power of two, which is already out of range.
  if (value >= static_cast<double>(std::numeric_limits<Int>::max()))
    return std::numeric_limits<Int>::max();
  return static_cast<Int>(value);
}

double loadDouble(float value) { return value; }
double loadDouble(double value) { return value; }
double loadDouble(Half value) { return halfToFloat(value.bits); }
double loadDouble(Brain value) { return bfloat16ToFloat(value.bits); }
double loadDouble(Byte value) { return value.value; }
template <std::integral Int>
double loadDouble(Int value) {
  return static_cast<double>(value);
}

template <typename T>
T storeDouble(double value) {
  if constexpr (std::is_same_v<T, Half>)
    return {floatToHalf(roundToOdd(value))};
  else if constexpr (std::is_same_v<T, Brain>)
    return {floatToBfloat16(roundToOdd(value))};
  else if constexpr (std::is_same_v<T, Byte>)
    return {static_cast<uint8_t>(value != 0)};
  else if constexpr (std::is_integral_v<T>)
    return truncateTo<T>(value);
  else
    return static_cast<T>(value);
}

template <typename T>
T storeInt(int64_t value) {
  if constexpr (std::is_same_v<T, Byte>)
    return {static_cast<uint8_t>(value != 0)};
  else if constexpr (std::is_arithmetic_v<T>)
    return static_cast<T>(value);
  else
    return storeDouble<T>(static_cast<double>(value));
}

/// One element converted as C++ would: integers stay exact, everything else goes through double.
template <typename To, typename From>
To convertElement(From value) {
  if constexpr (std::is_integral_v<From> && std::is_integral_v<To>)
    return static_cast<To>(value);
  else if constexpr (std::is_integral_v<From> && std::is_same_v<To, Byte>)
    return {static_cast<uint8_t>(value != 0)};
  else if constexpr (std::is_integral_v<From> && std::is_same_v<To, float>)
    return static_cast<float>(value);
  else
    return storeDouble<To>(loadDouble(value));
}

} // namespace

size_t dlc::byteWidth(DType dtype) { return dtypeTable[static_cast<size_t>(dtype)].width; }

std::string_view dlc::dtypeName(DType dtype) { return dtypeTable[static_cast<size_t>(dtype)].name; }

std::optional<DType> dlc::dtypeFromName(std::string_view name) {
  for (size_t i = 0; i < dtypeTable.size(); ++i)
    if (dtypeTable[i].name == name)
      return static_cast<DType>(i);
  return std::nullopt;
}

bool dlc::isFloat(DType dtype) { return dtype <= DType::BF16; }

bool dlc::isSignedInt(DType dtype) { return dtype >= DType::I8 && dtype <= DType::I64; }

std::optional<int64_t> dlc::elementCount(const Shape &shape) {
  int64_t count = 1;
  bool overflow = false, empty = false;
  for (int64_t dim : shape) {
    if (dim < 0)
      return std::nullopt;
    empty |= dim == 0;
    overflow |= __builtin_mul_overflow(count, dim, &count);
  }
  if (empty)
    return 0;
  return overflow ? std::nullopt : std::optional(count);
}

std::string dlc::shapeString(const Shape &shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  for (int64_t dim : shape) {
    if (!text.empty())
      text += 'x';
    text += std::to_string(dim);
  }
  return text;
}

Tensor Tensor::uninitialized(DType dtype, Shape shape) {
  auto elements = elementCount(shape);
  assert(elements && "check untrusted shapes with elementCount first");
  auto size = checkedMul<size_t>(static_cast<size_t>(elements.value_or(0)), byteWidth(dtype));
  assert(size && "tensor does not fit the address space");
  // At least one byte, so that an empty tensor still differs from no tensor.
  size_t allocated = size && *size ? *size : 1;
  auto *memory = static_cast<std::byte *>(::operator new(allocated, tensorAlignment));
  return adopt(dtype, std::move(shape),
               std::shared_ptr<std::byte[]>(memory, [](std::byte *pointer) {
                 ::operator delete(pointer, tensorAlignment);
               }));
}

Tensor Tensor::adopt(DType dtype, Shape shape, std::shared_ptr<std::byte[]> storage) {
  assert(reinterpret_cast<uintptr_t>(storage.get()) % static_cast<size_t>(tensorAlignment) == 0 &&
         "tensors are 64-byte aligned");
  Tensor tensor;
  tensor.type = dtype;
  tensor.count = elementCount(shape).value_or(0);
  tensor.dims = std::move(shape);
  tensor.bytes = std::move(storage);
  return tensor;
}

Tensor::Tensor(DType dtype, Shape shape) : Tensor(uninitialized(dtype, std::move(shape))) {
  std::memset(raw(), 0, numBytes());
}

Tensor Tensor::clone() const {
  if (!bytes)
    return {};
  Tensor copy(type, dims);
  std::memcpy(copy.raw(), raw(), numBytes());
  return copy;
}

Tensor Tensor::reshaped(Shape shape) const {
  assert(elementCount(shape) == count && "reshape keeps the element count");
  Tensor view = *this;
  view.dims = std::move(shape);
  return view;
}

double Tensor::asDouble(int64_t index) const {
  assert(index >= 0 && index < count && "element index out of range");
  return withElementType(type, [&](auto *tag) -> double {
    using T = std::remove_pointer_t<decltype(tag)>;
    return loadDouble(data<T>()[index]);
  });
}

int64_t Tensor::asInt(int64_t index) const {
  assert(index >= 0 && index < count && "element index out of range");
  return withElementType(type, [&](auto *tag) -> int64_t {
    using T = std::remove_pointer_t<decltype(tag)>;
    T value = data<T>()[index];
    if constexpr (std::is_integral_v<T>)
      return static_cast<int64_t>(value);
    else
      return truncateTo<int64_t>(loadDouble(value));
  });
}

void Tensor::setDouble(int64_t index, double value) {
  assert(index >= 0 && index < count && "element index out of range");
  withElementType(type, [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    data<T>()[index] = storeDouble<T>(value);
  });
}

void Tensor::setInt(int64_t index, int64_t value) {
  assert(index >= 0 && index < count && "element index out of range");
  withElementType(type, [&](auto *tag) {
    using T = std::remove_pointer_t<decltype(tag)>;
    data<T>()[index] = storeInt<T>(value);
  });
}

Tensor Tensor::cast(DType to) const {
  if (to == type)
    return clone();
  Tensor result(to, dims);
  withElementType(type, [&](auto *fromTag) {
    using From = std::remove_pointer_t<decltype(fromTag)>;
    withElementType(to, [&](auto *toTag) {
      using To = std::remove_pointer_t<decltype(toTag)>;
      const From *source = data<From>();
      To *target = result.data<To>();
      for (int64_t i = 0; i < count; ++i)
        target[i] = convertElement<To>(source[i]);
    });
  });
  return result;
}
