// The arena's layout at given sizes, sizes of outputs, and the conditions under which a model has a
// result: see ShapeFunctions.h.
#include "ShapeFunctions.h"

#include "EmptySizes.h"
#include "SizeEmitter.h"
#include "dlc/Artifact/Description.h"
#include "dlc/Codegen/Host/LowerHost.h"
#include "dlc/Dialect/DL/IR/DLOps.h"
#include "dlc/Dialect/DL/IR/ModelState.h"
#include "dlc/Dialect/DL/IR/Symbols.h"
#include "dlc/Runtime/ABI.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::host;

//===-- Symbols ----------------------------------------------------------------------------===//

SymbolList SymbolList::of(ModuleOp module) {
  SymbolList list;
  list.names = dl::symbolNames(module);
  list.symbols = list.names.size();
  list.decidedByData = dl::dataSymbols(module);
  std::vector<std::string> symbols = list.names;
  auto kept = module.lookupSymbol<ModuleOp>(functionsModule);
  for (auto function : (kept ? kept : module).getOps<func::FuncOp>())
    for (auto [index, type] : llvm::enumerate(function.getResultTypes())) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor || dl::resultSlot(function, index))
        continue;
      for (AffineExpr dim : dl::dimsOf(tensor)) {
        if (isa<AffineConstantExpr, AffineSymbolExpr>(dim) ||
            llvm::is_contained(list.derived, dim) ||
            dl::symbolsIn(dim).anyCommon(list.decidedByData))
          continue;
        list.derived.push_back(dim);
        list.names.push_back(dl::expressionString(dim, symbols));
      }
    }
  return list;
}

int64_t SymbolList::encode(AffineExpr size) const {
  if (std::optional<int64_t> value = dl::constantDim(size))
    return *value;
  if (dl::symbolsIn(size).anyCommon(decidedByData))
    return unknownDim;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(size))
    return -1 - static_cast<int64_t>(symbol.getPosition());
  return -1 - static_cast<int64_t>(symbols + (llvm::find(derived, size) - derived.begin()));
}

//===-- Conditions -------------------------------------------------------------------------===//

namespace {
/// `expr` is at least `least`; in f64 where it may be beyond int64.
struct Condition {
  AffineExpr expr;
  int64_t least;
  std::string text;
};

/// What must hold of a function's symbols, in the order in which it is safe to ask.
struct Conditions {
  SmallVector<Condition> sizes;
  SmallVector<std::pair<AffineExpr, std::string>> bytes; ///< at most what kernels can address
};
} // namespace

/// What must not be negative for a reshape or a slice to stay in its operand.
static dl::Dims viewBounds(Operation *op) {
  auto reshape = dyn_cast<dl::ReshapeOp>(op);
  auto slice = dyn_cast<dl::SliceOp>(op);
  dl::Dims bounds;
  if (reshape) {
    AffineExpr from = dl::productOf(dl::dimsOf(reshape.getOperand().getType()), op->getContext());
    AffineExpr to = dl::productOf(dl::dimsOf(reshape.getResult().getType()), op->getContext());
    if (from != to)
      bounds = {from - to, to - from};
  } else if (slice && !slice.getResult().getType().hasStaticShape()) {
    dl::Dims from = dl::dimsOf(slice.getOperand().getType()),
             to = dl::dimsOf(slice.getResult().getType());
    for (auto [axis, start, step] : llvm::enumerate(slice.getStarts(), slice.getSteps()))
      bounds.push_back(from[axis] - 1 - start - (to[axis] - 1) * step);
  }
  for (AffineExpr &bound : bounds)
    bound = dl::simplified(bound);
  return bounds;
}

/// `expr >= least` as one would say it: `n >= 1` for `2 * n - 1 >= 0`.
static std::string conditionText(AffineExpr expr, int64_t least, ArrayRef<std::string> names) {
  while (auto binary = dyn_cast<AffineBinaryOpExpr>(expr)) {
    int64_t number = dl::constantDim(binary.getRHS()).value_or(0);
    if (binary.getKind() == AffineExprKind::Add && number < 0)
      least -= number;
    else if (binary.getKind() == AffineExprKind::Mul && number > 0)
      least = llvm::divideCeilSigned(least, number);
    else
      break;
    expr = binary.getLHS();
  }
  return dl::expressionString(expr, names) + " >= " + std::to_string(least);
}

