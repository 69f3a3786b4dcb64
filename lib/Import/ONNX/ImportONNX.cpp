// The walk over the graph: inputs, initializers, nodes, outputs.
#include "dlc/Import/ONNX/ImportONNX.h"

#include "GraphBuilder.h"
#include "NodeContext.h"
#include "OpTable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace dlc::onnx {

namespace {

using importer::OpenSizeValues;

/// One import. Holds the module until it is complete.
class ModelImporter {
public:
  /// `knownSizes` are values of sizes that the model leaves open, by name.
  ModelImporter(MLIRContext &context, const Model &model, const ImportOptions &options,
                const OpenSizeValues &knownSizes, bool keepGoing)
      : model(model), options(options), knownSizes(knownSizes), keepGoing(keepGoing),
        graph(context, options) {
    graph.setBodyImporter(
        [this](const Graph &body, ArrayRef<Value> inputs) { return addBody(body, inputs); });
  }

  /// False where `errors` are to be reported instead of the module.
  bool run();
  OwningOpRef<ModuleOp> takeModule() { return std::move(module); }
  /// Values of open sizes that `run` found the model to be right with alone.
  OpenSizeValues concludedSizes() { return graph.symbols().concluded(); }
  std::vector<Error> errors;

private:
  bool checkOptions();
  bool addInputs();
  bool addInput(const ValueInfo &info);
  Expected<RankedTensorType> typeOfInput(const ValueInfo &info);
  AffineExpr openSize(StringRef name, size_t axis);
  bool addNodes();
  bool addNode(const Node &node);
  /// See GraphBuilder::BodyImporter.
  FailureOr<SmallVector<Value>> addBody(const Graph &body, ArrayRef<Value> inputs);
  bool checkNode(const Node &node, const OpEntry *entry);
  bool addOutputs();
  void freezeInputs();
  bool checkSizes();
  /// The value called `name`, made on first use where it is an initializer; null where it is not
  /// known.
  Value valueOf(StringRef name);
  /// Binds `name`, to be undone at the end of the body at hand.
  void define(StringRef name, Value value) {
    Value &slot = values[name];
    if (bodyDepth != 0)
      shadowed.emplace_back(name.str(), slot);
    slot = value;
  }
  /// Records `error`; whether the walk goes on.
  bool report(Error error) {
    errors.push_back(std::move(error));
    return keepGoing;
  }
  Location nameLocation(const Twine &name) {
    return NameLoc::get(StringAttr::get(graph.context(), name));
  }

  const Model &model;
  const ImportOptions &options;
  const OpenSizeValues &knownSizes;
  bool keepGoing;
  GraphBuilder graph;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  llvm::StringMap<Value> values;
  /// What `values` held before the bodies at hand changed it.
  std::vector<std::pair<std::string, Value>> shadowed;
  unsigned bodyDepth = 0;
  size_t bodyNodes = 0;
  /// Values that a failed node would have made, while looking for more failures.
  llvm::StringSet<> poisoned;
};

} // namespace

bool ModelImporter::run() {
  graph.context()->loadDialect<dl::DLDialect, func::FuncDialect>();
  graph.setLocation(nameLocation(model.file));
  module = ModuleOp::create(graph.location());
  std::string name =
      model.graph.name.empty() ? llvm::sys::path::stem(model.file).str() : model.graph.name;
  (*module)->setAttr("dl.model", StringAttr::get(graph.context(), name));
  graph.builder().setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(graph.builder(), graph.location(), "main",
                                  FunctionType::get(graph.context(), {}, {}));
  graph.builder().setInsertionPointToEnd(function.addEntryBlock());
  bool whole = checkOptions() && addInputs() && addNodes() && addOutputs();
  if (!whole || !errors.empty())
    return false;
  freezeInputs();
  // What shape arithmetic left behind: users come after what they use, so one walk from the end
  // does.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  graph.symbols().record(*module);
  if (!checkSizes())
    return false;
  Status status = graph.symbols().checkDataSizes(function);
  return status
             ? true
             : report({status.error().code, model.file + ": " + status.error().message}) && false;
}

