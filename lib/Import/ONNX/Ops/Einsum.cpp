// Einsum: operands are brought to (batch, kept, summed) and multiplied as matrices, two at a time.
#include "Families.h"

#include "../Places.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dlc::onnx {

namespace {

/// A value and the letter of each of its axes.
struct Term {
  Value value;
  std::string letters;
};

} // namespace

/// `term` with its axes in the order of `letters`, which it has all; axes that it lacks have
/// size 1.
static Value arrange(NodeContext &c, const Term &term, StringRef letters) {
  if (c.failed())
    return {};
  Ints permutation;
  dl::Dims shape, from = c.dimsOf(term.value);
  for (char letter : letters) {
    size_t at = term.letters.find(letter);
    if (at != std::string::npos)
      permutation.push_back(at);
    shape.push_back(at == std::string::npos ? c.dim(1) : from[at]);
  }
  return c.reshape(c.transpose(term.value, permutation), shape);
}

/// `term` summed over every letter that is not in `kept`.
static Term sumOut(NodeContext &c, Term term, StringRef kept) {
  Ints axes;
  std::string left;
  for (auto [axis, letter] : llvm::enumerate(term.letters)) {
    if (kept.contains(letter))
      left += letter;
    else
      axes.push_back(axis);
  }
  if (c.failed() || axes.empty())
    return term;
  Value sum = c.create<dl::ReduceOp>(
      term.value, dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::Sum),
      c.i64s(axes), c.flag(false));
  return {sum, left};
}

/// Takes the sizes that one letter has for equal, changing the operands accordingly. False, with an
/// error, where they cannot be.
static bool equate(NodeContext &c, dl::SizePair sizes, MutableArrayRef<Value> operands) {
  if (c.graphBuilder().equate(sizes, operands))
    return true;
  ArrayRef<std::string> names = c.graphBuilder().symbols().allNames();
  (void)c.badInput(
      "axes of one letter differ in size: " + dl::expressionString(sizes.first, names) + " and " +
      dl::expressionString(sizes.second, names));
  return false;
}

/// A letter that occurs twice in one operand stands for the diagonal: mask what is off it and sum.
static Term takeDiagonals(NodeContext &c, Term term) {
  for (size_t second = 1; second < term.letters.size(); ++second) {
    size_t first = term.letters.find(term.letters[second]);
    if (first == second)
      continue;
    dl::Dims shape = c.dimsOf(term.value), maskShape(shape.size(), c.dim(1));
    if (shape[first] != shape[second] && !equate(c, {shape[first], shape[second]}, term.value))
      return term;
    shape = c.dimsOf(term.value);
    maskShape[first] = maskShape[second] = shape[first];
    Value mask = triangle(c, shape[first], shape[first], c.dim(0), Side::On);
    Value zero = c.scalar(c.elementOf(term.value), 0);
    Value masked = c.create<dl::WhereOp>(c.reshape(mask, maskShape), term.value, zero);
    Value summed = c.create<dl::ReduceOp>(
        masked, dl::ReduceKindAttr::get(c.builder().getContext(), dl::ReduceKind::Sum),
        c.i64s({static_cast<int64_t>(second)}), c.flag(false));
    term.letters.erase(second, 1);
    term.value = summed;
    if (c.failed())
      return term;
    --second;
  }
  return term;
}

/// Takes the first `batch` sizes of both operands for equal, and those that are summed: the last
/// `summed` of `left`, which follow the batch in `right`. False, with an error, where they cannot
/// be.
static bool equateShared(NodeContext &c, Value &left, Value &right, size_t batch, size_t summed) {
  for (;;) {
    dl::Dims leftShape = c.dimsOf(left), rightShape = c.dimsOf(right);
    ArrayRef<AffineExpr> l(leftShape), r(rightShape);
    dl::Dims shared(l.take_front(batch));
    llvm::append_range(shared, l.take_back(summed));
    std::optional<dl::SizePair> differing =
        dl::firstDiffering(shared, r.take_front(batch + summed));
    if (!differing)
      return true;
    Value operands[] = {left, right};
    if (!equate(c, *differing, operands))
      return false;
    std::tie(left, right) = std::pair(operands[0], operands[1]);
  }
}

