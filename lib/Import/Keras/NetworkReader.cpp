// From a model's configuration to a graph of layers: Sequential and Functional, one in the other.
#include "ModelFile.h"

#include "llvm/ADT/StringMap.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

using namespace dlc;
using namespace dlc::keras;

/// `MaxPooling2D`: before each capital that begins a word, and between a small letter and a
/// capital, goes an underscore (keras/src/utils/naming.py).
std::string keras::snakeCase(std::string_view className) {
  std::string word;
  for (char each : className)
    if (std::isalnum(static_cast<unsigned char>(each)) || each == '_')
      word += each;
  auto upper = [&](size_t i) { return word[i] >= 'A' && word[i] <= 'Z'; };
  auto lower = [&](size_t i) { return word[i] >= 'a' && word[i] <= 'z'; };
  std::string snake;
  for (size_t i = 0; i < word.size(); ++i) {
    bool beginsWord = i + 1 < word.size() && lower(i + 1);
    if (i > 0 && upper(i) && word[i - 1] != '_' && (beginsWord || lower(i - 1)))
      snake += '_';
    snake += static_cast<char>(std::tolower(static_cast<unsigned char>(word[i])));
  }
  return snake;
}

namespace {

/// Thrown to the entry; the message without the file.
struct Malformed {
  Error error;
};

/// Reads one network and those that are layers of it.
class NetworkReader {
public:
  NetworkReader(const Config &model, std::string path, bool trainable)
      : model(model), config(object(model, "config")), path(std::move(path)),
        trainable(trainable && isTrainable(config)) {}

  Network read();
  static Layer plainLayer(const Config &entry, const std::string &where, bool trainable);

private:
  [[noreturn]] static void fail(const std::string &message) { throw Malformed{badInput(message)}; }
  static bool isTrainable(const Config &config) {
    const Config *flag = config.find("trainable");
    const bool *value = flag ? flag->as<bool>() : nullptr;
    return !value || *value;
  }
  static const Config &object(const Config &parent, std::string_view key);
  static const Config::List &list(const Config &parent, std::string_view key);
  static std::string name(const Config &parent, std::string_view key, const std::string &where);

  void addLayer(const Config &entry);
  void addInput();
  void chainLayers();
  void readCalls(Layer &layer, const Config &entry);
  bool collectTensors(const Config &argument, const std::string &where,
                      std::vector<TensorRef> &into);
  void readArgument(const Config &argument, size_t number, const Layer &layer, Call &into);
  TensorRef reference(const Config::List &history, const std::string &where);
  std::vector<TensorRef> references(std::string_view key);
  void checkReferences();
  void sortCalls();
  std::string pathOf(const std::string &className);

  const Config &model;
  const Config &config;
  std::string path;
  bool trainable;
  Network network;
  llvm::StringMap<size_t> byName;
  /// How often each class's name was given to a layer's variables.
  llvm::StringMap<unsigned> pathCounts;
};

} // namespace

//===-- Typed access -----------------------------------------------------------------------===//

const Config &NetworkReader::object(const Config &parent, std::string_view key) {
  const Config *member = parent.find(key);
  if (!member || !member->as<Config::Object>())
    fail("config.json: expected an object '" + std::string(key) + "', found " +
         (member ? std::string(member->kindName()) : "none"));
  return *member;
}

const Config::List &NetworkReader::list(const Config &parent, std::string_view key) {
  const Config *member = parent.find(key);
  const auto *value = member ? member->as<Config::List>() : nullptr;
  if (!value)
    fail("config.json: expected a list '" + std::string(key) + "', found " +
         (member ? std::string(member->kindName()) : "none"));
  return *value;
}

std::string NetworkReader::name(const Config &parent, std::string_view key,
                                const std::string &where) {
  std::string text = parent.text(key);
  if (text.empty())
    fail("config.json: " + where + ": expected a text '" + std::string(key) + "', found none");
  return text;
}

//===-- Layers -----------------------------------------------------------------------------===//

std::string NetworkReader::pathOf(const std::string &className) {
  std::string snake = snakeCase(className);
  unsigned count = pathCounts[snake]++;
  return path + "layers/" + snake + (count == 0 ? "" : "_" + std::to_string(count));
}

/// The class that a file asks for beyond Keras's own; empty where it does not.
static std::string customClassOf(const Config &entry, const std::string &className) {
  std::string package = entry.text("module"), registered = entry.text("registered_name");
  bool ours = package == "keras" || package.starts_with("keras.");
  if (ours && (registered.empty() || registered == className))
    return {};
  if (!registered.empty())
    return registered;
  return package.empty() ? className : package + "." + className;
}

/// Operations on tensors (`x + y`, `keras.ops.relu(x)`) are saved among the layers, under names
/// that layers may have as well.
static constexpr std::string_view operationPrefix = "ops.";

