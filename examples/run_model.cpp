// How a C++ program uses a compiled model, here with buffers and a thread pool of its own.
//
//   g++ -std=c++17 -DMODEL_HEADER='"libnet.h"' -DMODEL=net run_model.cpp ./libnet.so -Wl,-rpath,.
//   -o run_model
//
// MODEL is the prefix of the functions in the header. Inputs are zeros (symbolic dimensions are 2).
#include MODEL_HEADER

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define CALL(function) JOIN(MODEL, function)

namespace {

using Context = JOIN(MODEL, context);

struct Destroy {
  void operator()(Context *context) const { CALL(context_destroy)(context); }
};

/// Stands for the application's pool: each index once, on any thread.
struct Pool {
  unsigned numThreads = std::thread::hardware_concurrency();
  std::atomic<int> loops{0};

  static int parallelFor(void *self, int (*task)(void *, int), void *closure, int begin,
                         int count) {
    auto &pool = *static_cast<Pool *>(self);
    ++pool.loops;
    std::atomic<int> next{begin}, failure{0};
    auto work = [&] {
      for (int i = next++; i < begin + count; i = next++)
        if (int status = task(closure, i))
          failure = status;
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < pool.numThreads; ++i)
      threads.emplace_back(work);
    work();
    for (std::thread &thread : threads)
      thread.join();
    return failure;
  }
};

using Buffer = std::vector<unsigned char>;

dlc_tensor declared(const dlc_tensor_info &info, Buffer &buffer) {
  static constexpr size_t widths[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};
  dlc_tensor tensor = {};
  tensor.dtype = info.dtype;
  tensor.rank = info.rank;
  tensor.bytes = widths[info.dtype];
  for (int32_t i = 0; i < info.rank; ++i) {
    tensor.shape[i] = info.dims[i] < 0 ? 2 : info.dims[i];
    tensor.bytes *= static_cast<uint64_t>(tensor.shape[i]);
  }
  buffer.resize(tensor.bytes + 1);
  tensor.data = buffer.data();
  return tensor;
}

} // namespace

int main() {
  const dlc_function_info &function = CALL(describe)()->functions[0];
  Pool pool;
  dlc_options options = {};
  options.size = sizeof(options);
  options.parallel_for = Pool::parallelFor;
  options.pool = &pool;
  std::unique_ptr<Context, Destroy> context(CALL(context_create)(&options));
  if (!context)
    return 1;

  std::vector<Buffer> buffers(function.num_inputs + function.num_outputs);
  std::vector<dlc_tensor> inputs, outputs(function.num_outputs);
  for (uint32_t i = 0; i < function.num_inputs; ++i)
    inputs.push_back(declared(function.inputs[i], buffers[i]));

  // Ask for the outputs' sizes, then give each a buffer.
  dlc_status status = CALL(output_shapes)(context.get(), inputs.data(), inputs.size(),
                                          outputs.data(), outputs.size(), /*function=*/0);
  for (uint32_t i = 0; status == DLC_OK && i < function.num_outputs; ++i) {
    buffers[function.num_inputs + i].resize(outputs[i].bytes + 1);
    outputs[i].data = buffers[function.num_inputs + i].data();
  }
  if (status == DLC_OK)
    status = CALL(run)(context.get(), inputs.data(), inputs.size(), outputs.data(), outputs.size());
  if (status != DLC_OK) {
    std::fprintf(stderr, "error: %s\n", CALL(last_error)(context.get()));
    return 1;
  }
  for (uint32_t i = 0; i < function.num_outputs; ++i)
    std::printf("%s: %llu bytes\n", function.outputs[i].name,
                static_cast<unsigned long long>(outputs[i].bytes));
  return 0;
}
