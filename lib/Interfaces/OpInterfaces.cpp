// Definitions behind the op interfaces and the names of the fusion classes.
#include "dlc/Interfaces/OpInterfaces.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

namespace dlc {

llvm::StringRef fusionClassName(FusionClass fusionClass) {
  switch (fusionClass) {
  case FusionClass::Injective:
    return "injective";
  case FusionClass::Movement:
    return "movement";
  case FusionClass::Reduction:
    return "reduction";
  case FusionClass::Contraction:
    return "contraction";
  case FusionClass::Convolution:
    return "convolution";
  case FusionClass::Window:
    return "window";
  case FusionClass::Gather:
    return "gather";
  case FusionClass::Opaque:
    return "opaque";
  case FusionClass::View:
    return "view";
  case FusionClass::Constant:
    return "constant";
  }
  llvm_unreachable("unknown fusion class");
}

bool isAnchorClass(FusionClass fusionClass) {
  switch (fusionClass) {
  case FusionClass::Reduction:
  case FusionClass::Contraction:
  case FusionClass::Convolution:
  case FusionClass::Window:
  case FusionClass::Gather:
  case FusionClass::Opaque:
    return true;
  default:
    return false;
  }
}

bool isElementwise(Operation *op) {
  auto fusible = dyn_cast<FusibleOpInterface>(op);
  return fusible && fusible.getFusionClass() == FusionClass::Injective &&
         !isa<LayoutOpInterface>(op);
}

static int64_t bytesOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.getElementType().isIntOrFloat())
    return 0;
  int64_t elements = 1;
  for (int64_t dim : tensor.getShape())
    elements *= ShapedType::isDynamic(dim) ? 1 : dim;
  return elements * ((tensor.getElementTypeBitWidth() + 7) / 8);
}

int64_t touchedBytes(Operation *op) {
  int64_t bytes = 0;
  for (Type type : op->getOperandTypes())
    bytes += bytesOf(type);
  for (Type type : op->getResultTypes())
    bytes += bytesOf(type);
  return bytes;
}

} // namespace dlc

#include "dlc/Interfaces/OpInterfaces.cpp.inc"