static Conditions collectConditions(func::FuncOp function) {
  auto module = function->getParentOfType<ModuleOp>();
  std::vector<std::string> names = dl::symbolNames(module);
  llvm::SetVector<AffineExpr> used, sizes, bytes;
  forEachTensor(function, [&](RankedTensorType tensor) {
    if (tensor.hasStaticShape())
      return;
    for (AffineExpr dim : dl::dimsOf(tensor)) {
      sizes.insert(dim);
      dim.walk([&](AffineExpr part) {
        if (isa<AffineSymbolExpr>(part))
          used.insert(part);
      });
    }
    bytes.insert(byteSizeOf(tensor));
  });
  EmptySizes emptySizes(function);
  Conditions result;
  auto add = [&](AffineExpr expr, int64_t least) {
    result.sizes.push_back({expr, least, conditionText(expr, least, names)});
  };
  llvm::SmallBitVector decidedByData = dl::dataSymbols(module);
  for (AffineExpr symbol : used)
    if (!decidedByData.test(cast<AffineSymbolExpr>(symbol).getPosition()))
      add(symbol, emptySizes.leastOf(symbol));
  auto addUnlessPlain = [&](AffineExpr expr, int64_t least) {
    if (!emptySizes.isAtLeast(expr, least))
      add(expr, least);
  };
  for (AffineExpr size : sizes)
    for (AffineExpr divisor : dl::divisorsIn(size))
      addUnlessPlain(divisor, 1);
  for (AffineExpr bound : dl::symbolBounds(module))
    addUnlessPlain(bound, 0);
  function.walk([&](Operation *op) {
    for (AffineExpr bound : viewBounds(op))
      addUnlessPlain(bound, 0);
  });
  for (AffineExpr size : sizes)
    addUnlessPlain(size, emptySizes.leastOf(size));
  for (AffineExpr size : bytes)
    result.bytes.emplace_back(size, dl::expressionString(size, names) + " < 2^31 bytes");
  return result;
}

//===-- Functions --------------------------------------------------------------------------===//

namespace {
/// A function of the host module under construction.
class FunctionBuilder {
public:
  FunctionBuilder(OpBuilder &outer, Location loc, StringRef name, Type result,
                  ArrayRef<Type> arguments)
      : loc(loc), function(LLVM::LLVMFuncOp::create(outer, loc, name,
                                                    LLVM::LLVMFunctionType::get(result, arguments),
                                                    LLVM::Linkage::Internal)),
        builder(outer.getContext()) {
    function.setNoUnwind(true);
    builder.setInsertionPointToStart(function.addEntryBlock(builder));
  }

  Value argument(unsigned index) { return function.getArgument(index); }
  void giveBack(Value value) { LLVM::ReturnOp::create(builder, loc, ValueRange{value}); }
  /// Returns `code` where `fails`.
  void returnWhere(Value fails, int64_t code) {
    Block *here = builder.getInsertionBlock();
    Block *leave = builder.createBlock(&function.getBody());
    giveBack(LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), code));
    Block *next = builder.createBlock(&function.getBody());
    builder.setInsertionPointToEnd(here);
    LLVM::CondBrOp::create(builder, loc, fails, leave, next);
    builder.setInsertionPointToEnd(next);
  }

  Location loc;
  LLVM::LLVMFuncOp function;
  OpBuilder builder;
};
} // namespace

/// `i32 derive(i64 *dims)`: 0, or 1 + the number of the condition that does not hold.
static void emitDerive(OpBuilder &outer, func::FuncOp function, const SymbolList &symbols,
                       ShapeFunctions &result, StringRef entry) {
  result.derive = ("derive_" + entry).str();
  Conditions conditions = collectConditions(function);
  Type ptr = LLVM::LLVMPointerType::get(outer.getContext());
  FunctionBuilder code(outer, function.getLoc(), result.derive, outer.getI32Type(), {ptr});
  SizeEmitter sizes(code.builder, code.loc, code.argument(0));
  // Memory is laid out for the most that data can decide.
  for (auto decision : function.getOps<dl::DecideSizeOp>())
    sizes.set(static_cast<unsigned>(decision.getSymbol()),
              sizes.emit(decision.getBound().getResult(0)));
  for (const Condition &condition : conditions.sizes) {
    result.conditions.push_back(condition.text);
    Value fails = LLVM::ICmpOp::create(code.builder, code.loc, LLVM::ICmpPredicate::slt,
                                       sizes.emit(condition.expr), sizes.constant(condition.least));
    code.returnWhere(fails, static_cast<int64_t>(result.conditions.size()));
  }
  for (const auto &[bytes, text] : conditions.bytes) {
    result.conditions.push_back(text);
    Value limit = LLVM::ConstantOp::create(code.builder, code.loc, code.builder.getF64Type(),
                                           code.builder.getF64FloatAttr(2147483647.0));
    Value fails = LLVM::FCmpOp::create(code.builder, code.loc, LLVM::FCmpPredicate::ogt,
                                       sizes.emitReal(bytes), limit);
    code.returnWhere(fails, static_cast<int64_t>(result.conditions.size()));
  }
  for (auto [index, size] : llvm::enumerate(symbols.derived)) {
    // Of another function's symbols: nobody asks for it here.
    LLVM::StoreOp::create(code.builder, code.loc, sizes.emit(size),
                          sizes.addressOf(symbols.symbols + index));
  }
  code.giveBack(LLVM::ConstantOp::create(code.builder, code.loc, outer.getI32Type(), 0));
}

