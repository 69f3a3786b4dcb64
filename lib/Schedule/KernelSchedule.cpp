// The first family that fits a kernel, and its schedule.
#include "dlc/Schedule/KernelSchedule.h"

#include "Families.h"
#include "dlc/Schedule/DeviceSchedule.h"

using namespace mlir;

namespace dlc::schedule {

ArrayRef<const ScheduleFamily *> scheduleFamilies() {
  static const auto all = [] {
    SmallVector<const ScheduleFamily *> families(hostFamilies());
    llvm::append_range(families, deviceFamilies());
    return families;
  }();
  return all;
}

const ScheduleFamily *familyOf(Attribute schedule) {
  auto found = llvm::find_if(scheduleFamilies(),
                             [&](const ScheduleFamily *family) { return family->owns(schedule); });
  return found == scheduleFamilies().end() ? nullptr : *found;
}

bool hasPlainForm(dl::KernelOp kernel, bool onDevice) {
  Operation *anchor = kernel.getAnchor();
  if (isa_and_nonnull<RecurrentOpInterface>(anchor))
    return false;
  auto shapes = dyn_cast_if_present<ScheduleShapeOpInterface>(anchor);
  return !shapes || shapes.hasPlainForm(onDevice);
}

MachineFacts factsFor(Operation *op, int vectorBytes) {
  MachineFacts facts = hostMachineFacts();
  facts.device = deviceOf(op);
  if (vectorBytes == 0 || vectorBytes == facts.vectorBytes)
    return facts;
  return vectorBytes >= 64 ? avx512Facts(facts) : avx2Facts(facts);
}

Attribute chooseSchedule(dl::KernelOp kernel, const MachineFacts &facts) {
  for (const ScheduleFamily *family : scheduleFamilies()) {
    if (!family->suits(facts.device.has_value()) || !family->fits(kernel))
      continue;
    Attribute schedule = family->choose(kernel, facts);
    return kernel.getSymbols().empty() || facts.cores == 1
               ? schedule
               : family->forOpenSizes(schedule, kernel, facts);
  }
  return {};
}

} // namespace dlc::schedule
