// The walk over the graph of layers: inputs, calls, outputs.
#include "dlc/Import/Keras/ImportKeras.h"

#include "LayerContext.h"
#include "LayerTable.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace dlc::keras {

namespace {

/// The values of one network, by layer and call; null where they could not be made.
using CallValues = std::vector<std::vector<Value>>;

/// One import. Holds the module until it is complete.
class ModelImporter {
public:
  ModelImporter(MLIRContext &context, const Model &model, const ImportOptions &options,
                bool keepGoing)
      : model(model), options(options), keepGoing(keepGoing), graph(context, model) {}

  /// False where `errors` are to be reported instead of the module.
  bool run();
  OwningOpRef<ModuleOp> takeModule() { return std::move(module); }
  std::vector<Error> errors;

private:
  bool checkOptions();
  bool addInputs(SmallVectorImpl<Value> &inputs);
  Expected<RankedTensorType> typeOfInput(const Layer &layer);
  /// The results of `network` on `inputs`, null where a layer failed. `prefix` begins locations.
  SmallVector<Value> addNetwork(const Network &network, ArrayRef<Value> inputs,
                                const std::string &prefix, const LayerPosition &position);
  Value addCall(const Network &network, size_t index, size_t call, ArrayRef<Value> inputs,
                const std::string &prefix, const LayerPosition &position);
  bool addOutputs(ArrayRef<Value> results);
  /// Reports `layer`, and what it is made of, where its class is not known.
  void checkKnown(const Layer &layer);
  /// Records `error`; whether the walk goes on.
  bool report(Error error) {
    errors.push_back(std::move(error));
    return keepGoing;
  }
  bool stopped() const { return !errors.empty() && !keepGoing; }
  Location nameLocation(const Twine &name) {
    return NameLoc::get(StringAttr::get(graph.context(), name));
  }

  const Model &model;
  const ImportOptions &options;
  bool keepGoing;
  ModelBuilder graph;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};

} // namespace

bool ModelImporter::run() {
  graph.context()->loadDialect<dl::DLDialect, func::FuncDialect>();
  graph.setLocation(nameLocation(model.file));
  module = ModuleOp::create(graph.location());
  (*module)->setAttr("dl.model",
                     StringAttr::get(graph.context(), llvm::sys::path::stem(model.file)));
  graph.builder().setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(graph.builder(), graph.location(), "main",
                                  FunctionType::get(graph.context(), {}, {}));
  graph.builder().setInsertionPointToEnd(function.addEntryBlock());
  SmallVector<Value> inputs;
  if (!checkOptions() || !addInputs(inputs))
    return false;
  SmallVector<Value> results = addNetwork(model.network, inputs, "", {});
  if (!errors.empty() || !addOutputs(results))
    return false;
  graph.sortVariables(function.getBody().front());
  graph.symbols().record(*module);
  return true;
}

//===-- Inputs -----------------------------------------------------------------------------===//

static std::vector<std::string> inputNames(const Network &network) {
  std::vector<std::string> names;
  for (const TensorRef &input : network.inputs)
    names.push_back(network.layers[input.layer].name);
  return names;
}

bool ModelImporter::checkOptions() {
  std::vector<std::string> names = inputNames(model.network);
  for (const auto &[name, shape] : options.shapes) {
    bool known = name.empty() ? names.size() == 1 : llvm::is_contained(names, name);
    if (!known)
      return report(usageError("--shape " + name + ": " + model.file + " has the inputs " +
                               llvm::join(names, ", "))) &&
             false;
  }
  return true;
}

/// Sizes of `batch_shape`; -1 for open ones. Nullopt where it is not a list of sizes.
static std::optional<Shape> declaredShape(const Layer &layer) {
  const Config *setting = layer.config.findValue("batch_shape");
  if (!setting)
    setting = layer.config.findValue("batch_input_shape");
  const auto *list = setting ? setting->as<Config::List>() : nullptr;
  if (!list || list->empty())
    return std::nullopt;
  Shape shape;
  for (const Config &each : *list) {
    const auto *size = each.as<int64_t>();
    if (!each.isNull() && (!size || *size < 0))
      return std::nullopt;
    shape.push_back(size ? *size : -1);
  }
  return shape;
}

/// `(None, 224, 224, 3)`, as Keras prints it.
static std::string declaredText(const Shape &shape) {
  auto sizes = llvm::map_range(
      shape, [](int64_t size) { return size == -1 ? "None" : std::to_string(size); });
  return "(" + llvm::join(sizes, ", ") + ")";
}

