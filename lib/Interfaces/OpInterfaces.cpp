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

} // namespace dlc

#include "dlc/Interfaces/OpInterfaces.cpp.inc"
