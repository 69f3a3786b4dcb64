// Broadcasting of opset 6 and earlier.
#include "Broadcast.h"

using namespace mlir;

namespace dlc::onnx {

Value alignBroadcastAxis(NodeContext &c, Value lhs, Value rhs) {
  if (c.opset() >= 7)
    return rhs;
  bool broadcast = c.boolAttr("broadcast", false);
  if (!c.hasAttr("axis") || !broadcast)
    return rhs;
  FailureOr<int64_t> axis = c.normalizeAxis(c.intAttr("axis", 0), c.rankOf(lhs));
  if (failed(axis))
    return {};
  Ints shape = c.shapeOf(rhs);
  int64_t trailing = c.rankOf(lhs) - *axis - static_cast<int64_t>(shape.size());
  shape.append(std::max<int64_t>(trailing, 0), 1);
  return c.reshape(rhs, shape);
}

} // namespace dlc::onnx
