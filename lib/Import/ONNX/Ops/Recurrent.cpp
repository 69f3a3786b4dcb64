// Operators that carry a state from one token to the next: causal convolution and linear attention.
#include "Families.h"

#include "../NodeContext.h"

#include <cmath>

using namespace mlir;

namespace dlc::onnx {

//===-- CausalConvWithState ----------------------------------------------------------------===//

/// A depthwise convolution over the inputs so far: the state holds the last ones of the past.
static LogicalResult importCausalConvWithState(NodeContext &c) {
  std::string activation = c.stringAttr("activation", "none");
  Ints input = c.shapeOf(c.input(0)), filter = c.shapeOf(c.input(1));
  if (activation != "none" && activation != "silu" && activation != "swish")
    return c.badInput("attribute 'activation' is '" + activation +
                      "', expected none, silu or swish");
  if (input.size() != 3 || filter.size() != 3 || filter[0] != input[1] || filter[1] != 1 ||
      filter[2] < 1)
    return c.badInput("expects an input (batch, channels, length) and weights (channels, 1, k)");
  int64_t past = filter[2] - 1;
  Ints state{input[0], input[1], past};
  if (c.hasInput(3) && c.shapeOf(c.input(3)) != state)
    return c.badInput("expects a past state of shape " +
                      shapeString(Shape(state.begin(), state.end())));
  Value padded = c.input(0);
  if (past != 0) {
    Value before =
        c.hasInput(3) ? c.input(3) : c.expand(c.scalar(c.elementOf(c.input(0)), 0), state);
    padded = c.create<dl::ConcatOp>(ValueRange({before, padded}), uint64_t(2));
  }
  Ints one{1}, none{0};
  Value result = c.create<dl::ConvOp>(padded, c.input(1), c.input(2), one, one, none, none,
                                      static_cast<uint64_t>(input[1]));
  if (activation != "none")
    result = c.create<dl::SwishOp>(result, c.f64(1));
  if (failed(c.setOutput(0, result)))
    return failure();
  return c.setOutput(1, c.sliceAxis(padded, 2, input[2], past));
}

//===-- LinearAttention --------------------------------------------------------------------===//

namespace {

/// The recurrence of one LinearAttention, in f32.
struct LinearRecurrence {
  int64_t batch = 0, steps = 0, queryHeads = 0, heads = 0, keySize = 0, valueSize = 0;
  double scale = 1;
  /// (batch, steps, heads, size); decay and beta null where the rule has none, with a size of 1
  /// where they are one number a head.
  Value query, key, value, decay, beta;

