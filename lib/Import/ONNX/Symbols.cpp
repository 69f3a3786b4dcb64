// Shape arithmetic on sizes that are expressions of the model's symbols.
#include "Symbols.h"

#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/TensorConversion.h"

#include <cmath>

using namespace mlir;

namespace dlc::onnx {

//===-- Shape arithmetic -------------------------------------------------------------------===//

namespace {
/// Sizes that a small integer tensor holds, in row-major order.
using Sizes = std::optional<dl::Dims>;

/// Evaluates the ops that exporters compute shapes with.
class SizeEvaluator {
public:
  SizeEvaluator(MLIRContext *context, SizeSymbols &symbols) : context(context), symbols(symbols) {}

  Sizes of(Value value) {
    auto type = dyn_cast_if_present<RankedTensorType>(value ? value.getType() : Type());
    if (!type || !type.hasStaticShape() || type.getNumElements() > mostElements)
      return {};
    if (auto found = known.find(value); found != known.end())
      return found->second;
    Sizes sizes = evaluate(value);
    known[value] = sizes;
    return sizes;
  }

private:
  static constexpr int64_t mostElements = 64;

  Sizes evaluate(Value value);
  /// Ops that only move elements are run on the numbers of their operands' elements.
  Sizes moved(Operation *op);
  Sizes elementwise(Operation *op);
  AffineExpr combine(Operation *op, ArrayRef<AffineExpr> operands);
  Sizes constant(const Tensor &tensor);

  MLIRContext *context;
  SizeSymbols &symbols;
  DenseMap<Value, Sizes> known;
};
} // namespace

Sizes SizeEvaluator::constant(const Tensor &tensor) {
  dl::Dims sizes;
  for (int64_t i = 0; i < tensor.numElements(); ++i) {
    double value = tensor.asDouble(i);
    if (value != std::floor(value) || std::abs(value) > 9e15)
      return {};
    sizes.push_back(getAffineConstantExpr(tensor.asInt(i), context));
  }
  return sizes;
}

Sizes SizeEvaluator::evaluate(Value value) {
  if (std::optional<Tensor> tensor = dl::constantTensor(value))
    return constant(*tensor);
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumResults() != 1)
    return {};
  if (auto sizes = dyn_cast<dl::SizesOp>(op))
    return dl::Dims(sizes.getDims().getResults());
  if (isa<dl::ReshapeOp>(op))
    return of(op->getOperand(0));
  if (isa<dl::TransposeOp, dl::ConcatOp, dl::SliceOp, dl::ExpandOp, dl::GatherOp>(op))
    return moved(op);
  if (auto reduce = dyn_cast<dl::ReduceOp>(op)) {
    Sizes operand = of(op->getOperand(0));
    bool all = reduce.getResult().getType().getNumElements() == 1;
    if (!operand || !all || reduce.getKind() != dl::ReduceKind::Prod)
      return {};
    return dl::Dims{dl::productOf(*operand, context)};
  }
  return elementwise(op);
}

Sizes SizeEvaluator::moved(Operation *op) {
  auto reference = dyn_cast<ReferenceOpInterface>(op);
  bool gathers = isa<dl::GatherOp>(op);
  SmallVector<Tensor> operands, results;
  dl::Dims all;
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    if (gathers && index == 1) {
      std::optional<Tensor> places = dl::constantTensor(operand);
      if (!places)
        return {};
      operands.push_back(*places);
      continue;
    }
    Sizes sizes = of(operand);
    if (!sizes)
      return {};
    auto shape = cast<RankedTensorType>(operand.getType()).getShape();
    Tensor numbers(DType::I64, Shape(shape.begin(), shape.end()));
    for (auto [place, size] : llvm::enumerate(*sizes)) {
      numbers.setInt(static_cast<int64_t>(place), static_cast<int64_t>(all.size()));
      all.push_back(size);
    }
    operands.push_back(numbers);
  }
  auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  results.emplace_back(DType::I64, Shape(shape.begin(), shape.end()));
  ScopedDiagnosticHandler quiet(context, [](Diagnostic &) { return success(); });
  if (!reference || failed(reference.evaluate(operands, results)))
    return {};
  dl::Dims sizes;
  for (int64_t i = 0; i < results.front().numElements(); ++i)
    sizes.push_back(all[results.front().asInt(i)]);
  return sizes;
}

