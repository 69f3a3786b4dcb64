// Every attribute of the dialect: what its parser, printer and registration are made from.
#ifndef DLC_DIALECT_DL_IR_DLATTRIBUTES_TD
#define DLC_DIALECT_DL_IR_DLATTRIBUTES_TD

include "dlc/Dialect/DL/IR/DLDeviceAttrs.td"
include "dlc/Dialect/DL/IR/DLScheduleAttrs.td"

#endif // DLC_DIALECT_DL_IR_DLATTRIBUTES_TD
