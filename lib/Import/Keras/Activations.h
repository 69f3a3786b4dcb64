// Activation functions by Keras's names.
#ifndef DLC_LIB_IMPORT_KERAS_ACTIVATIONS_H
#define DLC_LIB_IMPORT_KERAS_ACTIVATIONS_H

#include "LayerContext.h"

namespace dlc::keras {

/// `value` through activation function `name`; fails with Unsupported for a name that dlc lacks.
mlir::Value applyActivation(LayerContext &c, mlir::Value value, llvm::StringRef name);
/// The name of the activation function that `setting` holds: the text, or the class of an object.
/// Null and false stand for `linear`.
std::string activationName(const Config *setting);

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_ACTIVATIONS_H
