// Dimensions as affine expressions, and broadcasting.
#include "dlc/Dialect/DL/IR/ShapeInference.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <numeric>

using namespace mlir;

namespace dlc::dl {

Dims dimsOf(MLIRContext *context, ArrayRef<int64_t> sizes) {
  Dims dims;
  for (int64_t size : sizes)
    dims.push_back(getAffineConstantExpr(size, context));
  return dims;
}

bool hasKnownDims(RankedTensorType tensor) {
  return tensor.hasStaticShape() || isa_and_nonnull<AffineMapAttr>(tensor.getEncoding());
}

Dims dimsOf(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  if (auto map = dyn_cast_if_present<AffineMapAttr>(type.getEncoding()))
    return Dims(map.getAffineMap().getResults());
  // A dimension expression stands for every size that is not known: what is computed from it is not
  // known either, and two unknown sizes are taken to agree.
  Dims dims;
  for (int64_t size : type.getShape())
    dims.push_back(ShapedType::isDynamic(size) ? getAffineDimExpr(0, tensor.getContext())
                                               : getAffineConstantExpr(size, tensor.getContext()));
  return dims;
}

std::optional<int64_t> constantDim(AffineExpr dim) {
  if (auto constant = dyn_cast<AffineConstantExpr>(dim))
    return constant.getValue();
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> constantDims(ArrayRef<AffineExpr> dims) {
  SmallVector<int64_t> values;
  for (AffineExpr dim : dims)
    if (std::optional<int64_t> value = constantDim(dim))
      values.push_back(*value);
    else
      return std::nullopt;
  return values;
}

RankedTensorType tensorOf(ArrayRef<AffineExpr> dims, Type element) {
  auto [shape, map] = sizeAttributes(element.getContext(), dims);
  return RankedTensorType::get(shape, element, map);
}

/// The quotient rounded down, with whole multiples of the divisor in the numerator's constant taken
/// out of it: `(a - 1) floordiv 2` is `(a + 1) floordiv 2 - 1`.
static AffineExpr quotient(AffineExpr whole, int64_t divisor) {
  auto sum = dyn_cast<AffineBinaryOpExpr>(whole);
  std::optional<int64_t> constant =
      sum && sum.getKind() == AffineExprKind::Add ? constantDim(sum.getRHS()) : std::nullopt;
  if (!constant)
    return whole.floorDiv(divisor);
  int64_t outside = llvm::divideFloorSigned(*constant, divisor);
  return (sum.getLHS() + (*constant - outside * divisor)).floorDiv(divisor) + outside;
}

/// `dim` with quotients that are rounded up as such that are rounded down.
static AffineExpr roundedDown(AffineExpr dim) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(dim);
  if (!binary)
    return dim;
  AffineExpr a = roundedDown(binary.getLHS()), b = roundedDown(binary.getRHS());
  std::optional<int64_t> divisor = constantDim(b);
  if (binary.getKind() == AffineExprKind::CeilDiv && divisor && *divisor > 0)
    return quotient(simplified(a + (*divisor - 1)), *divisor);
  if (binary.getKind() == AffineExprKind::FloorDiv && divisor && *divisor > 0)
    return quotient(simplified(a), *divisor);
  return getAffineBinaryOpExpr(binary.getKind(), a, b);
}

AffineExpr normalForm(AffineExpr dim) {
  bool isSum = dim.isPureAffine();
  dim.walk([&](AffineExpr part) { isSum &= part.getKind() != AffineExprKind::Mod; });
  return isSum && isa<AffineBinaryOpExpr>(dim) ? simplified(roundedDown(dim)) : dim;
}

/// Whether the first symbol of a sum is subtracted.
static bool beginsNegative(AffineExpr sum) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(sum);
  while (binary && binary.getKind() == AffineExprKind::Add)
    binary = dyn_cast<AffineBinaryOpExpr>(binary.getLHS());
  return binary && binary.getKind() == AffineExprKind::Mul &&
         constantDim(binary.getRHS()).value_or(0) < 0;
}

