// Registration of the dialect. Each op family registers its own ops, in its own file.
#include "dlc/Dialect/DL/IR/DLDialect.h"

#include "dlc/Dialect/DL/IR/DeviceAttributes.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dlc::dl {

void DLDialect::initialize() {
  registerAttributes();
  registerConstantOps();
  registerElementwiseOps();
  registerContractionOps();
  registerWindowOps();
  registerReductionOps();
  registerNormalizationOps();
  registerShapeOps();
  registerIndexingOps();
  registerAttentionOps();
  registerRandomOps();
  registerRecurrentOps();
  registerKernelOps();
}

Operation *DLDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                          Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getShapedType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

} // namespace dlc::dl

#include "dlc/Dialect/DL/IR/DLDialect.cpp.inc"

#include "dlc/Dialect/DL/IR/DLEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dlc/Dialect/DL/IR/DLAttributes.cpp.inc"

void dlc::dl::DLDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dlc/Dialect/DL/IR/DLAttributes.cpp.inc"
      >();
}
