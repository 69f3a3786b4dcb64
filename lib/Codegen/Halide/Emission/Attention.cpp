// Attention, on the template of its name.
#include "dlc/Codegen/Halide/Templates/Attention.h"
#include "DeviceAttention.h"
#include "dlc/Codegen/Halide/EmissionModels.h"
#include "dlc/Codegen/Halide/KernelEmitter.h"
#include "dlc/Codegen/Halide/Templates/Math.h"
#include "dlc/Schedule/ScheduleAttributes.h"
#include "dlc/Schedule/ScheduleShapes.h"

using namespace mlir;
using dlc::templates::Size;
using dlc::templates::Sizes;
using Halide::Expr;

namespace dlc::codegen {
namespace {

using Indices = templates::AttentionProblem::Indices;

schedule::AttentionParams attentionParams(KernelEmitter &emitter, dl::AttentionOp op) {
  if (auto attribute = emitter.getSchedule<dl::AttentionScheduleAttr>())
    return schedule::paramsOf(attribute);
  auto shapes = cast<schedule::ScheduleShapeOpInterface>(op.getOperation());
  return schedule::chooseAttention(*shapes.getAttentionShape(), emitter.getFacts());
}

/// Reads `value` at (head, batch), row and column, wherever its heads are; `shared` heads of the
/// query read the same one.
std::function<Expr(Expr, Expr, const Indices &)> reader(KernelEmitter &emitter, Value value,
                                                        bool headsInner, const Size &shared) {
  return [=, &emitter](Expr row, Expr column, const Indices &batch) {
    Expr head = shared.is(1) ? batch[0] : batch[0] / shared.expr();
    Coords place =
        headsInner ? Coords{batch[1], row, head, column} : Coords{batch[1], head, row, column};
    return KernelEmitter::compute(emitter.at(value, place));
  };
}

templates::AttentionProblem problemOf(KernelEmitter &emitter, dl::AttentionOp op) {
  templates::AttentionProblem problem;
  Sizes query = emitter.sizesOf(op.getQuery()), key = emitter.sizesOf(op.getKey());
  problem.rows = query[op.getRowAxis()];
  problem.keys = key[op.getRowAxis()];
  problem.depth = query[3];
  problem.columns = emitter.sizesOf(op.getValue())[3];
  problem.batch = {query[op.getHeadAxis()], query[0]};
  problem.scale = op.getScale().convertToDouble();
  Halide::Type type = KernelEmitter::exprType(op.getQuery().getType());
  problem.accumulator = type.bits() < 32 ? Halide::Float(32) : type;
  bool inner = op.getHeadsInner();
  Size shared = query[op.getHeadAxis()] / key[op.getHeadAxis()];
  problem.query = [read = reader(emitter, op.getQuery(), inner, 1)](Expr depth, Expr row,
                                                                    const Indices &batch) {
    return read(row, depth, batch);
  };
  problem.key = [read = reader(emitter, op.getKey(), inner, shared)](
                    Expr depth, Expr at, const Indices &batch) { return read(at, depth, batch); };
  problem.value = reader(emitter, op.getValue(), inner, shared);
  if (op.getBias())
    problem.bias = [&emitter, bias = op.getBias(), accumulator = problem.accumulator](
                       Expr at, Expr row, const Indices &batch) mutable {
      return Halide::cast(accumulator, emitter.broadcastAt(bias, {batch[1], batch[0], row, at}));
    };
  problem.exp = math::expNonPositive;
  return problem;
}

struct AttentionModel : AnchorEmissionOpInterface::ExternalModel<AttentionModel, dl::AttentionOp> {
  void emitAnchor(Operation *operation, KernelEmitter &emitter) const {
    auto op = cast<dl::AttentionOp>(operation);
    bool byStages = static_cast<bool>(emitter.getSchedule<dl::GPUInjectiveScheduleAttr>());
    templates::AttentionProblem problem = problemOf(emitter, op);
    Size rows = problem.rows, columns = problem.columns, heads = problem.batch[0];
    bool inner = op.getResultHeadsInner();
    Halide::Var column("column"), row("row"), head("head"), image("image");
    IterationSpace space;
    space.vars = {column, row, head, image};
    space.extents = {columns, rows, heads, problem.batch[1]};
    const unsigned rowAxis = inner ? 1 : 2, headAxis = inner ? 2 : 1;
    space.axes = {{3, 4}, {rowAxis, rowAxis + 1}, {headAxis, headAxis + 1}, {0, 1}};
    space.coords = inner ? Coords{image, row, head, column} : Coords{image, head, row, column};
    std::vector<Expr> own(space.vars.begin(), space.vars.end());
    Halide::Type type = KernelEmitter::exprType(op.getResult().getType());
    if (byStages) {
      Expr element = emitAttentionStages(problem)(own);
      emitter.define(op.getResult(), [=](const Coords &) { return Halide::cast(type, element); });
      emitter.setIterationSpace(space);
      return;
    }
    schedule::AttentionParams params = attentionParams(emitter, op);
    auto attention = std::make_shared<templates::Attention>(
        templates::buildAttention(problem, params, emitter.getFacts()));
    // The epilogue reads the result at its own place only.
    emitter.define(op.getResult(), [attention, own, type](const Coords &) {
      return Halide::cast(type, attention->element(own));
    });
    emitter.setIterationSpace(space);
    emitter.setSchedule([attention, params, &emitter](Halide::Func output) {
      templates::scheduleAttention(*attention, output, params, emitter.getFacts());
    });
  }
};

} // namespace

void attachAttentionEmission(MLIRContext *context) {
  dl::AttentionOp::attachInterface<AttentionModel>(*context);
}

} // namespace dlc::codegen
