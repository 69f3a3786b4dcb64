// Inputs, settings, variables and failures of one layer.
#include "LayerContext.h"

#include "Activations.h"
#include "LayerTable.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dlc::keras {

/// No kernel, stride or border is larger; sums and products of these do not overflow.
constexpr int64_t maxSetting = 1 << 24;

std::string layerText(const Layer &layer) {
  return "layer '" + layer.name + "' (" + layer.className + ")";
}

std::optional<Error> unknownClass(const Layer &layer, const std::string &file) {
  static constexpr StringRef holdCode[] = {"FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer",
                                           "TorchModuleWrapper"};
  std::string where = file + ": " + layerText(layer) + ": ";
  if (!layer.customClass.empty())
    return unsupported(where + "is of the custom class '" + layer.customClass +
                       "', whose code dlc never executes");
  if (llvm::is_contained(holdCode, StringRef(layer.className)))
    return unsupported(where + "holds code, which dlc never executes: express it in layers");
  if (!LayerTable::get().find(layer.className))
    return unsupported(where + "layers of this class are not supported");
  return std::nullopt;
}

std::string LayerContext::place() const { return graph.file() + ": " + layerText(theLayer) + ": "; }

//===-- Inputs -----------------------------------------------------------------------------===//

int64_t LayerContext::sizeOf(Value value, int64_t axis) {
  int64_t size = typeOf(value).getDimSize(axis);
  if (!ShapedType::isDynamic(size))
    return size;
  unsupported("the input " + graph.shapeText(value) + " has no fixed size on axis " + Twine(axis) +
              ", which this layer needs: give it with --shape");
  return 1;
}

int64_t LayerContext::normalizedAxis(int64_t axis, int64_t rank) {
  int64_t result = axis < 0 ? axis + rank : axis;
  if (result >= 0 && result < rank)
    return result;
  badInput("axis " + Twine(axis) + " is not one of the " + Twine(rank) + " of the input");
  return 0;
}

bool LayerContext::expectRank(int64_t rank, StringRef layout) {
  if (failed())
    return false;
  int64_t found = rankOf(input());
  if (found == rank)
    return true;
  std::string mend;
  dl::Dims dims = dimsOf(input());
  // Rows stay, all that lies in a row is joined.
  if (rank == 3 && found > rank && dl::constantDim(dims[1])) {
    AffineExpr joined = dl::productOf(ArrayRef(dims).drop_front(2), builder().getContext());
    if (std::optional<int64_t> size = dl::constantDim(joined))
      mend = "; add Reshape((" + std::to_string(*dl::constantDim(dims[1])) + ", " +
             std::to_string(*size) + ")) before it";
  }
  badInput("expects " + layout + ", but " + graph.producer(input()) + " gives " +
           graph.shapeText(input()) + mend);
  return false;
}

//===-- Settings ---------------------------------------------------------------------------===//

const Config *LayerContext::setting(StringRef name) {
  seen.insert(name);
  return theLayer.config.findValue(name);
}

int64_t LayerContext::intSetting(StringRef name, int64_t defaultValue) {
  const Config *found = setting(name);
  const auto *value = found ? found->as<int64_t>() : nullptr;
  if (found && !value)
    badInput("setting '" + name + "' is a " + StringRef(found->kindName()) +
             ", expected a whole number");
  return value ? *value : defaultValue;
}

bool LayerContext::flagSetting(StringRef name, bool defaultValue) {
  const Config *found = setting(name);
  const bool *value = found ? found->as<bool>() : nullptr;
  if (found && !value)
    badInput("setting '" + name + "' is a " + StringRef(found->kindName()) +
             ", expected true or false");
  return value ? *value : defaultValue;
}

std::optional<double> LayerContext::optionalNumber(StringRef name) {
  const Config *found = setting(name);
  if (!found)
    return std::nullopt;
  std::optional<double> value = found->number();
  if (!value)
    badInput("setting '" + name + "' is a " + StringRef(found->kindName()) + ", expected a number");
  return value;
}

