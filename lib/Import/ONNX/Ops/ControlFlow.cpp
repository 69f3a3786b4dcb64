// If, Loop and Scan. Their graphs become straight code: a branch that is known is taken, one that
// is not is computed beside the other; iterations that can be counted are unrolled, which lets
// shapes differ between them. Nothing in dl has an effect, so that computing too much is only slow.
#include "Families.h"

#include "../NodeContext.h"
#include "../Symbols.h"

using namespace mlir;

namespace dlc::onnx {

static LogicalResult setOutputs(NodeContext &c, ArrayRef<Value> values) {
  if (c.failed())
    return failure();
  if (values.size() < c.numOutputs())
    return c.badInput("has " + Twine(c.numOutputs()) + " outputs, but its graph gives " +
                      Twine(values.size()));
  for (unsigned index = 0; index < c.numOutputs(); ++index)
    if (failed(c.setOutput(index, values[index])))
      return failure();
  return success();
}

//===-- If ---------------------------------------------------------------------------------===//

/// Which branch an If takes, where its condition is on inputs at hand, or on sizes.
static std::optional<bool> decided(NodeContext &c, Value condition) {
  if (std::optional<Tensor> value = c.graphBuilder().evaluate(condition))
    return value->asInt(0) != 0;
  std::optional<dl::Dims> size = evaluateSizes(condition, c.graphBuilder().symbols());
  if (std::optional<int64_t> truth = size ? dl::constantDim(size->front()) : std::nullopt)
    return *truth != 0;
  return std::nullopt;
}

static LogicalResult importIf(NodeContext &c) {
  const Graph *thenBranch = c.requiredGraphAttr("then_branch");
  const Graph *elseBranch = c.requiredGraphAttr("else_branch");
  if (c.failed())
    return failure();
  if (c.typeOf(c.input(0)).getNumElements() != 1 || !c.elementOf(c.input(0)).isInteger(1))
    return c.badInput("expects one bool for its condition");
  if (std::optional<bool> truth = decided(c, c.input(0)))
    return setOutputs(c, c.importBody(*truth ? *thenBranch : *elseBranch, {}));
  SmallVector<Value> chosen = c.importBody(*thenBranch, {}), other = c.importBody(*elseBranch, {});
  if (c.failed()) {
    if (std::string name = c.graphBuilder().undecidedInput(c.input(0)); !name.empty())
      c.setBodyHint("; a run decides by input '" + name +
                    "' whether this branch runs: --constant " + name + "=FILE decides it here");
    return failure();
  }
  if (chosen.size() != other.size())
    return c.badInput("its branches give " + Twine(chosen.size()) + " and " + Twine(other.size()) +
                      " outputs");
  if (TypeRange(ValueRange(chosen)) != TypeRange(ValueRange(other))) {
    SizeSymbols &symbols = c.graphBuilder().symbols();
    auto sizes = comparedSizes(c.input(0), symbols);
    if (!sizes)
      return c.unsupported("its condition is known at run time only, but the shapes of its "
                           "branches differ");
    // "Squeeze the axis if it has one element", as PyTorch writes it: the model goes on with one of
    // the shapes.
    symbols.requireEqual(sizes->first, sizes->second);
    return setOutputs(c, chosen);
  }
  Value condition = c.reshape(c.input(0), Ints());
  SmallVector<Value> results;
  for (auto [left, right] : llvm::zip(chosen, other))
    results.push_back(c.create<dl::WhereOp>(condition, left, right));
  return setOutputs(c, results);
}

//===-- Loop -------------------------------------------------------------------------------===//

/// The values of every iteration, along `axis`, which is new.
static Value stack(NodeContext &c, ArrayRef<Value> values, int64_t axis) {
  SmallVector<Value> slices;
  for (Value value : values) {
    if (c.failed())
      return {};
    Ints shape = c.shapeOf(value);
    shape.insert(shape.begin() + axis, 1);
    slices.push_back(c.reshape(value, shape));
  }
  if (slices.size() == 1)
    return slices.front();
  return c.create<dl::ConcatOp>(ValueRange(slices), static_cast<uint64_t>(axis));
}

/// What the iterations of a loop have made so far.
struct LoopState {
  SmallVector<Value> carried;
  SmallVector<SmallVector<Value>> collected; ///< one list an output that is stacked