  Value step(NodeContext &c, Value all, int64_t at) const;
  /// The state after token `at`.
  Value advance(NodeContext &c, Value state, int64_t at) const;
  /// What the queries of token `at` read, (batch, 1, queryHeads * valueSize).
  Value read(NodeContext &c, Value state, int64_t at) const;
};

} // namespace

/// Token `at` of `all`, (batch, heads, size).
Value LinearRecurrence::step(NodeContext &c, Value all, int64_t at) const {
  Ints shape = c.shapeOf(all);
  return c.reshape(c.sliceAxis(all, 1, at, 1), {shape[0], shape[2], shape[3]});
}

Value LinearRecurrence::advance(NodeContext &c, Value state, int64_t at) const {
  Value column = c.reshape(step(c, key, at), {batch, heads, keySize, 1});
  Value row = c.reshape(step(c, value, at), {batch, heads, 1, valueSize});
  if (decay) {
    Value factor = c.create<dl::ExpOp>(step(c, decay, at));
    if (c.failed())
      return {};
    state =
        c.create<dl::MulOp>(state, c.reshape(factor, {batch, heads, c.shapeOf(factor).back(), 1}));
  }
  if (beta) {
    Value rate = step(c, beta, at);
    if (c.failed())
      return {};
    Value known = c.create<dl::MatmulOp>(c.reshape(column, {batch, heads, 1, keySize}), state);
    row = c.create<dl::MulOp>(c.reshape(rate, {batch, c.shapeOf(rate)[1], 1, 1}),
                              c.create<dl::SubOp>(row, known));
  }
  return c.create<dl::AddOp>(state, c.create<dl::MulOp>(column, row));
}

Value LinearRecurrence::read(NodeContext &c, Value state, int64_t at) const {
  // Query heads of one group share a state: they are the rows of one product.
  Value rows = c.reshape(step(c, query, at), {batch, heads, queryHeads / heads, keySize});
  Value product = c.create<dl::MatmulOp>(rows, state);
  product = c.create<dl::MulOp>(product, c.scalar(c.builder().getF32Type(), scale));
  return c.reshape(product, {batch, 1, queryHeads * valueSize});
}

/// `packed` (batch, steps, heads * size) in f32 as (batch, steps, heads, size); null stays null.
static Value unpack(NodeContext &c, Value packed, int64_t heads) {
  if (!packed || c.failed())
    return {};
  Ints shape = c.shapeOf(packed);
  if (shape.size() != 3 || shape[2] % heads != 0) {
    (void)c.badInput("expects operands (batch, length, heads * size)");
    return {};
  }
  return c.reshape(c.cast(packed, c.builder().getF32Type()),
                   {shape[0], shape[1], heads, shape[2] / heads});
}

/// Checks attributes and operands and fills `rule`.
static LogicalResult readRecurrence(NodeContext &c, LinearRecurrence &rule) {
  c.ignoreAttr("chunk_size"); // a hint
  rule.queryHeads = c.requiredIntAttr("q_num_heads");
  rule.heads = c.requiredIntAttr("kv_num_heads");
  std::string update = c.stringAttr("update_rule", "gated_delta");
  bool decays = update == "gated" || update == "gated_delta";
  bool corrects = update == "delta" || update == "gated_delta";
  if (!decays && !corrects && update != "linear")
    return c.badInput("attribute 'update_rule' is '" + update +
                      "', expected linear, gated, delta or gated_delta");
  if (c.failed())
    return failure();
  if (rule.heads < 1 || rule.queryHeads < 1 || rule.queryHeads % rule.heads != 0)
    return c.badInput("expects 'q_num_heads' to be a multiple of 'kv_num_heads'");
  if (decays != c.hasInput(4) || corrects != c.hasInput(5))
    return c.badInput("the update rule '" + update + "' takes " + (decays ? "a" : "no") +
                      " decay and " + (corrects ? "a" : "no") + " beta");
  rule.query = unpack(c, c.input(0), rule.queryHeads);
  rule.key = unpack(c, c.input(1), rule.heads);
  rule.value = unpack(c, c.input(2), rule.heads);
  rule.decay = unpack(c, c.input(4), rule.heads);
  // One rate a head, or one for all of them.
  rule.beta =
      unpack(c, c.input(5), c.hasInput(5) && c.shapeOf(c.input(5)).back() == 1 ? 1 : rule.heads);
  if (c.failed())
    return failure();
  Ints query = c.shapeOf(rule.query), key = c.shapeOf(rule.key), value = c.shapeOf(rule.value);
  rule.batch = query[0], rule.steps = query[1], rule.keySize = query[3];
  rule.valueSize = value[3];
  auto fits = [&](Value operand, int64_t size) {
    Ints shape = c.shapeOf(operand);
    return !operand || (shape[0] == rule.batch && shape[1] == rule.steps &&
                        (shape[3] == 1 || shape[3] == size));
  };
  if (key[3] != rule.keySize || !fits(rule.key, rule.keySize) ||
      !fits(rule.value, rule.valueSize) || !fits(rule.decay, rule.keySize) || !fits(rule.beta, 1))
    return c.badInput("its operands differ in batch, length or size of a head");
  double scale = c.floatAttr("scale", 0);
  rule.scale = scale == 0 ? 1 / std::sqrt(static_cast<double>(rule.keySize)) : scale;
  return success();
}

static LogicalResult importLinearAttention(NodeContext &c) {
  // Each token is a few ops of its own.
  constexpr int64_t maxSteps = 512;
  LinearRecurrence rule;
  if (failed(readRecurrence(c, rule)))
    return failure();
  if (rule.steps < 1 || rule.steps > maxSteps)
    return c.unsupported(Twine(rule.steps) + " tokens at once, expected 1 to " + Twine(maxSteps));
  Ints shape{rule.batch, rule.heads, rule.keySize, rule.valueSize};
  if (c.hasInput(3) && c.shapeOf(c.input(3)) != shape)
    return c.badInput("expects a past state of shape " +
                      shapeString(Shape(shape.begin(), shape.end())));
  Type f32 = c.builder().getF32Type();
  Value state = c.hasInput(3) ? c.cast(c.input(3), f32) : c.expand(c.scalar(f32, 0), shape);
  SmallVector<Value> outputs;
  for (int64_t at = 0; at < rule.steps; ++at) {
    state = rule.advance(c, state, at);
    outputs.push_back(rule.read(c, state, at));
  }
  Value joined = outputs.size() == 1 ? outputs.front()
                                     : c.create<dl::ConcatOp>(ValueRange(outputs), uint64_t(1));
  if (c.failed() || failed(c.setOutput(0, c.cast(joined, c.elementOf(c.input(0))))))
    return failure();
  return c.setOutput(1, c.cast(state, c.elementOf(c.input(c.hasInput(3) ? 3 : 0))));
}

void registerRecurrentImporters(OpTable &table) {
  table.add({.opType = "CausalConvWithState",
             .import = importCausalConvWithState,
             .minInputs = 2,
             .maxInputs = 4});
  table.add({.opType = "LinearAttention",
             .import = importLinearAttention,
             .minInputs = 3,
             .maxInputs = 6,
             .limits = "up to 512 tokens at once"});
}

} // namespace dlc::onnx
