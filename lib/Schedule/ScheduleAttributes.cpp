// Between the schedule attributes and the parameter structs.
#include "dlc/Schedule/ScheduleAttributes.h"

namespace dlc::schedule {

dl::GemmScheduleAttr attributeOf(mlir::MLIRContext *context, const GemmParams &p) {
  return dl::GemmScheduleAttr::get(
      context, p.rowsPerTile, p.vectorsPerTile, p.unroll, p.reductionBlock, p.tilesPerBlock,
      p.order == LoopOrder::ColumnsOuter, p.tasks, p.pad == PadMode::Block);
}

dl::AttentionScheduleAttr attributeOf(mlir::MLIRContext *context, const AttentionParams &p) {
  return dl::AttentionScheduleAttr::get(context, p.rowsPerTile, p.scoreVectors, p.valueVectors,
                                        p.unroll, p.tilesPerBlock, p.tasks);
}

dl::DepthwiseScheduleAttr attributeOf(mlir::MLIRContext *context, const DepthwiseParams &p) {
  return dl::DepthwiseScheduleAttr::get(context, p.vectorsPerTile, p.columnsPerTile, p.rowsPerBlock,
                                        p.tasks, p.pad == PadMode::Block);
}

dl::WindowScheduleAttr attributeOf(mlir::MLIRContext *context, const WindowParams &p) {
  return dl::WindowScheduleAttr::get(context, p.vectorsPerTile, p.columnsPerTile, p.rowsPerBlock,
                                     p.tasks);
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
  return p;
}

WindowParams paramsOf(dl::WindowScheduleAttr a) {
  WindowParams p;
  p.vectorsPerTile = a.getVectorsPerTile();
  p.columnsPerTile = a.getColumnsPerTile();
  p.rowsPerBlock = a.getRowsPerBlock();
  p.tasks = a.getTasks();
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

RnnStepParams paramsOf(dl::RnnStepScheduleAttr a) {
  RnnStepParams p;
  p.rowsPerTile = a.getRowsPerTile();
  p.vectorsPerGate = a.getVectorsPerGate();
  p.unroll = a.getUnroll();
  p.tasks = a.getTasks();
  return p;
}

} // namespace dlc::schedule
