// Parts are placed from the results towards the operands (a concat may be a part of a later one),
// views from the operands towards the results.
#include "dlc/Dialect/DL/IR/Storage.h"

#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

namespace dlc::dl {

static Dims shapeOf(Value value) { return dimsOf(value.getType()); }

static AffineExpr product(AffineExpr a, AffineExpr b) { return productOf({a, b}, a.getContext()); }

//===-- Strides ----------------------------------------------------------------------------===//

Dims denseStrides(ArrayRef<AffineExpr> shape) {
  Dims strides(shape);
  for (size_t axis = shape.size(); axis-- > 0;) {
    bool innermost = axis + 1 == shape.size();
    strides[axis] = innermost ? getAffineConstantExpr(1, shape[axis].getContext())
                    : constantDim(shape[axis + 1]) == 0
                        ? strides[axis + 1]
                        : product(strides[axis + 1], shape[axis + 1]);
  }
  return strides;
}

bool areLinear(ArrayRef<AffineExpr> shape, ArrayRef<AffineExpr> strides, unsigned first,
               unsigned last) {
  AffineExpr expected; // nothing is known before the innermost axis of more than one element
  for (unsigned axis = last; axis-- > first;) {
    if (constantDim(shape[axis]) == 1)
      continue;
    if (expected && strides[axis] != expected)
      return false;
    expected = product(strides[axis], shape[axis]);
  }
  return true;
}

bool isDense(ArrayRef<AffineExpr> shape, ArrayRef<AffineExpr> strides) {
  if (llvm::any_of(shape, [](AffineExpr size) { return constantDim(size) == 0; }))
    return true;
  for (size_t axis = shape.size(); axis-- > 0;)
    if (constantDim(shape[axis]) != 1)
      return constantDim(strides[axis]) == 1 && areLinear(shape, strides, 0, axis + 1);
  return true;
}

namespace {
/// Axes of more than one element, taken from the innermost outwards.
class Run {
public:
  explicit Run(ArrayRef<AffineExpr> shape) : shape(shape), begin(shape.size()), end(begin) {}

  /// Starts behind what was taken last; takes the next axis. False where there is none.
  bool next() {
    end = begin;
    return grow();
  }
  /// Takes one axis more.
  bool grow() {
    if (end == begin)
      elements = AffineExpr();
    do {
      if (begin == 0)
        return false;
      --begin;
    } while (constantDim(shape[begin]) == 1);
    elements = elements ? product(elements, shape[begin]) : product(shape[begin], one());
    return true;
  }

