// The op families of the importer; each file of this folder registers one.
#ifndef DLC_LIB_IMPORT_ONNX_OPS_FAMILIES_H
#define DLC_LIB_IMPORT_ONNX_OPS_FAMILIES_H

namespace dlc::onnx {

class OpTable;

void registerActivationImporters(OpTable &table);
void registerConstantImporters(OpTable &table);
void registerContractionImporters(OpTable &table);
void registerControlFlowImporters(OpTable &table);
void registerElementwiseImporters(OpTable &table);
void registerNormalizationImporters(OpTable &table);
void registerReductionImporters(OpTable &table);
void registerIndexingImporters(OpTable &table);
void registerQuantizationImporters(OpTable &table);
void registerPlaceImporters(OpTable &table);
void registerPadImporters(OpTable &table);
void registerRearrangeImporters(OpTable &table);
void registerAttentionImporters(OpTable &table);
void registerEinsumImporters(OpTable &table);
void registerLossImporters(OpTable &table);
void registerRecurrentImporters(OpTable &table);
void registerRecurrentLayerImporters(OpTable &table);
void registerResizeImporters(OpTable &table);
void registerShapeImporters(OpTable &table);
void registerSignalImporters(OpTable &table);
void registerTermFrequencyImporters(OpTable &table);
void registerWindowImporters(OpTable &table);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_OPS_FAMILIES_H