double LayerContext::numberSetting(StringRef name, double defaultValue) {
  return optionalNumber(name).value_or(defaultValue);
}

std::string LayerContext::textSetting(StringRef name, StringRef defaultValue) {
  const Config *found = setting(name);
  const auto *value = found ? found->as<std::string>() : nullptr;
  if (found && !value)
    badInput("setting '" + name + "' is a " + StringRef(found->kindName()) + ", expected a text");
  return value ? *value : defaultValue.str();
}

Ints LayerContext::listSetting(StringRef name) {
  const Config *found = setting(name);
  Ints values;
  if (!found)
    return values;
  if (const auto *one = found->as<int64_t>())
    return {*one};
  const auto *list = found->as<Config::List>();
  for (const Config &each : list ? *list : Config::List()) {
    const auto *value = each.as<int64_t>();
    values.push_back(value ? *value : 0);
    if (!value)
      list = nullptr;
    if (!list)
      break;
  }
  if (!list)
    badInput("setting '" + name + "': expected a list of whole numbers");
  return values;
}

Ints LayerContext::intsSetting(StringRef name, size_t count, int64_t defaultValue, int64_t least) {
  if (!setting(name))
    return Ints(count, defaultValue);
  Ints values = listSetting(name);
  if (values.size() == 1 && count != 1)
    values = Ints(count, values.front());
  bool fits = values.size() == count && llvm::all_of(values, [&](int64_t value) {
                return value >= least && value <= maxSetting;
              });
  if (fits)
    return values;
  badInput("setting '" + name + "': expected " + Twine(count) + " whole numbers of at least " +
           Twine(least) + " and at most " + Twine(maxSetting));
  return Ints(count, std::max(defaultValue, least));
}

void LayerContext::requireUnset(StringRef name) {
  const Config *found = setting(name);
  const bool *flag = found ? found->as<bool>() : nullptr;
  if (found && !(flag && !*flag) && found->number() != 0.0)
    unsupported("setting '" + name + "' is not supported");
}

dl::Layout LayerContext::layoutSetting() {
  std::string format = textSetting("data_format", "channels_last");
  if (format != "channels_last" && format != "channels_first")
    badInput("setting 'data_format' is '" + format + "', expected channels_last or channels_first");
  return format == "channels_first" ? dl::Layout::ChannelsFirst : dl::Layout::ChannelsLast;
}

dl::LayoutAttr LayerContext::layoutAttr(dl::Layout layout) {
  return dl::LayoutAttr::get(builder().getContext(), layout);
}

/// Names of settings that say how variables began or how they are trained.
static bool concernsTraining(StringRef name) {
  return name.ends_with("_initializer") || name.ends_with("_regularizer") ||
         name.ends_with("_constraint");
}

void LayerContext::checkSettings() {
  static constexpr StringRef common[] = {
      "name",        "trainable",         "dtype",       "seed",       "build", "autocast",
      "batch_shape", "batch_input_shape", "input_shape", "input_dtype"};
  const auto *settings = theLayer.config.as<Config::Object>();
  for (const ConfigMember &member : settings ? *settings : Config::Object()) {
    const bool *flag = member.value.as<bool>();
    bool isUnset = member.value.isNull() || (flag && !*flag);
    if (!isUnset && !seen.contains(member.key) && !concernsTraining(member.key) &&
        !llvm::is_contained(common, StringRef(member.key)))
      return unsupported("setting '" + member.key + "' is not known for this layer");
  }
}

void LayerContext::checkPolicy() {
  const Config *policy = theLayer.config.findValue("dtype");
  if (!policy)
    return;
  std::string name;
  if (const auto *text = policy->as<std::string>())
    name = *text;
  else if (const Config *config = policy->findValue("config"))
    name = config->text("name");
  if (name != "float32" && theLayer.className != "InputLayer")
    unsupported("dtype '" + name + "' is not supported, expected float32");
}

