// Compiles a benchmark kernel ahead of time, as the compiler does, and loads it back.
#ifndef DLC_TEST_BENCHMARK_COMPILEDKERNEL_H
#define DLC_TEST_BENCHMARK_COMPILEDKERNEL_H

#include "KernelCase.h"

#include <string>

namespace dlc::bench {

/// A folder for objects, removed at exit; Halide's runtime is loaded from it.
class KernelWorkshop {
public:
  /// `target`: what the kernels are compiled for.
  explicit KernelWorkshop(std::string target);
  ~KernelWorkshop();
  void setThreads(int threads);

  struct Loaded {
    int (*call)(void **) = nullptr; ///< arguments: pointers to halide_buffer_t, inputs then output
    double compileMs = 0;
    long objectBytes = 0;
  };
  /// `assembly`: when not empty, also writes <assembly>.s and <assembly>.stmt.
  Loaded compile(const BuiltKernel &kernel, const std::string &assembly);

private:
  std::string folder, targetName;
  int (*setNumThreads)(int) = nullptr;
  int serial = 0;
};

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_COMPILEDKERNEL_H
