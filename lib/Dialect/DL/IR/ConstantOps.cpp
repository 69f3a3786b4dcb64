// Constants: inference, folding.
#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLConstantOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerConstantOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLConstantOps.cpp.inc"
      >();
}

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                           ValueRange operands, DictionaryAttr attributes,
                                           OpaqueProperties properties, RegionRange regions,
                                           SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  types.push_back(adaptor.getValue().getShapedType());
  return success();
}

LogicalResult SizesOp::inferReturnTypes(MLIRContext *context, std::optional<Location>,
                                        ValueRange operands, DictionaryAttr attributes,
                                        OpaqueProperties properties, RegionRange regions,
                                        SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  types.push_back(
      RankedTensorType::get({adaptor.getDims().getNumResults()}, IntegerType::get(context, 64)));
  return success();
}

LogicalResult IotaOp::inferReturnTypes(MLIRContext *, std::optional<Location>, ValueRange operands,
                                       DictionaryAttr attributes, OpaqueProperties properties,
                                       RegionRange regions, SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  types.push_back(tensorOf(adaptor.getDims().getResults(), adaptor.getElement()));
  return success();
}

LogicalResult IotaOp::verify() {
  // iota_c1
  if (uint64_t rank = getResult().getType().getRank(); getAxis() >= rank)
    return emitOpError("expects an axis below ") << rank << ", got " << getAxis();
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

} // namespace dlc::dl
