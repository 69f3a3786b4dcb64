// From a Keras model to the dl dialect: the phase `import` for `.keras` files.
#ifndef DLC_IMPORT_KERAS_IMPORTKERAS_H
#define DLC_IMPORT_KERAS_IMPORTKERAS_H

#include "dlc/Import/Keras/Model.h"
#include "dlc/Support/Error.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dlc::keras {

/// What the user knows of a model beyond its file.
struct ImportOptions {
  /// Shapes by input name (`--shape`). The empty name stands for the only input of the model.
  std::map<std::string, Shape, std::less<>> shapes;
};

/// One class of layers that the importer takes, for the documentation.
struct SupportedLayer {
  std::string_view className;
  std::string_view family;
  /// What of the layer is not taken; empty where all of it is.
  std::string_view limits;
};

/// The layers that importKeras converts, by family and name.
std::vector<SupportedLayer> supportedLayers();
/// The activation functions by Keras's names, sorted.
std::vector<std::string> supportedActivations();

/// Converts `model` into a module with the attribute `dl.model` (the file's name) and one function
/// `main`, whose arguments and results carry `dl.name`. Activations keep Keras's layout. Each
/// variable is a dl.constant at the location of its path in the HDF5 file, in Keras's layout, with
/// the attribute `dl.variable`; they stand first, in the order of Keras's `model.variables`. Other
/// ops have the name of their layer for a location.
///
/// Sizes that the model leaves open are symbols: `batch` on axis 0, else `INPUT.AXIS`. Fails with
/// the first Error: BadInput for a model whose parts do not fit together, Unsupported for a layer
/// or a setting that dlc does not compile.
Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importKeras(mlir::MLIRContext &context, const Model &model, const ImportOptions &options = {});

/// All that keeps `model` from being imported, in the graph's order; layers that depend on a failed
/// one are only looked at for being known. Empty where importKeras would succeed.
std::vector<Error> checkKeras(mlir::MLIRContext &context, const Model &model,
                              const ImportOptions &options = {});

/// What of `model` a training step would leave out (regularizers, constraints, noise): Unsupported,
/// the first of them.
Status checkTraining(const Model &model);

} // namespace dlc::keras

#endif // DLC_IMPORT_KERAS_IMPORTKERAS_H
