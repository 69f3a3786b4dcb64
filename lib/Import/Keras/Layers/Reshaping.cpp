// Layers that move elements without computing on them.
#include "Families.h"

#include "../WindowSettings.h"

using namespace mlir;

namespace dlc::keras {

/// The elements of an image as channels last have them.
static Value importFlatten(LayerContext &c) {
  Value value = c.input();
  int64_t rank = LayerContext::rankOf(value);
  if (c.layoutSetting() == dl::Layout::ChannelsFirst && rank > 2) {
    Ints permutation{0};
    for (int64_t axis = 2; axis < rank; ++axis)
      permutation.push_back(axis);
    permutation.push_back(1);
    value = c.transpose(value, permutation);
  }
  if (c.failed())
    return {};
  dl::Dims dims = LayerContext::dimsOf(value);
  AffineExpr elements =
      dl::productOf(ArrayRef(dims).drop_front(dims.empty() ? 0 : 1), c.builder().getContext());
  return c.reshape(value, dl::Dims{dims.empty() ? c.dim(1) : dims[0], elements});
}

static Value importReshape(LayerContext &c) {
  Ints target = c.listSetting("target_shape");
  dl::Dims dims = LayerContext::dimsOf(c.input());
  if (dims.empty())
    c.badInput("expects an input with a batch");
  if (c.failed())
    return {};
  AffineExpr elements = dl::productOf(ArrayRef(dims).drop_front(), c.builder().getContext());
  AffineExpr known = c.dim(1);
  int64_t open = 0;
  for (int64_t size : target) {
    if (size < -1)
      c.badInput("setting 'target_shape' holds " + Twine(size) + ", expected -1 or more");
    open += size == -1;
    if (size != -1)
      known = known * size;
  }
  if (open > 1)
    c.badInput("setting 'target_shape' leaves " + Twine(open) + " sizes open, expected at most 1");
  AffineExpr rest = open == 1 ? dl::exactQuotient(elements, dl::simplified(known)) : known;
  if (!rest)
    c.badInput("setting 'target_shape' does not divide the elements of the input");
  if (c.failed())
    return {};
  dl::Dims result{dims[0]};
  for (int64_t size : target)
    result.push_back(size == -1 ? rest : c.dim(size));
  return c.reshape(c.input(), result);
}

/// `dims` counts from 1: the batch stays.
static Value importPermute(LayerContext &c) {
  Ints permutation{0};
  permutation.append(c.listSetting("dims"));
  int64_t rank = LayerContext::rankOf(c.input());
  SmallVector<bool> taken(rank, false);
  for (int64_t axis : permutation)
    if (axis >= 0 && axis < rank)
      taken[axis] = true;
  if (static_cast<int64_t>(permutation.size()) != rank || llvm::is_contained(taken, false))
    c.badInput("setting 'dims': expected each of the axes 1 to " + Twine(rank - 1) + " once");
  return c.transpose(c.input(), permutation);
}

static Value importRepeatVector(LayerContext &c) {
  int64_t count = c.intsSetting("n", 1, 1, 1).front();
  if (!c.expectRank(2, "(batch, features)"))
    return {};
  dl::Dims dims = LayerContext::dimsOf(c.input());
  Value row = c.reshape(c.input(), dl::Dims{dims[0], c.dim(1), dims[1]});
  return c.expand(row, {dims[0], c.dim(count), dims[1]});
}

/// A number, one number an axis, or a pair an axis: elements before and after.
static std::optional<SmallVector<std::pair<int64_t, int64_t>>>
borders(LayerContext &c, StringRef name, size_t spatial) {
  const Config *setting = c.setting(name);
  const auto *list = setting ? setting->as<Config::List>() : nullptr;
  SmallVector<std::pair<int64_t, int64_t>> result;
  auto pairOf = [](const Config &entry) -> std::optional<std::pair<int64_t, int64_t>> {
    if (const auto *one = entry.as<int64_t>())
      return std::pair(*one, *one);
    const auto *two = entry.as<Config::List>();
    const auto *begin = two && two->size() == 2 ? (*two)[0].as<int64_t>() : nullptr;
    const auto *end = begin ? (*two)[1].as<int64_t>() : nullptr;
    return end ? std::optional(std::pair(*begin, *end)) : std::nullopt;
  };
  // Of one axis, the pair itself may stand there.
  if (list && spatial == 1 && list->size() == 2)
    list = nullptr;
  for (size_t axis = 0; axis < spatial; ++axis) {
    const Config *entry = list ? (axis < list->size() ? &(*list)[axis] : nullptr) : setting;
    std::optional<std::pair<int64_t, int64_t>> pair = entry ? pairOf(*entry) : std::nullopt;
    constexpr int64_t most = 1 << 24;
    if (!pair || pair->first < 0 || pair->second < 0 || pair->first > most || pair->second > most) {
      c.badInput("setting '" + name + "': expected a pair of sizes for each of " + Twine(spatial) +
                 " axes");
      return std::nullopt;
    }
    result.push_back(*pair);
  }
  return result;
}

template <int spatial>
static Value importZeroPadding(LayerContext &c) {
  dl::Layout layout = c.layoutSetting();
  auto sizes = borders(c, "padding", spatial);
  if (c.failed() || !expectImage(c, spatial, layout))
    return {};
  Ints low(spatial + 2, 0), high(spatial + 2, 0);
  int64_t first = layout == dl::Layout::ChannelsLast ? 1 : 2;
  for (auto [axis, pair] : llvm::enumerate(*sizes)) {
    low[first + axis] = pair.first;
    high[first + axis] = pair.second;
  }
  return c.create<dl::PadOp>(c.input(), Value(), c.i64s(low), c.i64s(high));
}

template <int spatial>
static Value importCropping(LayerContext &c) {
  dl::Layout layout = c.layoutSetting();
  auto sizes = borders(c, "cropping", spatial);
  if (c.failed() || !expectImage(c, spatial, layout))
    return {};
  int64_t first = layout == dl::Layout::ChannelsLast ? 1 : 2;
  Value value = c.input();
  for (auto [axis, pair] : llvm::enumerate(*sizes)) {
    int64_t size = c.sizeOf(c.input(), first + axis), left = size - pair.first - pair.second;
    if (left < 1)
      c.badInput("setting 'cropping' takes all of axis " + Twine(first + axis) + ", of size " +
                 Twine(size));
    value = c.sliceAxis(value, first + axis, pair.first, left);
  }
  return value;
}

/// Each element `size` times along each spatial axis.
template <int spatial>
static Value importUpSampling(LayerContext &c) {
  dl::Layout layout = spatial == 1 ? dl::Layout::ChannelsLast : c.layoutSetting();
  Ints sizes = c.intsSetting("size", spatial, 2, 1);
  if (c.textSetting("interpolation", "nearest") != "nearest")
    c.unsupported("setting 'interpolation': expected nearest");
  if (c.failed() || !expectImage(c, spatial, layout))
    return {};
  int64_t first = layout == dl::Layout::ChannelsLast ? 1 : 2;
  dl::Dims split, repeated, joined;
  for (auto [axis, size] : llvm::enumerate(LayerContext::dimsOf(c.input()))) {
    int64_t place = static_cast<int64_t>(axis) - first;
    bool isSpatial = place >= 0 && place < spatial;
    split.push_back(size);
    repeated.push_back(size);
    joined.push_back(isSpatial ? dl::simplified(size * sizes[place]) : size);
    if (isSpatial) {
      split.push_back(c.dim(1));
      repeated.push_back(c.dim(sizes[place]));
    }
  }
  Value value = c.reshape(c.input(), split);
  return c.reshape(c.expand(value, repeated), joined);
}

/// The inner layer at each step: steps are part of the batch meanwhile.
static Value importTimeDistributed(LayerContext &c) {
  if (LayerContext::rankOf(c.input()) < 3) {
    c.badInput("expects (batch, time, ...), found rank " + Twine(LayerContext::rankOf(c.input())));
    return {};
  }
  dl::Dims dims = LayerContext::dimsOf(c.input());
  dl::Dims merged{dl::simplified(dims[0] * dims[1])};
  merged.append(dims.begin() + 2, dims.end());
  Value inner = c.reshape(c.input(), merged);
  Value result = c.failed() ? Value() : c.importInner("layer", "layer", inner);
  if (!result)
    return {};
  dl::Dims split{dims[0], dims[1]}, rest = LayerContext::dimsOf(result);
  split.append(rest.begin() + 1, rest.end());
  return c.reshape(result, split);
}

void registerReshapingLayers(LayerTable &table) {
  table.add({.className = "Cropping1D", .import = importCropping<1>});
  table.add({.className = "Cropping2D", .import = importCropping<2>});
  table.add({.className = "Cropping3D", .import = importCropping<3>});
  table.add({.className = "Flatten", .import = importFlatten});
  table.add({.className = "Permute", .import = importPermute});
  table.add({.className = "RepeatVector", .import = importRepeatVector});
  table.add({.className = "Reshape", .import = importReshape});
  table.add({.className = "TimeDistributed", .import = importTimeDistributed, .limits = "no mask"});
  table.add({.className = "UpSampling1D", .import = importUpSampling<1>});
  table.add({.className = "UpSampling2D",
             .import = importUpSampling<2>,
             .limits = "nearest interpolation"});
  table.add({.className = "UpSampling3D", .import = importUpSampling<3>});
  table.add({.className = "ZeroPadding1D", .import = importZeroPadding<1>});
  table.add({.className = "ZeroPadding2D", .import = importZeroPadding<2>});
  table.add({.className = "ZeroPadding3D", .import = importZeroPadding<3>});
}

} // namespace dlc::keras
