// How ops describe their loops to schedules. Attached as external models by lib/Schedule/Shapes, one file an op
// family.
#ifndef DLC_SCHEDULE_SHAPEINTERFACES_TD
#define DLC_SCHEDULE_SHAPEINTERFACES_TD

include "mlir/IR/OpBase.td"

/// What a schedule family asks an op for; nothing where the family cannot run it.
class DLC_ShapeMethod<string text, string shape, string method>
    : InterfaceMethod<text, "::std::optional<::dlc::schedule::" # shape # ">", method, (ins), [{}],
                      [{ return ::std::nullopt; }]>;

def ScheduleShapeOpInterface : OpInterface<"ScheduleShapeOpInterface"> {
  let cppNamespace = "::dlc::schedule";
  let description = [{
    An anchor as the schedule families see it: for each family the extents that its parameters are chosen for, as
    the op stands in its kernel. An anchor without a model has the family that is everyone's fallback. What can be
    run is decided by what is known of sizes for sure, what is fast by likely sizes.
  }];
  let methods = [
    DLC_ShapeMethod<"The op as one product of matrices, be it of gathered windows, or a batch of them.",
      "GemmShape", "getGemmShape">,
    DLC_ShapeMethod<"The same by blocks of threads of a device.", "GemmShape", "getDeviceGemmShape">,
    DLC_ShapeMethod<"A convolution with one filter a channel.", "WindowShape", "getDepthwiseShape">,
    DLC_ShapeMethod<"A fold over a sliding window.", "WindowShape", "getWindowShape">,
    DLC_ShapeMethod<"Folds over the innermost axes.", "RowReduceShape", "getRowReduceShape">,
    DLC_ShapeMethod<"A fold over the outermost axes: its rows are what is folded.", "RowReduceShape",
      "getColumnReduceShape">,
    DLC_ShapeMethod<"A running sum or product.", "ScanShape", "getScanShape">,
    DLC_ShapeMethod<"Two products around a softmax.", "AttentionShape", "getAttentionShape">,
    InterfaceMethod<[{
        Whether each element of the result is a fold that needs nothing of the others: on a device each thread may
        have its own.
      }], "bool", "foldsOwnElement", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<"Whether the op can be emitted without a template, on a device or else on the host.",
      "bool", "hasPlainForm", (ins "bool":$onDevice), [{}], [{ return true; }]>,
  ];
}

#endif // DLC_SCHEDULE_SHAPEINTERFACES_TD
