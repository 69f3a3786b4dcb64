// Attention and rotary embedding, spelled out in products, masks and a softmax.
#include "Families.h"

#include "../Places.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace dlc::onnx {

static constexpr double minusInfinity = -std::numeric_limits<double>::infinity();

/// (B, S, heads * size) as (B, heads, S, size); rank 4 stays.
static Value splitHeads(NodeContext &c, Value value, int64_t heads) {
  dl::Dims shape = c.dimsOf(value);
  if (shape.size() == 4)
    return value;
  AffineExpr size =
      shape.size() == 3 && heads >= 1 ? dl::exactQuotient(shape[2], c.dim(heads)) : AffineExpr();
  if (!size) {
    (void)c.badInput(
        "expects operands (batch, heads, length, size) or (batch, length, heads * size)");
    return {};
  }
  return c.transpose(c.reshape(value, dl::Dims{shape[0], shape[1], c.dim(heads), size}),
                     {0, 2, 1, 3});
}

/// Each head `times` times in a row, for queries that share keys and values.
static Value repeatHeads(NodeContext &c, Value value, int64_t times) {
  if (c.failed() || times == 1)
    return value;
  dl::Dims shape = c.dimsOf(value);
  Value spread = c.reshape(value, dl::Dims{shape[0], shape[1], c.dim(1), shape[2], shape[3]});
  spread = c.expand(spread, dl::Dims{shape[0], shape[1], c.dim(times), shape[2], shape[3]});
  return c.reshape(spread, dl::Dims{shape[0], shape[1] * times, shape[2], shape[3]});
}

/// 0 where `mask` holds, -inf elsewhere.
static Value biasOfMask(NodeContext &c, Value mask, Type element) {
  return c.create<dl::WhereOp>(mask, c.scalar(element, 0), c.scalar(element, minusInfinity));
}

/// The mask operand as a bias of `keys` columns: columns that it lacks are masked.
static Value maskBias(NodeContext &c, Value mask, AffineExpr keys, Type element) {
  if (c.elementOf(mask).isInteger(1))
    mask = biasOfMask(c, mask, element);
  else
    mask = c.cast(mask, element);
  if (c.failed())
    return {};
  dl::Dims shape = c.dimsOf(mask);
  Ints low(shape.size(), 0), high(shape.size(), 0);
  if (shape.empty() || shape.back() == keys)
    return mask;
  std::optional<int64_t> missing = dl::constantDim(dl::simplified(keys - shape.back()));
  if (!missing)
    (void)c.unsupported("a mask whose columns may be fewer than the keys, as sizes are open: give "
                        "them with --shape");
  if (!missing || *missing <= 0)
    return mask;
  high.back() = *missing;
  return c.create<dl::PadOp>(mask, c.scalar(element, minusInfinity), c.i64s(low), c.i64s(high),
                             dl::PadModeAttr::get(c.builder().getContext(), dl::PadMode::Constant));
}

/// Query i sees keys up to past + i.
static Value causalBias(NodeContext &c, AffineExpr queries, AffineExpr keys, AffineExpr past,
                        Type element) {
  return biasOfMask(c, triangle(c, queries, keys, past, Side::Through), element);
}

/// Keys from the sequence's length on are padding.
static Value paddingBias(NodeContext &c, Value lengths, AffineExpr batch, AffineExpr keys,
                         Type element) {
  Type i64 = c.builder().getI64Type();
  Value length = c.reshape(c.cast(lengths, i64), dl::Dims{batch, c.dim(1), c.dim(1), c.dim(1)});
  return biasOfMask(c, c.create<dl::LessOp>(placesAlong(c, keys, 4, 3, i64), length), element);
}

namespace {

/// The operands of one attention, in four axes.
struct Heads {
  Value query, key, value;
  AffineExpr past;
};

} // namespace

/// Reads the operands, joins what is past, and sets the outputs that hold all keys and values.
static FailureOr<Heads> readHeads(NodeContext &c) {
  int64_t queryHeads = c.intAttr("q_num_heads", 0), keyHeads = c.intAttr("kv_num_heads", 0);
  Heads heads;
  heads.query = splitHeads(c, c.input(0), queryHeads);
  heads.key = splitHeads(c, c.input(1), keyHeads);
  heads.value = splitHeads(c, c.input(2), keyHeads);
  heads.past = c.dim(0);
  if (c.failed())
    return failure();
  if (c.hasInput(4) != c.hasInput(5))
    return c.badInput("past_key and past_value come together");
  if (c.hasInput(4)) {
    if (c.rankOf(c.input(4)) == 4)
      heads.past = c.dimsOf(c.input(4))[2];
    heads.key = c.create<dl::ConcatOp>(ValueRange({c.input(4), heads.key}), uint64_t(2));
    heads.value = c.create<dl::ConcatOp>(ValueRange({c.input(5), heads.value}), uint64_t(2));
    if (c.failed())
      return failure();
  }
  if (failed(c.setOutput(1, heads.key)) || failed(c.setOutput(2, heads.value)))
    return failure();
  int64_t have = c.sizeOf(heads.key, 1), want = c.sizeOf(heads.query, 1);
  if (c.failed())
    return failure();
  if (have < 1 || want % have != 0)
    return c.badInput("has " + Twine(want) + " query heads for " + Twine(have) + " key heads");
  heads.key = repeatHeads(c, heads.key, want / have);
  heads.value = repeatHeads(c, heads.value, want / have);
  return heads;
}

