// Dimensions as affine expressions, and broadcasting.
#include "dlc/Dialect/DL/IR/ShapeInference.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace dlc::dl {

Dims dimsOf(MLIRContext *context, ArrayRef<int64_t> sizes) {
  Dims dims;
  for (int64_t size : sizes)
    dims.push_back(getAffineConstantExpr(size, context));
  return dims;
}

Dims dimsOf(Type tensor) {
  // One symbol for every size that is not known: what is computed from it is not known either, and
  // two unknown sizes are taken to agree.
  Dims dims;
  for (int64_t size : cast<RankedTensorType>(tensor).getShape())
    dims.push_back(ShapedType::isDynamic(size) ? getAffineSymbolExpr(0, tensor.getContext())
                                               : getAffineConstantExpr(size, tensor.getContext()));
  return dims;
}

std::optional<int64_t> constantDim(AffineExpr dim) {
  if (auto constant = dyn_cast<AffineConstantExpr>(dim))
    return constant.getValue();
  return std::nullopt;
}

RankedTensorType tensorOf(ArrayRef<AffineExpr> dims, Type element) {
  SmallVector<int64_t> shape;
  for (AffineExpr dim : dims)
    shape.push_back(constantDim(dim).value_or(ShapedType::kDynamic));
  return RankedTensorType::get(shape, element);
}

std::string dimsString(ArrayRef<AffineExpr> dims) {
  if (dims.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::interleave(dims, out, [&](AffineExpr dim) { out << dim; }, "x");
  return text;
}

LogicalResult inferenceError(std::optional<Location> loc, const Twine &message) {
  if (loc)
    return emitError(*loc) << message;
  return failure();
}

FailureOr<Dims> broadcastDims(std::optional<Location> loc, ArrayRef<AffineExpr> a,
                              ArrayRef<AffineExpr> b) {
  ArrayRef<AffineExpr> longer = a.size() >= b.size() ? a : b;
  ArrayRef<AffineExpr> shorter = a.size() >= b.size() ? b : a;
  Dims dims(longer);
  size_t offset = longer.size() - shorter.size();
  for (auto [index, dim] : llvm::enumerate(shorter)) {
    AffineExpr &other = dims[offset + index];
    if (other == dim || constantDim(dim) == 1)
      continue;
    if (constantDim(other) == 1) {
      other = dim;
      continue;
    }
    (void)inferenceError(loc, "shapes " + dimsString(a) + " and " + dimsString(b) +
                                  " do not broadcast: sizes must be equal or 1");
    return failure();
  }
  return dims;
}

LogicalResult inferBroadcast(std::optional<Location> loc, TypeRange operands, Type element,
                             SmallVectorImpl<Type> &types) {
  Dims dims;
  for (Type operand : operands) {
    FailureOr<Dims> joined = broadcastDims(loc, dims, dimsOf(operand));
    if (failed(joined))
      return failure();
    dims = *joined;
  }
  types.push_back(tensorOf(dims, element));
  return success();
}

} // namespace dlc::dl
