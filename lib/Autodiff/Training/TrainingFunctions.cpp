// Functions and state of a program under training: see TrainingFunctions.h.
#include "Training/TrainingFunctions.h"

using namespace mlir;

namespace dlc::autodiff {

func::FuncOp requireFunction(ModuleOp module, StringRef name, StringRef pass) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function)
    module.emitError("expected a function '") << name << "'; run " << pass << " first";
  return function;
}

Value namedArgument(func::FuncOp function, StringRef name) {
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    if (auto given = function.getArgAttrOfType<StringAttr>(index, "dl.name");
        given && given.getValue() == name)
      return function.getArgument(index);
  return {};
}

unsigned inputCount(func::FuncOp function) {
  unsigned count = 0;
  while (count < function.getNumArguments() && !dl::argumentSlot(function, count))
    ++count;
  return count;
}

BlockArgument addInput(func::FuncOp function, StringRef name, Type type) {
  Builder builder(function.getContext());
  unsigned place = inputCount(function);
  auto attributes =
      builder.getDictionaryAttr(builder.getNamedAttr("dl.name", builder.getStringAttr(name)));
  (void)function.insertArgument(place, type, attributes, function.getLoc());
  return function.getArgument(place);
}

Value returnedValue(func::FuncOp function, unsigned index) {
  return function.getBody().front().getTerminator()->getOperand(index);
}

func::FuncOp addFunction(ModuleOp module, StringRef name) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto function =
      func::FuncOp::create(builder, module.getLoc(), name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  func::ReturnOp::create(builder, module.getLoc());
  return function;
}

void addGradientResult(func::FuncOp function, const SlotGradient &gradient) {
  Builder builder(function.getContext());
  auto name = builder.getNamedAttr(gradientAttribute, builder.getStringAttr(gradient.slot));
  Operation *terminator = function.getBody().front().getTerminator();
  terminator->insertOperands(terminator->getNumOperands(), gradient.value);
  (void)function.insertResult(function.getNumResults(), gradient.value.getType(),
                              builder.getDictionaryAttr(name));
}

SmallVector<SlotGradient> takeGradientResults(func::FuncOp function) {
  SmallVector<SlotGradient> taken;
  Operation *terminator = function.getBody().front().getTerminator();
  for (unsigned index = function.getNumResults(); index-- > 0;) {
    auto slot = function.getResultAttrOfType<StringAttr>(index, gradientAttribute);
    if (!slot)
      continue;
    taken.push_back({slot.str(), terminator->getOperand(index)});
    terminator->eraseOperand(index);
    (void)function.eraseResult(index);
  }
  std::reverse(taken.begin(), taken.end());
  return taken;
}

StateBuilder::StateBuilder(func::FuncOp function)
    : function(function), builder(function.getBody().front().getTerminator()) {}

Term StateBuilder::read(const std::string &name, RankedTensorType type,
                        llvm::function_ref<Value(OpBuilder &)> makeFirst) {
  if (Value known = dl::slotArgument(function, name))
    return term(known);
  func::FuncOp init = dl::initFunction(function->getParentOfType<ModuleOp>());
  bool filled = llvm::any_of(llvm::seq(init.getNumResults()),
                             [&](unsigned index) { return dl::resultSlot(init, index) == name; });
  if (!filled) {
    OpBuilder initBuilder(init.getBody().front().getTerminator());
    dl::addSlotResult(init, name, makeFirst(initBuilder));
  }
  return term(dl::addSlotArgument(function, name, type, /*trainable=*/false));
}

Term StateBuilder::slot(const std::string &name, RankedTensorType type, double first) {
  return read(name, type, [&](OpBuilder &at) -> Value {
    auto scalar = RankedTensorType::get({}, type.getElementType());
    auto value = DenseElementsAttr::get(
        scalar, ArrayRef(FloatAttr::get(type.getElementType(), first).getValue()));
    Term like(at, at.getUnknownLoc(),
              dl::ConstantOp::create(at, at.getUnknownLoc(), scalar, value));
    return expand(like, type.getShape());
  });
}

Term StateBuilder::slot(const std::string &name, DenseElementsAttr first) {
  auto type = cast<RankedTensorType>(first.getType());
  return read(name, type, [&](OpBuilder &at) -> Value {
    return dl::ConstantOp::create(at, at.getUnknownLoc(), type, first);
  });
}

} // namespace dlc::autodiff