AffineExpr withoutRemainders(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  AffineExpr a = withoutRemainders(binary.getLHS()), b = withoutRemainders(binary.getRHS());
  std::optional<int64_t> divisor = constantDim(b);
  if (binary.getKind() != AffineExprKind::Mod || !divisor || *divisor < 1)
    return simplified(getAffineBinaryOpExpr(binary.getKind(), a, b));
  // Multiples of the divisor leave the dividend, and -a is divided as a rounded up.
  if (auto rest = dyn_cast<AffineBinaryOpExpr>(a % b);
      rest && rest.getKind() == AffineExprKind::Mod)
    a = rest.getLHS();
  AffineExpr multiple = beginsNegative(a)
                            ? quotient(simplified(-a + (*divisor - 1)), *divisor) * -*divisor
                            : quotient(a, *divisor) * *divisor;
  return simplified(a - multiple);
}

std::pair<SmallVector<int64_t>, AffineMapAttr> sizeAttributes(MLIRContext *context,
                                                              ArrayRef<AffineExpr> given) {
  Dims dims = llvm::map_to_vector<6>(given, normalForm);
  SmallVector<int64_t> shape;
  unsigned symbols = 0;
  bool known = true;
  for (AffineExpr dim : dims) {
    shape.push_back(constantDim(dim).value_or(ShapedType::kDynamic));
    dim.walk([&](AffineExpr part) {
      known &= !isa<AffineDimExpr>(part);
      if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
        symbols = std::max(symbols, symbol.getPosition() + 1);
    });
  }
  if (symbols == 0 || !known)
    return {shape, AffineMapAttr()};
  return {shape, AffineMapAttr::get(AffineMap::get(/*dimCount=*/0, symbols, dims, context))};
}

FailureOr<Dims> dimsOf(std::optional<Location> loc, MLIRContext *context, ArrayRef<int64_t> sizes,
                       std::optional<AffineMap> symbolic) {
  Dims dims = symbolic ? Dims(symbolic->getResults()) : dimsOf(context, sizes);
  bool fits = dims.size() == sizes.size();
  for (size_t axis = 0; fits && axis < sizes.size(); ++axis)
    fits = constantDim(dims[axis]).value_or(ShapedType::kDynamic) == sizes[axis];
  if (fits)
    return dims;
  return inferenceError(loc, "sizes and their expressions " + dimsString(dims) + " differ");
}

RankedTensorType withElement(RankedTensorType tensor, Type element) {
  return RankedTensorType::get(tensor.getShape(), element, tensor.getEncoding());
}

std::optional<int64_t> elementCountOf(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return type.hasStaticShape() ? std::optional(type.getNumElements()) : std::nullopt;
}

SmallVector<int64_t> shapeAt(Type tensor, ArrayRef<int64_t> symbols) {
  auto type = cast<RankedTensorType>(tensor);
  auto map = dyn_cast_if_present<AffineMapAttr>(type.getEncoding());
  constexpr int64_t middling = 64;
  SmallVector<int64_t> values(symbols), shape;
  if (!map) {
    for (int64_t size : type.getShape())
      shape.push_back(ShapedType::isDynamic(size) ? middling : size);
    return shape;
  }
  values.resize(std::max<size_t>(values.size(), map.getAffineMap().getNumSymbols()), middling);
  for (AffineExpr dim : map.getAffineMap().getResults())
    shape.push_back(std::max<int64_t>(1, evaluateDim(dim, values)));
  return shape;
}

int64_t likelyBytes(Type tensor) {
  int64_t bytes = std::max(1u, getElementTypeOrSelf(tensor).getIntOrFloatBitWidth() / 8);
  for (int64_t size : shapeAt(tensor, {}))
    bytes *= size;
  return bytes;
}

