// Lifetimes of a function's values, and their places: see ArenaPlan.h.
#include "dlc/Codegen/Host/ArenaPlan.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/ModelState.h"
#include "dlc/Dialect/DL/IR/Storage.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "dlc/Runtime/ABI.h"
#include "dlc/Support/CheckedArithmetic.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

AffineExpr dlc::host::byteSizeOf(Type tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor);
  std::optional<DType> dtype = type ? dl::dtypeOf(type.getElementType()) : std::nullopt;
  if (!dtype || !dl::hasKnownDims(type))
    return {};
  if (!type.hasStaticShape()) {
    AffineExpr elements = dl::productOf(dl::dimsOf(type), tensor.getContext());
    return elements * static_cast<int64_t>(byteWidth(*dtype));
  }
  std::optional<int64_t> bytes = byteWidth(*dtype);
  for (int64_t dim : type.getShape())
    bytes = bytes ? checkedMul(*bytes, dim) : bytes;
  return bytes ? getAffineConstantExpr(*bytes, tensor.getContext()) : AffineExpr();
}

static int64_t elementBytes(Value value) {
  return byteWidth(*dl::dtypeOf(cast<RankedTensorType>(value.getType()).getElementType()));
}

static int64_t constantOf(AffineExpr size) { return cast<AffineConstantExpr>(size).getValue(); }

namespace dlc::host {

/// Fills an ArenaPlan: roots, lifetimes, outputs, then offsets.
class ArenaPlanner {
public:
  ArenaPlanner(func::FuncOp function, const ArenaPlanOptions &options)
      : function(function), options(options) {}

  FailureOr<ArenaPlan> run() {
    plan.functionName = function.getName().str();
    estimates = dl::symbolEstimates(function->getParentOfType<ModuleOp>());
    if (failed(collectRoots()))
      return failure();
    if (failed(placeOutputs()))
      return failure();
    collectLifetimes();
    if (options.inPlace)
      for (auto [step, kernel] : llvm::enumerate(kernels))
        reuseDyingOperand(kernel, step);
    layOut();
    placeInsideRoots();
    return std::move(plan);
  }

private:
  /// Places arguments and constants, finds kernels, and follows views and parts to their roots.
  LogicalResult collectRoots();
  AffineExpr stateOffset(StringRef slot) {
    assert(options.state && "a function with state needs its layout");
    return getAffineConstantExpr(options.state->slot(slot).offset, function.getContext());
  }
  LogicalResult addValue(Value value, Placement::Space space, unsigned index = 0);
  Value rootOf(Value value) const { return storages->of(value).root; }
  /// Kernel results that are returned once go to the caller's outputs or the state; the rest is
  /// copied.
  LogicalResult placeOutputs();
  LogicalResult placeState(Value value, StringRef slot);
  /// Whether `root`, a whole result, may be written over the slot that argument `old` reads.
  bool mayOverwrite(Value root, Value old);
  void collectLifetimes();
  /// Lets the result of an elementwise kernel extend the lifetime of an operand that ends there.
  void reuseDyingOperand(dl::KernelOp kernel, unsigned step);
  /// The same for results with an entry a step: in place of an operand of which a step reads its
  /// own entry.
  void reuseStepByStep(dl::KernelOp kernel, RecurrentOpInterface recurrent, unsigned step);
  /// What `operand` is all of, where that is not used after `step`; null otherwise.
  Value dyingRoot(dl::KernelOp kernel, Value operand, unsigned step);
  /// Puts `result` in the place of `root`, where there is one. Whether it did.
  bool takePlace(Value result, Value root);
  void layOut();
  /// What each entry lies behind, from the layout at the estimates.
  void orderEntries();
  void placeInsideRoots();
  int64_t likely(AffineExpr size) const { return dl::evaluateDim(size, estimates); }

