// The loop around the kernel of a recurrence. Descriptors are made once before it; a turn stores
// the addresses of what belongs to its step, and calls.
//
//   for (turn = 0; turn < steps; ++turn) { slot[i].host = ...; if (kernel(...)) fail; }
#include "EntryEmitter.h"

#include "dlc/Dialect/DL/IR/Storage.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

Value EntryEmitter::zerosOf(RankedTensorType type) {
  Attribute zero = builder.getZeroAttr(type.getElementType());
  auto offset = static_cast<int64_t>(constants.add(DenseElementsAttr::get(type, zero)));
  return byteOffset(bases.constants, offset);
}

static int64_t elementBytes(RankedTensorType type) {
  return std::max(1u, type.getElementTypeBitWidth() / 8);
}

/// Whether each step finds the argument elsewhere.
static bool moves(const StepArgument &argument) {
  return argument.sliced || argument.entry != StepArgument::Entry::Own;
}

std::pair<Value, Value> EntryEmitter::firstEntry(dl::KernelOp kernel, const StepArgument &argument,
                                                 Value steps, bool backwards) {
  if (!argument.tensor)
    return {zerosOf(argument.type), Value()};
  dl::Dims strides = kernel.getStridesOf(argument.tensor);
  int64_t bytes = elementBytes(argument.type);
  Value base = byteOffset(addressOf(kernel.getOutside(argument.tensor)),
                          strides.back() * argument.offset * bytes);
  if (!argument.sliced)
    return {base, Value()};
  Value advance = sizes->emit(strides.front() * bytes);
  if (!backwards)
    return {base, advance};
  Value last = LLVM::SubOp::create(builder, loc, steps, constant(i64, 1));
  SmallVector<LLVM::GEPArg> offset = {LLVM::MulOp::create(builder, loc, last, advance).getResult()};
  Value back = LLVM::SubOp::create(builder, loc, constant(i64, 0), advance);
  return {LLVM::GEPOp::create(builder, loc, ptr, builder.getI8Type(), base, offset), back};
}

Value EntryEmitter::entryAt(dl::KernelOp kernel, const StepArgument &argument, Value first,
                            Value advance, Value turn, Value steps) {
  auto at = [&](Value place) -> Value {
    if (!advance)
      return first;
    SmallVector<LLVM::GEPArg> offset = {
        LLVM::MulOp::create(builder, loc, place, advance).getResult()};
    return LLVM::GEPOp::create(builder, loc, ptr, builder.getI8Type(), first, offset);
  };
  if (argument.entry == StepArgument::Entry::Own)
    return at(turn);
  bool before = argument.entry == StepArgument::Entry::Before;
  Value one = constant(i64, 1), end = constant(i64, 0), neighbour;
  if (before) {
    neighbour = LLVM::SubOp::create(builder, loc, turn, one);
  } else {
    end = LLVM::SubOp::create(builder, loc, steps, one);
    neighbour = LLVM::AddOp::create(builder, loc, turn, one);
  }
  Value outside =
      argument.outside ? addressOf(kernel.getOutside(argument.outside)) : zerosOf(argument.type);
  Value isOutside = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, turn, end);
  return LLVM::SelectOp::create(builder, loc, isOutside, outside, at(neighbour));
}

void EntryEmitter::emitSteps(dl::KernelOp kernel, unsigned index) {
  auto recurrent = cast<RecurrentOpInterface>(kernel.getAnchor());
  SmallVector<StepArgument> tensors = recurrent.getStepInputs();
  llvm::append_range(tensors, recurrent.getStepOutputs());
  Value steps = sizes->emit(recurrent.getSteps());
  SmallVector<Value> arguments = {context};
  for (unsigned symbol : kernel.getSymbols()) {
    Value size = sizes->emit(getAffineSymbolExpr(symbol, module.getContext()));
    arguments.push_back(LLVM::TruncOp::create(builder, loc, i32, size));
  }
  SmallVector<std::pair<Value, Value>> firsts;
  for (auto [slot, tensor] : llvm::enumerate(tensors)) {
    firsts.push_back(firstEntry(kernel, tensor, steps, recurrent.runsBackwards()));
    dl::Dims strides = tensor.tensor ? kernel.getStridesOf(tensor.tensor)
                                     : dl::denseStrides(dl::dimsOf(tensor.type));
    if (tensor.sliced)
      strides.erase(strides.begin());
    arguments.push_back(describe(slot, firsts.back().first, tensor.type, strides));
  }
  SmallVector<Type> types(ValueRange(arguments).getTypes());
  LLVM::LLVMFuncOp callee = declareFunction(module, *kernel.getSymbol(), i32, types);

  emitProfiled(index, [&] {
    Block *before = builder.getInsertionBlock();
    Block *turnBlock = builder.createBlock(failed, {i64}, {loc});
    Block *next = builder.createBlock(failed), *after = builder.createBlock(failed);
    builder.setInsertionPointToEnd(before);
    LLVM::BrOp::create(builder, loc, ValueRange{constant(i64, 0)}, turnBlock);

    builder.setInsertionPointToEnd(turnBlock);
    Value turn = turnBlock->getArgument(0);
    for (auto [slot, tensor] : llvm::enumerate(tensors))
      if (moves(tensor)) {
        auto [first, advance] = firsts[slot];
        storeAddress(slot, entryAt(kernel, tensor, first, advance, turn, steps));
      }
    Value status = LLVM::CallOp::create(builder, loc, callee, arguments).getResult();
    Value isFailure =
        LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, status, constant(i32, 0));
    LLVM::CondBrOp::create(builder, loc, isFailure, failed, ValueRange{status}, next, ValueRange());

    builder.setInsertionPointToEnd(next);
    Value following = LLVM::AddOp::create(builder, loc, turn, constant(i64, 1));
    Value isMore = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::slt, following, steps);
    LLVM::CondBrOp::create(builder, loc, isMore, turnBlock, ValueRange{following}, after,
                           ValueRange());
    builder.setInsertionPointToEnd(after);
  });
}