  ArrayRef<AffineExpr> shape;
  unsigned begin, end;
  AffineExpr elements; ///< in axes [begin, end)

private:
  AffineExpr one() const { return getAffineConstantExpr(1, shape.front().getContext()); }
};
} // namespace

/// The stride of the innermost axis of more than one element in [first, last).
static AffineExpr innermostStride(ArrayRef<AffineExpr> shape, ArrayRef<AffineExpr> strides,
                                  unsigned first, unsigned last) {
  for (unsigned axis = last; axis-- > first;)
    if (constantDim(shape[axis]) != 1)
      return strides[axis];
  return strides[first];
}

std::optional<Dims> reshapedStrides(ArrayRef<AffineExpr> from, ArrayRef<AffineExpr> strides,
                                    ArrayRef<AffineExpr> to) {
  if (isDense(from, strides) || to.empty())
    return denseStrides(to);
  Dims result(to.size(), getAffineConstantExpr(1, to.front().getContext()));
  // Runs of axes with as many elements on both sides, from the innermost outwards: each must be
  // evenly spaced.
  for (Run here(from), there(to); there.next();) {
    if (!here.next())
      return {};
    while (here.elements != there.elements) {
      bool grown = exactQuotient(there.elements, here.elements)   ? here.grow()
                   : exactQuotient(here.elements, there.elements) ? there.grow()
                                                                  : false;
      if (!grown)
        return {};
    }
    if (!areLinear(from, strides, here.begin, here.end))
      return {};
    AffineExpr stride = innermostStride(from, strides, here.begin, here.end);
    for (unsigned axis = there.end; axis-- > there.begin;) {
      if (constantDim(to[axis]) == 1)
        continue;
      result[axis] = stride;
      stride = product(stride, to[axis]);
    }
  }
  return result;
}

//===-- The map ----------------------------------------------------------------------------===//

/// The storage of a value that is no part of another.
static Storage alone(Value value) {
  return {value, getAffineConstantExpr(0, value.getContext()), denseStrides(shapeOf(value))};
}

/// Why `operand` cannot be a part of the concat that uses it; empty where it can.
static std::string whyNoPart(OpOperand &operand, const Storage &whole, bool claimed) {
  Value value = operand.get();
  Operation *producer = value.getDefiningOp();
  if (!isa_and_nonnull<KernelOp, ConcatOp>(producer))
    return "only what a kernel writes or another concat joins can be a part of a concat";
  if (claimed)
    return "a tensor can be a part of one concat only";
  auto kernel = dyn_cast<KernelOp>(producer);
  if (!kernel || isDense(shapeOf(value), whole.strides))
    return {};
  // Contractions walk all axes but the last as one, whatever the kernel's results.
  FusionClass kind = kernel.getKind();
  bool walks = kind != FusionClass::Contraction && kind != FusionClass::Convolution;
  if (!kernel.canWriteParts() ||
      (!walks && !areLinear(shapeOf(value), whole.strides, 0, whole.strides.size() - 1)))
    return "the kernel can write its result only row by row";
  return {};
}

StorageMap::Conflict StorageMap::placeParts(func::FuncOp function) {
  for (Operation &op : llvm::reverse(function.getBody().front())) {
    // A value without a place by now is a part of no later concat.
    for (Value result : op.getResults())
      if (isa<KernelOp, ConcatOp, ConstantOp>(op) && !storages.contains(result))
        storages[result] = alone(result);
    auto concat = dyn_cast<ConcatOp>(op);
    if (!concat)
      continue;
    Storage whole = storages[concat.getResult()];
    for (OpOperand &operand : concat->getOpOperands()) {
      std::string reason = whyNoPart(operand, whole, storages.contains(operand.get()));
      if (!reason.empty())
        return {&operand, reason};
      Storage part = whole;
      storages[operand.get()] = part;
      AffineExpr size = shapeOf(operand.get())[concat.getAxis()];
      whole.offset = whole.offset + product(size, whole.strides[concat.getAxis()]);
    }
  }
  return {};
}

/// A step's object reads the state before it with one set of strides, wherever that is.
static StorageMap::Conflict strayState(KernelOp kernel, const StorageMap &storages) {
  auto recurrent = dyn_cast_if_present<RecurrentOpInterface>(kernel.getAnchor());
  if (!recurrent)
    return {};
  for (const StepArgument &argument : recurrent.getStepInputs())
    for (Value state : {argument.tensor, argument.outside}) {
      auto input = dyn_cast_if_present<BlockArgument>(state);
      if (!input || argument.entry == StepArgument::Entry::Own)
        continue;
      OpOperand &operand = kernel->getOpOperand(input.getArgNumber());
      if (!isDense(shapeOf(operand.get()), storages.of(operand.get()).strides))
        return {&operand, "states of a recurrence lie row by row"};
    }
  return {};
}

StorageMap::Conflict StorageMap::placeViews(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    storages[argument] = alone(argument);
  for (Operation &op : function.getBody().front()) {
    if (auto slice = dyn_cast<SliceOp>(op)) {
      Storage part = of(slice.getOperand());
      if (llvm::any_of(slice.getSteps(), [](int64_t step) { return step != 1; }))
        return {&slice.getOperandMutable(), "a slice outside of kernels has steps of 1"};
      for (auto [start, stride] : llvm::zip(slice.getStarts(), part.strides))
        part.offset = part.offset + stride * start;
      storages[slice.getResult()] = part;
    } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
      Storage renamed = of(reshape.getOperand());
      auto strides = reshapedStrides(shapeOf(reshape.getOperand()), renamed.strides,
                                     shapeOf(reshape.getResult()));
      if (!strides)
        return {&reshape.getOperandMutable(), "a part of a tensor cannot be seen in this shape"};
      renamed.strides = *strides;
      storages[reshape.getResult()] = renamed;
    } else if (auto decision = dyn_cast<DecideSizeOp>(op)) {
      Storage same = of(decision.getCount());
      storages[decision.getResult()] = same;
    } else if (auto kernel = dyn_cast<KernelOp>(op)) {
      if (Conflict conflict = strayState(kernel, *this); conflict.use)
        return conflict;
    } else if (isa<func::ReturnOp>(op)) {
      for (OpOperand &operand : op.getOpOperands())
        if (!isDense(shapeOf(operand.get()), of(operand.get()).strides))
          return {&operand, "what is returned lies row by row"};
    }
  }
  return {};
}

StorageMap StorageMap::compute(func::FuncOp function, Conflict &conflict) {
  StorageMap map;
  conflict = map.placeParts(function);
  if (!conflict.use)
    conflict = map.placeViews(function);
  return map;
}

FailureOr<StorageMap> StorageMap::compute(func::FuncOp function) {
  Conflict conflict;
  StorageMap map = compute(function, conflict);
  if (!conflict.use)
    return map;
  // storage_c1
  return conflict.use->getOwner()->emitOpError("has operand ")
         << conflict.use->getOperandNumber()
         << " of another storage than it asks for: " << conflict.reason;
}

} // namespace dlc::dl
