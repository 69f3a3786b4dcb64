// Gradients of ops that draw random numbers: by what is scaled, never by the key.
#include "Rules/Rules.h"

using namespace mlir;

namespace dlc::autodiff {

void attachRandomRules(MLIRContext *context) {
  // What was dropped gives nothing back: the same op, which draws the same numbers.
  rule<dl::DropoutOp>(context, [](dl::DropoutOp op, GradientBuilder &g) -> LogicalResult {
    if (op.isUndecided())
      return op.emitOpError("has no key: expected autodiff-training-mode or "
                            "autodiff-inference-mode to have decided it");
    g.add(0, g.cotangent().make<dl::DropoutOp>(op.getKey(), op.getRate(), op.getStream(),
                                               op.getSharedAxes()));
    return success();
  });
}

} // namespace dlc::autodiff
