// Which class of layers is converted by which function.
#ifndef DLC_LIB_IMPORT_KERAS_LAYERTABLE_H
#define DLC_LIB_IMPORT_KERAS_LAYERTABLE_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/StringRef.h"

#include <limits>
#include <map>
#include <vector>

namespace dlc::keras {

class LayerContext;

/// Converts one call of a layer into its result. Null only after a failure on the LayerContext.
using ImportFunction = mlir::Value (*)(LayerContext &);

/// One row: a class of Keras's.
struct LayerEntry {
  llvm::StringRef className;
  ImportFunction import = nullptr;
  unsigned minInputs = 1;
  unsigned maxInputs = 1;
  /// What of the layer is not taken, for the documentation.
  llvm::StringRef limits = {};
  /// Why a training step cannot have the layer; empty where it can.
  llvm::StringRef noTraining = {};
  /// Of the page of layers; filled in by the table.
  llvm::StringRef family = {};
};

/// For `LayerEntry::maxInputs`: any number.
constexpr unsigned anyNumber = std::numeric_limits<unsigned>::max();

/// All rows. Filled once by the families' register functions.
class LayerTable {
public:
  void add(LayerEntry entry);
  /// The row of `className`, or null.
  const LayerEntry *find(llvm::StringRef className) const;
  /// By family and class.
  std::vector<LayerEntry> entries() const;

  /// The table of every family.
  static const LayerTable &get();

private:
  std::map<llvm::StringRef, LayerEntry> rows;
  llvm::StringRef family;
};

} // namespace dlc::keras

#endif // DLC_LIB_IMPORT_KERAS_LAYERTABLE_H