/// What cannot be done yet with the sizes that `op` leaves open; empty where all can.
static std::string sizeProblem(Operation &op, const importer::SizeSymbols &symbols) {
  // What computes with sizes is not ordered behind what decides them.
  auto map = isa<dl::SizesOp, dl::IotaOp>(op) ? op.getAttrOfType<AffineMapAttr>("dims") : nullptr;
  if (map && llvm::any_of(map.getValue().getResults(),
                          [&](AffineExpr size) { return symbols.isDecidedByData(size); }))
    return "computes with a size that only data decides; this is not supported yet";
  for (Type type : op.getOperandTypes())
    if (!cast<RankedTensorType>(type).hasStaticShape() &&
        llvm::is_contained(cast<RankedTensorType>(type).getShape(), 0))
      return "has an operand without elements beside sizes that are not known: give them with "
             "--shape";
  return {};
}

bool ModelImporter::checkSizes() {
  for (Operation &op : function.getBody().front()) {
    std::string problem = sizeProblem(op, graph.symbols());
    if (problem.empty())
      continue;
    std::string where;
    auto name = dyn_cast<NameLoc>(op.getLoc());
    if (name && !op.hasTrait<OpTrait::IsTerminator>())
      where = ": node " + name.getName().str();
    report(unsupported(model.file + where + ": " + problem));
    return false;
  }
  return true;
}

//===-- Inputs -----------------------------------------------------------------------------===//

bool ModelImporter::checkOptions() {
  std::vector<const ValueInfo *> inputs = model.graph.requiredInputs();
  auto isInput = [&](StringRef name) {
    return llvm::any_of(inputs, [&](const ValueInfo *info) { return info->name == name; });
  };
  auto listed = [&] {
    return llvm::join(llvm::map_range(inputs, [](const ValueInfo *info) { return info->name; }),
                      ", ");
  };
  for (const auto &[name, shape] : options.shapes) {
    if (name.empty() && inputs.size() != 1)
      return report(usageError("--shape without NAME= needs a model with one input; " + model.file +
                               " has " + listed()));
    if (!name.empty() && !isInput(name))
      return report(usageError("--shape names '" + name + "', which is no input of " + model.file +
                               ": " + listed()));
  }
  for (const auto &[name, value] : options.constantInputs)
    if (!isInput(name))
      return report(usageError("--constant names '" + name + "', which is no input of " +
                               model.file + ": " + listed()));
  return true;
}

/// The sizes that the user gave for input `name`: by --shape, or with a value.
static const Shape *givenShape(const ImportOptions &options, StringRef name) {
  for (StringRef key : {name, StringRef()})
    if (auto found = options.shapes.find(key); found != options.shapes.end())
      return &found->second;
  for (const auto *constants : {&options.constantInputs, &options.inputValues})
    if (auto found = constants->find(name); found != constants->end())
      return &found->second.shape();
  return nullptr;
}

Expected<RankedTensorType> ModelImporter::typeOfInput(const ValueInfo &info) {
  std::string prefix = model.file + ": input '" + info.name + "' ";
  if (info.kind != ValueInfo::Kind::Tensor)
    return unsupported(prefix + "is not a dense tensor, which is all that dlc compiles");
  if (!info.dtype && !info.unsupported.empty())
    return unsupported(prefix + "has element type " + info.unsupported +
                       ", which dlc does not compile");
  if (!info.dtype)
    return badInput(prefix + "has no element type");
  const Shape *given = givenShape(options, info.name);
  if (!given && !info.dims)
    return unsupported(prefix + "has no shape; give it with --shape " + info.name + "=AxBxC");
  if (given && info.dims && given->size() != info.dims->size())
    return badInput(prefix + "has rank " + std::to_string(info.dims->size()) +
                    ", but was given shape " + shapeString(*given));
  Shape shape = given ? *given : Shape(info.dims->size());
  for (size_t axis = 0; info.dims && axis < shape.size(); ++axis) {
    const Dim &dim = (*info.dims)[axis];
    const int64_t *size = std::get_if<int64_t>(&dim);
    if (given && size && *size != shape[axis])
      return badInput(prefix + "has size " + std::to_string(*size) + " on axis " +
                      std::to_string(axis) + ", but was given shape " + shapeString(*given));
    if (!given)
      shape[axis] = size ? *size : 1;
  }
  if (!elementCount(shape))
    return badInput(prefix + "has the impossible shape " + shapeString(shape));
  mlir::Type element = dl::elementType(graph.context(), *info.dtype);
  dl::Dims dims = dl::dimsOf(graph.context(), shape);
  for (size_t axis = 0; !given && axis < shape.size(); ++axis)
    if (std::string name = info.openSizeName(axis); !name.empty())
      dims[axis] = openSize(name, axis);
  return dl::tensorOf(dims, element);
}