//===-- Products ---------------------------------------------------------------------------===//

/// Numbered symbols first, then sums, in an order that depends on nothing but the expressions.
static bool comesBefore(AffineExpr a, AffineExpr b) {
  auto rank = [](AffineExpr expr) {
    auto symbol = dyn_cast<AffineSymbolExpr>(expr);
    return symbol ? symbol.getPosition() : std::numeric_limits<unsigned>::max();
  };
  if (rank(a) != rank(b))
    return rank(a) < rank(b);
  if (a == b)
    return false;
  std::string first, second;
  llvm::raw_string_ostream(first) << a;
  llvm::raw_string_ostream(second) << b;
  return first < second;
}

/// `expr`, no product, less a number that all of its terms are multiples of, which goes into
/// `constant`.
static AffineExpr withoutDivisor(AffineExpr expr, int64_t &constant) {
  int64_t divisor = expr.getKind() == AffineExprKind::Add && expr.isPureAffine()
                        ? expr.getLargestKnownDivisor()
                        : 1;
  if (divisor <= 1)
    return expr;
  constant *= divisor;
  return simplified(expr.floorDiv(divisor));
}

SmallVector<AffineExpr> factorsOf(AffineExpr expr) {
  int64_t constant = 1;
  SmallVector<AffineExpr> factors, open{expr};
  while (!open.empty()) {
    AffineExpr next = open.pop_back_val();
    auto binary = dyn_cast<AffineBinaryOpExpr>(next);
    if (auto number = dyn_cast<AffineConstantExpr>(next))
      constant *= number.getValue();
    else if (binary && binary.getKind() == AffineExprKind::Mul)
      open.append({binary.getLHS(), binary.getRHS()});
    else if (AffineExpr rest = withoutDivisor(next, constant))
      factors.push_back(rest);
  }
  llvm::sort(factors, comesBefore);
  if (constant != 1 || factors.empty())
    factors.insert(factors.begin(), getAffineConstantExpr(constant, expr.getContext()));
  return factors;
}

AffineExpr productOf(ArrayRef<AffineExpr> dims, MLIRContext *context) {
  AffineExpr product = getAffineConstantExpr(1, context);
  SmallVector<AffineExpr> factors;
  for (AffineExpr dim : dims)
    llvm::append_range(factors, factorsOf(dim));
  llvm::sort(factors, comesBefore);
  for (AffineExpr factor : factors)
    product = product * factor;
  return product;
}

AffineExpr simplified(AffineExpr expr) {
  unsigned symbols = 0;
  expr.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      symbols = std::max(symbols, symbol.getPosition() + 1);
  });
  return simplifyAffineExpr(expr, 0, symbols);
}

SizePair withoutCommonFactors(AffineExpr a, AffineExpr b) {
  MLIRContext *context = a.getContext();
  int64_t constant = 1, other = 1;
  SmallVector<AffineExpr> left, right;
  for (AffineExpr factor : factorsOf(a))
    if (std::optional<int64_t> value = constantDim(factor))
      constant *= *value;
    else
      left.push_back(factor);
  for (AffineExpr factor : factorsOf(b)) {
    auto *found = llvm::find(left, factor);
    if (std::optional<int64_t> value = constantDim(factor))
      other *= *value;
    else if (found != left.end())
      left.erase(found);
    else
      right.push_back(factor);
  }
  if (int64_t common = std::gcd(constant, other); common > 1) {
    constant /= common;
    other /= common;
  }
  left.push_back(getAffineConstantExpr(constant, context));
  right.push_back(getAffineConstantExpr(other, context));
  return {productOf(left, context), productOf(right, context)};
}

AffineExpr exactQuotient(AffineExpr whole, AffineExpr part) {
  auto [rest, left] = withoutCommonFactors(whole, part);
  std::optional<int64_t> divisor = constantDim(left);
  if (!divisor || *divisor == 0)
    return {};
  if (*divisor == 1)
    return rest;
  // A sum may hold the divisor in each of its terms.
  return rest.isMultipleOf(*divisor) ? rest.floorDiv(*divisor) : AffineExpr();
}

