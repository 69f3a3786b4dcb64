// fuse-form-kernels: rewrites the groups of a function into dl.kernel ops.
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Fusion/KernelGroups.h"
#include "dlc/Fusion/Passes.h"
#include "mlir/IR/IRMapping.h"

#define DEBUG_TYPE "fuse-form-kernels"

using namespace mlir;

namespace dlc::fusion {

#define GEN_PASS_DEF_FUSEFORMKERNELS
#include "dlc/Fusion/Passes.h.inc"

namespace {

/// What one kernel takes and gives.
struct KernelInterface {
  SetVector<Value> inputs;
  SmallVector<Value> outputs;
};

/// All that the kernel computes, in an order that respects uses.
SmallVector<Operation *> bodyOf(const KernelGroup &group) {
  SmallVector<Operation *> body(group.recomputed);
  llvm::append_range(body, group.ops);
  return body;
}

/// Whether `op` takes the constant `operand` as an immediate. An anchor does not: its template
/// reads weights from memory, packed, even where all of them are equal.
bool isImmediateFor(Operation *op, Value operand) {
  FusionClass fusionClass = cast<FusibleOpInterface>(op).getFusionClass();
  return (fusionClass == FusionClass::Injective || fusionClass == FusionClass::Movement) &&
         isImmediate(operand);
}

KernelInterface interfaceOf(const KernelGroup &group) {
  KernelInterface result;
  SmallVector<Operation *> body = bodyOf(group);
  SmallPtrSet<Operation *, 8> inside(body.begin(), body.end());
  for (Operation *op : body)
    for (Value operand : op->getOperands())
      if (!isImmediateFor(op, operand) && !inside.contains(operand.getDefiningOp()))
        result.inputs.insert(operand);
  for (Operation *op : group.ops) {
    SmallVector<OpResult> states;
    if (auto recurrent = dyn_cast<RecurrentOpInterface>(op))
      states = recurrent.getStateResults();
    for (OpResult value : op->getResults())
      if (llvm::is_contained(states, value) ||
          llvm::any_of(value.getUsers(), [&](Operation *user) { return !inside.contains(user); }))
        result.outputs.push_back(value);
  }
  return result;
}

/// What the module thinks of its symbols' values goes with the kernels whose sizes they make.
void recordEstimates(dl::KernelOp kernel) {
  bool symbolic = false;
  kernel.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      symbolic |= !cast<RankedTensorType>(type).hasStaticShape();
  });
  if (!symbolic)
    return;
  SmallVector<int64_t> estimates = dl::symbolEstimates(kernel->getParentOfType<ModuleOp>());
  kernel.setEstimatesAttr(DenseI64ArrayAttr::get(kernel.getContext(), estimates));
}

/// Moves the ops of `group` into a kernel before `before`, where all of its inputs are defined.
void buildKernel(const KernelGroup &group, ArrayRef<std::string> reasons, Operation *before) {
  KernelInterface interface = interfaceOf(group);
  OpBuilder builder(before);
  SmallVector<Location> locations;
  SmallVector<Operation *> ops = bodyOf(group);
  for (Operation *op : ops)
    locations.push_back(op->getLoc());
  SmallVector<Type> types;
  for (Value value : interface.outputs)
    types.push_back(value.getType());

  OperationState state(builder.getFusedLoc(locations), dl::KernelOp::getOperationName());
  state.addOperands(interface.inputs.getArrayRef());
  state.addTypes(types);
  Block *body = new Block;
  state.addRegion()->push_back(body);
  auto kernel = cast<dl::KernelOp>(builder.create(state));

  IRMapping mapping;
  for (Value input : interface.inputs)
    mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
  builder.setInsertionPointToStart(body);
  for (Operation *op : ops) {
    for (Value operand : op->getOperands())
      if (isImmediateFor(op, operand) && !mapping.contains(operand))
        builder.clone(*operand.getDefiningOp(), mapping);
    builder.clone(*op, mapping);
  }
  SmallVector<Value> yielded;
  for (Value value : interface.outputs)
    yielded.push_back(mapping.lookup(value));
  OperationState yield(kernel.getLoc(), dl::YieldOp::getOperationName());
  yield.addOperands(yielded);
  builder.create(yield);

  if (llvm::any_of(reasons, [](StringRef reason) { return !reason.empty(); }))
    kernel.setNotFusedAttr(
        builder.getStrArrayAttr(SmallVector<StringRef>(reasons.begin(), reasons.end())));
  recordEstimates(kernel);
  for (auto [value, result] : llvm::zip(interface.outputs, kernel.getOutputs()))
    value.replaceAllUsesWith(result);
  for (Operation *op : llvm::reverse(group.ops))
    op->erase();
}