  func::FuncOp function;
  ArenaPlanOptions options;
  ArenaPlan plan;
  SmallVector<dl::KernelOp> kernels;
  SmallVector<int64_t> estimates;
  std::optional<dl::StorageMap> storages;
  llvm::MapVector<Value, ArenaInterval> lifetimes;    ///< of roots in the arena, by first use
  DenseMap<unsigned, llvm::SmallBitVector> reachable; ///< entry -> all that it lies behind
  DenseMap<Value, Value> sharedWith; ///< arena root -> the root whose bytes it takes
};

} // namespace dlc::host

LogicalResult ArenaPlanner::addValue(Value value, Placement::Space space, unsigned index) {
  // Halide addresses with 32 bits.
  constexpr int64_t maxBytes = std::numeric_limits<int32_t>::max();
  AffineExpr bytes = byteSizeOf(value.getType());
  if (!bytes)
    return emitError(value.getLoc())
           << "expects a tensor of numbers and known sizes, found " << value.getType();
  if (isa<AffineConstantExpr>(bytes) && constantOf(bytes) > maxBytes)
    return emitError(value.getLoc()) << "a tensor of " << constantOf(bytes)
                                     << " bytes is beyond the limit of " << maxBytes << " bytes";
  plan.placements[value] = {space, index, value, bytes, {}, 0, {}, {}};
  return success();
}

LogicalResult ArenaPlanner::collectRoots() {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("expects one block");
  unsigned inputs = 0;
  for (BlockArgument argument : function.getArguments()) {
    std::optional<std::string> slot = dl::argumentSlot(function, argument.getArgNumber());
    if (failed(slot ? addValue(argument, Placement::Space::State)
                    : addValue(argument, Placement::Space::Input, inputs++)))
      return failure();
    if (slot)
      plan.placements[argument].offset = stateOffset(*slot);
  }
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (!isa<dl::KernelOp, dl::ConstantOp, dl::ReshapeOp, dl::SliceOp, dl::ConcatOp,
             dl::DecideSizeOp>(op))
      return op.emitOpError("expects only constants, views and kernels here; run the phase `fuse`");
    if (auto kernel = dyn_cast<dl::KernelOp>(op))
      kernels.push_back(kernel);
    auto space = isa<dl::ConstantOp>(op) ? Placement::Space::Constant : Placement::Space::Arena;
    for (Value result : op.getResults())
      if (failed(addValue(result, space)))
        return failure();
  }
  FailureOr<dl::StorageMap> map = dl::StorageMap::compute(function);
  if (failed(map))
    return failure();
  storages = std::move(*map);
  return success();
}

/// Whether `value` is all of its root, in the root's order.
static bool isWhole(Value value, const dl::Storage &storage) {
  auto elements = [](Value of) { return dl::productOf(dl::dimsOf(of.getType()), of.getContext()); };
  return dl::constantDim(storage.offset) == 0 &&
         dl::isDense(dl::dimsOf(value.getType()), storage.strides) &&
         elements(value) == elements(storage.root);
}

LogicalResult ArenaPlanner::placeOutputs() {
  Operation *terminator = function.getBody().front().getTerminator();
  unsigned outputs = 0;
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    if (std::optional<std::string> slot = dl::resultSlot(function, index)) {
      if (failed(placeState(value, *slot)))
        return failure();
      continue;
    }
    Placement &placement = plan.placements.find(rootOf(value))->second;
    if (placement.space == Placement::Space::Arena && isWhole(value, storages->of(value))) {
      placement.space = Placement::Space::Output;
      placement.index = outputs;
    } else {
      plan.copies.push_back({value, outputs, {}});
    }
    ++outputs;
  }
  return success();
}

LogicalResult ArenaPlanner::placeState(Value value, StringRef slot) {
  AffineExpr offset = stateOffset(slot);
  Placement &placement = plan.placements.find(rootOf(value))->second;
  if (placement.space == Placement::Space::State) {
    if (placement.offset == offset)
      return success();
    return function.emitError("moves state into '")
           << slot << "': expected a new value, found other state as it was";
  }
  Value old = dl::slotArgument(function, slot);
  if (placement.space == Placement::Space::Arena && isWhole(value, storages->of(value)) &&
      (!old || mayOverwrite(rootOf(value), old))) {
    placement.space = Placement::Space::State;
    placement.offset = offset;
  } else {
    plan.copies.push_back({value, 0, constantOf(offset)});
  }
  return success();
}

