// The function that a model becomes, and what its layers share: variables, and who made a value.
#ifndef DLC_LIB_IMPORT_KERAS_MODELBUILDER_H
#define DLC_LIB_IMPORT_KERAS_MODELBUILDER_H

#include "../Graph/CheckedBuilder.h"
#include "../Graph/SizeSymbols.h"
#include "dlc/Import/Keras/Model.h"

#include <map>
#include <string>
#include <vector>

namespace dlc::keras {

/// The place of a layer: its number in its network, after those of the layers it is part of.
using LayerPosition = std::vector<size_t>;

class ModelBuilder : public importer::CheckedBuilder {
public:
  ModelBuilder(mlir::MLIRContext &context, const Model &model)
      : CheckedBuilder(context), model(model), sizeSymbols(&context) {}

  importer::SizeSymbols &symbols() { return sizeSymbols; }
  const std::string &file() const { return model.file; }
  /// `(batch, 111, 111, 32)`.
  std::string shapeText(mlir::Value value) const;

  /// The variable at `path` of the HDF5 file, or null.
  const Tensor *findVariable(llvm::StringRef path) const;
  /// The same as a value, made on first use. `position` decides its place among the variables.
  mlir::Value variable(llvm::StringRef path, const LayerPosition &position, bool trainable);
  /// Moves the variables to the beginning of `block`, in Keras's order.
  void sortVariables(mlir::Block &block);

  /// Says that `layer` made `value`, where no other did.
  void setProducer(mlir::Value value, const std::string &layer) {
    producers.try_emplace(value, layer);
  }
  /// `layer 'max_pooling2d' (MaxPooling2D)`.
  std::string producer(mlir::Value value) const { return producers.lookup(value); }

private:
  const Model &model;
  importer::SizeSymbols sizeSymbols;
  llvm::DenseMap<mlir::Value, std::string> producers;
  std::map<std::string, mlir::Value, std::less<>> variables;
  /// By position, then in the order of first use.
  std::map<LayerPosition, llvm::SmallVector<dl::ConstantOp>> order;
};

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_MODELBUILDER_H
