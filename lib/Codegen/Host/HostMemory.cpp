// Kernels work where the runtime and the caller have their tensors: nothing has to be moved.
#include "EntryMemory.h"

using namespace mlir;
using namespace dlc::host;

namespace {

class HostMemory : public EntryMemory {
public:
  BufferField addressField() const override { return HostAddress; }
  void begin(EntryCode, func::FuncOp, const ArenaPlan &, EntryBases &) override {}

  void copy(EntryCode code, Value to, Value from, Value bytes) override {
    LLVM::MemcpyOp::create(code.builder, to.getLoc(), to, from, bytes, /*isVolatile=*/false);
  }

  void clear(EntryCode code, Value to, Value bytes) override {
    Value zero = LLVM::ConstantOp::create(code.builder, to.getLoc(), code.builder.getI8Type(), 0);
    LLVM::MemsetOp::create(code.builder, to.getLoc(), to, zero, bytes, /*isVolatile=*/false);
  }

  Value end(EntryCode code) override {
    return LLVM::ConstantOp::create(code.builder, code.call.getLoc(), code.builder.getI32Type(), 0);
  }

  uint64_t hostArenaBytes(const ArenaPlan &plan) const override {
    return plan.isSymbolic() ? 0 : static_cast<uint64_t>(plan.arenaBytes());
  }
};

} // namespace

std::unique_ptr<EntryMemory> dlc::host::makeHostMemory() { return std::make_unique<HostMemory>(); }
