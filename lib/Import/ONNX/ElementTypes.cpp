// The element types of onnx-ml.proto up to IR version 13.
#include "ElementTypes.h"

#include <array>

using namespace dlc;
using namespace dlc::onnx;

/// Indexed by TensorProto.DataType.
static constexpr std::array<ElementType, 27> elementTypes{{
    {"undefined", std::nullopt, 0},
    {"float32", DType::F32, 32},
    {"uint8", DType::U8, 8},
    {"int8", DType::I8, 8},
    {"uint16", DType::U16, 16},
    {"int16", DType::I16, 16},
    {"int32", DType::I32, 32},
    {"int64", DType::I64, 64},
    {"string", std::nullopt, 0},
    {"bool", DType::Bool, 8},
    {"float16", DType::F16, 16},
    {"float64", DType::F64, 64},
    {"uint32", DType::U32, 32},
    {"uint64", DType::U64, 64},
    {"complex64", std::nullopt, 64},
    {"complex128", std::nullopt, 128},
    {"bfloat16", DType::BF16, 16},
    {"float8e4m3fn", std::nullopt, 8},
    {"float8e4m3fnuz", std::nullopt, 8},
    {"float8e5m2", std::nullopt, 8},
    {"float8e5m2fnuz", std::nullopt, 8},
    {"uint4", std::nullopt, 4},
    {"int4", std::nullopt, 4},
    {"float4e2m1", std::nullopt, 4},
    {"float8e8m0", std::nullopt, 8},
    {"uint2", std::nullopt, 2},
    {"int2", std::nullopt, 2},
}};

const ElementType *dlc::onnx::findElementType(int32_t dataType) {
  if (dataType <= 0 || dataType >= static_cast<int32_t>(elementTypes.size()))
    return nullptr;
  return &elementTypes[static_cast<size_t>(dataType)];
}

int32_t dlc::onnx::dataTypeOf(DType dtype) {
  for (size_t index = 1; index != elementTypes.size(); ++index)
    if (elementTypes[index].dtype == dtype)
      return static_cast<int32_t>(index);
  return 0;
}