static bool isOperation(const Config &entry) {
  return entry.text("module").starts_with("keras.src.ops.");
}

/// A layer without its calls and its network.
Layer NetworkReader::plainLayer(const Config &entry, const std::string &where, bool trainable) {
  Layer layer;
  layer.className = name(entry, "class_name", where);
  layer.config = object(entry, "config");
  layer.name = layer.config.text("name");
  if (layer.name.empty())
    layer.name = name(entry, "name", where);
  layer.customClass = customClassOf(entry, layer.className);
  if (isOperation(entry))
    layer.className.insert(0, operationPrefix);
  layer.trainable = trainable && isTrainable(layer.config);
  return layer;
}

void NetworkReader::addLayer(const Config &entry) {
  Layer layer = plainLayer(entry, "layer " + std::to_string(network.layers.size()), trainable);
  bool isSequential = model.text("class_name") == "Sequential";
  // The input of a Sequential is no layer of it to Keras.
  if (!isSequential || layer.className != "InputLayer")
    layer.path = pathOf(layer.className);
  if (layer.customClass.empty() && (layer.className == "Sequential" ||
                                    layer.className == "Functional" || layer.className == "Model"))
    layer.network =
        std::make_shared<Network>(NetworkReader(entry, layer.path + "/", layer.trainable).read());
  if (!byName.try_emplace(layer.name, network.layers.size()).second)
    fail("config.json: expected one layer '" + layer.name + "', found two");
  network.layers.push_back(std::move(layer));
}

//===-- Sequential -------------------------------------------------------------------------===//

/// A Sequential that was built without an InputLayer says elsewhere what it was built for.
void NetworkReader::addInput() {
  const Config::List &layers = list(config, "layers");
  if (!layers.empty() && layers.front().text("class_name") == "InputLayer")
    return;
  const Config *shape = config.findValue("build_input_shape");
  const Config *build = model.findValue("build_config");
  if (!shape && build)
    shape = build->findValue("input_shape");
  const Config *first = layers.empty() ? nullptr : layers.front().findValue("config");
  for (const char *key : {"batch_shape", "batch_input_shape"})
    if (!shape && first)
      shape = first->findValue(key);
  if (!shape)
    fail("config.json: model '" + config.text("name") +
         "' has no input shape: build it, or give it an Input layer, before it is saved");
  Layer input;
  input.className = "InputLayer";
  input.name = "input";
  input.config =
      Config(Config::Object{{"batch_shape", *shape}, {"dtype", Config(std::string("float32"))}});
  byName.try_emplace(input.name, 0);
  network.layers.push_back(std::move(input));
}

void NetworkReader::chainLayers() {
  for (size_t index = 0; index < network.layers.size(); ++index) {
    Call call;
    if (index > 0)
      call.inputs.push_back({index - 1, 0, 0});
    network.layers[index].calls.push_back(std::move(call));
  }
  network.inputs.push_back({0, 0, 0});
  network.outputs.push_back({network.layers.size() - 1, 0, 0});
}

//===-- Functional -------------------------------------------------------------------------===//

/// `keras_history` and its kin: [layer, call, result].
TensorRef NetworkReader::reference(const Config::List &history, const std::string &where) {
  const auto *layer = history.size() == 3 ? history[0].as<std::string>() : nullptr;
  const auto *call = layer ? history[1].as<int64_t>() : nullptr;
  const auto *index = call ? history[2].as<int64_t>() : nullptr;
  if (!index || *call < 0 || *index < 0)
    fail("config.json: " + where + ": expected [layer, call, result] for a tensor");
  auto found = byName.find(*layer);
  if (found == byName.end())
    fail("config.json: " + where + ": takes the result of layer '" + *layer +
         "', which is not there");
  return {found->second, static_cast<size_t>(*call), static_cast<size_t>(*index)};
}

/// Whether `argument` is a tensor, null, or a list of such.
bool NetworkReader::collectTensors(const Config &argument, const std::string &where,
                                   std::vector<TensorRef> &into) {
  if (const auto *items = argument.as<Config::List>())
    return std::ranges::all_of(
        *items, [&](const Config &each) { return collectTensors(each, where, into); });
  if (argument.text("class_name") != "__keras_tensor__")
    return argument.isNull();
  into.push_back(reference(list(object(argument, "config"), "keras_history"), where));
  return true;
}

/// Argument `number` of a call, counted from 1.
void NetworkReader::readArgument(const Config &argument, size_t number, const Layer &layer,
                                 Call &into) {
  std::optional<double> value = argument.number();
  if (value && layer.className.starts_with(operationPrefix))
    into.numbers.emplace_back(into.inputs.size() + into.numbers.size(), *value);
  else if (!collectTensors(argument, "layer '" + layer.name + "'", into.inputs))
    into.otherArguments.push_back(std::to_string(number) + " (" + std::string(argument.kindName()) +
                                  ")");
}

