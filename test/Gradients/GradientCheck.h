// Gradients against central differences, in f64 by the reference interpreter.
#ifndef DLC_TEST_GRADIENTS_GRADIENTCHECK_H
#define DLC_TEST_GRADIENTS_GRADIENTCHECK_H

#include "dlc/Support/Error.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {

/// The largest error of any gradient of `function` by a float argument: |analytic - numeric| over
/// the larger of 1 and the largest gradient. Arguments are drawn from [low, high), attributes of
/// the function (-2 and 2 where absent); results are weighted by random cotangents. Adds the
/// gradient function to the module.
Expected<double> gradientError(mlir::func::FuncOp function);

} // namespace dlc

#endif // DLC_TEST_GRADIENTS_GRADIENTCHECK_H
