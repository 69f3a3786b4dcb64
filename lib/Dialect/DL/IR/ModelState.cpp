// State in function signatures; see ModelState.h.
#include "dlc/Dialect/DL/IR/ModelState.h"

using namespace mlir;

namespace dlc::dl {

std::optional<std::string> argumentSlot(func::FuncOp function, unsigned index) {
  auto slot = function.getArgAttrOfType<StringAttr>(index, stateAttribute);
  return slot ? std::optional(slot.str()) : std::nullopt;
}

std::optional<std::string> resultSlot(func::FuncOp function, unsigned index) {
  auto slot = function.getResultAttrOfType<StringAttr>(index, stateAttribute);
  return slot ? std::optional(slot.str()) : std::nullopt;
}

Value slotArgument(func::FuncOp function, StringRef slot) {
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    if (argumentSlot(function, index) == slot.str())
      return function.getArgument(index);
  return {};
}

BlockArgument addSlotArgument(func::FuncOp function, StringRef slot, Type type, bool trainable) {
  Builder builder(function.getContext());
  SmallVector<NamedAttribute> attributes{
      builder.getNamedAttr(stateAttribute, builder.getStringAttr(slot))};
  if (trainable)
    attributes.push_back(builder.getNamedAttr(trainableAttribute, builder.getUnitAttr()));
  unsigned index = function.getNumArguments();
  Location loc = NameLoc::get(builder.getStringAttr(slot), function.getLoc());
  (void)function.insertArgument(index, type, builder.getDictionaryAttr(attributes), loc);
  return function.getArgument(index);
}

static void appendResult(func::FuncOp function, NamedAttribute attribute, Value value) {
  Operation *terminator = function.getBody().front().getTerminator();
  terminator->insertOperands(terminator->getNumOperands(), value);
  (void)function.insertResult(function.getNumResults(), value.getType(),
                              DictionaryAttr::get(function.getContext(), attribute));
}

void addSlotResult(func::FuncOp function, StringRef slot, Value value) {
  Builder builder(function.getContext());
  appendResult(function, builder.getNamedAttr(stateAttribute, builder.getStringAttr(slot)), value);
}

void addResult(func::FuncOp function, StringRef name, Value value) {
  Builder builder(function.getContext());
  appendResult(function, builder.getNamedAttr("dl.name", builder.getStringAttr(name)), value);
}

func::FuncOp initFunction(ModuleOp module) {
  if (auto existing = module.lookupSymbol<func::FuncOp>("init"))
    return existing;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto init =
      func::FuncOp::create(builder, module.getLoc(), "init", builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(init.addEntryBlock());
  func::ReturnOp::create(builder, module.getLoc());
  return init;
}

} // namespace dlc::dl
