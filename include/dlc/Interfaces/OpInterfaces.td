// What an op says of itself to the phases: how it fuses, what it costs, how it is evaluated plainly.
// Contracts only; implementations are either in the op's ODS entry or attached as external models by
// the layer that owns them (Reference, Codegen/Halide), so that no layer here knows of those below.
#ifndef DLC_INTERFACES_OPINTERFACES_TD
#define DLC_INTERFACES_OPINTERFACES_TD

include "mlir/IR/OpBase.td"

def FusibleOpInterface : OpInterface<"FusibleOpInterface"> {
  let cppNamespace = "::dlc";
  let description = [{
    How kernel formation may treat the op. See `dlc::FusionClass` for what each class permits.
  }];
  let methods = [
    InterfaceMethod<"The class that decides where the op may stand in a kernel.",
      "::dlc::FusionClass", "getFusionClass">,
    InterfaceMethod<[{
        Whether a transpose of the result may stand in the op's kernel, as its template can store the result's
        axes in another order at no cost. Asked of anchors only.
      }], "bool", "canStoreTurned", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<[{
        Whether a transpose of operand `index` may stand in the op's kernel, as its template packs the operand
        anyway and can turn it on the way. Asked of anchors only.
      }], "bool", "canLoadTurned", (ins "unsigned":$index), [{}], [{ return false; }]>,
    InterfaceMethod<[{
        Whether the op's kernel, on a device or else on the host, reads no element of operand `index` twice: what computes it
        element by element may then stand in the op's kernel. Asked of anchors only.
      }], "bool", "readsOnce", (ins "unsigned":$index, "bool":$onDevice), [{}], [{ return false; }]>,
    InterfaceMethod<[{
        Whether the op's kernel may compute operand `index` again, element by element, where another kernel
        computes it too: no more often than it would load it.
      }], "bool", "canRecomputeOperand", (ins "unsigned":$index), [{}], [{
        return $_op.getFusionClass() == ::dlc::FusionClass::Injective ||
               $_op.getFusionClass() == ::dlc::FusionClass::Movement;
      }]>,
    InterfaceMethod<[{
        Whether the op sums products, which a kernel may fuse and take in any order; everything else keeps to
        the order of its formula.
      }], "bool", "sumsProducts", (ins), [{}], [{
        return $_op.getFusionClass() == ::dlc::FusionClass::Contraction ||
               $_op.getFusionClass() == ::dlc::FusionClass::Convolution;
      }]>,
  ];
}

def CostOpInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::dlc";
  let description = [{
    Arithmetic of one evaluation, for reports.
  }];
  let methods = [
    InterfaceMethod<[{
        Floating-point (or integer) operations, as an expression of the open sizes; a fused multiply-add counts 2.
      }],
      "::mlir::AffineExpr", "getFlops">,
  ];
}

def ReferenceOpInterface : OpInterface<"ReferenceOpInterface"> {
  let cppNamespace = "::dlc";
  let description = [{
    The plain, slow, obviously right evaluation of the op on tensors in host memory. Attached by the
    Reference layer; the result shapes are known before the call.
  }];
  let methods = [
    InterfaceMethod<[{
        Computes `results` (already allocated, zero-filled, with the shapes that shape inference gives
        for these operands) from `operands`. An absent optional operand is an empty Tensor. Fails with a
        diagnostic on the op where the data is invalid (an index out of range, say).
      }],
      "::llvm::LogicalResult", "evaluate",
      (ins "::llvm::ArrayRef<::dlc::Tensor>":$operands,
           "::llvm::MutableArrayRef<::dlc::Tensor>":$results)>,
  ];
}

def LayoutOpInterface : OpInterface<"LayoutOpInterface"> {
  let cppNamespace = "::dlc";
  let description = [{
    An op with an image operand whose channel axis can be first (NCHW) or last (NHWC). The channels-last
    pass asks for it; the rank of the operand says how many spatial axes there are.
  }];
  let methods = [
    InterfaceMethod<"Whether the op reads and writes channels-last now.", "bool", "isChannelsLast">,
    InterfaceMethod<"Sets the layout attribute; operands and result types are the caller's affair.",
      "void", "setChannelsLast", (ins "bool":$value)>,
    InterfaceMethod<[{
        The operands that carry image data in that layout (usually operand 0). Other operands (filters,
        per-channel vectors) do not change.
      }], "::llvm::SmallVector<unsigned>", "getImageOperands", (ins), [{}], [{ return {0}; }]>,
  ];
}

def RecurrentOpInterface : OpInterface<"RecurrentOpInterface"> {
  let cppNamespace = "::dlc";
  let description = [{
    An op that applies one step after another along axis 0 of its operands, each to what the one before
    left. Its kernel's object computes one step; the host function repeats the call
    (docs/ADR/0008-a-recurrence-is-one-kernel-that-the-host-repeats.md).
  }];
  let methods = [
    InterfaceMethod<"How many steps there are.", "::mlir::AffineExpr", "getSteps">,
    InterfaceMethod<"Whether the last step along axis 0 comes first.", "bool", "runsBackwards">,
    InterfaceMethod<"What a step reads, in the order of the object's arguments.",
      "::llvm::SmallVector<::dlc::StepArgument>", "getStepInputs">,
    InterfaceMethod<[{
        What a step writes, in the order of the object's arguments behind those that it reads: parts of all
        results that are used. All have one shape.
      }], "::llvm::SmallVector<::dlc::StepArgument>", "getStepOutputs">,
    InterfaceMethod<"Results through which a step hands on its state: in memory whether they are used or not.",
      "::llvm::SmallVector<::mlir::OpResult>", "getStateResults">,
    InterfaceMethod<"The product of its states and a matrix that a step makes, with all of the matrix.",
      "::dlc::StepProduct", "getStepProduct">,
    InterfaceMethod<"Units of a panel of the packed matrix; 0 where it is not packed.",
      "int64_t", "getPanelUnits", (ins), [{}], [{ return $_op.getPackedUnits(); }]>,
    InterfaceMethod<"Says that the matrix is packed in panels of `units` units; changing it is the caller's affair.",
      "void", "markPacked", (ins "int64_t":$units), [{}], [{ $_op.setPackedUnits(units); }]>,
  ];
}

def TrainingModeOpInterface : OpInterface<"TrainingModeOpInterface"> {
  let cppNamespace = "::dlc";
  let description = [{
    An op that computes one thing in training and another at inference. Importers write it undecided; the
    phase `differentiate` decides it in each function, and its verifier finds what was left.
  }];
  let methods = [
    InterfaceMethod<"Whether it is open in which mode the op runs.", "bool", "isUndecided">,
    InterfaceMethod<"What takes the place of each result at inference.",
      "::llvm::SmallVector<::mlir::Value>", "getInferenceValues">,
  ];
}

#endif // DLC_INTERFACES_OPINTERFACES_TD
