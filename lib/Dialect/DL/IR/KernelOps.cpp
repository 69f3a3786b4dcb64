// dl.kernel: custom assembly, verifier, anchor.
//
//   %r = dl.kernel (%x = %0 : tensor<..>, %w = %1 : tensor<..>) -> (tensor<..>) attributes {...} {
//   ... }
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/Storage.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dlc/Dialect/DL/IR/DLKernelOps.cpp.inc"

namespace dlc::dl {

void DLDialect::registerKernelOps() {
  addOperations<
#define GET_OP_LIST
#include "dlc/Dialect/DL/IR/DLKernelOps.cpp.inc"
      >();
}

Operation *KernelOp::getAnchor() {
  for (Operation &op : *getBodyBlock())
    if (auto fusible = dyn_cast<FusibleOpInterface>(op);
        fusible && isAnchorClass(fusible.getFusionClass()))
      return &op;
  return nullptr;
}

FusionClass KernelOp::getKind() {
  if (Operation *anchor = getAnchor())
    return cast<FusibleOpInterface>(anchor).getFusionClass();
  FusionClass kind = FusionClass::Movement;
  for (Operation &op : getBodyBlock()->without_terminator())
    if (auto fusible = dyn_cast<FusibleOpInterface>(op);
        fusible && fusible.getFusionClass() == FusionClass::Injective)
      kind = FusionClass::Injective;
  return kind;
}

/// What an attribute of strides holds; empty for a tensor that lies alone. The attribute has sums
/// in their normal form, and strides are compared as products.
static Dims stridesIn(Attribute strides) {
  if (auto map = dyn_cast<AffineMapAttr>(strides))
    return llvm::map_to_vector<6>(map.getAffineMap().getResults(), [&](AffineExpr stride) {
      return productOf({stride}, strides.getContext());
    });
  return dimsOf(strides.getContext(), cast<DenseI64ArrayAttr>(strides).asArrayRef());
}

static Dims stridesAt(KernelOp kernel, unsigned place, Type type) {
  Dims own;
  if (std::optional<ArrayAttr> all = kernel.getStrides())
    own = stridesIn((*all)[place]);
  return own.empty() ? denseStrides(dimsOf(type)) : own;
}

Dims KernelOp::getInputStrides(unsigned index) {
  return stridesAt(*this, index, getInputs()[index].getType());
}

Dims KernelOp::getOutputStrides(unsigned index) {
  return stridesAt(*this, getNumOperands() + index, getOutputs()[index].getType());
}

/// The place of `value` among what `kernel` yields.
static unsigned yieldedAt(KernelOp kernel, Value value) {
  OperandRange yielded = kernel.getBodyBlock()->getTerminator()->getOperands();
  auto found = llvm::find(yielded, value);
  assert(found != yielded.end() && "a value that stays inside of the kernel");
  return std::distance(yielded.begin(), found);
}

Value KernelOp::getOutside(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getInputs()[argument.getArgNumber()];
  return getOutputs()[yieldedAt(*this, value)];
}

Dims KernelOp::getStridesOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getInputStrides(argument.getArgNumber());
  return getOutputStrides(yieldedAt(*this, value));
}

SmallVector<unsigned> KernelOp::getSymbols() {
  llvm::SmallBitVector seen;
  auto visitAll = [&](ArrayRef<AffineExpr> dims) { seen |= symbolsIn(dims); };
  auto visit = [&](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && !tensor.hasStaticShape())
      visitAll(dimsOf(tensor));
  };
  llvm::for_each(getOperandTypes(), visit);
  if (getStrides())
    for (Attribute strides : getStridesAttr())
      visitAll(stridesIn(strides));
  // Results of ops inside have sizes of their own, and sizes may be what an op computes with.
  getBodyBlock()->walk([&](Operation *op) {
    for (NamedAttribute attribute : op->getAttrs())
      if (auto map = dyn_cast<AffineMapAttr>(attribute.getValue()))
        visitAll(map.getValue().getResults());
    llvm::for_each(op->getOperandTypes(), visit);
    llvm::for_each(op->getResultTypes(), visit);
  });
  return SmallVector<unsigned>(seen.set_bits());
}

bool KernelOp::canWriteParts() {
  FusionClass kind = getKind();
  return kind != FusionClass::Reduction && kind != FusionClass::Opaque;
}

LogicalResult KernelOp::verify() {
  Block *body = getBodyBlock();
  // kernel_c1
  if (body->getArgumentTypes() != getInputs().getTypes())
    return emitOpError("expects region arguments with the types of the inputs");
  // kernel_c2
  if (cast<YieldOp>(body->getTerminator()).getOperandTypes() != getOutputs().getTypes())
    return emitOpError("expects yielded values with the types of the outputs");
  if (!getStrides())
    return success();
  // kernel_c3
  if (getStrides()->size() != getNumOperands() + getNumResults())
    return emitOpError("expects strides for each operand and result, got ") << getStrides()->size();
  SmallVector<Type> types(getOperandTypes());
  llvm::append_range(types, getResultTypes());
  for (auto [type, attribute] : llvm::zip(types, *getStrides())) {
    Dims strides = stridesIn(attribute);
    // kernel_c4
    auto rank = static_cast<size_t>(cast<RankedTensorType>(type).getRank());
    if (!strides.empty() && strides.size() != rank)
      return emitOpError("expects a stride for each axis of ")
             << type << ", got " << strides.size();
    // kernel_c5
    if (llvm::any_of(strides,
                     [](AffineExpr stride) { return constantDim(stride).value_or(1) < 1; }))
      return emitOpError("expects strides of at least 1");
  }
  return success();
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << " (";
  llvm::interleaveComma(llvm::zip(getBodyBlock()->getArguments(), getInputs()), printer,
                        [&](auto pair) {
                          auto [argument, input] = pair;
                          printer << argument << " = " << input << " : " << input.getType();
                        });
  printer << ") -> (";
  llvm::interleaveComma(getOutputs().getTypes(), printer);
  printer << ")";
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs());
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> inputs;
  SmallVector<Type> outputTypes;
  auto parseBinding = [&]() -> ParseResult {
    return failure(parser.parseArgument(arguments.emplace_back()) || parser.parseEqual() ||
                   parser.parseOperand(inputs.emplace_back()) ||
                   parser.parseColonType(arguments.back().type));
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, parseBinding) ||
      parser.parseArrow() ||
      parser.parseCommaSeparatedList(
          OpAsmParser::Delimiter::Paren,
          [&] { return parser.parseType(outputTypes.emplace_back()); }) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  for (auto [input, argument] : llvm::zip(inputs, arguments))
    if (parser.resolveOperand(input, argument.type, result.operands))
      return failure();
  result.addTypes(outputTypes);
  Region *body = result.addRegion();
  if (parser.parseRegion(*body, arguments))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), result.location);
  return success();
}

} // namespace dlc::dl