/// scores + causal mask + mask + padding.
static Value biased(NodeContext &c, Value scores, const Heads &heads) {
  bool causal = c.boolAttr("is_causal", false);
  Type element = c.elementOf(scores);
  dl::Dims shape = c.dimsOf(scores);
  AffineExpr queries = shape[2], keys = shape[3];
  auto add = [&](Value bias) { scores = c.create<dl::AddOp>(scores, bias); };
  if (c.hasInput(3))
    add(maskBias(c, c.input(3), keys, element));
  if (causal)
    add(causalBias(c, queries, keys, heads.past, element));
  if (c.hasInput(6))
    add(paddingBias(c, c.input(6), shape[0], keys, element));
  return scores;
}

/// softmax(scale Q K' + bias) V; the scores may be bent by softcap * tanh(scores / softcap) first.
static LogicalResult importAttention(NodeContext &c) {
  double softcap = c.floatAttr("softcap", 0);
  int64_t mode = c.intAttr("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3)
    return c.badInput("attribute 'qk_matmul_output_mode' is " + Twine(mode) + ", expected 0 to 3");
  std::optional<int64_t> precision;
  if (c.hasAttr("softmax_precision"))
    precision = c.intAttr("softmax_precision", 1);
  FailureOr<Heads> heads = readHeads(c);
  if (failed(heads))
    return failure();
  Type element = c.elementOf(heads->query);
  int64_t size = c.sizeOf(heads->query, 3);
  double scale = c.hasAttr("scale")
                     ? c.floatAttr("scale", 1)
                     : 1 / std::sqrt(static_cast<double>(std::max<int64_t>(size, 1)));
  Value scores = c.create<dl::MatmulOp>(heads->query, heads->key, c.flag(false), c.flag(true),
                                        c.i64(0), c.i64(0));
  scores = c.create<dl::MulOp>(scores, c.scalar(element, scale));
  Value kept = scores;
  if (softcap > 0) {
    Value bent = c.create<dl::TanhOp>(c.create<dl::DivOp>(scores, c.scalar(element, softcap)));
    scores = c.create<dl::MulOp>(bent, c.scalar(element, softcap));
    kept = scores;
  }
  if (c.failed())
    return failure();
  scores = biased(c, scores, *heads);
  if (mode == 2)
    kept = scores;
  if (precision)
    scores = c.cast(scores, c.elementTypeOfCode(*precision));
  Value weights = c.cast(c.create<dl::SoftmaxOp>(scores, c.i64(3)), element);
  if (mode == 3)
    kept = weights;
  Value result = c.create<dl::MatmulOp>(weights, heads->value);
  if (c.failed() || failed(c.setOutput(3, kept)))
    return failure();
  if (c.rankOf(c.input(0)) == 3) {
    dl::Dims shape = c.dimsOf(result);
    dl::Dims joined{shape[0], shape[2], dl::productOf({shape[1], shape[3]}, shape[1].getContext())};
    result = c.reshape(c.transpose(result, {0, 2, 1, 3}), joined);
  }
  return c.setOutput(0, result);
}

/// Attention whose scores and weights graphs of the model's own may change.
static LogicalResult importFlexAttention(NodeContext &c) {
  for (unsigned index = 0; index < 3; ++index)
    if (c.rankOf(c.input(index)) != 4)
      return c.badInput("expects operands (batch, heads, length, size)");
  Type element = c.elementOf(c.input(0));
  bool wide = element.isF64();
  Type precision = c.elementTypeOfCode(c.intAttr("softmax_precision", wide ? 11 : 1));
  int64_t want = c.sizeOf(c.input(0), 1), have = c.sizeOf(c.input(1), 1);
  int64_t size = c.sizeOf(c.input(0), 3);
  if (c.failed())
    return failure();
  if (have < 1 || want % have != 0)
    return c.badInput("has " + Twine(want) + " query heads for " + Twine(have) + " key heads");
  double scale = c.floatAttr(
      "scale", static_cast<float>(1 / std::sqrt(static_cast<double>(std::max<int64_t>(size, 1)))));
  int64_t group = want / have;
  Value keys = repeatHeads(c, c.input(1), group), values = repeatHeads(c, c.input(2), group);
  Value scores = c.create<dl::MatmulOp>(c.cast(c.input(0), precision), c.cast(keys, precision),
                                        c.flag(false), c.flag(true), c.i64(0), c.i64(0));
  scores = c.create<dl::MulOp>(scores, c.scalar(precision, scale));
  auto modify = [&](StringRef name, Value value) {
    const Graph *body = c.hasAttr(name) ? c.requiredGraphAttr(name) : nullptr;
    if (!body || c.failed())
      return value;
    SmallVector<Value> results = c.importBody(*body, value);
    if (!c.failed() && (results.size() != 1 || results.front().getType() != value.getType()))
      (void)c.badInput("graph '" + name + "' does not give one value of its input's type");
    return c.failed() ? Value() : results.front();
  };
  Value weights = c.create<dl::SoftmaxOp>(modify("score_mod", scores), c.i64(3));
  weights = modify("prob_mod", weights);
  if (c.failed())
    return failure();
  Value result = c.create<dl::MatmulOp>(weights, c.cast(values, precision));
  return c.failed() ? failure() : c.setOutput(0, c.cast(result, element));
}

//===-- Rotary embedding -------------------------------------------------------------------===//

/// Every second element of the last axis from `start` on, or one half of it.
static Value halfOf(NodeContext &c, Value value, bool interleaved, bool second) {
  if (c.failed())
    return {};
  dl::Dims sizes = c.dimsOf(value);
  Ints starts(sizes.size(), 0), steps(sizes.size(), 1);
  int64_t half = c.sizeOf(value, static_cast<int64_t>(sizes.size()) - 1) / 2;
  sizes.back() = c.dim(half);
  starts.back() = second ? (interleaved ? 1 : half) : 0;
  steps.back() = interleaved ? 2 : 1;
  return c.slice(value, starts, sizes, steps);
}

/// cos or sin of each position and pair, as (B, S, 1, pairs).
static Value rotaryTable(NodeContext &c, Value table) {
  if (c.hasInput(3))
    table = c.create<dl::GatherOp>(table, c.input(3), uint64_t(0));
  dl::Dims shape = c.dimsOf(table);
  if (!c.failed() && shape.size() != 3) {
    (void)c.badInput(
        "expects caches of (batch, length, pairs), or (positions, pairs) and position_ids");
    return {};
  }
  return c.failed() ? Value() : c.reshape(table, dl::Dims{shape[0], shape[1], c.dim(1), shape[2]});
}

static LogicalResult importRotaryEmbedding(NodeContext &c) {
  bool interleaved = c.boolAttr("interleaved", false);
  int64_t rotated = c.intAttr("rotary_embedding_dim", 0), count = c.intAttr("num_heads", 0);
  dl::Dims shape = c.dimsOf(c.input(0));
  Value input = c.input(0);
  AffineExpr part =
      shape.size() == 3 && count > 0 ? dl::exactQuotient(shape[2], c.dim(count)) : AffineExpr();
  if (shape.size() == 4)
    input = c.transpose(input, {0, 2, 1, 3});
  else if (part)
    input = c.reshape(input, dl::Dims{shape[0], shape[1], c.dim(count), part});
  else
    return c.badInput(
        "expects an operand (batch, heads, length, size), or (batch, length, hidden) and "
        "num_heads");
  if (c.failed())
    return failure();
  dl::Dims inner = c.dimsOf(input);
  int64_t size = c.sizeOf(input, 3);
  if (c.failed())
    return failure();
  rotated = rotated == 0 ? size : rotated;
  if (rotated < 2 || rotated > size || rotated % 2 != 0)
    return c.badInput("attribute 'rotary_embedding_dim' is " + Twine(rotated) +
                      " for heads of size " + Twine(size));
  Value turned = c.sliceAxis(input, 3, 0, rotated);
  Value cosine = rotaryTable(c, c.input(1)), sine = rotaryTable(c, c.input(2));
  Value x = halfOf(c, turned, interleaved, false), y = halfOf(c, turned, interleaved, true);
  Value real = c.create<dl::SubOp>(c.create<dl::MulOp>(cosine, x), c.create<dl::MulOp>(sine, y));
  Value imaginary =
      c.create<dl::AddOp>(c.create<dl::MulOp>(sine, x), c.create<dl::MulOp>(cosine, y));
  if (interleaved) {
    dl::Dims pairs{inner[0], inner[1], inner[2], c.dim(rotated / 2), c.dim(1)};
    Value joined = c.create<dl::ConcatOp>(
        ValueRange({c.reshape(real, pairs), c.reshape(imaginary, pairs)}), uint64_t(4));
    turned = c.reshape(joined, dl::Dims{inner[0], inner[1], inner[2], c.dim(rotated)});
  } else {
    turned = c.create<dl::ConcatOp>(ValueRange({real, imaginary}), uint64_t(3));
  }
  if (rotated < size)
    turned = c.create<dl::ConcatOp>(
        ValueRange({turned, c.sliceAxis(input, 3, rotated, size - rotated)}), uint64_t(3));
  if (shape.size() == 4)
    return c.setOutput(0, c.transpose(turned, {0, 2, 1, 3}));
  return c.setOutput(0, c.reshape(turned, shape));
}

void registerAttentionImporters(OpTable &table) {
  table.add({.opType = "Attention", .import = importAttention, .minInputs = 3, .maxInputs = 7});
  table.add({.opType = "FlexAttention",
             .import = importFlexAttention,
             .minInputs = 3,
             .maxInputs = 3,
             .domain = "ai.onnx.preview"});
  table.add({.opType = "RotaryEmbedding",
             .import = importRotaryEmbedding,
             .minInputs = 3,
             .maxInputs = 4});
}

} // namespace dlc::onnx
