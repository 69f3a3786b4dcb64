// Constants that passes make.
#include "Constants.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"

using namespace mlir;

namespace dlc::dl {

ConstantOp constantOf(OpBuilder &builder, Location loc, const Tensor &tensor) {
  ElementsAttr value = attributeOf(builder.getContext(), tensor);
  return ConstantOp::create(builder, loc, value.getShapedType(), value);
}

} // namespace dlc::dl
