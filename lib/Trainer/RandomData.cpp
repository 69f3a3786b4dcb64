// Random orders and random examples, from the generator that dropouts use.
#include "dlc/Support/CounterRandom.h"
#include "dlc/Trainer/DataSet.h"

#include <numeric>
#include <utility>

using namespace dlc;

namespace {

/// Streams of numbers under one seed.
enum Stream : uint64_t { Order = 1, Inputs = 2, Targets = 3 };

/// Numbers one after another.
class Generator {
public:
  Generator(uint64_t seed, uint64_t step, Stream stream) : key(streamKey(seed, step, stream)) {}

  /// 64 bits.
  uint64_t bits() { return mixBits64(key + counter++); }
  /// In [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  /// In [0, bound): the high half of a product (Lemire, "Fast random integer generation in an
  /// interval", 2019), whose bias is below bound / 2^64.
  int64_t below(int64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<int64_t>((static_cast<Wide>(bits()) * static_cast<uint64_t>(bound)) >> 64);
  }

private:
  uint64_t key;
  uint64_t counter = 0;
};

} // namespace

std::vector<int64_t> dlc::shuffledOrder(int64_t count, uint64_t seed, uint64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  Generator generator(seed, epoch, Order);
  for (int64_t last = count - 1; last > 0; --last)
    std::swap(order[static_cast<size_t>(last)],
              order[static_cast<size_t>(generator.below(last + 1))]);
  return order;
}

static Tensor emptyExamples(const TensorDescription &input, int64_t count) {
  Shape shape = input.dims;
  shape.front() = count;
  return {input.dtype, std::move(shape)};
}

Examples dlc::randomExamples(const FunctionDescription &step, const std::string &loss,
                             int64_t count, uint64_t seed) {
  Examples examples{"random data", emptyExamples(step.inputs[0], count),
                    emptyExamples(step.inputs[1], count), Tensor()};
  Generator inputs(seed, 0, Inputs), targets(seed, 0, Targets);
  Tensor &x = examples.x, &y = examples.y;
  for (int64_t i = 0; i < x.numElements(); ++i)
    if (isFloat(x.dtype()))
      x.setDouble(i, inputs.uniform());
    else
      x.setInt(i, inputs.below(2)); // small: it may be an index
  int64_t classes = step.outputs[1].dims.back();
  if (loss == "categorical_crossentropy") {
    for (int64_t row = 0; row < y.numElements(); row += classes)
      y.setDouble(row + targets.below(classes), 1);
    return examples;
  }
  bool binary = loss == "binary_crossentropy" || loss == "bce";
  for (int64_t i = 0; i < y.numElements(); ++i)
    if (!isFloat(y.dtype()))
      y.setInt(i, targets.below(classes));
    else
      y.setDouble(i, binary ? static_cast<double>(targets.below(2)) : targets.uniform());
  return examples;
}
