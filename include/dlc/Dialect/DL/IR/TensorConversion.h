// Between dlc::Tensor (host memory) and MLIR types and elements attributes.
#ifndef DLC_DIALECT_DL_IR_TENSORCONVERSION_H
#define DLC_DIALECT_DL_IR_TENSORCONVERSION_H

#include "dlc/Support/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"
#include <optional>

namespace dlc::dl {

/// The MLIR element type of `dtype`: signed integers signless, unsigned ones ui*, bool i1.
mlir::Type elementType(mlir::MLIRContext *context, DType dtype);
/// The inverse; nullopt where dlc has no such element type.
std::optional<DType> dtypeOf(mlir::Type element);

/// The static tensor type of `tensor`.
mlir::RankedTensorType typeOf(mlir::MLIRContext *context, const Tensor &tensor);
/// A zero tensor of this static type.
Tensor emptyTensor(mlir::RankedTensorType type);

/// Splats and tensors of at most 64 elements become `dense`, all others `dense_resource` blobs that
/// share the tensor's bytes for as long as the attribute's context lives.
mlir::ElementsAttr attributeOf(mlir::MLIRContext *context, const Tensor &tensor);
/// The tensor behind an elements attribute; splats are expanded, blobs are shared where aligned.
Tensor tensorOf(mlir::ElementsAttr attribute);
/// The tensor behind `value` where a dl.constant defines it.
std::optional<Tensor> constantTensor(mlir::Value value);
/// The one value of a splat constant, as a double; nullopt otherwise.
std::optional<double> splatValue(mlir::Value value);

} // namespace dlc::dl

#endif // DLC_DIALECT_DL_IR_TENSORCONVERSION_H