Expected<RankedTensorType> ModelImporter::typeOfInput(const Layer &layer) {
  // Batches are small more often than not; what else is open counts pixels or words.
  constexpr int64_t likelyBatch = 32, likelySize = 128;
  std::string where = model.file + ": " + layerText(layer) + ": ";
  std::optional<Shape> declared = declaredShape(layer);
  if (layer.className != "InputLayer" || !declared)
    return badInput(where + "expected an InputLayer with a batch_shape");
  std::string name = layer.config.text("dtype");
  std::optional<DType> dtype = dtypeFromName(name.empty() ? "float32" : name);
  if (!dtype)
    return unsupported(where + "dtype '" + name + "' is not one that dlc compiles");
  for (const char *setting : {"sparse", "ragged", "optional"})
    if (const Config *found = layer.config.findValue(setting))
      if (const bool *flag = found->as<bool>(); flag && *flag)
        return unsupported(where + "setting '" + setting + "' is not supported");
  auto given = options.shapes.find(layer.name);
  if (given == options.shapes.end())
    given = options.shapes.find("");
  dl::Dims dims;
  if (given != options.shapes.end()) {
    bool fits = given->second.size() == declared->size();
    for (size_t axis = 0; fits && axis < declared->size(); ++axis)
      fits = (*declared)[axis] == -1 || (*declared)[axis] == given->second[axis];
    if (!fits)
      return usageError("--shape " + layer.name + "=" + shapeString(given->second) + ": " +
                        model.file + " declares " + declaredText(*declared));
    declared = given->second;
  }
  for (auto [axis, size] : llvm::enumerate(*declared)) {
    std::string symbol = axis == 0 ? "batch" : layer.name + "." + std::to_string(axis);
    dims.push_back(size == -1 ? graph.symbols().symbol(symbol, axis == 0 ? likelyBatch : likelySize)
                              : getAffineConstantExpr(size, graph.context()));
  }
  if (!elementCount(*declared) && !llvm::is_contained(*declared, -1))
    return badInput(where + "has more elements than fit 64 bits");
  RankedTensorType type = dl::tensorOf(dims, dl::elementType(graph.context(), *dtype));
  if (importer::exceedsTensorLimit(type))
    return unsupported(where + "has shape " + shapeString(*declared) + importer::tensorLimitText);
  return type;
}

bool ModelImporter::addInputs(SmallVectorImpl<Value> &inputs) {
  for (const TensorRef &input : model.network.inputs) {
    const Layer &layer = model.network.layers[input.layer];
    Expected<RankedTensorType> type = typeOfInput(layer);
    if (!type) {
      report(type.error());
      return false;
    }
    auto name = graph.builder().getNamedAttr("dl.name", graph.builder().getStringAttr(layer.name));
    unsigned index = function.getNumArguments();
    if (failed(function.insertArgument(index, *type, graph.builder().getDictionaryAttr(name),
                                       nameLocation(layer.name)))) {
      report(internalError("cannot add the argument " + layer.name));
      return false;
    }
    inputs.push_back(function.getArgument(index));
    graph.setProducer(inputs.back(), layerText(layer));
  }
  return true;
}

//===-- Layers -----------------------------------------------------------------------------===//

Value ModelImporter::addCall(const Network &network, size_t index, size_t call,
                             ArrayRef<Value> inputs, const std::string &prefix,
                             const LayerPosition &position) {
  const Layer &layer = network.layers[index];
  LayerPosition place = position;
  place.push_back(index);
  std::string name = prefix + layer.name;
  if (layer.network) {
    if (inputs.size() != layer.network->inputs.size()) {
      report(badInput(model.file + ": " + layerText(layer) + ": has " +
                      std::to_string(inputs.size()) + " inputs, expected " +
                      std::to_string(layer.network->inputs.size())));
      return {};
    }
    SmallVector<Value> results = addNetwork(*layer.network, inputs, name + "/", place);
    if (results.size() == 1)
      return results.front();
    report(unsupported(model.file + ": " + layerText(layer) +
                       ": models of several outputs are not supported as layers"));
    return {};
  }
  graph.setLocation(nameLocation(name));
  LayerContext context(graph, layer, place, inputs);
  Value result = context.importCall(layer.calls[call]);
  if (result && importer::exceedsTensorLimit(result.getType()))
    context.unsupported("its result of shape " + graph.shapeText(result) +
                        importer::tensorLimitText);
  if (context.failed())
    report(context.error());
  else
    graph.setProducer(result, layerText(layer));
  return result;
}

void ModelImporter::checkKnown(const Layer &layer) {
  if (layer.network) {
    for (const Layer &inner : layer.network->layers)
      if (inner.className != "InputLayer")
        checkKnown(inner);
    return;
  }
  if (std::optional<Error> problem = unknownClass(layer, model.file))
    report(*problem);
}

