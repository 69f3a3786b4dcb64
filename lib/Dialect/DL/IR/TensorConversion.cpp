// Between dlc::Tensor and MLIR types and elements attributes.
#include "dlc/Dialect/DL/IR/TensorConversion.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <cstring>

using namespace mlir;

namespace dlc::dl {

Type elementType(MLIRContext *context, DType dtype) {
  Builder builder(context);
  switch (dtype) {
  case DType::F32:
    return builder.getF32Type();
  case DType::F64:
    return builder.getF64Type();
  case DType::F16:
    return builder.getF16Type();
  case DType::BF16:
    return builder.getBF16Type();
  case DType::I8:
    return builder.getI8Type();
  case DType::I16:
    return builder.getIntegerType(16);
  case DType::I32:
    return builder.getI32Type();
  case DType::I64:
    return builder.getI64Type();
  case DType::U8:
    return builder.getIntegerType(8, /*isSigned=*/false);
  case DType::U16:
    return builder.getIntegerType(16, /*isSigned=*/false);
  case DType::U32:
    return builder.getIntegerType(32, /*isSigned=*/false);
  case DType::U64:
    return builder.getIntegerType(64, /*isSigned=*/false);
  case DType::Bool:
    return builder.getI1Type();
  }
  llvm_unreachable("unknown element type");
}

std::optional<DType> dtypeOf(Type element) {
  for (int code = 0; code <= static_cast<int>(DType::Bool); ++code) {
    DType dtype = static_cast<DType>(code);
    if (elementType(element.getContext(), dtype) == element)
      return dtype;
  }
  return std::nullopt;
}

RankedTensorType typeOf(MLIRContext *context, const Tensor &tensor) {
  return RankedTensorType::get(tensor.shape(), elementType(context, tensor.dtype()));
}

Tensor emptyTensor(RankedTensorType type) {
  std::optional<DType> dtype = dtypeOf(type.getElementType());
  assert(dtype && type.hasStaticShape());
  return Tensor(*dtype, Shape(type.getShape().begin(), type.getShape().end()));
}

static bool isSplat(const Tensor &tensor) {
  size_t width = byteWidth(tensor.dtype());
  size_t size = tensor.numBytes();
  return size >= width && std::memcmp(tensor.raw(), tensor.raw() + width, size - width) == 0;
}

/// `dense` holds bool as bits where it is not a splat; go through a vector of bool there.
static ElementsAttr denseOf(RankedTensorType type, const Tensor &tensor, int64_t elements) {
  if (tensor.dtype() == DType::Bool) {
    SmallVector<bool> values;
    for (int64_t i = 0; i < elements; ++i)
      values.push_back(tensor.data<uint8_t>()[i] != 0);
    return DenseElementsAttr::get(type, ArrayRef<bool>(values));
  }
  ArrayRef<char> bytes(reinterpret_cast<const char *>(tensor.raw()),
                       elements * byteWidth(tensor.dtype()));
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

ElementsAttr attributeOf(MLIRContext *context, const Tensor &tensor) {
  constexpr int64_t maxDense = 64;
  RankedTensorType type = typeOf(context, tensor);
  if (tensor.numElements() > 0 && isSplat(tensor))
    return denseOf(type, tensor, 1);
  if (tensor.numElements() <= maxDense)
    return denseOf(type, tensor, tensor.numElements());
  Tensor held = tensor;
  AsmResourceBlob blob(
      ArrayRef<char>(reinterpret_cast<const char *>(tensor.raw()), tensor.numBytes()),
      /*dataAlignment=*/64, [held](void *, size_t, size_t) {}, /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, "weight", std::move(blob));
}

Tensor tensorOf(ElementsAttr attribute) {
  auto type = cast<RankedTensorType>(attribute.getShapedType());
  Tensor tensor = emptyTensor(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      std::memcpy(tensor.raw(), blob->getData().data(),
                  std::min(tensor.numBytes(), blob->getData().size()));
    return tensor;
  }
  auto dense = cast<DenseElementsAttr>(attribute);
  if (tensor.dtype() == DType::Bool) {
    for (auto [index, value] : llvm::enumerate(dense.getValues<bool>()))
      tensor.data<uint8_t>()[index] = value;
    return tensor;
  }
  ArrayRef<char> bytes = dense.getRawData();
  if (!dense.isSplat()) {
    std::memcpy(tensor.raw(), bytes.data(), tensor.numBytes());
    return tensor;
  }
  // Twice as many elements each time.
  std::memcpy(tensor.raw(), bytes.data(), std::min(tensor.numBytes(), bytes.size()));
  for (size_t filled = bytes.size(); filled < tensor.numBytes(); filled *= 2)
    std::memcpy(tensor.raw() + filled, tensor.raw(), std::min(filled, tensor.numBytes() - filled));
  return tensor;
}

std::optional<Tensor> constantTensor(Value value) {
  if (auto constant = value ? value.getDefiningOp<ConstantOp>() : ConstantOp())
    return tensorOf(constant.getValue());
  return std::nullopt;
}

std::optional<double> splatValue(Value value) {
  auto constant = value ? value.getDefiningOp<ConstantOp>() : ConstantOp();
  if (!constant)
    return std::nullopt;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense || !dense.isSplat())
    return std::nullopt;
  auto scalar = dense.reshape(RankedTensorType::get({}, dense.getElementType()));
  return tensorOf(scalar).asDouble(0);
}

} // namespace dlc::dl
