// Affine expressions over a kernel's symbols as Halide expressions over its parameters.
#include "dlc/Codegen/Halide/KernelSizes.h"

#include "LayoutReader.h"
#include "dlc/Dialect/DL/IR/Symbols.h"

using namespace mlir;
using dlc::templates::Size;
using dlc::templates::Sizes;

namespace dlc::codegen {

/// Of the symbols of `kernel`, those that may be 0 while it runs, which it does only where none of
/// its tensors is empty: `past` of a size `past + 1` alone.
static llvm::SmallBitVector symbolsFromZero(dl::KernelOp kernel) {
  llvm::SmallBitVector result;
  for (unsigned symbol : kernel.getSymbols()) {
    result.resize(symbol + 1);
    result.set(symbol);
  }
  auto exclude = [&](ArrayRef<AffineExpr> sizes) {
    for (AffineExpr size : sizes)
      if (auto symbol = dyn_cast<AffineSymbolExpr>(size))
        result.reset(symbol.getPosition());
  };
  auto visit = [&](Type type) {
    if (!isa<RankedTensorType>(type))
      return;
    for (AffineExpr dim : dl::dimsOf(type)) {
      exclude(dl::factorsOf(dim));
      exclude(dl::divisorsIn(dim));
    }
  };
  llvm::for_each(kernel.getOperandTypes(), visit);
  kernel.getBodyBlock()->walk([&](Operation *op) {
    llvm::for_each(op->getResultTypes(), visit);
    for (NamedAttribute attribute : op->getAttrs())
      if (auto map = dyn_cast<AffineMapAttr>(attribute.getValue()))
        exclude(dl::divisorsIn(map.getValue().getResults()));
  });
  return result;
}

KernelSizes::KernelSizes(dl::KernelOp kernel)
    : mayBeZero(symbolsFromZero(kernel)), layouts(std::make_shared<LayoutReader>()) {
  if (kernel.getEstimates())
    estimates.assign(kernel.getEstimates()->begin(), kernel.getEstimates()->end());
  constexpr int64_t middling = 64;
  for (unsigned symbol : kernel.getSymbols()) {
    estimates.resize(std::max<size_t>(estimates.size(), symbol + 1), middling);
    symbols.emplace_back(symbol, Halide::Param<int32_t>("s" + std::to_string(symbol)));
    symbols.back().second.set_min_value(mayBeZero.test(symbol) ? 0 : 1);
  }
}

Halide::Expr KernelSizes::expressionOf(AffineExpr dim) const {
  if (std::optional<int64_t> value = dl::constantDim(dim))
    return static_cast<int>(*value);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(dim)) {
    for (const auto &[number, parameter] : symbols)
      if (number == symbol.getPosition())
        return parameter;
    throw Halide::CompileError("a size that is not among the kernel's symbols");
  }
  auto binary = cast<AffineBinaryOpExpr>(dim);
  Halide::Expr a = expressionOf(binary.getLHS()), b = expressionOf(binary.getRHS());
  // Halide rounds quotients by positive numbers down, as affine expressions do.
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::FloorDiv:
    return a / b;
  case AffineExprKind::CeilDiv:
    return (a + b - 1) / b;
  case AffineExprKind::Mod:
    return a % b;
  default:
    llvm_unreachable("a binary expression");
  }
}

Size KernelSizes::size(AffineExpr dim) const {
  if (std::optional<int64_t> value = dl::constantDim(dim))
    return *value;
  return Size::open(expressionOf(dim), dim.getLargestKnownDivisor(),
                    std::max<int64_t>(0, dl::lowerBound(dim, mayBeZero).value_or(0)),
                    dl::evaluateDim(dim, estimates));
}

Sizes KernelSizes::sizesOf(ArrayRef<AffineExpr> dims) const {
  Sizes sizes;
  for (AffineExpr dim : dims)
    sizes.push_back(size(dim));
  return sizes;
}

std::vector<Halide::Argument> KernelSizes::arguments() const {
  std::vector<Halide::Argument> arguments;
  for (const auto &[number, symbol] : symbols)
    arguments.push_back(symbol);
  return arguments;
}

Halide::ImageParam KernelSizes::parameter(Halide::Type element, ArrayRef<AffineExpr> dims,
                                          ArrayRef<AffineExpr> strides, unsigned index) {
  Halide::ImageParam parameter(element, static_cast<int>(dims.size()),
                               "in" + std::to_string(index));
  for (int dim = 0, axis = static_cast<int>(dims.size()); axis-- > 0; ++dim) {
    parameter.dim(dim).set_bounds(0, size(dims[static_cast<size_t>(axis)]).expr());
    setStride(parameter.dim(dim), parameter.name(), dim, size(strides[static_cast<size_t>(axis)]));
  }
  return parameter;
}

void KernelSizes::setStride(Halide::Internal::Dimension dim, const std::string &buffer, int index,
                            const Size &stride) {
  if (stride.isConstant()) {
    dim.set_stride(stride.expr());
    return;
  }
  dim.set_stride(Halide::Expr()); // the first dimension's is 1 unless it is said to be open
  layouts->setStride(buffer, index, stride.expr());
}

void KernelSizes::attachTo(Halide::Pipeline &pipeline) const {
  pipeline.add_custom_lowering_pass(layouts.get(), [keep = layouts] { (void)keep; });
}

} // namespace dlc::codegen
