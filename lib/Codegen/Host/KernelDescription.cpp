// What a profile says of a kernel: its place in the model, its template family, its cost.
#include "KernelDescription.h"

#include "SizeEmitter.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

/// The innermost name of a location; empty where it has none.
static StringRef nameIn(Location location) {
  StringRef name;
  location->walk([&](Location part) {
    auto named = dyn_cast<NameLoc>(part);
    if (!named)
      return WalkResult::advance();
    name = named.getName();
    return WalkResult::interrupt();
  });
  return name;
}

/// `gemm` of `#dl.gemm<...>`.
static StringRef familyOf(Attribute schedule) {
  return schedule.getAbstractAttribute().getName().rsplit('.').second;
}

KernelRow dlc::host::describeKernel(dl::KernelOp kernel) {
  KernelRow row{{}, dl::flopsOf(kernel), dl::touchedBytes(kernel)};
  KernelDescription &description = row.description;
  // After its anchor, else after the op that makes the result.
  Operation *named = kernel.getAnchor();
  if (!named)
    named = kernel.getBodyBlock()->getTerminator()->getPrevNode();
  StringRef name = named ? nameIn(named->getLoc()) : StringRef();
  if (name.empty())
    name = nameIn(kernel.getLoc());
  if (name.empty())
    name = kernel.getSymbol().value_or("kernel");
  description.name = name.str();

  StringRef family = kernel.getSchedule() ? familyOf(*kernel.getSchedule()) : StringRef();
  description.kind = family.empty() ? fusionClassName(kernel.getKind()).str() : family.str();
  std::optional<int64_t> flops = dl::constantDim(row.flops), bytes = dl::constantDim(row.bytes);
  if (flops && bytes) {
    description.flops = static_cast<double>(*flops);
    description.bytes = static_cast<double>(*bytes);
  }
  return row;
}

std::string dlc::host::emitKernelCosts(OpBuilder &outer, Location loc, ArrayRef<KernelRow> rows) {
  auto isOpen = [](const KernelRow &row) {
    return !dl::constantDim(row.flops) || !dl::constantDim(row.bytes);
  };
  if (llvm::none_of(rows, isOpen))
    return {};
  std::string name = "kernel_costs";
  Type ptr = LLVM::LLVMPointerType::get(outer.getContext());
  Type none = LLVM::LLVMVoidType::get(outer.getContext());
  auto function = LLVM::LLVMFuncOp::create(
      outer, loc, name, LLVM::LLVMFunctionType::get(none, {ptr, ptr}), LLVM::Linkage::Internal);
  OpBuilder builder(outer.getContext());
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  SizeEmitter sizes(builder, loc, function.getArgument(0));
  auto store = [&](AffineExpr cost, size_t index) {
    SmallVector<LLVM::GEPArg> place = {static_cast<int32_t>(index)};
    Value address = LLVM::GEPOp::create(builder, loc, ptr, builder.getF64Type(),
                                        function.getArgument(1), place);
    std::optional<int64_t> fixed = dl::constantDim(cost);
    Value value =
        fixed ? LLVM::ConstantOp::create(builder, loc, builder.getF64Type(),
                                         builder.getF64FloatAttr(static_cast<double>(*fixed)))
                    .getResult()
              : sizes.emitReal(cost);
    LLVM::StoreOp::create(builder, loc, value, address);
  };
  for (auto [index, row] : llvm::enumerate(rows)) {
    store(row.flops, 2 * index);
    store(row.bytes, 2 * index + 1);
  }
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  return name;
}
