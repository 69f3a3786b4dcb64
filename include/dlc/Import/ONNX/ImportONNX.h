// From an ONNX model to the dl dialect: the phase `import` for ONNX files.
#ifndef DLC_IMPORT_ONNX_IMPORTONNX_H
#define DLC_IMPORT_ONNX_IMPORTONNX_H

#include "dlc/Import/ONNX/Model.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dlc::onnx {

/// What the user knows of a model beyond its file.
struct ImportOptions {
  /// Shapes by input name (`--shape`). The empty name stands for the only input of the model.
  std::map<std::string, Shape, std::less<>> shapes;
  /// Inputs that are compile-time constants (`--constant`): they are no arguments of `main`.
  std::map<std::string, Tensor, std::less<>> constantInputs;
  /// Values that inputs are known to have in the one run that this compile is for (`dlc run`). An
  /// input becomes a constant only where a shape or an attribute depends on it.
  std::map<std::string, Tensor, std::less<>> inputValues;
};

/// One operator that the importer takes, for `dlc check` and the documentation.
struct SupportedOp {
  /// Empty for the standard operators.
  std::string_view domain;
  std::string_view opType;
  /// Versions of the operator set, inclusive.
  int64_t minOpset;
  int64_t maxOpset;
  /// What of the operator is not taken; empty where all of it is.
  std::string_view limits;
};

/// The operators that importONNX converts, by domain, name and version.
std::vector<SupportedOp> supportedOps();

/// Converts `model` into a module with the attribute `dl.model` (its name) and one function `main`,
/// whose arguments and results carry `dl.name` (the names of the graph's inputs and outputs).
/// Inputs that became constants are listed in the module's `dl.constant_inputs`. Locations are
/// `node name (OpType)`.
///
/// Nodes whose operands are constants are evaluated when the Reference layer's models are attached
/// to `context`'s dialect, so that shape arithmetic leaves no trace. Fails with the first Error:
/// BadInput for a model that breaks ONNX's rules, Unsupported for an operator, attribute, element
/// type or size that dlc does not compile.
Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importONNX(mlir::MLIRContext &context, const Model &model, const ImportOptions &options = {});

/// All that keeps `model` from being imported, in the graph's order: nodes that depend on a failed
/// one are only looked at for being known operators. Empty where importONNX would succeed.
std::vector<Error> checkONNX(mlir::MLIRContext &context, const Model &model,
                             const ImportOptions &options = {});

/// Reads a `--shape` argument, `NAME=AxBxC` or `AxBxC` (for the only input), into `options`. Fails
/// with Usage.
Status addShape(ImportOptions &options, std::string_view argument);

} // namespace dlc::onnx

#endif // DLC_IMPORT_ONNX_IMPORTONNX_H
