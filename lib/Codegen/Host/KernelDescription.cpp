// What a profile says of a kernel: its place in the model, its template family, its cost.
#include "EntryEmitter.h"

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

KernelDescription dlc::host::describeKernel(dl::KernelOp kernel) {
  KernelDescription description;
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
  if (!kernel.getSymbols().empty())
    return description; // what it costs is known at the call
  for (Operation &op : kernel.getBodyBlock()->without_terminator())
    if (auto costed = dyn_cast<CostOpInterface>(op))
      description.flops += static_cast<double>(costed.getFlops());
  description.bytes = static_cast<double>(touchedBytes(kernel));
  return description;
}
