// When two tensors are the same result.
#ifndef DLC_LIB_DRIVER_COMPARISON_H
#define DLC_LIB_DRIVER_COMPARISON_H

#include "dlc/Driver/Compiler.h"

#include <string>

namespace dlc::driver {

/// Compares `actual` with `expected` element by element, as Tolerance says; NaN equals NaN,
/// infinities must be equal, and so must all elements of integer and bool tensors.
Comparison compareTensors(std::string name, const Tensor &actual, const Tensor &expected,
                          const Tolerance &tolerance);

} // namespace dlc::driver

#endif // DLC_LIB_DRIVER_COMPARISON_H