/// The open size `name`, on this axis of an input: a symbol, or its value where that is known.
AffineExpr ModelImporter::openSize(StringRef name, size_t axis) {
  if (auto known = knownSizes.find(name); known != knownSizes.end())
    return getAffineConstantExpr(known->second, graph.context());
  // Batches are small more often than not; what else is open counts pixels or words.
  constexpr int64_t likelyBatch = 1, likelySize = 128;
  return graph.symbols().symbol(name, axis == 0 ? likelyBatch : likelySize);
}

bool ModelImporter::addInput(const ValueInfo &info) {
  Expected<RankedTensorType> type = typeOfInput(info);
  if (!type) {
    poisoned.insert(info.name);
    return report(std::move(type.error()));
  }
  for (const auto *constants : {&options.constantInputs, &options.inputValues}) {
    auto found = constants->find(info.name);
    if (found == constants->end())
      continue;
    if (dl::typeOf(graph.context(), found->second) != *type)
      return report(badInput(model.file + ": input '" + info.name + "' is " +
                             std::string(dtypeName(*info.dtype)) + ", but its value is " +
                             std::string(dtypeName(found->second.dtype()))));
    if (constants == &options.constantInputs) {
      values[info.name] = graph.constant(found->second);
      return true;
    }
  }
  unsigned index = function.getNumArguments();
  auto name = graph.builder().getNamedAttr("dl.name", graph.builder().getStringAttr(info.name));
  if (failed(function.insertArgument(index, *type, graph.builder().getDictionaryAttr(name),
                                     nameLocation(info.name))))
    return report(internalError("cannot add the argument " + info.name));
  values[info.name] = function.getArgument(index);
  graph.addInput(function.getArgument(index), info.name);
  return true;
}

bool ModelImporter::addInputs() {
  for (const ValueInfo *info : model.graph.requiredInputs())
    if (!addInput(*info))
      return false;
  return true;
}

Value ModelImporter::valueOf(StringRef name) {
  if (Value found = values.lookup(name))
    return found;
  auto initializer = model.graph.initializers.find(name);
  if (initializer == model.graph.initializers.end() || !initializer->second.isSupported())
    return {};
  // At the top, so that every later node may use it.
  OpBuilder::InsertionGuard guard(graph.builder());
  graph.builder().setInsertionPointToStart(&function.getBody().front());
  Location before = graph.location();
  graph.setLocation(nameLocation(name));
  Value value = graph.constant(initializer->second.tensor);
  graph.setLocation(before);
  values[name] = value;
  return value;
}

//===-- Nodes ------------------------------------------------------------------------------===//

bool ModelImporter::addNodes() {
  for (const Node &node : model.graph.nodes)
    if (!addNode(node))
      return false;
  return true;
}

/// Reports an operator or an input that cannot be taken; false where the node is not to be
/// converted.
bool ModelImporter::checkNode(const Node &node, const OpEntry *entry) {
  std::string prefix = nodePrefix(model.file, node);
  if (!entry) {
    std::string op = node.domain.empty() ? node.opType : node.domain + "." + node.opType;
    bool known = OpTable::get().knows(node.domain, node.opType);
    report(unsupported(prefix + "operator " + op + " of opset " +
                       std::to_string(node.opsetVersion) +
                       (known ? " is not supported at this version" : " is not supported")));
    return false;
  }
  if (node.inputs.size() > entry->maxInputs) {
    report(badInput(prefix + "has " + std::to_string(node.inputs.size()) +
                    " inputs, expected at most " + std::to_string(entry->maxInputs)));
    return false;
  }
  const bool repeats = entry->maxInputs == anyNumber;
  const size_t last =
      repeats ? std::max<size_t>(entry->minInputs, node.inputs.size()) : entry->minInputs;
  for (size_t index = 0; index < last; ++index) {
    const bool needed = index < entry->minInputs || index >= entry->firstRepeated;
    if (needed && (index >= node.inputs.size() || node.inputs[index].empty())) {
      report(badInput(prefix + "input " + std::to_string(index) + " is missing"));
      return false;
    }
  }
  return true;
}

