// Sizes that only data decides
// (docs/ADR/0012-a-size-that-data-decides-is-a-symbol-set-at-run-time.md): the entry sets the
// symbol, gives memory to outputs of that size, and calls no kernel for nothing.
#include "EntryEmitter.h"

#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Runtime/ABI.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

void EntryEmitter::emitDecision(dl::DecideSizeOp decision) {
  loc = decision.getLoc();
  auto symbol = static_cast<unsigned>(decision.getSymbol());
  Value count = LLVM::LoadOp::create(builder, loc, i64, addressOf(decision.getCount()));
  // Memory was laid out for no more than the bound, whatever a kernel has counted.
  Value most = sizes->emit(decision.getBound().getResult(0));
  count = LLVM::SMinOp::create(builder, loc, count, most);
  count = LLVM::SMaxOp::create(builder, loc, count, constant(i64, 0));
  sizes->set(symbol, count);
  undecided.reset(symbol);
  allocateOutputs();
}

void EntryEmitter::allocateOutputs() {
  llvm::SmallBitVector decidedByData = dl::dataSymbols(module);
  for (auto [index, type] : llvm::enumerate(outputTypes)) {
    dl::Dims dims = dl::dimsOf(type);
    llvm::SmallBitVector symbols = dl::symbolsIn(dims);
    if (!symbols.anyCommon(decidedByData) || symbols.anyCommon(undecided) ||
        allocated.contains(index))
      continue;
    allocated.insert(index);
    Type table = LLVM::LLVMArrayType::get(i64, dims.size());
    Value shape = LLVM::AllocaOp::create(builder, loc, ptr, table, constant(i64, 1));
    for (auto [axis, dim] : llvm::enumerate(dims))
      LLVM::StoreOp::create(builder, loc, sizes->emit(dim),
                            byteOffset(shape, static_cast<int64_t>(axis * sizeof(int64_t))));
    LLVM::LLVMFuncOp allocate = declareFunction(module, "dlcrt_output_alloc", i32, {ptr, i32, ptr});
    SmallVector<Value> arguments = {entry.getArgument(0),
                                    constant(i32, static_cast<int64_t>(index)), shape};
    returnIfFailed(LLVM::CallOp::create(builder, loc, allocate, arguments).getResult());
    Value outputs = loadPointer(entry.getArgument(0), offsetof(dlcrt_call, outputs));
    bases.outputs[index] = loadPointer(outputs, static_cast<int64_t>(index * sizeof(void *)));
  }
}

void EntryEmitter::emitCall(dl::KernelOp kernel, unsigned index, LLVM::LLVMFuncOp callee,
                            ValueRange arguments) {
  auto call = [&] {
    Value status;
    emitProfiled(
        index, [&] { status = LLVM::CallOp::create(builder, loc, callee, arguments).getResult(); });
    returnIfFailed(status);
  };
  llvm::SmallBitVector decidedByData = dl::dataSymbols(module), mayBeZero;
  for (Value output : kernel.getOutputs())
    mayBeZero |= dl::symbolsIn(dl::dimsOf(output.getType()));
  mayBeZero &= decidedByData;
  if (mayBeZero.none())
    return call();
  Value isSome;
  for (int symbol : mayBeZero.set_bits()) {
    Value size =
        sizes->emit(getAffineSymbolExpr(static_cast<unsigned>(symbol), module.getContext()));
    Value above =
        LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::sgt, size, constant(i64, 0));
    isSome = isSome ? LLVM::AndOp::create(builder, loc, isSome, above).getResult() : above;
  }
  Block *here = builder.getInsertionBlock();
  Block *run = builder.createBlock(failed);
  call();
  Block *end = builder.getInsertionBlock(), *next = builder.createBlock(failed);
  builder.setInsertionPointToEnd(here);
  LLVM::CondBrOp::create(builder, loc, isSome, run, ValueRange(), next, ValueRange());
  builder.setInsertionPointToEnd(end);
  LLVM::BrOp::create(builder, loc, ValueRange(), next);
  builder.setInsertionPointToEnd(next);
}
