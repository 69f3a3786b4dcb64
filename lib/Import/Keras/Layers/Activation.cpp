// Activation functions as layers.
#include "Families.h"

#include "../Activations.h"

using namespace mlir;

namespace dlc::keras {

static Value importActivation(LayerContext &c) { return c.activated(c.input()); }

/// f(x) = max_value above it, x between threshold and that, negative_slope * (x - threshold) below.
static Value importReLU(LayerContext &c) {
  std::optional<double> most = c.optionalNumber("max_value");
  double slope = c.numberSetting("negative_slope", 0), threshold = c.numberSetting("threshold", 0);
  if (threshold != 0 && (slope != 0 || most))
    c.unsupported("setting 'threshold' is not supported beside 'max_value' or 'negative_slope'");
  if (threshold != 0)
    return c.create<dl::ThresholdedReluOp>(c.input(), c.f64(threshold));
  if (slope == 0 && !most)
    return c.create<dl::ReluOp>(c.input());
  if (slope == 0)
    return c.create<dl::ClipOp>(c.input(), c.f64(0), c.f64(*most));
  Value value = c.create<dl::LeakyReluOp>(c.input(), c.f64(slope));
  return most ? c.create<dl::ClipOp>(value, FloatAttr(), c.f64(*most)) : value;
}

static Value importLeakyReLU(LayerContext &c) {
  double slope = c.numberSetting("negative_slope", 0.3);
  return c.create<dl::LeakyReluOp>(c.input(), c.f64(slope));
}

static Value importELU(LayerContext &c) {
  return c.create<dl::EluOp>(c.input(), c.f64(c.numberSetting("alpha", 1)));
}

/// One slope an element, but for axes that share theirs.
static Value importPReLU(LayerContext &c) {
  Ints shape, shared = c.listSetting("shared_axes");
  for (int64_t axis = 1; axis < LayerContext::rankOf(c.input()); ++axis)
    shape.push_back(llvm::is_contained(shared, axis) ? 1 : c.sizeOf(c.input(), axis));
  return c.create<dl::PReluOp>(c.input(), c.variable(0, shape));
}

static Value importSoftmax(LayerContext &c) {
  Ints axes = c.listSetting("axis");
  if (axes.size() > 1)
    c.unsupported("setting 'axis': more than one axis is not supported");
  int64_t axis =
      c.normalizedAxis(axes.empty() ? -1 : axes.front(), LayerContext::rankOf(c.input()));
  return c.create<dl::SoftmaxOp>(c.input(), c.i64(axis));
}

void registerActivationLayers(LayerTable &table) {
  table.add({.className = "Activation", .import = importActivation});
  table.add({.className = "ELU", .import = importELU});
  table.add({.className = "LeakyReLU", .import = importLeakyReLU});
  table.add({.className = "PReLU", .import = importPReLU});
  table.add({.className = "ReLU",
             .import = importReLU,
             .limits = "threshold without max_value and negative_slope"});
  table.add({.className = "Softmax", .import = importSoftmax, .limits = "one axis; no mask"});
  table.add({.className = "ops.Softmax", .import = importSoftmax});
}

} // namespace dlc::keras
