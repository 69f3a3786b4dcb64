// schedule-pack-recurrent: recurrent matrices in panels, all gates of some units in each.
//
// A matrix (rows, gates, units) becomes (panels, rows, gates, lanes), that of a gradient, (units,
// columns), becomes (panels, columns, lanes). Both are a padding of the units to whole panels, a
// view and a transpose: on constants now, else in kernels before the recurrence.
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Reference/FoldConstants.h"
#include "dlc/Schedule/KernelSchedule.h"
#include "dlc/Schedule/Passes.h"
#include "dlc/Schedule/ScheduleShapes.h"

#define DEBUG_TYPE "schedule-pack-recurrent"

using namespace mlir;

namespace dlc::schedule {

#define GEN_PASS_DEF_SCHEDULEPACKRECURRENT
#include "dlc/Schedule/Passes.h.inc"

namespace {

/// A padding, a view and a transpose that pack a matrix.
struct Packing {
  SmallVector<int64_t> matrix;      ///< the shape in which it is padded
  SmallVector<int64_t> padded;      ///< the same with whole panels of units
  SmallVector<int64_t> panels;      ///< the units of `padded` as (panels, lanes)
  SmallVector<int64_t> permutation; ///< of the axes of `panels`
  SmallVector<int64_t> packed;      ///< the shape that the op reads

  static Packing ofLayer(int64_t rows, int64_t gates, int64_t units, int64_t lanes) {
    int64_t panels = (units + lanes - 1) / lanes;
    return {{rows, gates, units},
            {rows, gates, panels * lanes},
            {rows, gates, panels, lanes},
            {2, 0, 1, 3},
            {panels, rows, gates * lanes}};
  }
  static Packing ofGradient(int64_t units, int64_t columns, int64_t lanes) {
    int64_t panels = (units + lanes - 1) / lanes;
    return {{units, columns},
            {panels * lanes, columns},
            {panels, lanes, columns},
            {0, 2, 1},
            {panels, columns, lanes}};
  }
};

/// Emits the steps of a packing. A step of a constant is evaluated; views stand where they are, and
/// anything else in a kernel of its own.
class Packer {
public:
  Packer(OpBuilder &builder, Location loc, const MachineFacts &facts)
      : builder(builder), loc(loc), facts(facts) {}

  Value pack(Value matrix, const Packing &packing) {
    Value value = reshape(matrix, packing.matrix);
    if (packing.padded != packing.matrix)
      value = copy(value, [&](Value operand) { return pad(operand, packing); });
    value = reshape(value, packing.panels);
    value = copy(value, [&](Value operand) {
      return dl::TransposeOp::create(builder, loc, operand, packing.permutation);
    });
    return reshape(value, packing.packed);
  }

private:
  Value reshape(Value value, ArrayRef<int64_t> shape) {
    if (cast<RankedTensorType>(value.getType()).getShape() == shape)
      return value;
    return evaluated(dl::ReshapeOp::create(builder, loc, value, shape));
  }

  /// Zeros behind the last unit.
  Operation *pad(Value value, const Packing &packing) {
    SmallVector<int64_t> before(packing.matrix.size(), 0), after;
    for (auto [from, to] : llvm::zip(packing.matrix, packing.padded))
      after.push_back(to - from);
    return dl::PadOp::create(builder, loc, value, Value(), before, after);
  }

  Value copy(Value input, llvm::function_ref<Operation *(Value)> make) {
    if (input.getDefiningOp<dl::ConstantOp>())
      return evaluated(make(input));
    auto *body = new Block;
    OpBuilder::InsertPoint outside = builder.saveInsertionPoint();
    builder.setInsertionPointToStart(body);
    Value result = make(body->addArgument(input.getType(), loc))->getResult(0);
    dl::YieldOp::create(builder, loc, ValueRange(result));
    builder.restoreInsertionPoint(outside);
    OperationState state(loc, dl::KernelOp::getOperationName());
    state.addOperands(input);
    state.addTypes(result.getType());
    state.addRegion()->push_back(body);
    auto kernel = cast<dl::KernelOp>(builder.create(state));
    kernel.setScheduleAttr(chooseSchedule(kernel, facts));
    return kernel.getOutputs().front();
  }

  /// The result of `op`, which goes where that is a constant.
  Value evaluated(Operation *op) {
    std::optional<SmallVector<Tensor>> results = evaluateConstant(op);
    if (!results)
      return op->getResult(0);
    ElementsAttr value = dl::attributeOf(op->getContext(), results->front());
    op->erase();
    return dl::ConstantOp::create(builder, loc, value.getShapedType(), value);
  }

  OpBuilder &builder;
  Location loc;
  const MachineFacts &facts;
};

Packing packingOf(RecurrentOpInterface op, int64_t lanes) {
  RnnStepShape shape = rnnStepShapeOf(op);
  return op.getStepProduct().transposed
             ? Packing::ofGradient(shape.units, shape.depth, lanes)
             : Packing::ofLayer(shape.depth, shape.gates, shape.units, lanes);
}

struct SchedulePackRecurrentPass : impl::SchedulePackRecurrentBase<SchedulePackRecurrentPass> {
  using SchedulePackRecurrentBase::SchedulePackRecurrentBase;

  void runOnOperation() override {
    facts = factsFor(getOperation(), vectorBytes);
    getOperation().walk([&](dl::KernelOp kernel) {
      if (auto op = dyn_cast_if_present<RecurrentOpInterface>(kernel.getAnchor()))
        pack(kernel, op);
    });
    for (auto constant : llvm::make_early_inc_range(getOperation().getOps<dl::ConstantOp>()))
      if (constant->use_empty())
        constant->erase();
  }

private:
  void pack(dl::KernelOp kernel, RecurrentOpInterface op) {
    auto schedule = dyn_cast_if_present<dl::RnnStepScheduleAttr>(kernel.getScheduleAttr());
    auto argument = dyn_cast<BlockArgument>(op.getStepProduct().matrix);
    // In a dump it may be packed already.
    if (!schedule || !argument || op.getPanelUnits() > 0)
      return;
    int64_t lanes = schedule.getVectorsPerGate() * facts.lanes(rnnStepShapeOf(op).elementBytes);
    OpOperand &input = kernel.getInputsMutable()[argument.getArgNumber()];
    OpBuilder builder(kernel);
    Value packed = Packer(builder, kernel.getLoc(), facts).pack(input.get(), packingOf(op, lanes));
    input.set(packed);
    argument.setType(packed.getType());
    op.markPacked(lanes);
  }

  MachineFacts facts;
};

} // namespace
} // namespace dlc::schedule
