// The dl dialect, and the class of its schedules.
#ifndef DLC_DIALECT_DL_IR_DLDIALECT_TD
#define DLC_DIALECT_DL_IR_DLDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def DL_Dialect : Dialect {
  let name = "dl";
  let cppNamespace = "::dlc::dl";
  let summary = "Whole-operator tensor graphs: the form in which models are differentiated and fused.";
  let description = [{
    Every op is one operator of the model (a convolution, a softmax, an LSTM), on ranked tensors of
    values. Results are inferred from operands and attributes; every op has a plain reference
    evaluation, a Halide emission, and says how it fuses.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
    void registerConstantOps();
    void registerElementwiseOps();
    void registerContractionOps();
    void registerWindowOps();
    void registerReductionOps();
    void registerNormalizationOps();
    void registerShapeOps();
    void registerIndexingOps();
    void registerAttentionOps();
    void registerRandomOps();
    void registerRecurrentOps();
    void registerKernelOps();
  }];
}

class DL_ScheduleAttr<string name, string attrMnemonic, string text> : AttrDef<DL_Dialect, name> {
  let mnemonic = attrMnemonic;
  let summary = text;
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // DLC_DIALECT_DL_IR_DLDIALECT_TD
