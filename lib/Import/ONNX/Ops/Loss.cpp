// Losses as operators: negative log likelihood, and softmax cross-entropy on top of it.
#include "Families.h"

#include "../NodeContext.h"

using namespace mlir;

namespace dlc::onnx {

static Value sumAll(NodeContext &c, Value value) {
  if (c.failed())
    return {};
  Ints axes(llvm::seq<int64_t>(0, c.rankOf(value)).begin(),
            llvm::seq<int64_t>(0, c.rankOf(value)).end());
  return c.create<dl::ReduceOp>(
      value, dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::Sum), c.i64s(axes),
      c.flag(false));
}

/// -logProbability[n, target, ...] * weight[target], by `reduction`; targets equal to ignore_index
/// count nothing. Axis 1 holds the classes.
static LogicalResult likelihoodLoss(NodeContext &c, Value logProbability) {
  std::string reduction = c.stringAttr("reduction", "mean");
  bool ignores = c.hasAttr("ignore_index");
  int64_t ignored = c.intAttr("ignore_index", 0);
  if (reduction != "mean" && reduction != "sum" && reduction != "none")
    return c.badInput("attribute 'reduction' is '" + reduction + "', expected none, mean or sum");
  if (c.failed())
    return failure();
  Ints shape = c.shapeOf(logProbability), places(shape);
  if (shape.size() < 2)
    return c.badInput("scores have rank " + Twine(shape.size()) + ", expected (N, C, ...)");
  Ints expected(shape);
  expected.erase(expected.begin() + 1);
  if (c.shapeOf(c.input(1)) != expected)
    return c.badInput("labels do not have the scores' shape without axis 1");
  places[1] = 1;
  Type element = c.elementOf(logProbability), i64 = c.builder().getI64Type();
  Value target = c.cast(c.input(1), i64), counts;
  if (ignores) {
    counts = c.create<dl::NotOp>(c.create<dl::EqualOp>(target, c.scalar(i64, ignored)));
    // An ignored label may be no class at all.
    target = c.create<dl::WhereOp>(counts, target, c.scalar(i64, 0));
  }
  Value picked =
      c.create<dl::GatherElementsOp>(logProbability, c.reshape(target, places), uint64_t(1));
  Value loss = c.create<dl::NegOp>(c.reshape(picked, expected));
  Value weight;
  if (c.hasInput(2))
    weight = c.create<dl::GatherOp>(c.input(2), target, uint64_t(0));
  if (ignores) {
    Value one = weight ? weight : c.scalar(element, 1);
    weight = c.create<dl::WhereOp>(counts, one, c.scalar(element, 0));
  }
  if (weight)
    loss = c.create<dl::MulOp>(loss, weight);
  if (reduction == "none")
    return c.setOutput(0, loss);
  Value total = sumAll(c, loss);
  if (reduction == "sum")
    return c.setOutput(0, total);
  Value count =
      weight ? sumAll(c, weight) : c.scalar(element, c.typeOf(c.input(1)).getNumElements());
  return c.setOutput(0, c.create<dl::DivOp>(total, count));
}

static LogicalResult importNegativeLogLikelihood(NodeContext &c) {
  return likelihoodLoss(c, c.input(0));
}

static LogicalResult importSoftmaxCrossEntropy(NodeContext &c) {
  if (c.rankOf(c.input(0)) < 2)
    return c.badInput("scores have rank " + Twine(c.rankOf(c.input(0))) + ", expected (N, C, ...)");
  Value logProbability = c.create<dl::LogSoftmaxOp>(c.input(0), c.i64(1));
  if (c.failed() || failed(c.setOutput(1, logProbability)))
    return failure();
  return likelihoodLoss(c, logProbability);
}

void registerLossImporters(OpTable &table) {
  table.add({.opType = "NegativeLogLikelihoodLoss",
             .import = importNegativeLogLikelihood,
             .minInputs = 2,
             .maxInputs = 3});
  table.add({.opType = "SoftmaxCrossEntropyLoss",
             .import = importSoftmaxCrossEntropy,
             .minInputs = 2,
             .maxInputs = 3});
}

} // namespace dlc::onnx
