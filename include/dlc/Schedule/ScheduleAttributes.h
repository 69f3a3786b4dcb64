// Between the schedule attributes of the dialect and the parameter structs of the templates.
#ifndef DLC_SCHEDULE_SCHEDULEATTRIBUTES_H
#define DLC_SCHEDULE_SCHEDULEATTRIBUTES_H

#include "dlc/Dialect/DL/IR/DeviceAttributes.h"
#include "dlc/Schedule/DeviceFacts.h"
#include "dlc/Schedule/ScheduleParams.h"

namespace dlc::schedule {

dl::GemmScheduleAttr attributeOf(mlir::MLIRContext *context, const GemmParams &params);
dl::AttentionScheduleAttr attributeOf(mlir::MLIRContext *context, const AttentionParams &params);
dl::DepthwiseScheduleAttr attributeOf(mlir::MLIRContext *context, const DepthwiseParams &params);
dl::WindowScheduleAttr attributeOf(mlir::MLIRContext *context, const WindowParams &params);
dl::RowReduceScheduleAttr attributeOf(mlir::MLIRContext *context, const RowReduceParams &params);
dl::InjectiveScheduleAttr attributeOf(mlir::MLIRContext *context, const InjectiveParams &params);
dl::TransposeScheduleAttr attributeOf(mlir::MLIRContext *context, const TransposeParams &params);
dl::ScanScheduleAttr attributeOf(mlir::MLIRContext *context, const ScanParams &params);
dl::RnnStepScheduleAttr attributeOf(mlir::MLIRContext *context, const RnnStepParams &params);
dl::GPUGemmScheduleAttr attributeOf(mlir::MLIRContext *context, const GPUGemmParams &params);
dl::GPURowReduceScheduleAttr attributeOf(mlir::MLIRContext *context,
                                         const GPURowReduceParams &params);
dl::GPUWindowScheduleAttr attributeOf(mlir::MLIRContext *context, const GPUWindowParams &params);
dl::GPUInjectiveScheduleAttr attributeOf(mlir::MLIRContext *context,
                                         const GPUInjectiveParams &params);

GemmParams paramsOf(dl::GemmScheduleAttr attribute);
AttentionParams paramsOf(dl::AttentionScheduleAttr attribute);
DepthwiseParams paramsOf(dl::DepthwiseScheduleAttr attribute);
WindowParams paramsOf(dl::WindowScheduleAttr attribute);
RowReduceParams paramsOf(dl::RowReduceScheduleAttr attribute);
InjectiveParams paramsOf(dl::InjectiveScheduleAttr attribute);
TransposeParams paramsOf(dl::TransposeScheduleAttr attribute);
ScanParams paramsOf(dl::ScanScheduleAttr attribute);
RnnStepParams paramsOf(dl::RnnStepScheduleAttr attribute);
GPUGemmParams paramsOf(dl::GPUGemmScheduleAttr attribute);
GPURowReduceParams paramsOf(dl::GPURowReduceScheduleAttr attribute);
GPUWindowParams paramsOf(dl::GPUWindowScheduleAttr attribute);
GPUInjectiveParams paramsOf(dl::GPUInjectiveScheduleAttr attribute);

dl::DeviceAttr attributeOf(mlir::MLIRContext *context, const DeviceFacts &facts);
DeviceFacts factsOf(dl::DeviceAttr attribute);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_SCHEDULEATTRIBUTES_H
