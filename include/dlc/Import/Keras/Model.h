// A Keras model file as plain data; no MLIR.
#ifndef DLC_IMPORT_KERAS_MODEL_H
#define DLC_IMPORT_KERAS_MODEL_H

#include "dlc/Import/Keras/Config.h"
#include "dlc/Support/Tensor.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dlc::keras {

/// Result `index` of call `call` of a layer.
struct TensorRef {
  size_t layer = 0;
  size_t call = 0;
  size_t index = 0;
};

/// One use of a layer.
struct Call {
  std::vector<TensorRef> inputs;
  /// Of an operation: its operands that are numbers, by their place among all operands, from the
  /// left.
  std::vector<std::pair<size_t, double>> numbers;
  /// Arguments beyond these that are neither null nor false: `'mask'`, `2 (object)`.
  std::vector<std::string> otherArguments;
};

struct Network;

/// A layer with its configuration. Layers that are models have a network.
struct Layer {
  std::string className; ///< `Conv2D`; of an operation on tensors, `ops.Multiply`
  std::string name;      ///< unique in its network
  /// Where its variables are: `layers/conv2d_1`.
  std::string path;
  Config config;
  /// Empty for Keras's own classes; else the name under which a class was registered.
  std::string customClass;
  std::vector<Call> calls;
  std::shared_ptr<Network> network;
  /// False where it, or a model that it is a layer of, is frozen.
  bool trainable = true;
};

/// A graph of layers. Sequential models are graphs of one path.
struct Network {
  std::vector<Layer> layers;
  std::vector<TensorRef> inputs;
  std::vector<TensorRef> outputs;
  /// Every call, each after those that its inputs come from.
  std::vector<std::pair<size_t, size_t>> order;
};

/// An optimizer, a loss or a metric: its name as dlc spells it (`adam`, `mse`,
/// `categorical_crossentropy`) and its settings by Keras's names.
struct NamedConfig {
  std::string name;
  Config config;

  /// The number that setting `key` is; `defaultValue` where it is absent or no number.
  double number(std::string_view key, double defaultValue) const;
  bool flag(std::string_view key, bool defaultValue) const;
};

/// A metric, and the key that it has in Keras's histories.
struct MetricConfig : NamedConfig {
  std::string key;
};

/// What `model.compile` was told.
struct CompileConfig {
  NamedConfig optimizer;
  NamedConfig loss;
  std::vector<MetricConfig> metrics;
  bool weighsLosses = false; ///< `loss_weights` is set
};

/// The content of an HDF5 file of variables.
struct Variables {
  /// By path: `layers/conv2d/vars/0`, `optimizer/vars/3`. In Keras's own layouts.
  std::map<std::string, Tensor, std::less<>> tensors;
  /// The attribute `name` of each group, by path; empty where it has none.
  std::map<std::string, std::string, std::less<>> groups;
};

struct Model {
  std::string file;
  Network network;
  Variables variables;
  /// Absent where the model was never compiled.
  std::optional<CompileConfig> compile;
};

/// Reads a `.keras` file. Fails with BadInput for a damaged or hostile file and with Unsupported
/// for formats of weights that dlc does not read. Layers are not looked up yet.
Expected<Model> readModel(const std::string &path);

/// The layer that `entry` of another layer's settings describes, with its variables at `path`.
/// Fails with a message without the file.
Expected<Layer> readInnerLayer(const Config &entry, std::string path, bool trainable);

/// What a `.keras` file says of optimizer, loss and metrics, without its weights; nullopt where
/// nothing.
Expected<std::optional<CompileConfig>> readCompileConfig(const std::string &path);

} // namespace dlc::keras

#endif // DLC_IMPORT_KERAS_MODEL_H