AffineExpr SizeEvaluator::combine(Operation *op, ArrayRef<AffineExpr> x) {
  auto truth = [&](bool value) { return getAffineConstantExpr(value, context); };
  auto difference = [&] { return dl::simplified(x[0] - x[1]); };
  if (isa<dl::AddOp>(op))
    return x[0] + x[1];
  if (isa<dl::SubOp>(op))
    return dl::simplified(x[0] - x[1]);
  if (isa<dl::MulOp>(op))
    return dl::productOf(x, context);
  if (isa<dl::NegOp>(op))
    return dl::simplified(-x[0]);
  bool toBool = getElementTypeOrSelf(op->getResult(0)).isInteger(1);
  if (isa<dl::CastOp>(op) && !toBool)
    return x[0];
  // Sizes that only data decides may be 0: what follows takes sizes for at least 1.
  if (llvm::any_of(x, [&](AffineExpr size) { return symbols.isDecidedByData(size); }))
    return {};
  // A quotient without a rest needs no rounding. Integer division truncates: as floor where nothing
  // is negative.
  auto positive = [&] { return symbols.isAtLeast(x[0], 0) && symbols.isAtLeast(x[1], 1); };
  if (isa<dl::DivOp>(op)) {
    AffineExpr exact = dl::exactQuotient(x[0], x[1]);
    bool isInt = getElementTypeOrSelf(op->getResult(0)).isIntOrIndex();
    return exact ? exact : isInt && positive() ? x[0].floorDiv(x[1]) : AffineExpr();
  }
  // With the divisor's sign, as an affine remainder; with the dividend's where that is positive
  // too.
  if (auto mod = dyn_cast<dl::ModOp>(op))
    return symbols.isAtLeast(x[1], 1) && (!mod.getFmod() || positive()) ? x[0] % x[1]
                                                                        : AffineExpr();
  if (isa<dl::MaxOp>(op))
    return symbols.isAtLeast(difference(), 0)                  ? x[0]
           : symbols.isAtLeast(dl::simplified(x[1] - x[0]), 0) ? x[1]
                                                               : AffineExpr();
  if (isa<dl::MinOp>(op))
    return symbols.isAtLeast(difference(), 0)                  ? x[1]
           : symbols.isAtLeast(dl::simplified(x[1] - x[0]), 0) ? x[0]
                                                               : AffineExpr();
  if (isa<dl::EqualOp>(op)) {
    AffineExpr d = difference();
    if (std::optional<int64_t> value = dl::constantDim(d))
      return truth(*value == 0);
    bool apart = symbols.isAtLeast(d, 1) || symbols.isAtLeast(dl::simplified(x[1] - x[0]), 1);
    return apart ? truth(false) : AffineExpr();
  }
  if (isa<dl::WhereOp>(op)) {
    std::optional<int64_t> condition = dl::constantDim(x[0]);
    return !condition ? AffineExpr() : *condition ? x[1] : x[2];
  }
  if (isa<dl::NotOp>(op)) {
    std::optional<int64_t> value = dl::constantDim(x[0]);
    return value ? truth(*value == 0) : AffineExpr();
  }
  if (isa<dl::CastOp>(op)) {
    if (std::optional<int64_t> value = dl::constantDim(x[0]))
      return truth(*value != 0);
    return symbols.isAtLeast(x[0], 1) ? truth(true) : AffineExpr();
  }
  if (isa<dl::FloorOp, dl::CeilOp>(op))
    return x[0];
  return {};
}

Sizes SizeEvaluator::elementwise(Operation *op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<dl::Dims> operands;
  for (Value operand : op->getOperands()) {
    Sizes sizes = of(operand);
    // One element, or as many as the result: all that shape arithmetic broadcasts.
    auto count = sizes ? static_cast<int64_t>(sizes->size()) : 0;
    if (count != 1 && count != type.getNumElements())
      return {};
    operands.push_back(*sizes);
  }
  dl::Dims result;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    dl::Dims each;
    for (const dl::Dims &operand : operands)
      each.push_back(operand.size() == 1 ? operand[0] : operand[i]);
    AffineExpr size = combine(op, each);
    if (!size)
      return {};
    result.push_back(dl::normalForm(size));
  }
  return result;
}

std::optional<dl::Dims> evaluateSizes(Value value, SizeSymbols &symbols) {
  return SizeEvaluator(value.getContext(), symbols).of(value);
}

std::optional<std::pair<AffineExpr, AffineExpr>> comparedSizes(Value condition,
                                                               SizeSymbols &symbols) {
  Operation *op = condition.getDefiningOp();
  while (op && isa<dl::ReshapeOp, dl::CastOp>(op))
    op = op->getOperand(0).getDefiningOp();
  if (!isa_and_present<dl::EqualOp>(op))
    return {};
  std::optional<dl::Dims> left = evaluateSizes(op->getOperand(0), symbols),
                          right = evaluateSizes(op->getOperand(1), symbols);
  if (!left || !right || left->size() != 1 || right->size() != 1)
    return {};
  return std::pair(left->front(), right->front());
}

} // namespace dlc::onnx
