// All ops of the dl dialect.
#ifndef DLC_DIALECT_DL_IR_DLOPS_H
#define DLC_DIALECT_DL_IR_DLOPS_H

#include "dlc/Dialect/DL/IR/Cost.h"
#include "dlc/Dialect/DL/IR/DLDialect.h"
#include "dlc/Dialect/DL/IR/ShapeInference.h"
#include "dlc/Interfaces/OpInterfaces.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLConstantOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLElementwiseOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLContractionOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLWindowOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLReductionOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLNormalizationOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLShapeOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLIndexingOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLAttentionOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLRandomOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLRecurrentOps.h.inc"
#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLKernelOps.h.inc"

#endif // DLC_DIALECT_DL_IR_DLOPS_H
