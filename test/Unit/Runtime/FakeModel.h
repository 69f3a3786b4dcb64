// The fake model (FakeModel.c) as unit tests link it, beside the runtime's own sources.
#ifndef DLC_TEST_UNIT_RUNTIME_FAKEMODEL_H
#define DLC_TEST_UNIT_RUNTIME_FAKEMODEL_H

#include "dlc/Runtime/ABI.h"

#include <memory>
#include <numeric>
#include <vector>

namespace fake {

/// Indices of its functions.
enum Function : uint32_t { Scale, Filter, Fail, TrainStep };

struct Destroy {
  void operator()(dlcrt_context *context) const { dlcrt_context_destroy(context); }
};
using ContextPointer = std::unique_ptr<dlcrt_context, Destroy>;

inline ContextPointer makeContext(int threads) {
  dlc_options options = {};
  options.size = sizeof(options);
  options.threads = threads;
  return ContextPointer(dlcrt_context_create(&options));
}

/// A matrix of f32.
inline dlc_tensor matrix(std::vector<float> &data, int64_t rows, int64_t columns) {
  dlc_tensor tensor = {};
  tensor.data = data.data();
  tensor.bytes = data.size() * sizeof(float);
  tensor.dtype = DLC_FLOAT32;
  tensor.rank = 2;
  tensor.shape[0] = rows;
  tensor.shape[1] = columns;
  return tensor;
}

inline std::vector<float> countingUp(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), 1.0f);
  return values;
}

} // namespace fake

#endif // DLC_TEST_UNIT_RUNTIME_FAKEMODEL_H
