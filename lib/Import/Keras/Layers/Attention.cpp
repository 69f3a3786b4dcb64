// Attention. Keras keeps the projections of all heads in one kernel, heads apart from depth.
#include "Families.h"

#include "../LayerContext.h"

#include <cmath>

using namespace mlir;

namespace dlc::keras {

namespace {

/// What all projections of a layer share.
struct Heads {
  int64_t count;
  bool useBias;
};

} // namespace

/// A value times a kernel whose axes are joined to (inputs, outputs), with a bias of such axes.
static Value project(LayerContext &c, Value value, Value kernel, Value bias, int64_t inputs,
                     int64_t outputs) {
  Value product =
      c.create<dl::MatmulOp>(value, c.reshape(kernel, dl::Dims{c.dim(inputs), c.dim(outputs)}));
  return bias ? c.create<dl::AddOp>(product, c.reshape(bias, dl::Dims{c.dim(outputs)})) : product;
}

/// (batch, steps, features) as (batch, steps, heads, depth), by the variables at `path`.
static Value splitHeads(LayerContext &c, Value value, StringRef path, const Heads &heads,
                        int64_t depth) {
  if (c.failed())
    return {};
  int64_t features = c.sizeOf(value, 2);
  Value kernel = c.variable(path + "/vars/0", {features, heads.count, depth});
  Value bias = heads.useBias ? c.variable(path + "/vars/1", {heads.count, depth}) : Value();
  Value product = project(c, value, kernel, bias, features, heads.count * depth);
  dl::Dims dims = LayerContext::dimsOf(value);
  return c.reshape(product, dl::Dims{dims[0], dims[1], c.dim(heads.count), c.dim(depth)});
}

/// Query and value, and a key where it is not the value.
static Value importMultiHeadAttention(LayerContext &c) {
  Heads heads{c.intsSetting("num_heads", 1, 1, 1).front(), c.flagSetting("use_bias", true)};
  int64_t depth = c.intsSetting("key_dim", 1, 1, 1).front();
  int64_t columns = c.intsSetting("value_dim", 1, depth, 1).front();
  Ints axes = c.listSetting("attention_axes"), shape = c.listSetting("output_shape");
  for (StringRef name : {"use_gate", "sliding_window"})
    c.requireUnset(name);
  for (StringRef name : {"dropout", "flash_attention"})
    c.ignoreSetting(name);
  if (!axes.empty() && axes != Ints{1})
    c.unsupported("setting 'attention_axes': expected the one axis of steps");
  if (shape.size() > 1)
    c.unsupported("setting 'output_shape': expected one size");
  for (Value value : c.allInputs())
    if (LayerContext::rankOf(value) != 3)
      c.unsupported("expected inputs (batch, steps, features)");
  if (c.failed())
    return {};
  Value values = c.input(1), keys = c.allInputs().size() > 2 ? c.input(2) : values;
  int64_t outputs = shape.empty() ? c.sizeOf(c.input(), 2) : shape.front();
  Value query = splitHeads(c, c.input(), "query_dense", heads, depth);
  Value key = splitHeads(c, keys, "key_dense", heads, depth);
  Value value = splitHeads(c, values, "value_dense", heads, columns);
  Value mixed = c.create<dl::AttentionOp>(
      query, key, value, Value(), c.f64(1 / std::sqrt(static_cast<double>(depth))),
      /*heads_inner=*/c.flag(true), /*result_heads_inner=*/c.flag(true));
  dl::Dims dims = LayerContext::dimsOf(c.input());
  Value rows = c.reshape(mixed, dl::Dims{dims[0], dims[1], c.dim(heads.count * columns)});
  Value kernel = c.variable("output_dense/vars/0", {heads.count, columns, outputs});
  Value bias = heads.useBias ? c.variable("output_dense/vars/1", {outputs}) : Value();
  return project(c, rows, kernel, bias, heads.count * columns, outputs);
}

void registerAttentionLayers(LayerTable &table) {
  table.add({.className = "MultiHeadAttention",
             .import = importMultiHeadAttention,
             .minInputs = 2,
             .maxInputs = 3,
             .limits = "over one axis; no masks, gate or window"});
}

} // namespace dlc::keras