int64_t evaluateDim(AffineExpr dim, ArrayRef<int64_t> symbols) {
  if (std::optional<int64_t> value = constantDim(dim))
    return *value;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(dim))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(dim);
  int64_t a = evaluateDim(binary.getLHS(), symbols), b = evaluateDim(binary.getRHS(), symbols);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(a, b);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(a, b);
  case AffineExprKind::Mod:
    return llvm::mod(a, b);
  default:
    llvm_unreachable("a binary expression");
  }
}

std::string dimsString(ArrayRef<AffineExpr> dims) {
  if (dims.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::interleave(dims, out, [&](AffineExpr dim) { out << dim; }, "x");
  return text;
}

LogicalResult inferenceError(std::optional<Location> loc, const Twine &message) {
  if (loc)
    return emitError(*loc) << message;
  return failure();
}

std::optional<SizePair> firstDiffering(ArrayRef<SizePair> pairs) {
  const auto *found = llvm::find_if(pairs, [](SizePair pair) { return pair.first != pair.second; });
  return found == pairs.end() ? std::nullopt : std::optional(*found);
}

std::optional<SizePair> firstDiffering(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b) {
  for (auto [mine, theirs] : llvm::zip_equal(a, b))
    if (mine != theirs)
      return SizePair(mine, theirs);
  return std::nullopt;
}

InFlightDiagnostic withSizes(InFlightDiagnostic diagnostic, SizePair sizes) {
  auto [shape, map] = sizeAttributes(sizes.first.getContext(), {sizes.first, sizes.second});
  if (map)
    diagnostic.getUnderlyingDiagnostic()->getMetadata().emplace_back(map);
  return diagnostic;
}

LogicalResult sizesDiffer(std::optional<Location> loc, SizePair sizes, const Twine &message) {
  return loc ? LogicalResult(withSizes(emitError(*loc) << message, sizes)) : failure();
}

std::optional<SizePair> differingSizes(Diagnostic &diagnostic) {
  for (DiagnosticArgument &argument : diagnostic.getMetadata())
    if (argument.getKind() == DiagnosticArgument::DiagnosticArgumentKind::Attribute)
      if (auto map = dyn_cast<AffineMapAttr>(argument.getAsAttribute()))
        return SizePair(map.getAffineMap().getResult(0), map.getAffineMap().getResult(1));
  return std::nullopt;
}

FailureOr<Dims> broadcastDims(std::optional<Location> loc, ArrayRef<AffineExpr> a,
                              ArrayRef<AffineExpr> b) {
  ArrayRef<AffineExpr> longer = a.size() >= b.size() ? a : b;
  ArrayRef<AffineExpr> shorter = a.size() >= b.size() ? b : a;
  Dims dims(longer);
  size_t offset = longer.size() - shorter.size();
  for (auto [index, dim] : llvm::enumerate(shorter)) {
    AffineExpr &other = dims[offset + index];
    if (other == dim || constantDim(dim) == 1)
      continue;
    if (constantDim(other) == 1) {
      other = dim;
      continue;
    }
    return sizesDiffer(loc, {other, dim},
                       "shapes " + dimsString(a) + " and " + dimsString(b) +
                           " do not broadcast: sizes must be equal or 1");
  }
  return dims;
}

LogicalResult inferBroadcast(std::optional<Location> loc, TypeRange operands, Type element,
                             SmallVectorImpl<Type> &types) {
  Dims dims;
  for (Type operand : operands) {
    FailureOr<Dims> joined = broadcastDims(loc, dims, dimsOf(operand));
    if (failed(joined))
      return failure();
    dims = *joined;
  }
  types.push_back(tensorOf(dims, element));
  return success();
}

} // namespace dlc::dl