void NetworkReader::readCalls(Layer &layer, const Config &entry) {
  for (const Config &node : list(entry, "inbound_nodes")) {
    Call call;
    size_t number = 0;
    for (const Config &argument : list(node, "args"))
      readArgument(argument, ++number, layer, call);
    if (const auto *others = object(node, "kwargs").as<Config::Object>())
      for (const ConfigMember &other : *others) {
        const bool *flag = other.value.as<bool>();
        if (!other.value.isNull() && !(flag && !*flag))
          call.otherArguments.push_back("'" + other.key + "'");
      }
    layer.calls.push_back(std::move(call));
  }
  // An input is made, not called.
  if (layer.calls.empty() && layer.className == "InputLayer")
    layer.calls.emplace_back();
}

/// One [layer, call, result], or a list of them.
std::vector<TensorRef> NetworkReader::references(std::string_view key) {
  const Config::List &items = list(config, key);
  std::vector<TensorRef> result;
  if (!items.empty() && items.front().as<std::string>()) {
    result.push_back(reference(items, std::string(key)));
    return result;
  }
  for (const Config &item : items) {
    const auto *history = item.as<Config::List>();
    if (!history)
      fail("config.json: " + std::string(key) + ": expected a list of [layer, call, result]");
    result.push_back(reference(*history, std::string(key)));
  }
  return result;
}

//===-- Order ------------------------------------------------------------------------------===//

void NetworkReader::checkReferences() {
  auto check = [&](const TensorRef &ref) {
    if (ref.call >= network.layers[ref.layer].calls.size())
      fail("config.json: call " + std::to_string(ref.call) + " of layer '" +
           network.layers[ref.layer].name + "' is asked for, but it is called " +
           std::to_string(network.layers[ref.layer].calls.size()) + " times");
  };
  for (const Layer &layer : network.layers)
    for (const Call &call : layer.calls)
      std::ranges::for_each(call.inputs, check);
  std::ranges::for_each(network.inputs, check);
  std::ranges::for_each(network.outputs, check);
}

/// Kahn's algorithm; of the calls that can be next, the first of the file is.
void NetworkReader::sortCalls() {
  using Place = std::pair<size_t, size_t>;
  std::map<Place, size_t> missing;
  std::map<Place, std::vector<Place>> users;
  std::set<Place> ready;
  for (size_t layer = 0; layer < network.layers.size(); ++layer)
    for (size_t call = 0; call < network.layers[layer].calls.size(); ++call) {
      Place place(layer, call);
      const std::vector<TensorRef> &inputs = network.layers[layer].calls[call].inputs;
      for (const TensorRef &input : inputs)
        users[{input.layer, input.call}].push_back(place);
      if (inputs.empty())
        ready.insert(place);
      else
        missing[place] = inputs.size();
    }
  while (!ready.empty()) {
    Place next = *ready.begin();
    ready.erase(ready.begin());
    network.order.push_back(next);
    for (Place user : users[next])
      if (--missing[user] == 0) {
        missing.erase(user);
        ready.insert(user);
      }
  }
  if (!missing.empty())
    fail("config.json: layer '" + network.layers[missing.begin()->first.first].name +
         "' depends on itself");
}

Network NetworkReader::read() {
  std::string kind = model.text("class_name");
  if (std::string custom = customClassOf(model, kind); !custom.empty())
    throw Malformed{unsupported("the model is of the custom class '" + custom +
                                "', whose code dlc never executes; expected Sequential or "
                                "Functional")};
  const Config::List &layers = list(config, "layers");
  if (kind == "Sequential") {
    addInput();
    for (const Config &entry : layers)
      addLayer(entry);
    chainLayers();
  } else if (kind == "Functional" || kind == "Model") {
    for (const Config &entry : layers)
      addLayer(entry);
    for (size_t index = 0; index < layers.size(); ++index)
      readCalls(network.layers[index], layers[index]);
    network.inputs = references("input_layers");
    network.outputs = references("output_layers");
  } else {
    throw Malformed{
        unsupported("the model is a '" + kind + "', expected Sequential or Functional")};
  }
  if (network.inputs.empty() || network.outputs.empty())
    fail("config.json: expected a model with inputs and outputs");
  checkReferences();
  sortCalls();
  return std::move(network);
}

Expected<Network> keras::readNetwork(const Config &model, const std::string &file) {
  try {
    return NetworkReader(model, "", /*trainable=*/true).read();
  } catch (const Malformed &failure) {
    return Error{failure.error.code, file + ": " + failure.error.message};
  }
}

Expected<Layer> keras::readInnerLayer(const Config &entry, std::string path, bool trainable) {
  try {
    Layer layer = NetworkReader::plainLayer(entry, "a layer in a layer", trainable);
    layer.path = std::move(path);
    return layer;
  } catch (const Malformed &failure) {
    return failure.error;
  }
}