void ArenaPlanner::collectLifetimes() {
  for (auto [step, kernel] : llvm::enumerate(kernels)) {
    auto now = static_cast<unsigned>(step);
    auto touch = [&](Value value) {
      const Placement &root = plan.placementOf(rootOf(value));
      if (root.space != Placement::Space::Arena)
        return;
      auto [entry, isNew] = lifetimes.insert({root.root, {likely(root.bytes), now, now}});
      entry->second.last = now;
    };
    llvm::for_each(kernel.getInputs(), touch);
    llvm::for_each(kernel.getOutputs(), touch);
  }
  for (const OutputCopy &copy : plan.copies)
    if (auto *found = lifetimes.find(rootOf(copy.source)); found != lifetimes.end())
      found->second.last = static_cast<unsigned>(kernels.size()) - 1;
}

/// Whether each element of the kernel's result depends, of `argument`, on the element at its own
/// place only: every op that the argument reaches is elementwise and of the argument's shape. What
/// an anchor reads of other operands does not matter.
static bool isElementwiseIn(dl::KernelOp kernel, BlockArgument argument) {
  dl::Dims shape = dl::dimsOf(argument.getType());
  SmallPtrSet<Value, 8> reached = {argument};
  for (Operation &op : kernel.getBodyBlock()->without_terminator()) {
    if (llvm::none_of(op.getOperands(), [&](Value operand) { return reached.contains(operand); }))
      continue;
    auto fusible = dyn_cast<FusibleOpInterface>(op);
    if (!fusible || fusible.getFusionClass() != FusionClass::Injective)
      return false;
    for (Value result : op.getResults()) {
      if (dl::dimsOf(result.getType()) != shape)
        return false;
      reached.insert(result);
    }
  }
  return true;
}

bool ArenaPlanner::mayOverwrite(Value root, Value old) {
  auto writer = root.getDefiningOp<dl::KernelOp>();
  if (!writer || !options.inPlace)
    return false;
  Operation *terminator = function.getBody().front().getTerminator();
  if (llvm::any_of(terminator->getOperands(), [&](Value value) { return rootOf(value) == old; }))
    return false;
  for (dl::KernelOp kernel : kernels) {
    for (auto [operand, argument] :
         llvm::zip(kernel.getInputs(), kernel.getBodyBlock()->getArguments())) {
      if (rootOf(operand) != old)
        continue;
      if (writer->isBeforeInBlock(kernel))
        return false;
      if (kernel == writer &&
          (!kernel->hasAttr("dl.in_place") || !isWhole(operand, storages->of(operand)) ||
           argument.getType() != root.getType() || !isElementwiseIn(kernel, argument)))
        return false;
    }
  }
  return true;
}

Value ArenaPlanner::dyingRoot(dl::KernelOp kernel, Value operand, unsigned step) {
  Value root = rootOf(operand);
  while (sharedWith.contains(root))
    root = sharedWith.lookup(root);
  auto *theirs = lifetimes.find(root);
  // The same bytes passed twice could be read at another place through the other operand.
  bool passedOnce = llvm::count_if(kernel.getInputs(), [&](Value other) {
                      return rootOf(other) == rootOf(operand);
                    }) == 1;
  bool dies = theirs != lifetimes.end() && theirs->second.last == step && passedOnce &&
              isWhole(operand, storages->of(operand));
  return dies ? root : Value();
}

bool ArenaPlanner::takePlace(Value result, Value root) {
  auto *mine = lifetimes.find(result);
  if (!root || mine == lifetimes.end() || rootOf(result) != result || sharedWith.contains(result))
    return false;
  lifetimes.find(root)->second.last = mine->second.last;
  sharedWith[result] = root;
  return true;
}