//===-- Variables --------------------------------------------------------------------------===//

Value LayerContext::variable(const Twine &path, ArrayRef<int64_t> shape, bool trainable) {
  if (failed())
    return {};
  std::string whole = (theLayer.path + "/" + path).str();
  const Tensor *found = graph.findVariable(whole);
  Shape expected(shape.begin(), shape.end());
  if (!found)
    badInput("variable '" + whole + "' is missing in model.weights.h5, expected shape " +
             shapeString(expected));
  else if (found->shape() != expected)
    badInput("variable '" + whole + "' has shape " + shapeString(found->shape()) + ", expected " +
             shapeString(expected));
  else if (found->dtype() != DType::F32)
    unsupported("variable '" + whole + "' is " + StringRef(dtypeName(found->dtype())) +
                ", expected float32");
  if (failed())
    return {};
  return graph.variable(whole, position, trainable && theLayer.trainable);
}

std::optional<Tensor> LayerContext::variableTensor(unsigned index, ArrayRef<int64_t> shape) {
  Value value = variable(index, shape, /*trainable=*/false);
  return value ? dl::constantTensor(value) : std::nullopt;
}

//===-- Building ---------------------------------------------------------------------------===//

Value LayerContext::activated(Value value, StringRef name) {
  const Config *function = setting(name);
  // Layers may stand for functions.
  if (function && LayerTable::get().find(function->text("class_name")))
    return importInner(name, name, value);
  return failed() ? Value() : applyActivation(*this, value, activationName(function));
}

Value LayerContext::importInner(StringRef name, StringRef path, ArrayRef<Value> operands) {
  const Config *entry = setting(name);
  if (!entry)
    badInput("expected a layer for setting '" + name + "', found none");
  if (failed())
    return {};
  Expected<Layer> inner =
      readInnerLayer(*entry, theLayer.path + "/" + path.str(), theLayer.trainable);
  if (!inner) {
    fail(inner.error().code, inner.error().message);
    return {};
  }
  LayerPosition place = position;
  place.push_back(seen.size());
  LayerContext context(graph, *inner, std::move(place), operands);
  Value result = context.importLayer();
  if (context.failed())
    fail(context.error());
  return result;
}

bool LayerContext::checkInputs(unsigned least, unsigned most) {
  if (inputs.size() < least || inputs.size() > most)
    badInput("has " + Twine(inputs.size()) + " inputs, expected " +
             (least == most ? Twine(least) : Twine("at least ") + Twine(least)));
  return !failed();
}

void LayerContext::insertNumbers(const Call &call) {
  if (call.numbers.empty() || failed())
    return;
  if (inputs.empty())
    return badInput("has no tensor among its arguments");
  Type element = elementOf(input());
  for (auto [place, number] : call.numbers) {
    if (!isa<FloatType>(element))
      return unsupported("numbers are supported beside tensors of floats only");
    inputs.insert(inputs.begin() + place, scalar(element, number));
  }
}

Value LayerContext::importCall(const Call &call) {
  if (LayerTable::get().find(theLayer.className))
    for (const std::string &argument : call.otherArguments)
      unsupported("argument " + argument + " is not supported");
  insertNumbers(call);
  return failed() ? Value() : importLayer();
}

Value LayerContext::importLayer() {
  if (std::optional<Error> unknown = unknownClass(theLayer, graph.file())) {
    fail(std::move(*unknown));
    return {};
  }
  const LayerEntry *entry = LayerTable::get().find(theLayer.className);
  checkPolicy();
  if (!checkInputs(entry->minInputs, entry->maxInputs))
    return {};
  Value result = entry->import(*this);
  if (!failed())
    checkSettings();
  if (!failed() && !result)
    fail(ExitCode::Internal, "failed without a reason");
  return failed() ? Value() : result;
}

} // namespace dlc::keras
