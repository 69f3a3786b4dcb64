// The rule of kernel formation (docs/Rationale/Fusion.md), applied op by op in program order: an op
// joins the latest kernel that makes one of its operands where nothing forbids it, else it starts a
// kernel.
#include "dlc/Fusion/KernelGroups.h"

#include "dlc/Dialect/DL/IR/DeviceAttributes.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Fusion/Views.h"

using namespace mlir;

namespace dlc::fusion {

/// More ops than this in one kernel make expressions that compile slowly and registers that spill.
static constexpr size_t mostOps = 32;

static FusionClass classOf(Operation *op) { return cast<FusibleOpInterface>(op).getFusionClass(); }

static bool isAnchor(Operation *op) { return isAnchorClass(classOf(op)); }

bool belongsInKernel(Operation *op) {
  auto fusible = dyn_cast<FusibleOpInterface>(op);
  if (!fusible)
    return false;
  FusionClass fusionClass = classOf(op);
  return fusionClass != FusionClass::View && fusionClass != FusionClass::Constant;
}

bool isImmediate(Value value) {
  auto constant = value.getDefiningOp<dl::ConstantOp>();
  if (!constant)
    return false;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense && dense.isSplat();
}

static dl::Dims shapeOf(Value value) { return dl::dimsOf(value.getType()); }

static dl::Dims resultShape(const KernelGroup &group) {
  return shapeOf(group.ops.back()->getResult(0));
}

//===-- Placement --------------------------------------------------------------------------===//

KernelGroups::KernelGroups(func::FuncOp function)
    : views(viewsOf(function)), onDevice(dl::deviceAround(function) != nullptr) {
  for (Operation &op : function.getBody().front())
    if (belongsInKernel(&op) && !views.contains(&op))
      place(&op);
  // From the last to the first: a group whose consumer was dissolved stays.
  for (auto &group : llvm::reverse(groups))
    duplicate(group.get());
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
  if (!isAnchor(op))
    return;
  for (OpOperand &operand : op->getOpOperands()) {
    absorbTurned(operand, group);
    absorbReadOnce(operand, group);
  }
}

//===-- Legality and profit ----------------------------------------------------------------===//

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

/// Whether `op` turns what the anchor of `group` makes, which the anchor's kernel can store turned.
static bool turnsResult(Operation *op, const KernelGroup &group) {
  return group.anchor && isa<dl::TransposeOp>(op) &&
         cast<FusibleOpInterface>(group.anchor).canStoreTurned() &&
         llvm::none_of(group.ops, [](Operation *each) { return isa<dl::TransposeOp>(each); });
}

/// Whether only data decides a size of the result of `op` that nothing in `group` has: the group
/// may have to run before.
static bool decidesLater(Operation *op, const KernelGroup &group) {
  auto later = dl::symbolsIn(shapeOf(op->getResult(0)));
  later.reset(dl::symbolsIn(resultShape(group)));
  return later.anyCommon(dl::dataSymbols(op->getParentOfType<ModuleOp>()));
}

std::string KernelGroups::refusal(Operation *op, Value value, const KernelGroup &group) const {
  if (isAnchor(op))
    return "the consumer is an anchor of its own";
  if (group.ops.size() >= mostOps)
    return "the producer's kernel is full";
  bool movement = classOf(op) == FusionClass::Movement, turns = turnsResult(op, group);
  if (group.anchor) {
    if (movement && !turns)
      return "a movement cannot follow an anchor in one kernel";
    if (classOf(group.anchor) == FusionClass::Opaque)
      return "the producer takes no epilogue";
    if (isa<RecurrentOpInterface>(group.anchor))
      return "the producer is computed step by step";
    if (group.anchor->getNumResults() > 1)
      return "the producer has several results";
  }
  if (op->getNumResults() != 1)
    return "the consumer has several results";
  if (decidesLater(op, group))
    return "data decides a size of the consumer after the producer has run";
  bool sameShape = shapeOf(op->getResult(0)) == resultShape(group);
  if (!sameShape && !turns && (group.anchor || !movement))
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
static bool isCheap(Operation *op) { return op->hasTrait<dl::CheapToRecompute>(); }

bool KernelGroups::isUsedElsewhere(Operation *op, Operation *anchor) const {
  return llvm::any_of(op->getUsers(), [&](Operation *user) {
    return user != anchor && groupOf(user) != groupOf(op);
  });
}

void KernelGroups::absorb(KernelGroup *source, KernelGroup *group) {
  for (Operation *op : source->ops)
    member[op] = group;
  group->ops.insert(group->ops.begin(), source->ops.begin(), source->ops.end());
  source->ops.clear();
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
    if (isUsedElsewhere(op, anchor) || !isCheap(op))
      return;
  }
  for (unsigned index = 1; index < anchor->getNumOperands(); ++index)
    if (operandDependsOn(anchor->getOperand(index), *prologue))
      return;
  absorb(prologue, group);
}

bool KernelGroups::othersDependOn(const KernelGroup &source, const OpOperand &operand) const {
  return llvm::any_of(operand.getOwner()->getOpOperands(), [&](OpOperand &other) {
    return &other != &operand && operandDependsOn(other.get(), source);
  });
}

void KernelGroups::absorbTurned(OpOperand &operand, KernelGroup *group) {
  auto anchor = cast<FusibleOpInterface>(operand.getOwner());
  Operation *turn = operand.get().getDefiningOp();
  KernelGroup *source = isa_and_nonnull<dl::TransposeOp>(turn) ? groupOf(turn) : nullptr;
  if (source && source->ops.size() == 1 && turn->hasOneUse() &&
      anchor.canLoadTurned(operand.getOperandNumber()) && !othersDependOn(*source, operand))
    absorb(source, group);
}

/// Worth computing where the element is needed once.
static bool isWorthOnce(Operation *op) { return isCheap(op) || op->hasTrait<dl::CheapToCompute>(); }

void KernelGroups::absorbReadOnce(OpOperand &operand, KernelGroup *group) {
  auto anchor = cast<FusibleOpInterface>(operand.getOwner());
  Operation *producer = operand.get().getDefiningOp();
  KernelGroup *source = producer ? groupOf(producer) : nullptr;
  if (!source || source->anchor || !anchor.readsOnce(operand.getOperandNumber(), onDevice) ||
      othersDependOn(*source, operand))
    return;
  for (Operation *op : source->ops)
    if (isUsedElsewhere(op, anchor) || !isWorthOnce(op))
      return;
  absorb(source, group);
}

static int64_t bytesOf(Value value) { return dl::likelyBytes(value.getType()); }

/// Whether `user` can compute its operand `value` by itself.
static bool canRecompute(Operation *user, Value value) {
  if (!belongsInKernel(user))
    return false;
  return llvm::all_of(user->getOpOperands(), [&](OpOperand &operand) {
    return operand.get() != value ||
           cast<FusibleOpInterface>(user).canRecomputeOperand(operand.getOperandNumber());
  });
}

void KernelGroups::duplicate(KernelGroup *group) {
  constexpr size_t mostDuplicated = 4;
  if (group->ops.empty() || group->anchor || group->ops.size() > mostDuplicated ||
      !llvm::all_of(group->ops, isCheap))
    return;
  SmallPtrSet<Operation *, 8> inside(group->ops.begin(), group->ops.end());
  SetVector<Value> inputs;
  int64_t loaded = 0, stored = 0;
  for (Operation *op : group->ops)
    for (Value operand : op->getOperands())
      if (!inside.contains(operand.getDefiningOp()) && !isImmediate(operand) &&
          inputs.insert(operand))
        loaded += bytesOf(operand);
  SetVector<KernelGroup *> consumers;
  for (Operation *op : group->ops) {
    bool isResult = false;
    for (Operation *user : op->getUsers()) {
      if (inside.contains(user))
        continue;
      KernelGroup *consumer = groupOf(user);
      if (!consumer || consumer->dissolved || !canRecompute(user, op->getResult(0)) ||
          consumer->ops.size() + consumer->recomputed.size() + group->ops.size() > mostOps)
        return;
      consumers.insert(consumer);
      isResult = true;
    }
    stored += isResult ? bytesOf(op->getResult(0)) : 0;
  }
  // Stored: operands are loaded once, the results written once and loaded by each consumer.
  // Computed again: each consumer loads the operands. The arithmetic of these few ops is free
  // beside either.
  auto uses = static_cast<int64_t>(consumers.size());
  if (uses < 2 || uses * loaded > loaded + stored + uses * stored)
    return;
  for (KernelGroup *consumer : consumers) {
    SmallPtrSet<Operation *, 4> needed;
    for (Operation *op : llvm::reverse(group->ops))
      if (llvm::any_of(op->getUsers(), [&](Operation *user) {
            return groupOf(user) == consumer || needed.contains(user);
          })) {
        needed.insert(op);
        consumer->recomputed.insert(consumer->recomputed.begin(), op);
      }
  }
  group->dissolved = true;
}

std::string KernelGroups::reasonNotFused(const KernelGroup &group, Value value) const {
  Operation *producer = value.getDefiningOp();
  KernelGroup *source = producer ? groupOf(producer) : nullptr;
  if (!source || source == &group)
    return {};
  if (llvm::any_of(group.recomputed,
                   [&](Operation *op) { return llvm::is_contained(op->getOperands(), value); }))
    return "it is computed again from this operand";
  for (Operation *op : group.ops)
    if (auto found = refusals.find({op, source}); found != refusals.end())
      return found->second;
  return "the consumer joined another operand's kernel";
}

} // namespace dlc::fusion