  /// Takes the outputs of an iteration: first what is carried, then what is collected.
  LogicalResult take(NodeContext &c, ArrayRef<Value> outputs) {
    if (c.failed())
      return failure();
    if (outputs.size() < carried.size())
      return c.badInput("its graph gives " + Twine(outputs.size()) + " values, expected at least " +
                        Twine(carried.size()));
    carried.assign(outputs.begin(), outputs.begin() + carried.size());
    collected.resize(outputs.size() - carried.size());
    for (auto [list, value] : llvm::zip(collected, outputs.drop_front(carried.size())))
      list.push_back(value);
    return success();
  }
};

/// Whether `condition` (null: absent) lets a loop go on; fails where only a run tells.
static FailureOr<bool> goesOn(NodeContext &c, Value condition) {
  if (!condition)
    return true;
  std::optional<Tensor> value = c.graphBuilder().evaluate(condition);
  if (!value || value->numElements() != 1)
    return c.unsupported("how often it runs depends on computed data");
  return value->asInt(0) != 0;
}

static LogicalResult importLoop(NodeContext &c) {
  const Graph *body = c.requiredGraphAttr("body");
  if (c.failed())
    return failure();
  int64_t count = std::numeric_limits<int64_t>::max();
  if (c.hasInput(0)) {
    FailureOr<Tensor> trips = c.requireConstant(0);
    if (failed(trips))
      return failure();
    if (trips->numElements() != 1)
      return c.badInput("expects one number of iterations");
    count = trips->asInt(0);
  }
  Value condition = c.input(1);
  LoopState state;
  state.carried.assign(c.allInputs().begin() + std::min(2u, c.numInputs()), c.allInputs().end());
  for (int64_t iteration = 0; iteration < count; ++iteration) {
    FailureOr<bool> runs = goesOn(c, condition);
    if (failed(runs))
      return failure();
    if (!*runs)
      break;
    Tensor number(DType::I64, {});
    number.setInt(0, iteration);
    Tensor yes(DType::Bool, {});
    yes.setInt(0, 1);
    SmallVector<Value> inputs = {c.constant(number), condition ? condition : c.constant(yes)};
    llvm::append_range(inputs, state.carried);
    SmallVector<Value> outputs = c.importBody(*body, inputs);
    if (c.failed() || outputs.empty())
      return c.failed() ? failure() : c.badInput("its graph gives no condition");
    condition = outputs.front();
    if (failed(state.take(c, ArrayRef(outputs).drop_front())))
      return failure();
  }
  SmallVector<Value> results = state.carried;
  for (ArrayRef<Value> values : state.collected)
    results.push_back(stack(c, values, /*axis=*/0));
  if (!c.failed() && results.size() < c.numOutputs())
    return c.unsupported("it runs no iteration, which leaves the shape of an output open");
  return setOutputs(c, results);
}

//===-- Scan -------------------------------------------------------------------------------===//

/// The axis and the direction of each of `count` values that are cut up or put together.
struct ScanAxes {
  Ints axes, directions;
};

static FailureOr<ScanAxes> scanAxes(NodeContext &c, StringRef kind, size_t count) {
  ScanAxes result{c.intsAttr(("scan_" + kind + "_axes").str(), count, 0),
                  c.intsAttr(("scan_" + kind + "_directions").str(), count, 0)};
  for (int64_t direction : result.directions)
    if (direction != 0 && direction != 1)
      return c.badInput("a direction is " + Twine(direction) + ", expected 0 or 1");
  if (c.failed())
    return failure();
  return result;
}

/// Slice `index` of `value` along `axis`, without that axis.
static Value sliceOf(NodeContext &c, Value value, int64_t axis, int64_t index) {
  Ints shape = c.shapeOf(value);
  shape.erase(shape.begin() + axis);
  return c.reshape(c.sliceAxis(value, axis, index, 1), shape);
}

static LogicalResult importScan(NodeContext &c) {
  const Graph *body = c.requiredGraphAttr("body");
  int64_t scanned = c.requiredIntAttr("num_scan_inputs");
  if (c.failed())
    return failure();
  if (body->outputs.size() + scanned < c.numInputs())
    return c.badInput("its graph gives " + Twine(body->outputs.size()) + " outputs for " +
                      Twine(c.numInputs() - scanned) + " states");
  if (scanned < 1 || scanned > c.numInputs())
    return c.badInput("attribute 'num_scan_inputs' is " + Twine(scanned) + " for " +
                      Twine(c.numInputs()) + " inputs");
  LoopState state;
  ArrayRef<Value> sequences = c.allInputs().take_back(scanned);
  state.carried.assign(c.allInputs().begin(), sequences.begin());
  FailureOr<ScanAxes> from = scanAxes(c, "input", scanned);
  if (failed(from))
    return failure();
  int64_t steps = -1;
  for (auto [value, axis] : llvm::zip(sequences, from->axes)) {
    FailureOr<int64_t> normal = c.normalizeAxis(axis, c.rankOf(value));
    if (failed(normal))
      return failure();
    axis = *normal;
    int64_t size = c.shapeOf(value)[axis];
    if (steps >= 0 && steps != size)
      return c.badInput("its scan inputs have " + Twine(steps) + " and " + Twine(size) + " slices");
    steps = size;
  }
  for (int64_t step = 0; step < steps; ++step) {
    SmallVector<Value> inputs = state.carried;
    for (auto [value, axis, backwards] : llvm::zip(sequences, from->axes, from->directions))
      inputs.push_back(sliceOf(c, value, axis, backwards ? steps - 1 - step : step));
    if (failed(state.take(c, c.importBody(*body, inputs))))
      return failure();
  }
  FailureOr<ScanAxes> to = scanAxes(c, "output", body->outputs.size() - state.carried.size());
  if (failed(to))
    return failure();
  if (steps == 0 && !to->axes.empty())
    return c.unsupported("it scans nothing, which leaves the shape of an output open");
  SmallVector<Value> results = state.carried;
  for (auto [values, axis, backwards] : llvm::zip(state.collected, to->axes, to->directions)) {
    FailureOr<int64_t> normal = c.normalizeAxis(axis, c.rankOf(values.front()) + 1);
    if (failed(normal))
      return failure();
    if (backwards)
      std::reverse(values.begin(), values.end());
    results.push_back(stack(c, values, *normal));
  }
  return setOutputs(c, results);
}

void registerControlFlowImporters(OpTable &table) {
  table.add({.opType = "If",
             .import = importIf,
             .limits = "both branches are computed where the condition is not known"});
  table.add({.opType = "Loop",
             .import = importLoop,
             .minInputs = 0,
             .maxInputs = anyNumber,
             .firstRepeated = 2,
             .limits = "unrolled: the number of iterations is known at compile time"});
  table.add({.opType = "Scan",
             .import = importScan,
             .minInputs = 1,
             .maxInputs = anyNumber,
             .minOpset = 9,
             .limits = "unrolled"});
}

} // namespace dlc::onnx
