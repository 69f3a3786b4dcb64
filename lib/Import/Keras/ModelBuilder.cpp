// Variables as constants, each once.
#include "ModelBuilder.h"

#include "dlc/Dialect/DL/IR/ModelState.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dlc::keras {

std::string ModelBuilder::shapeText(Value value) const {
  dl::Dims dims = dl::dimsOf(value.getType());
  auto text = llvm::map_range(
      dims, [&](AffineExpr dim) { return dl::expressionString(dim, sizeSymbols.allNames()); });
  return "(" + llvm::join(text, ", ") + ")";
}

const Tensor *ModelBuilder::findVariable(StringRef path) const {
  auto found = model.variables.tensors.find(std::string_view(path));
  return found == model.variables.tensors.end() ? nullptr : &found->second;
}

Value ModelBuilder::variable(StringRef path, const LayerPosition &position, bool trainable) {
  Value &value = variables[path.str()];
  if (value)
    return value;
  Location layer = location();
  setLocation(NameLoc::get(builder().getStringAttr(path)));
  dl::ConstantOp made = constant(*findVariable(path));
  made->setAttr(dl::variableAttribute, builder().getBoolAttr(trainable));
  setLocation(layer);
  order[position].push_back(made);
  return value = made.getResult();
}

void ModelBuilder::sortVariables(Block &block) {
  for (auto &[position, constants] : llvm::reverse(order))
    for (dl::ConstantOp constant : llvm::reverse(constants))
      constant->moveBefore(&block, block.begin());
}

} // namespace dlc::keras
