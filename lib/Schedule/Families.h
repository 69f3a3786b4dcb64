// How schedule families are written down: most of them ask the anchor for one shape.
#ifndef DLC_LIB_SCHEDULE_FAMILIES_H
#define DLC_LIB_SCHEDULE_FAMILIES_H

#include "dlc/Schedule/ScheduleAttributes.h"
#include "dlc/Schedule/ScheduleFamily.h"
#include "dlc/Schedule/ScheduleShapes.h"

#include <optional>

namespace dlc::schedule {

/// In the order of preference.
llvm::ArrayRef<const ScheduleFamily *> hostFamilies();
llvm::ArrayRef<const ScheduleFamily *> deviceFamilies();

/// What method `get` of ScheduleShapeOpInterface says of the kernel's anchor; nothing where it has
/// no model.
template <auto get>
auto ofAnchor(dl::KernelOp kernel) {
  auto anchor = llvm::dyn_cast_if_present<ScheduleShapeOpInterface>(kernel.getAnchor());
  return anchor ? (anchor.*get)() : decltype((anchor.*get)())();
}

/// Whether `kernel` can be emitted without a template.
bool hasPlainForm(dl::KernelOp kernel, bool onDevice);

} // namespace dlc::schedule

#endif // DLC_LIB_SCHEDULE_FAMILIES_H
