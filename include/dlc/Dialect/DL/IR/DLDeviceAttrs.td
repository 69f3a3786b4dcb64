// Devices as IR: what a module is compiled for, and the schedules of kernels there, which mirror the
// structs of include/dlc/Schedule/ScheduleParams.h. Apart from the other attributes, with a header of their own
// (DeviceAttributes.h), as few files ask for them.
#ifndef DLC_DIALECT_DL_IR_DLDEVICEATTRS_TD
#define DLC_DIALECT_DL_IR_DLDEVICEATTRS_TD

include "mlir/IR/EnumAttr.td"
include "dlc/Dialect/DL/IR/DLDialect.td"

def DL_GPUGemmScheduleAttr : DL_ScheduleAttr<"GPUGemmSchedule", "gpu_gemm",
    "contraction by blocks of threads: operands staged in shared memory, a tile in each thread's registers"> {
  let parameters = (ins "int64_t":$rows_per_thread, "int64_t":$columns_per_thread,
                        "int64_t":$row_threads, "int64_t":$column_threads, "int64_t":$depth_per_step,
                        "int64_t":$unroll);
}
def DL_GPURowReduceScheduleAttr : DL_ScheduleAttr<"GPURowReduceSchedule", "gpu_row_reduce",
    "reductions over rows and what is computed from them, a group of threads a row"> {
  let parameters = (ins "int64_t":$threads_per_row, "int64_t":$rows_per_block);
}
def DL_GPUWindowScheduleAttr : DL_ScheduleAttr<"GPUWindowSchedule", "gpu_window",
    "a fold by each thread for its own element of the result"> {
  let parameters = (ins "int64_t":$threads);
}
def DL_GPUInjectiveScheduleAttr : DL_ScheduleAttr<"GPUInjectiveSchedule", "gpu_injective",
    "a thread an element; also the fallback for any kernel without a family of its own, stage by stage"> {
  let parameters = (ins "int64_t":$threads);
}

def DL_DeviceKind : I32EnumAttr<"DeviceKind", "how a device is driven", [
    I32EnumAttrCase<"OpenCL", 0, "opencl">,
    I32EnumAttrCase<"CUDA", 1, "cuda">,
    I32EnumAttrCase<"Vulkan", 2, "vulkan">]> {
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}

def DL_DeviceAttr : AttrDef<DL_Dialect, "Device"> {
  let mnemonic = "device";
  let summary = "what a module is compiled for, where its kernels do not run on the host";
  let description = [{
    Stands on a module as `dl.device`; without it kernels run on the host. Mirrors
    include/dlc/Schedule/DeviceFacts.h, where each limit is explained.
  }];
  let parameters = (ins EnumParameter<DL_DeviceKind>:$kind, "int64_t":$max_threads,
                        "int64_t":$shared_bytes, "int64_t":$subgroup, "int64_t":$registers);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // DLC_DIALECT_DL_IR_DLDEVICEATTRS_TD
