// The registration function of each op family's Halide emission.
#ifndef DLC_CODEGEN_HALIDE_EMISSIONMODELS_H
#define DLC_CODEGEN_HALIDE_EMISSIONMODELS_H

namespace mlir {
class MLIRContext;
} // namespace mlir

namespace dlc::codegen {

void attachElementwiseEmission(mlir::MLIRContext *context);
void attachNormalizationEmission(mlir::MLIRContext *context);
void attachReductionEmission(mlir::MLIRContext *context);
void attachScanEmission(mlir::MLIRContext *context);
void attachShapeEmission(mlir::MLIRContext *context);
void attachContractionEmission(mlir::MLIRContext *context);
void attachAttentionEmission(mlir::MLIRContext *context);
void attachRecurrentEmission(mlir::MLIRContext *context);
void attachWindowEmission(mlir::MLIRContext *context);
void attachIndexingEmission(mlir::MLIRContext *context);
void attachRandomEmission(mlir::MLIRContext *context);

} // namespace dlc::codegen

#endif // DLC_CODEGEN_HALIDE_EMISSIONMODELS_H