/// The product of two terms summed over the letters that nothing later needs (`kept`).
static Term multiply(NodeContext &c, Term lhs, Term rhs, StringRef kept) {
  lhs = sumOut(c, lhs, kept.str() + rhs.letters);
  rhs = sumOut(c, rhs, kept.str() + lhs.letters);
  if (c.failed())
    return lhs;
  std::string batch, rows, columns, summed;
  for (char letter : lhs.letters) {
    bool shared = StringRef(rhs.letters).contains(letter);
    (shared ? (kept.contains(letter) ? batch : summed) : rows) += letter;
  }
  for (char letter : rhs.letters)
    if (!StringRef(lhs.letters).contains(letter))
      columns += letter;
  Value left = arrange(c, lhs, batch + rows + summed),
        right = arrange(c, rhs, batch + summed + columns);
  if (c.failed())
    return lhs;
  size_t b = batch.size(), s = summed.size(), m = rows.size();
  if (!equateShared(c, left, right, b, s))
    return lhs;
  dl::Dims leftShape = c.dimsOf(left), rightShape = c.dimsOf(right);
  ArrayRef<AffineExpr> l(leftShape), r(rightShape);
  auto joined = [&](ArrayRef<AffineExpr> sizes) {
    return dl::productOf(sizes, c.builder().getContext());
  };
  AffineExpr batches = joined(l.take_front(b)), depth = joined(l.take_back(s));
  AffineExpr height = joined(l.slice(b, m)), width = joined(r.drop_front(b + s));
  Value product = c.create<dl::MatmulOp>(c.reshape(left, dl::Dims{batches, height, depth}),
                                         c.reshape(right, dl::Dims{batches, depth, width}));
  dl::Dims shape(l.take_front(b + m));
  llvm::append_range(shape, r.drop_front(b + s));
  return {c.reshape(product, shape), batch + rows + columns};
}

/// The letters of each operand and of the result, the ellipsis written as capital letters that the
/// equation does not use.
static FailureOr<std::pair<SmallVector<std::string>, std::string>> parseEquation(NodeContext &c) {
  std::string equation = c.stringAttr("equation", "");
  std::erase(equation, ' ');
  auto [inputs, output] = StringRef(equation).split("->");
  bool hasOutput = StringRef(equation).contains("->");
  SmallVector<StringRef> terms;
  inputs.split(terms, ',');
  if (terms.size() != c.numInputs())
    return c.badInput("equation has " + Twine(terms.size()) + " operands, the node " +
                      Twine(c.numInputs()));
  std::string spare;
  for (char letter = 1; letter < 32; ++letter)
    spare += letter;
  size_t widest = 0;
  SmallVector<std::string> operands;
  for (auto [index, term] : llvm::enumerate(terms)) {
    auto [before, after] = term.split("...");
    size_t rank = c.rankOf(c.input(index)), named = before.size() + after.size();
    bool dots = term.contains("...");
    if (named > rank || (!dots && named != rank) || rank - named > spare.size() ||
        !llvm::all_of((before + after).str(), llvm::isAlpha))
      return c.badInput("operand '" + term + "' of the equation does not fit rank " + Twine(rank));
    size_t extra = rank - named;
    widest = std::max(widest, extra);
    // Aligned at the end, as broadcasting is.
    operands.push_back(before.str() + spare.substr(spare.size() - extra) + after.str());
  }
  std::string all = spare.substr(spare.size() - widest), result;
  if (hasOutput) {
    auto [before, after] = output.split("...");
    result = output.contains("...") ? before.str() + all + after.str() : output.str();
    return std::pair(operands, result);
  }
  std::string once;
  for (const std::string &operand : operands)
    for (char letter : operand) {
      size_t uses = 0;
      for (const std::string &other : operands)
        uses += std::count(other.begin(), other.end(), letter);
      if (uses == 1 && llvm::isAlpha(letter))
        once += letter;
    }
  llvm::sort(once);
  return std::pair(operands, all + once);
}

static LogicalResult importEinsum(NodeContext &c) {
  auto equation = parseEquation(c);
  if (failed(equation))
    return failure();
  auto &[operands, result] = *equation;
  std::string everywhere;
  for (const std::string &operand : operands)
    everywhere += operand;
  for (auto [index, letter] : llvm::enumerate(result))
    if (!StringRef(everywhere).contains(letter) || result.find(letter) != index)
      return c.badInput("the equation's result names an axis twice, or one that no operand has");
  SmallVector<Term> terms;
  for (auto [index, letters] : llvm::enumerate(operands)) {
    terms.push_back(takeDiagonals(c, {c.input(index), letters}));
    if (c.failed())
      return failure();
  }
  Term product = terms.front();
  for (size_t next = 1; next < terms.size(); ++next) {
    std::string kept = result;
    for (size_t later = next + 1; later < terms.size(); ++later)
      kept += terms[later].letters;
    product = multiply(c, product, terms[next], kept);
    if (c.failed())
      return failure();
  }
  product = sumOut(c, product, result);
  return c.setOutput(0, arrange(c, product, result));
}

void registerEinsumImporters(OpTable &table) {
  table.add({.opType = "Einsum",
             .import = importEinsum,
             .minInputs = 1,
             .maxInputs = anyNumber,
             .limits = "no broadcasting of size 1 within an ellipsis"});
}

} // namespace dlc::onnx
