// The rule of kernel formation (docs/Rationale/Fusion.md), applied op by op in program order: an op
// joins the latest kernel that makes one of its operands where nothing forbids it, else it starts a
// kernel.
#include "dlc/Fusion/KernelGroups.h"

using namespace mlir;

namespace dlc::fusion {

/// More ops than this in one kernel make expressions that compile slowly and registers that spill.
static constexpr size_t mostOps = 32;

static FusionClass classOf(Operation *op) { return cast<FusibleOpInterface>(op).getFusionClass(); }

static bool isAnchor(Operation *op) {
  FusionClass fusionClass = classOf(op);
  return fusionClass != FusionClass::Injective && fusionClass != FusionClass::Movement;
}

bool belongsInKernel(Operation *op) {
  auto fusible = dyn_cast<FusibleOpInterface>(op);
  if (!fusible)
    return false;
  FusionClass fusionClass = fusible.getFusionClass();
  return fusionClass != FusionClass::View && fusionClass != FusionClass::Constant;
}

bool isImmediate(Value value) {
  auto constant = value.getDefiningOp<dl::ConstantOp>();
  if (!constant)
    return false;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense && dense.isSplat();
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static ArrayRef<int64_t> resultShape(const KernelGroup &group) {
  return shapeOf(group.ops.back()->getResult(0));
}

//===-- Placement
//----------------------------------------------------------------------------------===//

KernelGroups::KernelGroups(func::FuncOp function) {
  for (Operation &op : function.getBody().front())
    if (belongsInKernel(&op))
      place(&op);
}

KernelGroup *KernelGroups::newGroup(Operation *op) {
  groups.push_back(std::make_unique<KernelGroup>());
  KernelGroup *group = groups.back().get();
  group->index = groups.size() - 1;
  join(op, group);
  return group;
}

void KernelGroups::join(Operation *op, KernelGroup *group) {
  group->ops.push_back(op);
  member[op] = group;
  if (isAnchor(op))
    group->anchor = op;
}

void KernelGroups::place(Operation *op) {
  KernelGroup *best = nullptr;
  for (Value operand : op->getOperands()) {
    KernelGroup *producer = operand.getDefiningOp() ? groupOf(operand.getDefiningOp()) : nullptr;
    if (!producer)
      continue;
    std::string reason = refusal(op, operand, *producer);
    if (!reason.empty())
      refusals[{op, producer}] = reason;
    else if (!best || producer->index > best->index)
      best = producer;
  }
  if (best) {
    join(op, best);
    return;
  }
  KernelGroup *group = newGroup(op);
  if (classOf(op) == FusionClass::Reduction)
    absorbPrologue(group);
}

//===-- Legality and profit
//------------------------------------------------------------------------===//

bool KernelGroups::operandDependsOn(Value operand, const KernelGroup &ancestor) const {
  SmallVector<Operation *> pending;
  SmallPtrSet<Operation *, 16> seen;
  auto visit = [&](Value value) {
    Operation *op = value.getDefiningOp();
    if (op && seen.insert(op).second)
      pending.push_back(op);
  };
  visit(operand);
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val();
    KernelGroup *group = groupOf(op);
    if (group == &ancestor)
      return true;
    // A kernel runs as a whole: it waits for the operands of all of its ops.
    ArrayRef<Operation *> ops = group ? ArrayRef<Operation *>(group->ops) : ArrayRef(op);
    for (Operation *each : ops) {
      seen.insert(each);
      for (Value value : each->getOperands())
        visit(value);
    }
  }
  return false;
}

std::string KernelGroups::refusal(Operation *op, Value value, const KernelGroup &group) const {
  if (isAnchor(op))
    return "the consumer is an anchor of its own";
  if (group.ops.size() >= mostOps)
    return "the producer's kernel is full";
  bool movement = classOf(op) == FusionClass::Movement;
  if (group.anchor) {
    if (movement)
      return "a movement cannot follow an anchor in one kernel";
    if (classOf(group.anchor) == FusionClass::Opaque)
      return "the producer takes no epilogue";
    if (group.anchor->getNumResults() > 1)
      return "the producer has several results";
  }
  if (op->getNumResults() != 1)
    return "the consumer has several results";
  bool sameShape = shapeOf(op->getResult(0)) == resultShape(group);
  if (!sameShape && (group.anchor || !movement))
    return "the shapes differ";
  // Values of the group that others use must be results of the kernel, which all have one shape.
  bool shared = llvm::any_of(group.ops, [&](Operation *each) {
    return llvm::any_of(each->getUsers(),
                        [&](Operation *user) { return user != op && groupOf(user) != &group; });
  });
  if (shared && (movement || !sameShape || llvm::any_of(group.ops, [&](Operation *each) {
                   return shapeOf(each->getResult(0)) != shapeOf(op->getResult(0));
                 })))
    return "the producer's value is used elsewhere";
  for (Operation *each : group.ops)
    if (each != group.ops.back() && !group.anchor && classOf(each) == FusionClass::Movement &&
        shared)
      return "the producer's value is used elsewhere";
  for (Value operand : op->getOperands()) {
    Operation *producer = operand.getDefiningOp();
    if (producer && groupOf(producer) != &group && operandDependsOn(operand, group))
      return "another operand depends on the producer's kernel";
  }
  return {};
}

/// Cheap enough to be computed once for each pass over a reduction's input.
static bool isCheap(Operation *op) {
  return isa<dl::AddOp, dl::SubOp, dl::MulOp, dl::DivOp, dl::MaxOp, dl::MinOp, dl::ReluOp,
             dl::NegOp, dl::AbsOp, dl::WhereOp, dl::CastOp, dl::ClipOp>(op);
}

void KernelGroups::absorbPrologue(KernelGroup *group) {
  Operation *anchor = group->anchor;
  if (!anchor || anchor->getNumOperands() == 0)
    return;
  Operation *producer = anchor->getOperand(0).getDefiningOp();
  KernelGroup *prologue = producer ? groupOf(producer) : nullptr;
  constexpr size_t mostPrologue = 4;
  if (!prologue || prologue->anchor || prologue->ops.size() > mostPrologue)
    return;
  for (Operation *op : prologue->ops) {
    bool escapes = llvm::any_of(op->getUsers(), [&](Operation *user) {
      return user != anchor && groupOf(user) != prologue;
    });
    if (escapes || !isCheap(op))
      return;
  }
  for (unsigned index = 1; index < anchor->getNumOperands(); ++index)
    if (operandDependsOn(anchor->getOperand(index), *prologue))
      return;
  for (Operation *op : prologue->ops)
    member[op] = group;
  group->ops.insert(group->ops.begin(), prologue->ops.begin(), prologue->ops.end());
  prologue->ops.clear();
}

std::string KernelGroups::reasonNotFused(const KernelGroup &group, Value value) const {
  Operation *producer = value.getDefiningOp();
  KernelGroup *source = producer ? groupOf(producer) : nullptr;
  if (!source || source == &group)
    return {};
  for (Operation *op : group.ops)
    if (auto found = refusals.find({op, source}); found != refusals.end())
      return found->second;
  return "the consumer joined another operand's kernel";
}

} // namespace dlc::fusion