/// `i64 layout(i64 *dims, i64 *offsets)`: fills the offsets, returns the arena's bytes.
static void emitLayout(OpBuilder &outer, func::FuncOp function, const ArenaPlan &plan,
                       ShapeFunctions &result, StringRef entry) {
  result.layout = ("layout_" + entry).str();
  Type ptr = LLVM::LLVMPointerType::get(outer.getContext()), i64 = outer.getI64Type();
  FunctionBuilder code(outer, function.getLoc(), result.layout, i64, {ptr, ptr});
  SizeEmitter sizes(code.builder, code.loc, code.argument(0));
  SizeEmitter places(code.builder, code.loc, code.argument(1));
  ArrayRef<ArenaEntry> entries = plan.arenaEntries();
  SmallVector<Value> offsets(entries.size()), ends(entries.size());
  // An entry lies behind such as start lower at the estimates.
  SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, entries.size()));
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(entries[a].offset, a) < std::pair(entries[b].offset, b);
  });
  auto larger = [&](Value a, Value b) -> Value {
    Value more = LLVM::ICmpOp::create(code.builder, code.loc, LLVM::ICmpPredicate::sgt, a, b);
    return LLVM::SelectOp::create(code.builder, code.loc, more, a, b);
  };
  Value total = sizes.constant(0);
  for (unsigned index : order) {
    const ArenaEntry &place = entries[index];
    if (place.sharesWith)
      continue;
    Value offset = sizes.constant(0);
    for (unsigned lower : place.behind)
      offset = larger(offset, ends[lower]);
    offsets[index] = offset;
    ends[index] = LLVM::AddOp::create(code.builder, code.loc, offset,
                                      sizes.emitAligned(place.size, DLCRT_ARENA_ALIGNMENT));
    total = larger(total, ends[index]);
  }
  for (auto [index, place] : llvm::enumerate(entries)) {
    unsigned owner = index;
    while (entries[owner].sharesWith)
      owner = *entries[owner].sharesWith;
    LLVM::StoreOp::create(code.builder, code.loc, offsets[owner], places.addressOf(index));
  }
  code.giveBack(total);
}

/// `i64 arena(const i64 *dims)`.
static void emitArenaBytes(OpBuilder &outer, func::FuncOp function, const ArenaPlan &plan,
                           ShapeFunctions &result, StringRef entry) {
  result.arenaBytes = ("arena_" + entry).str();
  Type ptr = LLVM::LLVMPointerType::get(outer.getContext()), i64 = outer.getI64Type();
  FunctionBuilder code(outer, function.getLoc(), result.arenaBytes, i64, {ptr});
  Type table = LLVM::LLVMArrayType::get(i64, plan.arenaEntries().size());
  Value one = LLVM::ConstantOp::create(code.builder, code.loc, i64, 1);
  Value offsets = LLVM::AllocaOp::create(code.builder, code.loc, ptr, table, one);
  Value bytes = LLVM::CallOp::create(code.builder, code.loc, TypeRange(i64), result.layout,
                                     ValueRange{code.argument(0), offsets})
                    .getResult();
  code.giveBack(bytes);
}

ShapeFunctions dlc::host::emitShapeFunctions(OpBuilder &builder, func::FuncOp function,
                                             const ArenaPlan &plan, const SymbolList &symbols,
                                             StringRef entry) {
  ShapeFunctions result;
  if (symbols.names.empty())
    return result;
  emitDerive(builder, function, symbols, result, entry);
  if (plan.isSymbolic()) {
    emitLayout(builder, function, plan, result, entry);
    emitArenaBytes(builder, function, plan, result, entry);
  }
  return result;
}
