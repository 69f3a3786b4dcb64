// Asks the artifact itself: it evaluates its conditions without running.
#include "NearbyShapes.h"

using namespace dlc;
using namespace dlc::cli;

namespace {

/// Values of the model's open sizes, by their number; -1 for those that no input has.
using Sizes = std::vector<int64_t>;

class ShapeSearch {
public:
  ShapeSearch(Context &context, const std::vector<Tensor> &inputs)
      : context(context), inputs(inputs),
        described(context.description().functions.front().inputs) {}

  /// What `inputs` say of the open sizes.
  Sizes given() const;
  bool takes(const Sizes &sizes) { return static_cast<bool>(context.outputShapes(with(sizes))); }
  std::string text(const Sizes &sizes) const;

private:
  Shape shapeOf(size_t input, const Sizes &sizes) const;
  std::vector<Tensor> with(const Sizes &sizes) const;

  Context &context;
  const std::vector<Tensor> &inputs;
  const std::vector<TensorDescription> &described;
};

} // namespace

/// The number of the symbol that `dims[axis]` is, if it is one.
static std::optional<size_t> symbolAt(const Shape &dims, size_t axis) {
  if (axis < dims.size() && isSymbolicDim(dims[axis]))
    return symbolOfDim(dims[axis]);
  return {};
}

Sizes ShapeSearch::given() const {
  Sizes sizes(context.description().symbols.size(), -1);
  for (size_t input = 0; input != inputs.size(); ++input)
    for (size_t axis = 0; axis != inputs[input].shape().size(); ++axis)
      if (auto symbol = symbolAt(described[input].dims, axis))
        sizes[*symbol] = inputs[input].shape()[axis];
  return sizes;
}

Shape ShapeSearch::shapeOf(size_t input, const Sizes &sizes) const {
  Shape shape = inputs[input].shape();
  for (size_t axis = 0; axis != shape.size(); ++axis)
    if (auto symbol = symbolAt(described[input].dims, axis))
      shape[axis] = sizes[*symbol];
  return shape;
}

std::vector<Tensor> ShapeSearch::with(const Sizes &sizes) const {
  std::vector<Tensor> tensors;
  for (size_t input = 0; input != inputs.size(); ++input)
    tensors.emplace_back(inputs[input].dtype(), shapeOf(input, sizes));
  return tensors;
}

std::string ShapeSearch::text(const Sizes &sizes) const {
  std::string text;
  for (size_t input = 0; input != inputs.size(); ++input)
    if (Shape shape = shapeOf(input, sizes); shape != inputs[input].shape())
      text += (text.empty() ? "" : " ") + described[input].name + "=" + shapeString(shape);
  return text;
}

std::string cli::nearbyShapes(Context &context, const std::vector<Tensor> &inputs) {
  constexpr int64_t largestMultiple = 64;
  ShapeSearch search(context, inputs);
  const Sizes given = search.given();
  if (search.takes(given))
    return {};
  for (int64_t multiple = 2; multiple <= largestMultiple; multiple *= 2) {
    Sizes sizes = given;
    for (int64_t &size : sizes)
      if (size >= 0)
        size = std::max<int64_t>(1, (size + multiple - 1) / multiple) * multiple;
    if (!search.takes(sizes))
      continue;
    for (size_t symbol = 0; symbol != sizes.size(); ++symbol) {
      Sizes fewer = sizes;
      fewer[symbol] = given[symbol];
      if (search.takes(fewer))
        sizes = fewer;
    }
    return search.text(sizes);
  }
  return {};
}
