// The passes of the phase `schedule`, and the packing of weights that `codegen` begins with.
#ifndef DLC_SCHEDULE_PASSES_TD
#define DLC_SCHEDULE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ScheduleAssign : Pass<"schedule-assign", "::mlir::func::FuncOp"> {
  let summary = "Give each kernel a schedule from the analytic model";
  let description = [{
    Before: kernels. After: each kernel carries a schedule attribute of the family that fits its anchor; those that
    carry one keep it.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
  let options = [Option<"vectorBytes", "vector-bytes", "int", "0",
                        "Width of a vector register; 0: this machine's">];
}

def SchedulePackWeights : Pass<"schedule-pack-weights", "::mlir::func::FuncOp"> {
  let summary = "Store constant filters and matrices in the order that the scheduled kernels read them";
  let description = [{
    Before: kernels with schedules. After: a constant filter of a channels-last convolution, and a constant right
    operand of a matrix product, is packed in panels as wide as the kernel's register tile; a depthwise filter has
    its channels innermost. Done after scheduling because the panel's width is a parameter of the schedule.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
  let options = [Option<"vectorBytes", "vector-bytes", "int", "0",
                        "Width of a vector register; 0: this machine's">];
}

def SchedulePackRecurrent : Pass<"schedule-pack-recurrent", "::mlir::func::FuncOp"> {
  let summary = "Store the recurrent matrix of each layer in the order in which a step reads it";
  let description = [{
    Before: kernels with schedules. After: the recurrent matrix of every op that is computed step by step is packed as
    `packed_units` says, in panels as wide as its schedule's register tile: a constant as another constant, any
    other by kernels before the first step.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
  let options = [Option<"vectorBytes", "vector-bytes", "int", "0",
                        "Width of a vector register; 0: this machine's">];
}

def ScheduleMarkInPlace : Pass<"schedule-mark-in-place", "::mlir::func::FuncOp"> {
  let summary = "Mark the kernels that may overwrite an operand of theirs";
  let description = [{
    Before: kernels with schedules. After: `dl.in_place` stands on the kernels, and on no others, whose template
    writes no element of its result before the reads of that element's own place. The arena plan decides which
    operand is overwritten, if any. Done again at the start of codegen because schedules are edited before.
  }];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

def ScheduleVerify : Pass<"schedule-verify", "::mlir::func::FuncOp"> {
  let summary = "Check what the phase `schedule` promises";
  let description = [{
    Diagnosed: a kernel without a schedule, with one of a family that does not fit its anchor, or with steps side by
    side where its operands do not lie so.
  }];
}

#endif // DLC_SCHEDULE_PASSES_TD
