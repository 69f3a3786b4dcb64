// Sizes as LLVM arithmetic.
#include "SizeEmitter.h"

#include "dlc/Dialect/DL/IR/Symbols.h"

using namespace mlir;
using namespace dlc::host;

Value SizeEmitter::constant(int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), value);
}

Value SizeEmitter::addressOf(unsigned index) {
  SmallVector<LLVM::GEPArg> place = {static_cast<int32_t>(index)};
  return LLVM::GEPOp::create(builder, loc, LLVM::LLVMPointerType::get(builder.getContext()),
                             builder.getI64Type(), dims, place);
}

void SizeEmitter::set(unsigned index, Value value) {
  LLVM::StoreOp::create(builder, loc, value, addressOf(index));
  // What was computed of the old value.
  for (auto &[size, known] : emitted)
    if (llvm::SmallBitVector symbols = dl::symbolsIn(size);
        index < symbols.size() && symbols.test(index))
      known = Value();
}

/// Rounded down, whatever the signs.
Value SizeEmitter::divideFloor(Value a, Value b) {
  Value quotient = LLVM::SDivOp::create(builder, loc, a, b);
  Value rest = LLVM::SRemOp::create(builder, loc, a, b);
  Value below = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::slt, rest, constant(0));
  Value less = LLVM::SubOp::create(builder, loc, quotient, constant(1));
  return LLVM::SelectOp::create(builder, loc, below, less, quotient);
}

Value SizeEmitter::emit(AffineExpr size) {
  Value &known = emitted[size];
  if (known)
    return known;
  Value value;
  if (auto number = dyn_cast<AffineConstantExpr>(size)) {
    value = constant(number.getValue());
  } else if (auto symbol = dyn_cast<AffineSymbolExpr>(size)) {
    value =
        LLVM::LoadOp::create(builder, loc, builder.getI64Type(), addressOf(symbol.getPosition()));
  } else {
    auto binary = cast<AffineBinaryOpExpr>(size);
    Value a = emit(binary.getLHS()), b = emit(binary.getRHS());
    switch (binary.getKind()) {
    case AffineExprKind::Add:
      value = LLVM::AddOp::create(builder, loc, a, b);
      break;
    case AffineExprKind::Mul:
      value = LLVM::MulOp::create(builder, loc, a, b);
      break;
    case AffineExprKind::FloorDiv:
      value = divideFloor(a, b);
      break;
    case AffineExprKind::CeilDiv: {
      Value negative = LLVM::SubOp::create(builder, loc, constant(0), a);
      value = LLVM::SubOp::create(builder, loc, constant(0), divideFloor(negative, b));
      break;
    }
    case AffineExprKind::Mod: {
      Value whole = LLVM::MulOp::create(builder, loc, divideFloor(a, b), b);
      value = LLVM::SubOp::create(builder, loc, a, whole);
      break;
    }
    default:
      llvm_unreachable("a binary expression");
    }
  }
  emitted[size] = value;
  return value;
}

Value SizeEmitter::emitReal(AffineExpr size) {
  Type real = builder.getF64Type();
  Value product;
  for (AffineExpr factor : dl::factorsOf(size)) {
    Value next = LLVM::SIToFPOp::create(builder, loc, real, emit(factor));
    product = product ? LLVM::FMulOp::create(builder, loc, product, next).getResult() : next;
  }
  return product;
}

Value SizeEmitter::emitAligned(AffineExpr size, int64_t alignment) {
  Value up = LLVM::AddOp::create(builder, loc, emit(size), constant(alignment - 1));
  return LLVM::AndOp::create(builder, loc, up, constant(-alignment));
}
