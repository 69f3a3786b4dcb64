// Sizes that only data decides
// (docs/ADR/0012-a-size-that-data-decides-is-a-symbol-set-at-run-time.md): the entry sets the
// symbol, and gives memory to outputs of that size.
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
