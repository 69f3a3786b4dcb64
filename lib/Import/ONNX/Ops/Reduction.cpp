// Reductions, arg max and min, cumulative sums and products, top k, Hardmax.
#include "Families.h"

#include "../Places.h"

using namespace mlir;

namespace dlc::onnx {

/// The axes, an attribute before `inputSince` and an input from then on; empty where neither is
/// given.
static FailureOr<Ints> givenAxes(NodeContext &c, int64_t inputSince) {
  if (c.opset() < inputSince)
    return c.intsAttr("axes").value_or(Ints());
  return c.hasInput(1) ? c.requireInts(1) : FailureOr<Ints>(Ints());
}

/// `inputSince` is the version in which the axes became an input.
template <dl::ReduceKind kind, int64_t inputSince>
static LogicalResult importReduce(NodeContext &c) {
  bool keep = c.boolAttr("keepdims", true);
  bool emptyMeansNone = c.opset() >= inputSince && c.boolAttr("noop_with_empty_axes", false);
  FailureOr<Ints> given = givenAxes(c, inputSince);
  if (failed(given))
    return failure();
  int64_t rank = c.rankOf(c.input(0));
  FailureOr<Ints> axes = c.normalizeAxes(*given, rank);
  if (failed(axes))
    return failure();
  if (axes->empty() && !emptyMeansNone)
    axes->append(llvm::seq<int64_t>(0, rank).begin(), llvm::seq<int64_t>(0, rank).end());
  llvm::sort(*axes);
  Value operand = c.input(0);
  // Nothing to read: the result is a constant, whatever computes the operand.
  if (dl::Dims sizes = c.dimsOf(operand); llvm::is_contained(sizes, c.dim(0))) {
    Shape shape;
    for (AffineExpr size : sizes)
      shape.push_back(dl::constantDim(size).value_or(1));
    operand = c.expand(c.constant(Tensor(*dl::dtypeOf(c.elementOf(operand)), shape)), sizes);
  }
  auto kindAttr = dl::ReduceKindAttr::get(c.builder().getContext(), kind);
  return c.setOutput(0, c.create<dl::ReduceOp>(operand, kindAttr, c.i64s(*axes), c.flag(keep)));
}

template <typename OpTy>
static LogicalResult importArgReduce(NodeContext &c) {
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", 0), c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  bool keep = c.boolAttr("keepdims", true);
  bool last = c.opset() >= 12 && c.boolAttr("select_last_index", false);
  return c.setOutput(0, c.create<OpTy>(c.input(0), c.i64(*axis), c.flag(keep), c.flag(last)));
}

template <typename OpTy>
static LogicalResult importCumulative(NodeContext &c) {
  FailureOr<Ints> given = c.requireInts(1);
  if (failed(given))
    return failure();
  if (given->size() != 1)
    return c.badInput("axis has " + Twine(given->size()) + " elements, expected 1");
  FailureOr<int64_t> axis = c.normalizeAxis(given->front(), c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  bool exclusive = c.boolAttr("exclusive", false), reverse = c.boolAttr("reverse", false);
  return c.setOutput(0,
                     c.create<OpTy>(c.input(0), c.i64(*axis), c.flag(exclusive), c.flag(reverse)));
}

static LogicalResult importTopK(NodeContext &c) {
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", -1), c.rankOf(c.input(0)));
  if (failed(axis))
    return failure();
  int64_t k = 0;
  if (c.opset() < 10) {
    k = c.requiredIntAttr("k");
  } else {
    FailureOr<Ints> given = c.requireInts(1);
    if (failed(given))
      return failure();
    if (given->size() != 1)
      return c.badInput("k has " + Twine(given->size()) + " elements, expected 1");
    k = given->front();
  }
  bool largest = c.opset() < 11 || c.boolAttr("largest", true);
  bool sorted = c.opset() < 11 || c.boolAttr("sorted", true);
  SmallVector<Value> results = c.createMany<dl::TopKOp>(2, c.input(0), c.i64(k), c.i64(*axis),
                                                        c.flag(largest), c.flag(sorted));
  if (c.failed() || failed(c.setOutput(0, results[0])))
    return failure();
  return c.wantsOutput(1) ? c.setOutput(1, results[1]) : success();
}

/// 1 at the first largest element along the axis, else 0: where its index is that of arg_max.
static Value hardmax(NodeContext &c, Value operand, int64_t axis) {
  Value best = c.create<dl::ArgMaxOp>(operand, c.i64(axis), c.flag(true), c.flag(false));
  if (c.failed())
    return {};
  Value places =
      placesAlong(c, c.dimsOf(operand)[axis], c.rankOf(operand), axis, c.builder().getI64Type());
  Value equal = c.create<dl::EqualOp>(best, places);
  return c.failed() ? Value() : c.cast(equal, c.elementOf(operand));
}

/// Before opset 13 the operand is read as a matrix, cut before the axis.
static LogicalResult importHardmax(NodeContext &c) {
  bool flat = c.opset() < 13;
  dl::Dims shape = c.dimsOf(c.input(0));
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", flat ? 1 : -1), shape.size());
  if (failed(axis))
    return failure();
  if (!flat)
    return c.setOutput(0, hardmax(c, c.input(0), *axis));
  ArrayRef<AffineExpr> sizes(shape);
  MLIRContext *context = c.builder().getContext();
  dl::Dims matrix{dl::productOf(sizes.take_front(*axis), context),
                  dl::productOf(sizes.drop_front(*axis), context)};
  Value result = hardmax(c, c.reshape(c.input(0), matrix), 1);
  return c.setOutput(0, c.failed() ? Value() : c.reshape(result, shape));
}

void registerReductionImporters(OpTable &table) {
  using dl::ReduceKind;
  constexpr int64_t sum = 13, others = 18;
  table.add({.opType = "ReduceSum", .import = importReduce<ReduceKind::Sum, sum>, .maxInputs = 2});
  table.add(
      {.opType = "ReduceMean", .import = importReduce<ReduceKind::Mean, others>, .maxInputs = 2});
  table.add(
      {.opType = "ReduceMax", .import = importReduce<ReduceKind::Max, others>, .maxInputs = 2});
  table.add(
      {.opType = "ReduceMin", .import = importReduce<ReduceKind::Min, others>, .maxInputs = 2});
  table.add(
      {.opType = "ReduceProd", .import = importReduce<ReduceKind::Prod, others>, .maxInputs = 2});
  table.add({.opType = "ReduceL1", .import = importReduce<ReduceKind::L1, others>, .maxInputs = 2});
  table.add({.opType = "ReduceL2", .import = importReduce<ReduceKind::L2, others>, .maxInputs = 2});
  table.add({.opType = "ReduceLogSum",
             .import = importReduce<ReduceKind::LogSum, others>,
             .maxInputs = 2});
  table.add({.opType = "ReduceLogSumExp",
             .import = importReduce<ReduceKind::LogSumExp, others>,
             .maxInputs = 2});
  table.add({.opType = "ReduceSumSquare",
             .import = importReduce<ReduceKind::SumSquare, others>,
             .maxInputs = 2});
  table.add({.opType = "ArgMax", .import = importArgReduce<dl::ArgMaxOp>});
  table.add({.opType = "ArgMin", .import = importArgReduce<dl::ArgMinOp>});
  table.add({.opType = "CumSum",
             .import = importCumulative<dl::CumSumOp>,
             .minInputs = 2,
             .maxInputs = 2});
  table.add({.opType = "CumProd",
             .import = importCumulative<dl::CumProdOp>,
             .minInputs = 2,
             .maxInputs = 2});
  table.add({.opType = "TopK", .import = importTopK, .minInputs = 1, .maxInputs = 2});
  table.add({.opType = "Hardmax", .import = importHardmax});
}

} // namespace dlc::onnx
