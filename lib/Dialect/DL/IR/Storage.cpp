// Parts are placed from the results towards the operands (a concat may be a part of a later one),
// views from the operands towards the results.
#include "dlc/Dialect/DL/IR/Storage.h"

#include "dlc/Dialect/DL/IR/DLOps.h"

using namespace mlir;

namespace dlc::dl {

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===-- Strides
//------------------------------------------------------------------------------------===//

SmallVector<int64_t> denseStrides(ArrayRef<int64_t> shape) {
  if (ShapedType::isDynamicShape(shape))
    return {};
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;)
    strides[axis - 1] = strides[axis] * std::max<int64_t>(1, shape[axis]);
  return strides;
}

bool areLinear(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides, unsigned first, unsigned last) {
  if (strides.empty())
    return true;
  int64_t expected = 0; // nothing is known before the innermost axis of more than one element
  for (unsigned axis = last; axis-- > first;) {
    if (shape[axis] == 1)
      continue;
    if (expected != 0 && strides[axis] != expected)
      return false;
    expected = strides[axis] * shape[axis];
  }
  return true;
}

bool isDense(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides) {
  if (strides.empty() || llvm::is_contained(shape, 0))
    return true;
  for (size_t axis = shape.size(); axis-- > 0;)
    if (shape[axis] != 1)
      return strides[axis] == 1 && areLinear(shape, strides, 0, axis + 1);
  return true;
}

std::optional<SmallVector<int64_t>>
reshapedStrides(ArrayRef<int64_t> from, ArrayRef<int64_t> strides, ArrayRef<int64_t> to) {
  if (isDense(from, strides))
    return denseStrides(to);
  SmallVector<unsigned> wide;
  for (unsigned axis = 0; axis < to.size(); ++axis)
    if (to[axis] != 1)
      wide.push_back(axis);
  SmallVector<int64_t> result(to.size(), 1);
  // Runs of axes with as many elements on both sides, from the innermost outwards: each must be
  // evenly spaced.
  for (unsigned end = from.size(); !wide.empty();) {
    unsigned begin = end;
    int64_t here = 1, there = to[wide.back()];
    size_t run = 1;
    while (here != there)
      if (here < there)
        here *= from[--begin];
      else
        there *= to[wide[wide.size() - ++run]];
    if (!areLinear(from, strides, begin, end))
      return {};
    int64_t stride = 1;
    for (unsigned axis = begin; axis < end; ++axis)
      if (from[axis] != 1)
        stride = strides[axis]; // in the end that of the innermost
    for (; run > 0; --run, wide.pop_back()) {
      result[wide.back()] = stride;
      stride *= to[wide.back()];
    }
    end = begin;
  }
  return result;
}

//===-- The map
//------------------------------------------------------------------------------------===//

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
        storages[result] = {result, 0, denseStrides(shapeOf(result))};
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
      whole.offset += shapeOf(operand.get())[concat.getAxis()] * whole.strides[concat.getAxis()];
    }
  }
  return {};
}

StorageMap::Conflict StorageMap::placeViews(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    storages[argument] = {argument, 0, denseStrides(shapeOf(argument))};
  for (Operation &op : function.getBody().front()) {
    if (auto slice = dyn_cast<SliceOp>(op)) {
      Storage part = of(slice.getOperand());
      if (llvm::any_of(slice.getSteps(), [](int64_t step) { return step != 1; }))
        return {&slice.getOperandMutable(), "a slice outside of kernels has steps of 1"};
      for (auto [start, stride] : llvm::zip(slice.getStarts(), part.strides))
        part.offset += start * stride;
      storages[slice.getResult()] = part;
    } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
      Storage renamed = of(reshape.getOperand());
      auto strides = reshapedStrides(shapeOf(reshape.getOperand()), renamed.strides,
                                     shapeOf(reshape.getResult()));
      if (!strides)
        return {&reshape.getOperandMutable(), "a part of a tensor cannot be seen in this shape"};
      renamed.strides = *strides;
      storages[reshape.getResult()] = renamed;
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
