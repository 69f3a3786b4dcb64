// Between the schedule attributes and the parameter structs.
#include "dlc/Schedule/ScheduleAttributes.h"

namespace dlc::schedule {

dl::GemmScheduleAttr attributeOf(mlir::MLIRContext *context, const GemmParams &p) {
  return dl::GemmScheduleAttr::get(
      context, p.rowsPerTile, p.vectorsPerTile, p.unroll, p.reductionBlock, p.tilesPerBlock,
      p.order == LoopOrder::ColumnsOuter, p.tasks, p.pad == PadMode::Block, p.prefetch,
      p.stepsSideBySide, p.vectorBytes);
}

dl::AttentionScheduleAttr attributeOf(mlir::MLIRContext *context, const AttentionParams &p) {
  return dl::AttentionScheduleAttr::get(context, p.rowsPerTile, p.scoreVectors, p.valueVectors,
                                        p.unroll, p.tilesPerBlock, p.tasks);
}

dl::DepthwiseScheduleAttr attributeOf(mlir::MLIRContext *context, const DepthwiseParams &p) {
  return dl::DepthwiseScheduleAttr::get(context, p.vectorsPerTile, p.columnsPerTile, p.rowsPerBlock,
                                        p.tasks, p.pad == PadMode::Block, p.rowsPerTile);
}

dl::WindowScheduleAttr attributeOf(mlir::MLIRContext *context, const WindowParams &p) {
  return dl::WindowScheduleAttr::get(context, p.vectorsPerTile, p.columnsPerTile, p.rowsPerBlock,
                                     p.tasks, p.rowsPerTile);
}

dl::RowReduceScheduleAttr attributeOf(mlir::MLIRContext *context, const RowReduceParams &p) {
  return dl::RowReduceScheduleAttr::get(context, p.accumulators, p.rowsPerBlock, p.tasks);
}

dl::InjectiveScheduleAttr attributeOf(mlir::MLIRContext *context, const InjectiveParams &p) {
  return dl::InjectiveScheduleAttr::get(context, p.vectorsPerTile, p.elementsPerTask, p.tasks);
}

dl::TransposeScheduleAttr attributeOf(mlir::MLIRContext *context, const TransposeParams &p) {
  return dl::TransposeScheduleAttr::get(context, p.tile, p.tasks);
}

dl::ScanScheduleAttr attributeOf(mlir::MLIRContext *context, const ScanParams &p) {
  return dl::ScanScheduleAttr::get(context, p.vectorsPerTile, p.tasks);
}

dl::RnnStepScheduleAttr attributeOf(mlir::MLIRContext *context, const RnnStepParams &p) {
  return dl::RnnStepScheduleAttr::get(context, p.rowsPerTile, p.vectorsPerGate, p.unroll, p.tasks);
}

GemmParams paramsOf(dl::GemmScheduleAttr a) {
  GemmParams p;
  p.rowsPerTile = a.getRowsPerTile();
  p.vectorsPerTile = a.getVectorsPerTile();
  p.unroll = a.getUnroll();
  p.reductionBlock = a.getReductionBlock();
  p.tilesPerBlock = a.getTilesPerBlock();
  p.order = a.getColumnsOuter() ? LoopOrder::ColumnsOuter : LoopOrder::RowsOuter;
  p.tasks = a.getTasks();
  p.pad = a.getPadBlock() ? PadMode::Block : PadMode::Whole;
  p.prefetch = a.getPrefetch();
  p.stepsSideBySide = a.getStepsSideBySide();
  p.vectorBytes = a.getVectorBytes();
  return p;
}

AttentionParams paramsOf(dl::AttentionScheduleAttr a) {
  AttentionParams p;
  p.rowsPerTile = a.getRowsPerTile();
  p.scoreVectors = a.getScoreVectors();
  p.valueVectors = a.getValueVectors();
  p.unroll = a.getUnroll();
  p.tilesPerBlock = a.getTilesPerBlock();
  p.tasks = a.getTasks();
  return p;
}

DepthwiseParams paramsOf(dl::DepthwiseScheduleAttr a) {
  DepthwiseParams p;
  p.vectorsPerTile = a.getVectorsPerTile();
  p.columnsPerTile = a.getColumnsPerTile();
  p.rowsPerBlock = a.getRowsPerBlock();
  p.tasks = a.getTasks();
  p.pad = a.getPadBlock() ? PadMode::Block : PadMode::InPlace;
  p.rowsPerTile = a.getRowsPerTile();
  return p;
}

WindowParams paramsOf(dl::WindowScheduleAttr a) {
  WindowParams p;
  p.vectorsPerTile = a.getVectorsPerTile();
  p.columnsPerTile = a.getColumnsPerTile();
  p.rowsPerBlock = a.getRowsPerBlock();
  p.tasks = a.getTasks();
  p.rowsPerTile = a.getRowsPerTile();
  return p;
}

RowReduceParams paramsOf(dl::RowReduceScheduleAttr a) {
  RowReduceParams p;
  p.accumulators = a.getAccumulators();
  p.rowsPerBlock = a.getRowsPerBlock();
  p.tasks = a.getTasks();
  return p;
}

InjectiveParams paramsOf(dl::InjectiveScheduleAttr a) {
  InjectiveParams p;
  p.vectorsPerTile = a.getVectorsPerTile();
  p.elementsPerTask = a.getElementsPerTask();
  p.tasks = a.getTasks();
  return p;
}

TransposeParams paramsOf(dl::TransposeScheduleAttr a) {
  TransposeParams p;
  p.tile = a.getTile();
  p.tasks = a.getTasks();
  return p;
}

ScanParams paramsOf(dl::ScanScheduleAttr a) {
  ScanParams p;
  p.vectorsPerTile = a.getVectorsPerTile();
  p.tasks = a.getTasks();
  return p;
}

RnnStepParams paramsOf(dl::RnnStepScheduleAttr a) {
  RnnStepParams p;
  p.rowsPerTile = a.getRowsPerTile();
  p.vectorsPerGate = a.getVectorsPerGate();
  p.unroll = a.getUnroll();
  p.tasks = a.getTasks();
  return p;
}

//===-- On a device ------------------------------------------------------------------------===//

dl::GPUGemmScheduleAttr attributeOf(mlir::MLIRContext *context, const GPUGemmParams &p) {
  return dl::GPUGemmScheduleAttr::get(context, p.rowsPerThread, p.columnsPerThread, p.rowThreads,
                                      p.columnThreads, p.depthPerStep, p.unroll);
}

dl::GPURowReduceScheduleAttr attributeOf(mlir::MLIRContext *context, const GPURowReduceParams &p) {
  return dl::GPURowReduceScheduleAttr::get(context, p.threadsPerRow, p.rowsPerBlock);
}

dl::GPUWindowScheduleAttr attributeOf(mlir::MLIRContext *context, const GPUWindowParams &p) {
  return dl::GPUWindowScheduleAttr::get(context, p.threads);
}

dl::GPUInjectiveScheduleAttr attributeOf(mlir::MLIRContext *context, const GPUInjectiveParams &p) {
  return dl::GPUInjectiveScheduleAttr::get(context, p.threads);
}

GPUGemmParams paramsOf(dl::GPUGemmScheduleAttr a) {
  GPUGemmParams p;
  p.rowsPerThread = a.getRowsPerThread();
  p.columnsPerThread = a.getColumnsPerThread();
  p.rowThreads = a.getRowThreads();
  p.columnThreads = a.getColumnThreads();
  p.depthPerStep = a.getDepthPerStep();
  p.unroll = a.getUnroll();
  return p;
}

GPURowReduceParams paramsOf(dl::GPURowReduceScheduleAttr a) {
  GPURowReduceParams p;
  p.threadsPerRow = a.getThreadsPerRow();
  p.rowsPerBlock = a.getRowsPerBlock();
  return p;
}

GPUWindowParams paramsOf(dl::GPUWindowScheduleAttr a) { return {static_cast<int>(a.getThreads())}; }

GPUInjectiveParams paramsOf(dl::GPUInjectiveScheduleAttr a) {
  return {static_cast<int>(a.getThreads())};
}

dl::DeviceAttr attributeOf(mlir::MLIRContext *context, const DeviceFacts &facts) {
  // A kind has one name, here and there.
  std::optional<dl::DeviceKind> kind = dl::symbolizeDeviceKind(deviceName(facts.kind));
  return dl::DeviceAttr::get(context, *kind, facts.maxThreads, facts.sharedBytes, facts.subgroup,
                             facts.registers);
}

DeviceFacts factsOf(dl::DeviceAttr attribute) {
  DeviceFacts facts;
  facts.kind = *deviceKind(dl::stringifyDeviceKind(attribute.getKind()));
  facts.maxThreads = attribute.getMaxThreads();
  facts.sharedBytes = attribute.getSharedBytes();
  facts.subgroup = attribute.getSubgroup();
  facts.registers = attribute.getRegisters();
  return facts;
}

} // namespace dlc::schedule
