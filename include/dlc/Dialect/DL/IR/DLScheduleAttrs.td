// Schedules as IR: one attribute a template family, mirroring the structs of
// include/dlc/Schedule/ScheduleParams.h, where each parameter's legality and trade-off is written.
#ifndef DLC_DIALECT_DL_IR_DLSCHEDULEATTRS_TD
#define DLC_DIALECT_DL_IR_DLSCHEDULEATTRS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

def DL_GemmScheduleAttr : DL_ScheduleAttr<"GemmSchedule", "gemm",
    "register-tiled contraction: matmul, 1x1, direct and grouped convolution"> {
  let parameters = (ins "int64_t":$rows_per_tile, "int64_t":$vectors_per_tile, "int64_t":$unroll,
                        "int64_t":$reduction_block, "int64_t":$tiles_per_block, "bool":$columns_outer,
                        "int64_t":$tasks, "bool":$pad_block, "bool":$prefetch,
                        DefaultValuedParameter<"int64_t", "1">:$steps_side_by_side,
                        DefaultValuedParameter<"int64_t", "0">:$vector_bytes);
}
def DL_AttentionScheduleAttr : DL_ScheduleAttr<"AttentionSchedule", "attention_blocks",
    "two products around a softmax, a block of rows at a time"> {
  let parameters = (ins "int64_t":$rows_per_tile, "int64_t":$score_vectors, "int64_t":$value_vectors,
                        "int64_t":$unroll, "int64_t":$tiles_per_block, "int64_t":$tasks);
}
def DL_DepthwiseScheduleAttr : DL_ScheduleAttr<"DepthwiseSchedule", "depthwise_conv",
    "one filter a channel, channels in the vectors"> {
  let parameters = (ins "int64_t":$vectors_per_tile, "int64_t":$columns_per_tile,
                        "int64_t":$rows_per_block, "int64_t":$tasks, "bool":$pad_block,
                        DefaultValuedParameter<"int64_t", "1">:$rows_per_tile);
}
def DL_WindowScheduleAttr : DL_ScheduleAttr<"WindowSchedule", "window",
    "a fold over a sliding window, channels in the vectors"> {
  let parameters = (ins "int64_t":$vectors_per_tile, "int64_t":$columns_per_tile,
                        "int64_t":$rows_per_block, "int64_t":$tasks,
                        DefaultValuedParameter<"int64_t", "1">:$rows_per_tile);
}
def DL_RowReduceScheduleAttr : DL_ScheduleAttr<"RowReduceSchedule", "row_reduce",
    "reductions over rows and what is computed from them"> {
  let parameters = (ins "int64_t":$accumulators, "int64_t":$rows_per_block, "int64_t":$tasks);
}
def DL_ScanScheduleAttr : DL_ScheduleAttr<"ScanSchedule", "scan",
    "running sums and products along one axis, the axes behind it in the vectors"> {
  let parameters = (ins "int64_t":$vectors_per_tile, "int64_t":$tasks);
}
def DL_InjectiveScheduleAttr : DL_ScheduleAttr<"InjectiveSchedule", "injective",
    "independent elements; also the fallback for any kernel without a family of its own"> {
  let parameters = (ins "int64_t":$vectors_per_tile, "int64_t":$elements_per_task, "int64_t":$tasks);
}
def DL_TransposeScheduleAttr : DL_ScheduleAttr<"TransposeSchedule", "transpose",
    "a copy whose innermost axis is not that of its operand: squares are turned in registers"> {
  let parameters = (ins "int64_t":$tile, "int64_t":$tasks);
}

def DL_RnnStepScheduleAttr : DL_ScheduleAttr<"RnnStepSchedule", "rnn_step",
    "a step of a recurrence: a product with all gates of some units in one register tile"> {
  let parameters = (ins "int64_t":$rows_per_tile, "int64_t":$vectors_per_gate, "int64_t":$unroll,
                        "int64_t":$tasks);
}

#endif // DLC_DIALECT_DL_IR_DLSCHEDULEATTRS_TD