bool ModelImporter::addNode(const Node &node) {
  auto poison = [&] {
    for (const std::string &output : node.outputs)
      poisoned.insert(output);
    return keepGoing;
  };
  const OpEntry *entry = OpTable::get().find(node.domain, node.opType, node.opsetVersion);
  if (!checkNode(node, entry))
    return poison();
  SmallVector<Value> inputs;
  for (const std::string &name : node.inputs) {
    if (poisoned.contains(name))
      return poison();
    Value value = name.empty() ? Value() : valueOf(name);
    if (!name.empty() && !value) {
      auto initializer = model.graph.initializers.find(name);
      bool typed = initializer != model.graph.initializers.end();
      report(typed ? unsupported(nodePrefix(model.file, node) + "input '" + name + "' holds " +
                                 initializer->second.unsupported + ", which dlc does not compile")
                   : badInput(nodePrefix(model.file, node) + "input '" + name +
                              "' is defined nowhere"));
      return poison();
    }
    inputs.push_back(value);
  }
  graph.setLocation(nameLocation(node.name + " (" + node.opType + ")"));
  for (Value &input : inputs)
    input = graph.settled(input);
  NodeContext context(graph, node, model.file, inputs);
  if (failed(entry->import(context)) || context.failed() || failed(context.checkAttributes())) {
    if (!context.failedInBody())
      report(context.failed()
                 ? context.error()
                 : internalError(nodePrefix(model.file, node) + "failed without a reason"));
    else if (!errors.empty() && !StringRef(errors.back().message).contains(context.bodyHint()))
      errors.back().message += context.bodyHint();
    return poison();
  }
  for (auto [name, value] : llvm::zip_equal(node.outputs, context.allOutputs())) {
    if (name.empty())
      continue;
    if (!value) {
      report(unsupported(nodePrefix(model.file, node) + "output '" + name +
                         "' is not computed by dlc"));
      poisoned.insert(name);
      if (!keepGoing)
        return false;
      continue;
    }
    define(name, value);
  }
  return true;
}

FailureOr<SmallVector<Value>> ModelImporter::addBody(const Graph &body, ArrayRef<Value> inputs) {
  // Bodies are built anew for each of their iterations.
  constexpr size_t maxBodyNodes = 20000;
  size_t errorsBefore = errors.size(), undoTo = shadowed.size();
  bodyNodes += body.nodes.size() + 1;
  if (bodyNodes > maxBodyNodes) {
    report(unsupported(model.file + ": graph '" + body.name + "' unrolls to more than " +
                       std::to_string(maxBodyNodes) + " nodes"));
    return failure();
  }
  ++bodyDepth;
  for (const auto &[name, value] : body.initializers)
    if (value.isSupported())
      define(name, graph.constant(value.tensor));
  for (auto [info, value] : llvm::zip_equal(body.inputs, inputs))
    define(info.name, value);
  for (const Node &node : body.nodes)
    if (!addNode(node))
      break;
  SmallVector<Value> outputs;
  bool lost = false; // to a failure outside of the body, which is reported there
  for (const ValueInfo &info : body.outputs) {
    if (errors.size() != errorsBefore)
      break;
    outputs.push_back(valueOf(info.name));
    lost |= poisoned.contains(info.name);
    if (!outputs.back() && !lost)
      report(badInput(model.file + ": output '" + info.name + "' of graph '" + body.name +
                      "' is computed by no node"));
  }
  --bodyDepth;
  for (; shadowed.size() > undoTo; shadowed.pop_back())
    values[shadowed.back().first] = shadowed.back().second;
  if (lost || errors.size() != errorsBefore)
    return failure();
  return outputs;
}

//===-- Outputs ----------------------------------------------------------------------------===//

