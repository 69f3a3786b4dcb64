// The passes of the phase `differentiate`.
#ifndef DLC_AUTODIFF_PASSES_TD
#define DLC_AUTODIFF_PASSES_TD

include "mlir/Pass/PassBase.td"

def AutodiffGradient : Pass<"autodiff-gradient", "::mlir::ModuleOp"> {
  let summary = "Add the function that computes gradients of another, by reverse-mode differentiation";
  let description = [{
    For a function f(x...) -> (y...) adds f_gradient(x..., cotangents of the float y...) -> (y..., gradients of
    the chosen x...): vector-Jacobian products, in one pass over the ops in reverse. Only ops between a chosen
    argument and a result are differentiated; a zero cotangent is never materialised but for an argument that
    no result depends on.
  }];
  let options = [
    Option<"function", "function", "std::string", "\"main\"", "Name of the function to differentiate">,
    ListOption<"wrt", "wrt", "int64_t", "Arguments to differentiate by; every float one by default">,
  ];
  let dependentDialects = ["::dlc::dl::DLDialect"];
}

#endif // DLC_AUTODIFF_PASSES_TD
