// Offsets of the slots of the model's state: see StateLayout.h.
#include "dlc/Codegen/Host/StateLayout.h"

#include "dlc/Codegen/Host/ArenaPlan.h"
#include "dlc/Dialect/DL/IR/ModelState.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <algorithm>

using namespace mlir;

namespace dlc::host {

/// What the state's owner aligns it to (dlc_options.state), and so each slot.
static constexpr int64_t slotAlignment = 64;

LogicalResult StateLayout::add(StringRef name, Type type, Location loc) {
  for (const Slot &known : all)
    if (known.name == name) {
      if (known.type == type)
        return success();
      return emitError(loc) << "state '" << name << "' is " << type << " here and " << known.type
                            << " in another function";
    }
  AffineExpr bytes = byteSizeOf(type);
  if (!bytes)
    return emitError(loc) << "state '" << name << "' must be a static tensor of numbers, found "
                          << type;
  all.push_back({name.str(), cast<RankedTensorType>(type), size});
  int64_t end = size + cast<AffineConstantExpr>(bytes).getValue();
  size = (end + slotAlignment - 1) / slotAlignment * slotAlignment;
  return success();
}

FailureOr<StateLayout> StateLayout::compute(ModuleOp module) {
  StateLayout layout;
  SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  if (auto *init = llvm::find_if(functions, [](func::FuncOp f) { return f.getName() == "init"; });
      init != functions.end())
    std::rotate(functions.begin(), init, init + 1);
  for (func::FuncOp function : functions) {
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (auto slot = dl::resultSlot(function, i))
        if (failed(layout.add(*slot, function.getResultTypes()[i], function.getLoc())))
          return failure();
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (auto slot = dl::argumentSlot(function, i))
        if (failed(layout.add(*slot, function.getArgumentTypes()[i], function.getLoc())))
          return failure();
  }
  return layout;
}

const StateLayout::Slot &StateLayout::slot(StringRef name) const {
  auto found = llvm::find_if(all, [&](const Slot &slot) { return slot.name == name; });
  assert(found != all.end() && "a slot that no function names");
  return *found;
}

} // namespace dlc::host
