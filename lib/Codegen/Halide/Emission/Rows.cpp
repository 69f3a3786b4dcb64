// Row kernels: the walk over rows and columns, and the stages of a row.
#include "Rows.h"

#include "dlc/Codegen/Halide/Templates/GPURowReduce.h"
#include "dlc/Schedule/ScheduleAttributes.h"

#include <memory>

using namespace mlir;
using Halide::Expr;

namespace dlc::codegen {

bool isByRows(KernelEmitter &emitter) {
  return emitter.getSchedule<dl::RowReduceScheduleAttr>() ||
         emitter.getSchedule<dl::GPURowReduceScheduleAttr>();
}

RowBuilder::RowBuilder(KernelEmitter &emitter, Value operand, Value result, unsigned firstColumn,
                       bool linearColumns)
    : emitter(emitter), operand(operand), result(result), firstColumn(firstColumn),
      linearColumns(linearColumns) {
  dl::Dims shape = dl::dimsOf(operand.getType());
  columns = templates::productOf(emitter.sizesOf(ArrayRef(shape).drop_front(firstColumn)));
  rows = templates::productOf(emitter.sizesOf(ArrayRef(shape).take_front(firstColumn)));
  linearRows = emitter.isLinearizable(operand, shape, 0, firstColumn);
  if (auto attribute = emitter.getSchedule<dl::RowReduceScheduleAttr>())
    params = schedule::paramsOf(attribute);
  else if (auto attribute = emitter.getSchedule<dl::GPURowReduceScheduleAttr>())
    params = schedule::paramsOf(attribute);
  else
    throw Halide::CompileError("a kernel that only the family 'row_reduce' can emit has a schedule "
                               "of another");
}

Coords RowBuilder::place(Expr at) const {
  dl::Dims shape = dl::dimsOf(operand.getType());
  Coords coords = emitter.splitLinear(row, shape, 0, firstColumn, linearRows);
  Coords inner = emitter.splitLinear(at, shape, firstColumn, shape.size(), linearColumns);
  coords.insert(coords.end(), inner.begin(), inner.end());
  return coords;
}

Expr RowBuilder::element(Expr at) { return KernelEmitter::compute(emitter.at(operand, place(at))); }

RowBuilder::Elements RowBuilder::elements() {
  auto read = [this](Expr at) { return element(std::move(at)); };
  const auto *onHost = std::get_if<schedule::RowReduceParams>(&params);
  if (!onHost)
    return {read, read};
  templates::RowElements kept = templates::buildRowElements(
      reduction("row", templates::ReductionKind::Sum, read), *onHost, emitter.getFacts());
  stages.insert(stages.end(), kept.stages.begin(), kept.stages.end());
  return {kept.first, kept.again};
}

/// Axes by division: the value need not be linear where the operand is.
Expr RowBuilder::broadcast(Value value, Expr at) {
  dl::Dims shape = dl::dimsOf(operand.getType());
  Coords coords = emitter.splitLinear(row, shape, 0, firstColumn, /*linearizable=*/false);
  Coords inner = emitter.splitLinear(at, shape, firstColumn, shape.size(), linearColumns);
  coords.insert(coords.end(), inner.begin(), inner.end());
  return KernelEmitter::compute(emitter.broadcastAt(value, coords));
}

templates::RowReduction RowBuilder::reduction(const char *name, templates::ReductionKind kind,
                                              std::function<Expr(Expr)> value) const {
  templates::RowReduction reduction;
  reduction.name = name;
  reduction.kind = kind;
  reduction.type = value(Expr(0)).type();
  reduction.extent = columns;
  reduction.rows = {row};
  reduction.rowCount = rows;
  reduction.first =
      llvm::all_of(stages, [](const templates::RowStage &stage) { return stage.isMemory; });
  reduction.readsFoldsOnly = foldsOnly;
  reduction.value = std::move(value);
  return reduction;
}

Expr RowBuilder::reduce(const char *name, templates::ReductionKind kind,
                        std::function<Expr(Expr)> value) {
  const templates::RowReduction fold = reduction(name, kind, std::move(value));
  if (const auto *onDevice = std::get_if<schedule::GPURowReduceParams>(&params))
    stages.push_back(templates::buildGPURowReduction(fold, *onDevice));
  else
    stages.push_back(templates::buildRowReduction(fold, std::get<schedule::RowReduceParams>(params),
                                                  emitter.getFacts()));
  return stages.back().result(row);
}

bool RowBuilder::outputHolds(Halide::Type type) const {
  ValueRange yielded = emitter.yielded();
  return yielded.size() == 1 && yielded.front() == result &&
         KernelEmitter::storageType(result.getType()) == type;
}

RowBuilder::Kept RowBuilder::reduceKept(const char *name, templates::ReductionKind kind,
                                        std::function<Expr(Expr)> value) {
  const auto *onHost = std::get_if<schedule::RowReduceParams>(&params);
  if (!onHost)
    return {reduce(name, kind, value), value(column)};
  foldsOnly = false;
  const templates::RowReduction fold = reduction(name, kind, std::move(value));
  templates::KeptReduction kept = templates::buildKeptReduction(
      fold, column, outputHolds(fold.type), *onHost, emitter.getFacts());
  stages.insert(stages.end(), kept.stages.begin(), kept.stages.end());
  return {stages.back().result(row), kept.term};
}

Expr RowBuilder::once(const char *name, const Expr &value) {
  if (std::holds_alternative<schedule::GPURowReduceParams>(params))
    return value;
  foldsOnly = false;
  templates::RowStage stage;
  stage.result = Halide::Func(name);
  stage.result(row) = value;
  stages.push_back(stage);
  return stage.result(row);
}

void RowBuilder::apply(Halide::Func output, bool perElement) const {
  templates::Sizes extents = perElement ? templates::Sizes{columns, rows} : templates::Sizes{rows};
  if (const auto *onDevice = std::get_if<schedule::GPURowReduceParams>(&params))
    templates::scheduleGPURowReduce(output, extents, perElement, stages, *onDevice);
  else
    templates::scheduleRowReduce(output, extents, perElement, stages,
                                 std::get<schedule::RowReduceParams>(params), emitter.getFacts());
}

/// Defines `result` as an expression that is known later: the epilogue reads it at its own place
/// only.
static std::shared_ptr<Expr> defineLater(KernelEmitter &emitter, Value result) {
  auto element = std::make_shared<Expr>();
  emitter.define(result, [element](const Coords &) { return *element; });
  return element;
}

void emitRowwise(KernelEmitter &emitter, Value operand, Value result, unsigned firstColumn,
                 ArrayRef<Value> others, const std::function<Expr(RowBuilder &)> &body) {
  dl::Dims shape = dl::dimsOf(operand.getType());
  unsigned rank = shape.size();
  std::shared_ptr<Expr> element = defineLater(emitter, result);
  auto linear = [&](Value value) {
    return emitter.isLinearizable(value, shape, firstColumn, rank);
  };
  bool linearColumns = linear(operand) && llvm::all_of(others, linear) &&
                       emitter.outputsAreLinearizable(shape, firstColumn, rank);
  auto builder = std::make_shared<RowBuilder>(emitter, operand, result, firstColumn, linearColumns);
  *element = Halide::cast(KernelEmitter::exprType(result.getType()), body(*builder));

  IterationSpace space;
  space.vars = {builder->columnVar(), builder->rowVar()};
  space.extents = {builder->columnCount(), builder->rowCount()};
  space.axes = {{firstColumn, rank}, {0, firstColumn}};
  space.coords = emitter.splitLinear(builder->rowVar(), shape, 0, firstColumn,
                                     emitter.outputsAreLinearizable(shape, 0, firstColumn));
  Coords inner = emitter.splitLinear(builder->columnVar(), shape, firstColumn, rank, linearColumns);
  space.coords.insert(space.coords.end(), inner.begin(), inner.end());
  emitter.setIterationSpace(space);
  emitter.setSchedule(
      [builder](Halide::Func output) { builder->apply(output, /*perElement=*/true); });
}

void emitRowFold(KernelEmitter &emitter, Value operand, Value result, unsigned firstColumn,
                 const std::function<Expr(RowBuilder &)> &body) {
  dl::Dims shape = dl::dimsOf(operand.getType()), rowShape = dl::dimsOf(result.getType());
  std::shared_ptr<Expr> element = defineLater(emitter, result);
  bool linearColumns = emitter.isLinearizable(operand, shape, firstColumn, shape.size());
  auto builder = std::make_shared<RowBuilder>(emitter, operand, result, firstColumn, linearColumns);
  *element = Halide::cast(KernelEmitter::exprType(result.getType()), body(*builder));

  IterationSpace space;
  space.vars = {builder->rowVar()};
  space.extents = {builder->rowCount()};
  space.axes = {{0, static_cast<unsigned>(rowShape.size())}};
  space.coords = emitter.splitLinear(builder->rowVar(), rowShape, 0, rowShape.size(),
                                     emitter.outputsAreLinearizable(rowShape, 0, rowShape.size()));
  emitter.setIterationSpace(space);
  emitter.setSchedule(
      [builder](Halide::Func output) { builder->apply(output, /*perElement=*/false); });
}

} // namespace dlc::codegen
