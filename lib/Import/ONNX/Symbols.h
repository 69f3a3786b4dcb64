// Shape arithmetic on sizes that a model leaves open.
#ifndef DLC_LIB_IMPORT_ONNX_SYMBOLS_H
#define DLC_LIB_IMPORT_ONNX_SYMBOLS_H

#include "../Graph/SizeSymbols.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace dlc::onnx {

using importer::SizeSymbols;

/// What a small integer tensor holds, as expressions of sizes; nullopt where it holds anything
/// else. Shape, Gather, Slice, Concat, arithmetic and comparisons on sizes are followed.
std::optional<dl::Dims> evaluateSizes(mlir::Value value, SizeSymbols &symbols);

/// The two sizes whose equality `condition`, a tensor of one element, is; nullopt where it is
/// anything else.
std::optional<std::pair<mlir::AffineExpr, mlir::AffineExpr>> comparedSizes(mlir::Value condition,
                                                                           SizeSymbols &symbols);

} // namespace dlc::onnx

#endif // DLC_LIB_IMPORT_ONNX_SYMBOLS_H
