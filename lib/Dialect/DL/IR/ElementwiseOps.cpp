// Elementwise ops: registration. Inference is in the ODS base classes.
#include "dlc/Dialect/DL/IR/DLOps.h"

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLElementwiseOps.cpp.inc"

void dlc::dl::DLDialect::registerElementwiseOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLElementwiseOps.cpp.inc"
      >();
}
