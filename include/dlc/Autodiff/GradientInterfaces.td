// How gradients flow through ops. Attached as external models by lib/Autodiff/Rules, one file an op
// family.
#ifndef DLC_AUTODIFF_GRADIENTINTERFACES_TD
#define DLC_AUTODIFF_GRADIENTINTERFACES_TD

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::dlc::autodiff";
  let description = [{
    An op whose gradient rule is known, be it that no gradient flows. An op without it cannot be
    differentiated.
  }];
  let methods = [
    InterfaceMethod<[{
        Adds, with `gradient`, what the cotangents of the results are to the operands. Called only where a
        result has a cotangent and an operand wants one. Fails with a diagnostic on the op where the rule does
        not cover its attributes.
      }],
      "::llvm::LogicalResult", "emitGradient", (ins "::dlc::autodiff::GradientBuilder &":$gradient)>,
    InterfaceMethod<[{
        Why the cotangents of all operands are zero whatever those of the results ("piecewise constant"), or
        empty where they are not. Such an op is never asked for emitGradient.
      }],
      "::llvm::StringRef", "getZeroGradientReason", (ins), [{}], [{ return {}; }]>,
  ];
}

#endif // DLC_AUTODIFF_GRADIENTINTERFACES_TD
