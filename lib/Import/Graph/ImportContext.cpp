// The ops that importers of all formats build.
#include "ImportContext.h"

#include "dlc/Dialect/DL/IR/TensorConversion.h"

using namespace mlir;

namespace dlc::importer {

void ImportContext::fail(ExitCode code, const Twine &message) {
  if (!failure)
    failure = Error{code, place() + message.str()};
}

Value ImportContext::constant(const Tensor &tensor) {
  return failed() ? Value() : ops.constant(tensor).getResult();
}

Value ImportContext::scalar(Type element, double value) {
  Tensor tensor(*dl::dtypeOf(element), {});
  tensor.setDouble(0, value);
  return constant(tensor);
}

Value ImportContext::reshape(Value value, ArrayRef<int64_t> shape) {
  if (failed() || typeOf(value).getShape() == shape)
    return value;
  return create<dl::ReshapeOp>(value, i64s(shape), AffineMapAttr());
}

Value ImportContext::reshape(Value value, ArrayRef<AffineExpr> dims) {
  if (failed() || ArrayRef<AffineExpr>(dimsOf(value)) == dims)
    return value;
  auto [shape, symbolic] = dl::sizeAttributes(builder().getContext(), dims);
  return create<dl::ReshapeOp>(value, i64s(shape), symbolic);
}

Value ImportContext::expand(Value value, ArrayRef<int64_t> shape) {
  if (failed() || typeOf(value).getShape() == shape)
    return value;
  return create<dl::ExpandOp>(value, i64s(shape), AffineMapAttr());
}

Value ImportContext::expand(Value value, ArrayRef<AffineExpr> dims) {
  if (failed() || ArrayRef<AffineExpr>(dimsOf(value)) == dims)
    return value;
  auto [shape, symbolic] = dl::sizeAttributes(builder().getContext(), dims);
  return create<dl::ExpandOp>(value, i64s(shape), symbolic);
}

Value ImportContext::transpose(Value value, ArrayRef<int64_t> permutation) {
  return create<dl::TransposeOp>(value, i64s(permutation));
}

Value ImportContext::slice(Value value, ArrayRef<int64_t> starts, ArrayRef<AffineExpr> sizes,
                           ArrayRef<int64_t> steps) {
  auto [shape, symbolic] = dl::sizeAttributes(builder().getContext(), sizes);
  return create<dl::SliceOp>(value, i64s(starts), i64s(shape), i64s(steps), symbolic);
}

Value ImportContext::sliceAxis(Value value, int64_t axis, int64_t start, int64_t size) {
  if (failed())
    return {};
  dl::Dims sizes = dimsOf(value);
  Ints starts(sizes.size(), 0), steps(sizes.size(), 1);
  starts[axis] = start;
  sizes[axis] = dim(size);
  return slice(value, starts, sizes, steps);
}

} // namespace dlc::importer
