// How ops become Halide expressions. Attached as external models by lib/Codegen/Halide/Emission, one file
// an op family.
#ifndef DLC_CODEGEN_HALIDE_EMISSIONINTERFACES_TD
#define DLC_CODEGEN_HALIDE_EMISSIONINTERFACES_TD

include "mlir/IR/OpBase.td"

def ElementEmissionOpInterface : OpInterface<"ElementEmissionOpInterface"> {
  let cppNamespace = "::dlc::codegen";
  let description = [{
    An op whose result element can be written as one expression over operand elements: every injective,
    movement and view op.
  }];
  let methods = [
    InterfaceMethod<"The element of result `result` at `coords` (one an axis, outermost first).",
      "::Halide::Expr", "emitElement",
      (ins "::dlc::codegen::KernelEmitter &":$emitter, "unsigned":$result,
           "const ::dlc::codegen::Coords &":$coords)>,
  ];
}

def AnchorEmissionOpInterface : OpInterface<"AnchorEmissionOpInterface"> {
  let cppNamespace = "::dlc::codegen";
  let description = [{
    An op that needs Funcs of its own: contractions, reductions, windows, scans. It defines each of its
    results with the emitter and says over which loops the kernel's outputs are computed and how these are
    scheduled.
  }];
  let methods = [
    InterfaceMethod<"Builds the Funcs, defines the results, sets the iteration space and the schedule.",
      "void", "emitAnchor", (ins "::dlc::codegen::KernelEmitter &":$emitter)>,
  ];
}

def StepEmissionOpInterface : OpInterface<"StepEmissionOpInterface"> {
  let cppNamespace = "::dlc::codegen";
  let description = [{
    An op whose kernel computes one step (RecurrentOpInterface). It multiplies its states, and says what the step
    writes.
  }];
  let methods = [
    InterfaceMethod<"Calls `multiply` and `setOutputs` once each.",
      "void", "emitStep", (ins "::dlc::codegen::StepEmitter &":$emitter)>,
  ];
}

#endif // DLC_CODEGEN_HALIDE_EMISSIONINTERFACES_TD