void ArenaPlanner::reuseDyingOperand(dl::KernelOp kernel, unsigned step) {
  if (!kernel->hasAttr("dl.in_place"))
    return;
  if (auto recurrent = dyn_cast_if_present<RecurrentOpInterface>(kernel.getAnchor()))
    return reuseStepByStep(kernel, recurrent, step);
  if (kernel.getNumResults() != 1)
    return;
  Value result = kernel.getOutputs().front();
  for (auto [operand, argument] :
       llvm::zip(kernel.getInputs(), kernel.getBodyBlock()->getArguments()))
    if (argument.getType() == result.getType() && isElementwiseIn(kernel, argument) &&
        takePlace(result, dyingRoot(kernel, operand, step)))
      return;
}

/// Whether each step reads `argument`, and nothing else of its tensor, in its own entry.
static bool isReadInOwnEntry(const StepArgument &argument, ArrayRef<StepArgument> all) {
  return isa_and_nonnull<BlockArgument>(argument.tensor) && argument.sliced &&
         argument.entry == StepArgument::Entry::Own &&
         llvm::count_if(
             all, [&](const StepArgument &other) { return other.tensor == argument.tensor; }) == 1;
}

void ArenaPlanner::reuseStepByStep(dl::KernelOp kernel, RecurrentOpInterface recurrent,
                                   unsigned step) {
  SmallVector<StepArgument> inputs = recurrent.getStepInputs();
  for (const StepArgument &output : recurrent.getStepOutputs())
    for (const StepArgument &input : inputs)
      if (output.sliced && isReadInOwnEntry(input, inputs) &&
          input.tensor.getType() == output.tensor.getType() &&
          takePlace(kernel.getOutside(output.tensor),
                    dyingRoot(kernel, kernel.getOutside(input.tensor), step)))
        break;
}

void ArenaPlanner::layOut() {
  SmallVector<ArenaInterval> intervals;
  for (auto &[root, interval] : lifetimes)
    if (!sharedWith.contains(root))
      intervals.push_back(interval);
  ArenaLayout layout = layOutArena(intervals, DLCRT_ARENA_ALIGNMENT);
  plan.bytes = layout.bytes;
  plan.bound = layout.lowerBound;

  unsigned next = 0;
  DenseMap<Value, unsigned> entryOf;
  for (auto &[root, interval] : lifetimes) {
    Value owner = sharedWith.lookup(root);
    Placement &placement = plan.placements.find(root)->second;
    placement.entry = plan.entries.size();
    entryOf[root] = placement.entry;
    ArenaEntry entry{root,          interval.bytes,  0,  interval.first,
                     interval.last, placement.bytes, {}, {}};
    if (owner)
      entry.sharesWith = entryOf.lookup(owner);
    entry.offset = owner ? plan.entries[*entry.sharesWith].offset : layout.offsets[next++];
    plan.symbolic |= !isa<AffineConstantExpr>(entry.size);
    plan.entries.push_back(entry);
  }
  if (plan.symbolic)
    return orderEntries();
  for (const ArenaEntry &entry : plan.entries)
    plan.placements.find(entry.root)->second.offset =
        getAffineConstantExpr(entry.offset, function.getContext());
}

void ArenaPlanner::orderEntries() {
  // Two that meet in time lie one behind the other as they do at the estimates, whatever the sizes.
  auto lowerThan = [&](unsigned a, unsigned b) {
    const ArenaEntry &one = plan.entries[a], &other = plan.entries[b];
    return std::pair(one.offset, a) < std::pair(other.offset, b);
  };
  SmallVector<unsigned> order;
  for (unsigned index = 0; index < plan.entries.size(); ++index)
    if (!plan.entries[index].sharesWith)
      order.push_back(index);
  llvm::sort(order, lowerThan);
  for (auto [place, index] : llvm::enumerate(order)) {
    ArenaEntry &entry = plan.entries[index];
    llvm::SmallBitVector implied(plan.entries.size());
    for (size_t lower = place; lower-- > 0;) {
      const ArenaEntry &other = plan.entries[order[lower]];
      if (entry.firstUse > other.lastUse || other.firstUse > entry.lastUse)
        continue;
      if (!implied[order[lower]])
        entry.behind.push_back(order[lower]);
      implied |= reachable[order[lower]];
      implied.set(order[lower]);
    }
    reachable[index] = implied;
  }
}

