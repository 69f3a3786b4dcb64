// Dense, Embedding, and layers that change nothing.
#include "Families.h"

#include "../LayerContext.h"

using namespace mlir;

namespace dlc::keras {

static Value importIdentity(LayerContext &c) { return c.input(); }

/// activation(x * kernel + bias) over the last axis.
static Value importDense(LayerContext &c) {
  int64_t rank = LayerContext::rankOf(c.input()), units = c.intSetting("units", 0);
  c.requireUnset("quantization_config");
  c.requireUnset("lora_rank");
  c.ignoreSetting("lora_alpha");
  if (rank < 2) {
    c.badInput("expects (batch, ..., features), found rank " + Twine(rank));
    return {};
  }
  Value kernel = c.variable(0, {c.sizeOf(c.input(), rank - 1), units});
  Value value = c.create<dl::MatmulOp>(c.input(), kernel);
  if (c.flagSetting("use_bias", true))
    value = c.create<dl::AddOp>(value, c.variable(1, {units}));
  return c.activated(value);
}

static Value importEmbedding(LayerContext &c) {
  int64_t words = c.intSetting("input_dim", 0), width = c.intSetting("output_dim", 0);
  c.requireUnset("mask_zero");
  c.requireUnset("quantization_config");
  c.requireUnset("lora_rank");
  c.ignoreSetting("lora_alpha");
  c.ignoreSetting("input_length");
  Value indices = c.input();
  if (!LayerContext::elementOf(indices).isInteger(32) &&
      !LayerContext::elementOf(indices).isInteger(64))
    indices = c.create<dl::CastOp>(indices, TypeAttr::get(c.builder().getI32Type()));
  return c.create<dl::GatherOp>(c.variable(0, {words, width}), indices, c.i64(0));
}

void registerCoreLayers(LayerTable &table) {
  table.add({.className = "Dense", .import = importDense});
  table.add({.className = "Embedding", .import = importEmbedding, .limits = "no mask_zero"});
  table.add({.className = "Identity", .import = importIdentity});
}

} // namespace dlc::keras
