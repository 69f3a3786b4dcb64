// Attention: inference, verifier, cost.
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLAttentionOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerAttentionOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLAttentionOps.cpp.inc"
      >();
}

/// Whether key and value heads can be shared out to the query's.
static bool headsFit(AffineExpr query, AffineExpr key) {
  std::optional<int64_t> many = constantDim(query), few = constantDim(key);
  if (!many || !few)
    return true;
  return *few > 0 && *many % *few == 0;
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            ValueRange operands, DictionaryAttr attributes,
                                            OpaqueProperties properties, RegionRange regions,
                                            SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  Dims query = dimsOf(op.getQuery().getType()), key = dimsOf(op.getKey().getType()),
       value = dimsOf(op.getValue().getType());
  if (query.size() != 4 || key.size() != 4 || value.size() != 4)
    return inferenceError(loc, "attention expects operands of rank 4, got " + dimsString(query) +
                                   ", " + dimsString(key) + " and " + dimsString(value));
  unsigned heads = op.getHeadsInner() ? 2 : 1, rows = op.getHeadsInner() ? 1 : 2;
  std::optional<SizePair> differing = firstDiffering({{key[0], value[0]},
                                                      {key[1], value[1]},
                                                      {key[2], value[2]},
                                                      {query[0], key[0]},
                                                      {query[3], key[3]}});
  std::string message = "attention operands " + dimsString(query) + ", " + dimsString(key) +
                        " and " + dimsString(value) +
                        " do not agree on batch, heads, keys or depth";
  if (differing)
    return sizesDiffer(loc, *differing, message);
  if (!headsFit(query[heads], key[heads]))
    return inferenceError(loc, message);
  Dims result{query[0], query[heads], query[rows], value[3]};
  if (op.getResultHeadsInner())
    std::swap(result[1], result[2]);
  types.push_back(tensorOf(result, getElementTypeOrSelf(op.getQuery().getType())));
  return success();
}

LogicalResult AttentionOp::verify() {
  // attention_c1
  if (failed(verifyOneElementType(*this, getOperands())))
    return failure();
  if (!getBias())
    return success();
  // attention_c2
  std::array<int64_t, 4> scores{getBatch(), getHeads(), getRows(), getKeys()};
  ArrayRef<int64_t> bias = getBias().getType().getShape();
  bool fits = bias.size() <= scores.size();
  for (size_t i = 1; fits && i <= bias.size(); ++i) {
    int64_t size = bias[bias.size() - i], whole = scores[scores.size() - i];
    fits =
        size == 1 || size == whole || ShapedType::isDynamic(size) || ShapedType::isDynamic(whole);
  }
  if (!fits)
    return emitOpError("expects a bias that broadcasts to the scores, got ") << getBias().getType();
  return success();
}

AffineExpr AttentionOp::getFlops() {
  constexpr int64_t softmaxFlops = 5;
  Type query = getQuery().getType();
  AffineExpr scores = sizeOf(query, 0) * sizeOf(query, getHeadAxis()) *
                      sizeOf(query, getRowAxis()) * sizeOf(getKey().getType(), getRowAxis());
  AffineExpr depths = sizeOf(query, 3) + sizeOf(getValue().getType(), 3);
  return scores * (depths * 2 + softmaxFlops);
}

} // namespace dlc::dl