SmallVector<Value> ModelImporter::addNetwork(const Network &network, ArrayRef<Value> inputs,
                                             const std::string &prefix,
                                             const LayerPosition &position) {
  CallValues values;
  for (const Layer &layer : network.layers)
    values.emplace_back(layer.calls.size());
  auto valueOf = [&](const TensorRef &ref) {
    return ref.index == 0 ? values[ref.layer][ref.call] : Value();
  };
  for (auto [ref, value] : llvm::zip_equal(network.inputs, inputs))
    values[ref.layer][ref.call] = value;
  for (auto [index, call] : network.order) {
    if (stopped())
      break;
    if (values[index][call])
      continue;
    const Call &use = network.layers[index].calls[call];
    SmallVector<Value> operands;
    for (const TensorRef &ref : use.inputs) {
      operands.push_back(valueOf(ref));
      if (ref.index != 0)
        report(unsupported(model.file + ": " + layerText(network.layers[index]) +
                           ": takes a further result of " + layerText(network.layers[ref.layer]) +
                           ", which dlc does not compute"));
    }
    if (llvm::all_of(operands, [](Value value) { return static_cast<bool>(value); }))
      values[index][call] = addCall(network, index, call, operands, prefix, position);
    else
      checkKnown(network.layers[index]);
  }
  SmallVector<Value> results;
  for (const TensorRef &ref : network.outputs)
    results.push_back(valueOf(ref));
  return results;
}

//===-- Outputs ----------------------------------------------------------------------------===//

bool ModelImporter::addOutputs(ArrayRef<Value> results) {
  SmallVector<DictionaryAttr> names;
  llvm::StringMap<unsigned> taken;
  for (const TensorRef &output : model.network.outputs) {
    std::string name = model.network.layers[output.layer].name;
    if (unsigned count = taken[name]++)
      name += "_" + std::to_string(count);
    names.push_back(graph.builder().getDictionaryAttr(
        graph.builder().getNamedAttr("dl.name", graph.builder().getStringAttr(name))));
  }
  func::ReturnOp::create(graph.builder(), function.getLoc(), results);
  SmallVector<Type> types(ValueRange(results).getTypes());
  function.setType(FunctionType::get(graph.context(), function.getArgumentTypes(), types));
  function.setAllResultAttrs(names);
  return true;
}

//===-- Entry points -----------------------------------------------------------------------===//

Expected<OwningOpRef<ModuleOp>> importKeras(MLIRContext &context, const Model &model,
                                            const ImportOptions &options) {
  ModelImporter importer(context, model, options, /*keepGoing=*/false);
  if (!importer.run())
    return importer.errors.front();
  return importer.takeModule();
}

std::vector<Error> checkKeras(MLIRContext &context, const Model &model,
                              const ImportOptions &options) {
  ModelImporter importer(context, model, options, /*keepGoing=*/true);
  importer.run();
  return importer.errors;
}

std::vector<SupportedLayer> supportedLayers() {
  std::vector<SupportedLayer> layers;
  for (const LayerEntry &entry : LayerTable::get().entries())
    layers.push_back({entry.className, entry.family, entry.limits});
  return layers;
}

/// Why `layer` cannot be trained; empty where it can.
static std::string trainingProblem(const Layer &layer) {
  const auto *settings = layer.config.as<Config::Object>();
  for (const ConfigMember &member : settings ? *settings : Config::Object()) {
    StringRef key(member.key);
    if (!member.value.isNull() && (key.ends_with("_regularizer") || key.ends_with("_constraint")))
      return "setting '" + member.key + "' is not supported in training";
  }
  for (const char *setting : {"dropout", "recurrent_dropout"})
    if (const Config *rate = layer.config.findValue(setting); rate && rate->number() != 0.0)
      return "setting '" + std::string(setting) + "' is not supported in training";
  const LayerEntry *entry = LayerTable::get().find(layer.className);
  if (entry && !entry->noTraining.empty())
    return "layers of this class are not supported in training: one " + entry->noTraining.str();
  return {};
}

static Status checkTraining(const Network &network, const std::string &file) {
  for (const Layer &layer : network.layers) {
    if (std::string problem = trainingProblem(layer); !problem.empty())
      return unsupported(file + ": " + layerText(layer) + ": " + problem);
    if (layer.network)
      if (Status status = checkTraining(*layer.network, file); !status)
        return status;
  }
  return {};
}

Status checkTraining(const Model &model) { return checkTraining(model.network, model.file); }

} // namespace dlc::keras