void ArenaPlanner::placeInsideRoots() {
  for (auto &[value, placement] : plan.placements) {
    const dl::Storage &storage = storages->of(value);
    AffineExpr bytes = placement.bytes;
    if (storage.root != value)
      placement = plan.placementOf(storage.root);
    placement.bytes = bytes;
    placement.within = storage.offset * elementBytes(value);
    placement.strides = storage.strides;
  }
  for (dl::KernelOp kernel : kernels)
    for (Value result : kernel.getOutputs())
      if (rootOf(result) != result)
        plan.parts.push_back({result, rootOf(result), plan.placementOf(result).within});
}

FailureOr<ArenaPlan> ArenaPlan::compute(func::FuncOp function, const ArenaPlanOptions &options) {
  return ArenaPlanner(function, options).run();
}

/// `symbol#1` of a kernel's second result, `kernel` where it has no symbol yet; `concat`.
static std::string nameOf(Value root) {
  auto kernel = dyn_cast<dl::KernelOp>(root.getDefiningOp());
  if (!kernel)
    return "concat";
  std::string name = kernel.getSymbol().value_or("kernel").str();
  if (kernel.getNumResults() > 1)
    name += "#" + std::to_string(cast<OpResult>(root).getResultNumber());
  return name;
}

std::string ArenaEntry::placeString() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (sharesWith)
    os << "in the place of " << *sharesWith;
  else if (behind.empty())
    os << "at 0";
  else
    llvm::interleaveComma(behind, os << "behind ");
  return text;
}

static void printFormulas(const ArenaPlan &plan, ArrayRef<std::string> symbols,
                          llvm::raw_ostream &os) {
  os << "  value  first   last  bytes (rounded up to " << DLCRT_ARENA_ALIGNMENT
     << "), offset: behind the last of some values\n";
  for (auto [index, entry] : llvm::enumerate(plan.arenaEntries())) {
    os << llvm::format("%7zu%7u%7u  ", index, entry.firstUse, entry.lastUse)
       << dl::expressionString(entry.size, symbols) << ", " << entry.placeString() << "  "
       << nameOf(entry.root) << "\n";
  }
}

void ArenaPlan::print(llvm::raw_ostream &os, ArrayRef<std::string> symbols) const {
  os << "arena of @" << functionName << "\n";
  if (symbolic)
    printFormulas(*this, symbols, os);
  else
    os << "       bytes      offset  first   last  value\n";
  for (const ArenaEntry &entry : symbolic ? ArrayRef<ArenaEntry>() : ArrayRef(entries))
    os << llvm::format("%12lld%12lld%7u%7u  ", static_cast<long long>(entry.bytes),
                       static_cast<long long>(entry.offset), entry.firstUse, entry.lastUse)
       << nameOf(entry.root) << "\n";
  for (const ArenaPart &part : parts) {
    const Placement &whole = placementOf(part.root);
    os << "part: " << nameOf(part.value) << " at byte "
       << dl::expressionString(part.within, symbols) << " of the " << nameOf(part.root);
    if (whole.space == Placement::Space::Output)
      os << " in output " << whole.index << "\n";
    else if (whole.space == Placement::Space::State)
      os << " in the state at " << constantOf(whole.offset) << "\n";
    else if (whole.offset)
      os << " at " << constantOf(whole.offset) << "\n";
    else
      os << ", value " << whole.entry << "\n";
  }
  for (const OutputCopy &copy : copies)
    if (copy.stateOffset)
      os << "copied at the end: state at " << *copy.stateOffset << "\n";
    else
      os << "copied at the end: output " << copy.output << "\n";
  if (symbolic)
    os << "at the estimates: ";
  os << "total " << bytes << " bytes, lower bound " << bound << " bytes\n";
}
