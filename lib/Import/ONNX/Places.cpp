// Places, and sizes as numbers.
#include "Places.h"

using namespace mlir;

namespace dlc::onnx {

/// The same as a constant.
static Tensor knownPlaces(DType dtype, Shape shape, int64_t axis) {
  Tensor tensor(dtype, shape);
  int64_t behind = 1;
  for (int64_t size : ArrayRef<int64_t>(shape).drop_front(axis + 1))
    behind *= size;
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    tensor.setDouble(i, static_cast<double>(i / behind % shape[axis]));
  return tensor;
}

Value placesAlong(NodeContext &c, ArrayRef<AffineExpr> sizes, int64_t axis, Type element) {
  auto [shape, symbolic] = dl::sizeAttributes(c.builder().getContext(), sizes);
  if (symbolic)
    return c.create<dl::IotaOp>(symbolic, c.i64(axis), TypeAttr::get(element));
  if (failed(c.checkTable(*dl::dtypeOf(element), shape)))
    return c.expand(c.scalar(element, 0), shape);
  return c.constant(knownPlaces(*dl::dtypeOf(element), Shape(shape.begin(), shape.end()), axis));
}

Value placesAlong(NodeContext &c, AffineExpr size, int64_t rank, int64_t axis, Type element) {
  dl::Dims sizes(rank, c.dim(1));
  sizes[axis] = size;
  return placesAlong(c, sizes, axis, element);
}

Value sizeAsNumber(NodeContext &c, AffineExpr size) {
  auto [shape, symbolic] = dl::sizeAttributes(c.builder().getContext(), {size});
  if (!symbolic) {
    Tensor number(DType::I64, {});
    number.setInt(0, shape.front());
    return c.constant(number);
  }
  return c.reshape(c.create<dl::SizesOp>(symbolic), Ints());
}

static bool holds(Side side, int64_t column, int64_t diagonal) {
  return side == Side::From      ? column >= diagonal
         : side == Side::Through ? column <= diagonal
                                 : column == diagonal;
}

Value triangle(NodeContext &c, AffineExpr rows, AffineExpr columns, AffineExpr k, Side side) {
  std::optional<int64_t> height = dl::constantDim(rows), width = dl::constantDim(columns),
                         shift = dl::constantDim(k);
  if (height && width && shift) {
    if (failed(c.checkTable(DType::Bool, {*height, *width})))
      return c.expand(c.scalar(c.builder().getI1Type(), 0), {*height, *width});
    Tensor mask(DType::Bool, {*height, *width});
    for (int64_t row = 0; row < *height; ++row)
      for (int64_t column = 0; column < *width; ++column)
        mask.setInt(row * *width + column, holds(side, column, row + *shift));
    return c.constant(mask);
  }
  Type i64 = c.builder().getI64Type();
  Value column = placesAlong(c, columns, 2, 1, i64);
  Value diagonal = c.create<dl::AddOp>(placesAlong(c, rows, 2, 0, i64), sizeAsNumber(c, k));
  if (side == Side::On)
    return c.create<dl::EqualOp>(column, diagonal);
  return side == Side::From ? c.create<dl::GreaterOrEqualOp>(column, diagonal)
                            : c.create<dl::LessOrEqualOp>(column, diagonal);
}

} // namespace dlc::onnx