/// Walks groups and the ops outside of them so that everything comes after what it needs.
class Ordering {
public:
  Ordering(func::FuncOp function, const KernelGroups &groups) : groups(groups) {
    for (auto decision : function.getOps<dl::DecideSizeOp>())
      decisions[static_cast<unsigned>(decision.getSymbol())] = decision;
    for (Operation &op : function.getBody().front().without_terminator())
      visit(&op);
  }
  /// One entry a unit: a group, or an op outside of groups.
  using Unit = PointerUnion<KernelGroup *, Operation *>;
  ArrayRef<Unit> units() const { return order; }

private:
  Unit unitOf(Operation *op) const {
    if (KernelGroup *group = groups.groupOf(op))
      return group;
    return op;
  }

  /// Whether `producer` is computed outside of the unit `current`.
  bool needsUnit(Operation *producer, Unit current) const {
    KernelGroup *group = groups.groupOf(producer);
    return unitOf(producer) != current && !(group && group->dissolved);
  }

  /// The ops that give sizes of the results of `op` their values.
  SmallVector<Operation *> decisionsFor(Operation *op) const {
    SmallVector<Operation *> found;
    if (decisions.empty())
      return found;
    for (Type type : op->getResultTypes()) {
      llvm::SmallBitVector symbols = dl::symbolsIn(dl::dimsOf(type));
      for (int symbol : symbols.set_bits())
        if (Operation *decision = decisions.lookup(static_cast<unsigned>(symbol)))
          found.push_back(decision);
    }
    return found;
  }

  void visit(Operation *start) {
    SmallVector<std::pair<Unit, bool>> stack{{unitOf(start), false}};
    while (!stack.empty()) {
      auto [unit, entered] = stack.pop_back_val();
      if (entered) {
        order.push_back(unit);
        continue;
      }
      if (!seen.insert(unit.getOpaqueValue()).second)
        continue;
      stack.push_back({unit, true});
      auto needs = [&, current = unit](Operation *op) {
        // A size that data decides is known behind its decision, whatever the operands are.
        for (Operation *decision : decisionsFor(op))
          if (needsUnit(decision, current))
            stack.push_back({unitOf(decision), false});
        for (Value operand : llvm::reverse(op->getOperands()))
          if (Operation *producer = operand.getDefiningOp();
              producer && needsUnit(producer, current))
            stack.push_back({unitOf(producer), false});
      };
      if (auto *group = dyn_cast<KernelGroup *>(unit))
        llvm::for_each(llvm::reverse(bodyOf(*group)), needs);
      else
        needs(cast<Operation *>(unit));
    }
  }

  const KernelGroups &groups;
  DenseMap<unsigned, Operation *> decisions; ///< by symbol
  SmallVector<Unit> order;
  DenseSet<void *> seen;
};

/// Ops whose results hold no element become empty constants, and what only they read goes with
/// them: no kernel runs for nothing.
void replaceEmptyResults(func::FuncOp function) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front()))) {
    if (!belongsInKernel(&op))
      continue;
    if (isOpTriviallyDead(&op)) {
      op.erase();
      continue;
    }
    bool empty =
        llvm::all_of(op.getResultTypes(), [](Type type) { return dl::elementCountOf(type) == 0; });
    if (!empty)
      continue;
    OpBuilder builder(&op);
    for (Value result : op.getResults()) {
      Tensor tensor = dl::emptyTensor(cast<RankedTensorType>(result.getType()));
      ElementsAttr value = dl::attributeOf(op.getContext(), tensor);
      result.replaceAllUsesWith(
          dl::ConstantOp::create(builder, op.getLoc(), result.getType(), value));
    }
    op.erase();
  }
}

struct FuseFormKernelsPass : impl::FuseFormKernelsBase<FuseFormKernelsPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    replaceEmptyResults(function);
    KernelGroups groups(function);
    // Before anything is rewritten: a reason is found by the op that computes the operand.
    std::vector<std::vector<std::string>> reasons;
    for (const auto &group : groups.getGroups()) {
      reasons.emplace_back();
      for (Value input : interfaceOf(*group).inputs)
        reasons.back().push_back(groups.reasonNotFused(*group, input));
    }
    Ordering ordering(function, groups);
    Operation *end = function.getBody().front().getTerminator();
    SmallVector<Operation *> constants;
    for (Ordering::Unit unit : ordering.units()) {
      if (auto *op = dyn_cast<Operation *>(unit)) {
        op->moveBefore(end);
        if (isa<dl::ConstantOp>(op))
          constants.push_back(op);
      } else if (auto *group = cast<KernelGroup *>(unit); !group->ops.empty()) {
        if (!group->dissolved)
          buildKernel(*group, reasons[group->index], end);
      }
    }
    for (const auto &group : llvm::reverse(groups.getGroups()))
      if (group->dissolved)
        for (Operation *op : llvm::reverse(group->ops))
          op->erase();
    for (Operation *constant : constants)
      if (constant->use_empty())
        constant->erase();
  }
};

} // namespace
} // namespace dlc::fusion
