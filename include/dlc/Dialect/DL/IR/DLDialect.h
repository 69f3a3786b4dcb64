// The dl dialect, its enums and attributes.
#ifndef DLC_DIALECT_DL_IR_DLDIALECT_H
#define DLC_DIALECT_DL_IR_DLDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"

#include "dlc/Dialect/DL/IR/DLDialect.h.inc"

#include "dlc/Dialect/DL/IR/DLEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dlc/Dialect/DL/IR/DLAttributes.h.inc"

#endif // DLC_DIALECT_DL_IR_DLDIALECT_H