bool ModelImporter::addOutputs() {
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> names;
  for (const ValueInfo &info : model.graph.outputs) {
    if (poisoned.contains(info.name))
      continue;
    Value value = valueOf(info.name);
    if (!value)
      return report(badInput(model.file + ": output '" + info.name + "' is computed by no node"));
    results.push_back(value);
    names.push_back(graph.builder().getDictionaryAttr(
        graph.builder().getNamedAttr("dl.name", graph.builder().getStringAttr(info.name))));
  }
  graph.setLocation(function.getLoc());
  func::ReturnOp::create(graph.builder(), function.getLoc(), results);
  SmallVector<Type> types(ValueRange(results).getTypes());
  function.setType(FunctionType::get(graph.context(), function.getArgumentTypes(), types));
  function.setAllResultAttrs(names);
  return true;
}

/// Inputs whose known values shapes were made of are constants from here on.
void ModelImporter::freezeInputs() {
  llvm::BitVector erased(function.getNumArguments());
  SmallVector<mlir::Attribute> names;
  graph.builder().setInsertionPointToStart(&function.getBody().front());
  for (unsigned index : graph.frozenInputs()) {
    BlockArgument argument = function.getArgument(index);
    graph.setLocation(argument.getLoc());
    argument.replaceAllUsesWith(graph.constant(graph.inputValue(index)));
    erased.set(index);
    names.push_back(function.getArgAttr(index, "dl.name"));
  }
  (void)function.eraseArguments(erased);
  for (const auto &[name, value] : options.constantInputs)
    names.push_back(graph.builder().getStringAttr(name));
  if (!names.empty())
    (*module)->setAttr("dl.constant_inputs", graph.builder().getArrayAttr(names));
}

//===-- Entry points -----------------------------------------------------------------------===//

/// Imports `model`: its module, or all that was reported. An open size that can have one value
/// only, as where weights meet it, is no open size: the import starts anew with that value, so that
/// the inputs have it in their types, and what was built before it was found as well.
static std::pair<OwningOpRef<ModuleOp>, std::vector<Error>>
importWithFewestSymbols(MLIRContext &context, const Model &model, const ImportOptions &options,
                        bool keepGoing) {
  for (OpenSizeValues known;;) {
    ModelImporter importer(context, model, options, known, keepGoing);
    bool whole = importer.run();
    const size_t before = known.size();
    known.merge(importer.concludedSizes());
    if (known.size() != before)
      continue;
    // Who reads of such a size would look for it in vain.
    std::string told;
    for (const auto &[name, value] : known)
      told += (told.empty() ? "; elsewhere in the model, '" : ", '") + name + "' must be " +
              std::to_string(value);
    for (Error &error : importer.errors)
      error.message += told;
    return {whole ? importer.takeModule() : nullptr, std::move(importer.errors)};
  }
}

Expected<OwningOpRef<ModuleOp>> importONNX(MLIRContext &context, const Model &model,
                                           const ImportOptions &options) {
  auto [module, errors] = importWithFewestSymbols(context, model, options, /*keepGoing=*/false);
  if (!errors.empty())
    return errors.front();
  return std::move(module);
}

std::vector<Error> checkONNX(MLIRContext &context, const Model &model,
                             const ImportOptions &options) {
  return importWithFewestSymbols(context, model, options, /*keepGoing=*/true).second;
}

std::vector<SupportedOp> supportedOps() {
  std::vector<SupportedOp> ops;
  for (const OpEntry &entry : OpTable::get().entries())
    ops.push_back({entry.domain, entry.opType, entry.minOpset, entry.maxOpset, entry.limits});
  return ops;
}

Status addShape(ImportOptions &options, std::string_view argument) {
  StringRef text(argument), name;
  // Names may hold '=': the shape is what follows the last one.
  if (size_t at = text.rfind('='); at != StringRef::npos) {
    name = text.take_front(at);
    text = text.drop_front(at + 1);
  }
  Shape shape;
  SmallVector<StringRef> sizes;
  if (text != "scalar")
    text.split(sizes, 'x');
  for (StringRef size : sizes) {
    int64_t value = 0;
    if (size.getAsInteger(10, value) || value < 0)
      return usageError("--shape " + std::string(argument) + ": expected NAME=AxBxC, found '" +
                        size.str() + "' for a size");
    shape.push_back(value);
  }
  if (!elementCount(shape))
    return usageError("--shape " + std::string(argument) + ": more elements than fit 64 bits");
  options.shapes[name.str()] = std::move(shape);
  return {};
}

} // namespace dlc::onnx
