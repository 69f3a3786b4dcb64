// Resize and Upsample: every coordinate rule, mode and option becomes one table of taps an axis.
#include "Families.h"

#include "ResizeRule.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;

namespace dlc::onnx {

namespace {

/// One axis of a resize.
struct ResizeAxis {
  int64_t from = 1, to = 1;
  double scale = 1;
  /// Of the region of interest, as parts of the axis.
  double roiBegin = 0, roiEnd = 1;
};

/// `taps` entries for each element of the result; indices within the axis.
struct TapTable {
  int64_t taps = 1;
  std::vector<int64_t> indices;
  std::vector<double> weights;
  /// Which elements lie outside the operand altogether; empty where none may.
  std::vector<bool> outside;
};

} // namespace

//===-- Coordinates and weights ------------------------------------------------------------===//

/// The place in the operand, in elements, of element `x` of the result.
static double sourcePlace(const ResizeRule &rule, const ResizeAxis &axis, double x) {
  // The size before it was rounded down, as the operator's definition has it.
  double from = static_cast<double>(axis.from), to = axis.scale * from;
  if (rule.coordinates == "asymmetric")
    return x / axis.scale;
  if (rule.coordinates == "align_corners")
    return axis.to <= 1 || to <= 1 ? 0 : x * (from - 1) / (to - 1);
  if (rule.coordinates == "pytorch_half_pixel")
    return axis.to == 1 ? 0 : (x + 0.5) / axis.scale - 0.5;
  if (rule.coordinates == "tf_half_pixel_for_nn")
    return (x + 0.5) / axis.scale;
  if (rule.coordinates == "tf_crop_and_resize") {
    if (axis.to == 1)
      return 0.5 * (axis.roiBegin + axis.roiEnd) * (from - 1);
    return axis.roiBegin * (from - 1) +
           x * (axis.roiEnd - axis.roiBegin) * (from - 1) / static_cast<double>(axis.to - 1);
  }
  // From the middle, which lies on the middle: a place that is a whole number must come out as one,
  // since nearest modes round it.
  if (rule.coordinates == "half_pixel_symmetric")
    return (x + 0.5 - static_cast<double>(axis.to) / 2) / axis.scale + from / 2 - 0.5;
  return (x + 0.5) / axis.scale - 0.5;
}

/// The weight of a tap at `distance` in the kernel of `rule`.
static double kernelAt(const ResizeRule &rule, double distance) {
  double d = std::abs(distance), a = rule.cubic;
  if (rule.mode == ResizeRule::Mode::Linear)
    return std::max(1 - d, 0.0);
  if (d <= 1)
    return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/// Which of two neighbours is nearest, for a place `ratio` in (0, 1] after the first of them.
static bool takesSecond(StringRef rounding, double ratio) {
  if (ratio == 1 || rounding == "ceil")
    return true;
  if (rounding == "floor")
    return false;
  return rounding == "round_prefer_ceil" ? ratio >= 0.5 : ratio > 0.5;
}

static FailureOr<TapTable> tapsOf(NodeContext &c, const ResizeRule &rule, const ResizeAxis &axis) {
  bool nearest = rule.mode == ResizeRule::Mode::Nearest;
  // Shrinking with antialias widens the kernel by the factor of the shrinking.
  double stretch = rule.antialias ? std::min(axis.scale, 1.0) : 1.0;
  double radius = rule.mode == ResizeRule::Mode::Cubic ? 2 : 1;
  int64_t reach = static_cast<int64_t>(std::ceil(radius / stretch));
  TapTable table;
  table.taps = nearest ? 1 : 2 * reach;
  if (failed(c.checkTable(DType::F64, {axis.to, table.taps})))
    return failure();
  for (int64_t x = 0; x < axis.to; ++x) {
    double place = sourcePlace(rule, axis, static_cast<double>(x));
    bool isOutside = place < 0 || place > static_cast<double>(axis.from - 1);
    table.outside.push_back(rule.coordinates == "tf_crop_and_resize" && isOutside);
    int64_t base = static_cast<int64_t>(std::ceil(place)) - 1;
    double ratio = place - static_cast<double>(base), total = 0;
    auto clampIndex = [&](int64_t index) { return std::clamp<int64_t>(index, 0, axis.from - 1); };
    if (nearest) {
      table.indices.push_back(clampIndex(base + (takesSecond(rule.rounding, ratio) ? 1 : 0)));
      table.weights.push_back(1);
      continue;
    }
    size_t first = table.weights.size();
    for (int64_t tap = 1 - reach; tap <= reach; ++tap) {
      int64_t index = base + tap;
      bool dropped = rule.excludeOutside && (index < 0 || index >= axis.from);
      double weight = dropped ? 0 : kernelAt(rule, (static_cast<double>(tap) - ratio) * stretch);
      table.indices.push_back(clampIndex(index));
      table.weights.push_back(weight);
      total += weight;
    }
    if (rule.excludeOutside || rule.antialias)
      for (size_t i = first; i < table.weights.size() && total != 0; ++i)
        table.weights[i] /= total;
  }
  return table;
}

//===-- Application ------------------------------------------------------------------------===//

static Value applyTable(NodeContext &c, Value value, int64_t axis, const TapTable &table,
                        bool nearest, double extrapolation) {
  int64_t size = static_cast<int64_t>(table.outside.size());
  Shape shape = nearest ? Shape{size} : Shape{size, table.taps};
  Tensor indices(DType::I32, shape);
  for (int64_t i = 0; i < indices.numElements(); ++i)
    indices.setInt(i, table.indices[i]);
  if (nearest) {
    value = c.create<dl::GatherOp>(value, c.constant(indices), static_cast<uint64_t>(axis));
  } else {
    bool wide = c.elementOf(value).isF64();
    Tensor weights(wide ? DType::F64 : DType::F32, shape);
    for (int64_t i = 0; i < weights.numElements(); ++i)
      weights.setDouble(i, table.weights[i]);
    value = c.create<dl::ResampleOp>(value, c.constant(indices), c.constant(weights),
                                     static_cast<uint64_t>(axis));
  }
  if (c.failed() || llvm::none_of(table.outside, [](bool outside) { return outside; }))
    return value;
  Shape maskShape(c.rankOf(value), 1);
  maskShape[axis] = size;
  Tensor mask(DType::Bool, maskShape);
  for (int64_t i = 0; i < size; ++i)
    mask.setInt(i, table.outside[i]);
  Value fill = c.scalar(c.elementOf(value), extrapolation);
  return c.create<dl::WhereOp>(c.constant(mask), fill, value);
}

/// Whether an axis that keeps its size keeps its elements.
static bool keepsElements(const ResizeRule &rule) {
  return rule.coordinates != "tf_crop_and_resize" && rule.coordinates != "tf_half_pixel_for_nn";
}

static LogicalResult resize(NodeContext &c, const ResizeRule &rule, ArrayRef<ResizeAxis> axes) {
  Value value = c.input(0);
  Type element = c.elementOf(value);
  bool nearest = rule.mode == ResizeRule::Mode::Nearest;
  if (!nearest && !isa<FloatType>(element))
    value = c.cast(value, c.builder().getF32Type());
  for (auto [index, axis] : llvm::enumerate(axes)) {
    if (axis.from == axis.to && axis.scale == 1 && keepsElements(rule))
      continue;
    if (axis.from == 0 || axis.to == 0)
      return c.unsupported("resizing an axis of no elements");
    FailureOr<TapTable> table = tapsOf(c, rule, axis);
    if (failed(table))
      return failure();
    value = applyTable(c, value, index, *table, nearest, rule.extrapolation);
    if (c.failed())
      return failure();
  }
  return c.setOutput(0, c.cast(value, element));
}

//===-- Reading the node -------------------------------------------------------------------===//

static LogicalResult checkChoice(NodeContext &c, StringRef name, StringRef value,
                                 ArrayRef<StringRef> choices) {
  if (llvm::is_contained(choices, value))
    return success();
  return c.badInput("attribute '" + name + "' is '" + value + "', expected one of " +
                    llvm::join(choices, ", "));
}

static FailureOr<ResizeRule> readRule(NodeContext &c) {
  ResizeRule rule;
  std::string mode = c.stringAttr("mode", "nearest");
  if (failed(checkChoice(c, "mode", mode, {"nearest", "linear", "bilinear", "cubic"})))
    return failure();
  rule.mode = mode == "nearest" ? ResizeRule::Mode::Nearest
              : mode == "cubic" ? ResizeRule::Mode::Cubic
                                : ResizeRule::Mode::Linear;
  bool old = c.opset() < 11;
  rule.coordinates =
      old ? "asymmetric" : c.stringAttr("coordinate_transformation_mode", "half_pixel");
  rule.rounding = old ? "floor" : c.stringAttr("nearest_mode", "round_prefer_floor");
  if (failed(
          checkChoice(c, "coordinate_transformation_mode", rule.coordinates,
                      {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                       "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"})) ||
      failed(checkChoice(c, "nearest_mode", rule.rounding,
                         {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})))
    return failure();
  rule.cubic = c.floatAttr("cubic_coeff_a", -0.75f);
  rule.extrapolation = c.floatAttr("extrapolation_value", 0);
  rule.excludeOutside = c.boolAttr("exclude_outside", false);
  rule.antialias = c.boolAttr("antialias", false);
  return rule;
}

/// The numbers of an optional input; none where it is left out or empty.
static FailureOr<SmallVector<double>> numbers(NodeContext &c, unsigned index) {
  SmallVector<double> values;
  if (!c.hasInput(index) || c.typeOf(c.input(index)).getNumElements() == 0)
    return values;
  FailureOr<Tensor> tensor = c.requireConstant(index);
  if (failed(tensor))
    return failure();
  for (int64_t i = 0; i < tensor->numElements(); ++i)
    values.push_back(tensor->asDouble(i));
  return values;
}

/// A size made of a scale; sizes beyond reason fail.
static FailureOr<int64_t> sizeOf(NodeContext &c, double size) {
  if (!(size >= 0 && size < 2147483648.0))
    return c.badInput("asks for an axis of " +
                      Twine(static_cast<int64_t>(std::clamp(size, -1e18, 1e18))) + " elements");
  return static_cast<int64_t>(size);
}

/// Sizes as given, or scaled alike so that none is larger (or smaller) than given.
static LogicalResult setSizes(NodeContext &c, MutableArrayRef<ResizeAxis> axes,
                              ArrayRef<int64_t> which, ArrayRef<double> sizes) {
  std::string policy = c.stringAttr("keep_aspect_ratio_policy", "stretch");
  if (failed(checkChoice(c, "keep_aspect_ratio_policy", policy,
                         {"stretch", "not_larger", "not_smaller"})))
    return failure();
  double common = policy == "not_larger" ? INFINITY : 0;
  for (auto [axis, size] : llvm::zip(which, sizes)) {
    double scale = size / static_cast<double>(axes[axis].from);
    common = policy == "not_larger" ? std::min(common, scale) : std::max(common, scale);
  }
  for (auto [axis, size] : llvm::zip(which, sizes)) {
    bool stretch = policy == "stretch";
    double from = static_cast<double>(axes[axis].from);
    FailureOr<int64_t> to = sizeOf(c, stretch ? size : std::floor(common * from + 0.5));
    if (failed(to))
      return failure();
    axes[axis].to = *to;
    axes[axis].scale = stretch ? static_cast<double>(*to) / from : common;
  }
  return success();
}

static LogicalResult setScales(NodeContext &c, const ResizeRule &rule,
                               MutableArrayRef<ResizeAxis> axes, ArrayRef<int64_t> which,
                               ArrayRef<double> scales) {
  for (auto [axis, scale] : llvm::zip(which, scales)) {
    ResizeAxis &one = axes[axis];
    double part = rule.coordinates == "tf_crop_and_resize" ? one.roiEnd - one.roiBegin : 1;
    if (!(scale > 0))
      return c.badInput("scale of axis " + Twine(axis) + " is not positive");
    FailureOr<int64_t> to = sizeOf(c, std::floor(static_cast<double>(one.from) * part * scale));
    if (failed(to))
      return failure();
    one.to = *to;
    one.scale = scale;
  }
  return success();
}

/// `roi`, `scales` and `sizes` are the numbers of the inputs (or, long ago, attributes) of these
/// names.
static LogicalResult resizeBy(NodeContext &c, const ResizeRule &rule, ArrayRef<double> roi,
                              ArrayRef<double> scales, ArrayRef<double> sizes) {
  Ints shape = c.shapeOf(c.input(0));
  Ints all(llvm::seq<int64_t>(0, shape.size()).begin(), llvm::seq<int64_t>(0, shape.size()).end());
  FailureOr<Ints> which = c.normalizeAxes(c.intsAttr("axes").value_or(all), shape.size());
  if (failed(which))
    return failure();
  SmallVector<ResizeAxis> axes(shape.size());
  for (auto [axis, size] : llvm::zip(axes, shape))
    axis.from = axis.to = size;
  bool crops = rule.coordinates == "tf_crop_and_resize";
  if (crops && roi.size() != 2 * which->size())
    return c.badInput("roi has " + Twine(roi.size()) + " entries for " + Twine(which->size()) +
                      " axes");
  for (size_t i = 0; crops && i < which->size(); ++i) {
    axes[(*which)[i]].roiBegin = roi[i];
    axes[(*which)[i]].roiEnd = roi[which->size() + i];
  }
  ArrayRef<double> given = sizes.empty() ? scales : sizes;
  if (given.size() != which->size())
    return c.badInput("has " + Twine(given.size()) + " scales or sizes for " +
                      Twine(which->size()) + " axes");
  LogicalResult done =
      sizes.empty() ? setScales(c, rule, axes, *which, scales) : setSizes(c, axes, *which, sizes);
  if (failed(done))
    return failure();
  // Read in any case, so that it is known.
  (void)c.stringAttr("keep_aspect_ratio_policy", "stretch");
  return resize(c, rule, axes);
}

//===-- Sizes that are symbols -------------------------------------------------------------===//

/// Whether the rule takes element x / n for a whole scale n, whatever the size.
static bool repeatsElements(const ResizeRule &rule) {
  bool floors = rule.coordinates == "asymmetric" && rule.rounding == "floor";
  bool centres = rule.coordinates == "half_pixel" && StringRef(rule.rounding).starts_with("round");
  return rule.mode == ResizeRule::Mode::Nearest && !rule.antialias && (floors || centres);
}

/// What the axes become; see `OpenAxis`.
static FailureOr<SmallVector<OpenAxis>> openAxes(NodeContext &c, unsigned scales, unsigned sizes) {
  SmallVector<OpenAxis> axes;
  for (AffineExpr size : c.dimsOf(c.input(0)))
    axes.push_back({size, size, std::nullopt});
  Ints all = llvm::to_vector(llvm::seq<int64_t>(0, axes.size()));
  FailureOr<Ints> which = c.normalizeAxes(c.intsAttr("axes").value_or(all), axes.size());
  bool scaled = c.hasInput(scales) && c.typeOf(c.input(scales)).getNumElements() != 0;
  FailureOr<SmallVector<double>> given = numbers(c, scaled ? scales : ~0u);
  FailureOr<dl::Dims> to = scaled ? dl::Dims() : c.requireSizes(sizes);
  if (failed(which) || failed(given) || failed(to))
    return failure();
  if ((scaled ? given->size() : to->size()) != which->size())
    return c.badInput("has " + Twine(scaled ? given->size() : to->size()) +
                      " scales or sizes for " + Twine(which->size()) + " axes");
  for (auto [index, axis] : llvm::enumerate(*which)) {
    OpenAxis &one = axes[axis];
    if (scaled && !((*given)[index] > 0))
      return c.badInput("scale of axis " + Twine(axis) + " is not positive");
    if (scaled)
      one.scale = (*given)[index];
    one.to = scaled ? scaledSize(one.from, *one.scale) : (*to)[index];
    if (!one.to)
      return c.unsupported("scales an axis of a size that is not known by " +
                           std::to_string(*one.scale) +
                           ", which is no quotient of small numbers; give the sizes with --shape");
    if (std::optional<int64_t> known = dl::constantDim(one.to))
      if (failed(sizeOf(c, static_cast<double>(*known))))
        return failure();
  }
  return axes;
}

/// The axes as numbers, where those of sizes that are not known keep them, and their elements:
/// whatever such a size is, 1 stands for it.
static std::optional<SmallVector<ResizeAxis>> knownAxes(const ResizeRule &rule,
                                                        ArrayRef<OpenAxis> axes) {
  SmallVector<ResizeAxis> known;
  for (const OpenAxis &axis : axes) {
    std::optional<int64_t> from = dl::constantDim(axis.from), to = dl::constantDim(axis.to);
    bool stays = axis.from == axis.to && axis.scale.value_or(1) == 1 && keepsElements(rule);
    if (!stays && (!from || !to))
      return std::nullopt;
    if (stays)
      known.push_back({});
    else
      known.push_back({*from, *to, axis.scale.value_or(static_cast<double>(*to) / *from)});
  }
  return known;
}

/// Where no axis shrinks or grows by other than a whole number, these numbers.
static std::optional<Ints> wholeFactors(ArrayRef<OpenAxis> axes) {
  Ints factors;
  for (const OpenAxis &axis : axes) {
    AffineExpr factor = dl::exactQuotient(axis.to, axis.from);
    int64_t number = factor ? dl::constantDim(factor).value_or(0) : 0;
    if (number < 1 || (axis.scale && *axis.scale != static_cast<double>(number)))
      return std::nullopt;
    factors.push_back(number);
  }
  return factors;
}

/// Each element of an axis, repeated: an axis of 1 behind it is expanded and joined.
static Value repeatElements(NodeContext &c, Value value, ArrayRef<int64_t> factors) {
  dl::Dims from = c.dimsOf(value), split, repeated, joined;
  for (auto [size, factor] : llvm::zip(from, factors)) {
    split.push_back(size);
    repeated.push_back(size);
    joined.push_back(size * factor);
    if (factor == 1)
      continue;
    split.push_back(c.dim(1));
    repeated.push_back(c.dim(factor));
  }
  Value spread = c.expand(c.reshape(value, split), repeated);
  return c.failed() ? Value() : c.reshape(spread, joined);
}

/// Where the axes that are resized are of sizes that are known, by their tables; where elements are
/// repeated, by views; else by tables that are computed.
static LogicalResult importSymbolicResize(NodeContext &c, const ResizeRule &rule, unsigned scales,
                                          unsigned sizes) {
  if (c.stringAttr("keep_aspect_ratio_policy", "stretch") != "stretch")
    return c.unsupported("keeps the aspect ratio of sizes that are not known; give them with "
                         "--shape");
  FailureOr<SmallVector<OpenAxis>> axes = openAxes(c, scales, sizes);
  if (failed(axes))
    return failure();
  if (auto known = knownAxes(rule, *axes))
    return resize(c, rule, *known);
  std::optional<Ints> factors = wholeFactors(*axes);
  if (factors && repeatsElements(rule))
    return c.setOutput(0, repeatElements(c, c.input(0), *factors));
  return resizeOpen(c, rule, *axes);
}

static LogicalResult importResize(NodeContext &c) {
  FailureOr<ResizeRule> rule = readRule(c);
  bool old = c.opset() < 11;
  // Sizes of other tensors are expressions, be they numbers in the end.
  bool asks = !old && c.hasInput(3) && !c.graphBuilder().evaluate(c.input(3));
  if (succeeded(rule) && (asks || !c.typeOf(c.input(0)).hasStaticShape()))
    return importSymbolicResize(c, *rule, old ? 1 : 2, 3);
  FailureOr<SmallVector<double>> roi = old ? SmallVector<double>() : numbers(c, 1);
  FailureOr<SmallVector<double>> scales = numbers(c, old ? 1 : 2);
  FailureOr<SmallVector<double>> sizes = old ? SmallVector<double>() : numbers(c, 3);
  if (failed(rule) || failed(roi) || failed(scales) || failed(sizes))
    return failure();
  return resizeBy(c, *rule, *roi, *scales, *sizes);
}

static LogicalResult importUpsample(NodeContext &c) {
  FailureOr<ResizeRule> rule = readRule(c);
  if (failed(rule))
    return failure();
  rule->coordinates = "asymmetric";
  rule->rounding = "floor";
  if (c.opset() >= 9 && !c.typeOf(c.input(0)).hasStaticShape())
    return importSymbolicResize(c, *rule, 1, 1);
  if (c.opset() < 9)
    return resizeBy(c, *rule, {}, c.floatsAttr("scales").value_or(SmallVector<double>()), {});
  FailureOr<SmallVector<double>> scales = numbers(c, 1);
  return failed(scales) ? failure() : resizeBy(c, *rule, {}, *scales, {});
}

void registerResizeImporters(OpTable &table) {
  table.add({.opType = "Resize",
             .import = importResize,
             .minInputs = 1,
             .maxInputs = 4,
             .limits = "scales are known at compile time; along open sizes no cubic, antialias or "
                       "exclude_outside"});
  table.add({.opType = "Upsample", .import = importUpsample, .minInputs = 1, .maxInputs = 2});
}

} // namespace dlc::onnx
