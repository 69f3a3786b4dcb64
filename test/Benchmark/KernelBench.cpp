// dlc-kernel-bench: every schedule template over the layer shapes of real networks, as a share of
// the measured FMA peak (or of the bytes that must move), each checked against a plain reference on
// buffers that end at an unmapped page.
//   dlc-kernel-bench [--threads=1,2] [--set=mr=4,nv=3] [--asm=FILE] [--min-ms=N]
//   [--benchmark_filter=RE]
#include "KernelCheck.h"
#include "dlc/Codegen/Halide/Templates/CodegenOptions.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace dlc::bench {
namespace {

struct Options {
  std::vector<int> threads = {1};
  Overrides overrides;
  std::string assembly;
  std::string target = "x86-64-linux-avx2-fma-f16c-sse41-avx-no_runtime-no_asserts-no_bounds_query";
  int minMilliseconds = 60;
  bool avx512 = false; ///< schedule and compile for AVX-512, do not run
};

double seconds(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

/// Seconds of the fastest call: thread time on one thread (other processes do not count), else
/// wall.
double fastestCall(const BuiltKernel &kernel, const KernelWorkshop::Loaded &loaded, int threads,
                   int milliseconds) {
  std::vector<void *> memory;
  auto allocate = [&](size_t bytes) {
    memory.push_back(std::aligned_alloc(64, (bytes + 127) / 64 * 64));
    return memory.back();
  };
  for (const HostTensor &input : kernel.inputs)
    std::memcpy(allocate(input.size() * 4), input.data.data(), input.size() * 4);
  std::memset(allocate(kernel.output.size() * 4), 0, kernel.output.size() * 4);
  CallArguments arguments(kernel, memory);
  const clockid_t clock = threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  double best = 1e30, start = seconds(clock);
  loaded.call(arguments.argv.data());
  const int repeats = std::max(1, int(2e-4 / std::max(1e-7, seconds(clock) - start)));
  for (int round = 0; round < 5 || (seconds(clock) - start) * 1e3 < milliseconds; ++round) {
    double t0 = seconds(clock);
    for (int i = 0; i < repeats; ++i)
      loaded.call(arguments.argv.data());
    best = std::min(best, (seconds(clock) - t0) / repeats);
  }
  for (void *p : memory)
    std::free(p);
  return best;
}

void runCase(benchmark::State &state, const KernelCase &kernelCase, const Options &options,
             KernelWorkshop &workshop, int threads) {
  schedule::MachineFacts facts = schedule::avx2Facts(schedule::hostMachineFacts());
  if (options.avx512)
    facts = schedule::avx512Facts(facts);
  facts.cores = threads;
  try {
    BuiltKernel kernel = kernelCase.build(facts, options.overrides);
    KernelWorkshop::Loaded loaded = workshop.compile(kernel, options.assembly);
    state.SetLabel(kernel.schedule);
    if (options.avx512) {
      for (auto _ : state)
        state.SetIterationTime(loaded.compileMs * 1e-3);
      state.counters["kB"] = double(loaded.objectBytes) / 1024;
      return;
    }
    workshop.setThreads(threads);
    double error = checkKernel(kernel, loaded);
    double peak = schedule::measureFmaPeakGflops(20), best = 0;
    for (auto _ : state) {
      best = fastestCall(kernel, loaded, threads, options.minMilliseconds);
      state.SetIterationTime(best);
    }
    peak = std::max(peak, schedule::measureFmaPeakGflops(20)) * threads;
    if (kernel.flops > 0) {
      state.counters["GF"] = kernel.flops / best * 1e-9;
      state.counters["%peak"] = 100 * kernel.flops / best * 1e-9 / peak;
    }
    state.counters["GB/s"] = kernel.bytes / best * 1e-9;
    state.counters["kB"] = double(loaded.objectBytes) / 1024;
    state.counters["cc_ms"] = loaded.compileMs;
    if (!(error <= kernel.tolerance))
      state.SkipWithError(("WRONG, error " + std::to_string(error)).c_str());
  } catch (const std::exception &e) {
    state.SkipWithError(e.what());
  }
}

std::vector<std::string> splitList(const std::string &text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');)
    parts.push_back(part);
  return parts;
}

/// Takes our options out of argv; the rest is Google Benchmark's.
Options parseOptions(int &argc, char **argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i], value = arg.substr(std::min(arg.size(), arg.find('=') + 1));
    if (arg.rfind("--threads=", 0) == 0) {
      options.threads.clear();
      for (const std::string &t : splitList(value))
        options.threads.push_back(std::stoi(t));
    } else if (arg.rfind("--set=", 0) == 0) {
      for (const std::string &pair : splitList(value))
        options.overrides[pair.substr(0, pair.find('='))] =
            std::stoi(pair.substr(pair.find('=') + 1));
    } else if (arg.rfind("--asm=", 0) == 0) {
      options.assembly = value;
    } else if (arg == "--avx512") {
      options.avx512 = true;
      options.target += "-avx512-avx512_skylake";
    } else if (arg.rfind("--target=", 0) == 0) {
      options.target = value;
    } else if (arg.rfind("--min-ms=", 0) == 0) {
      options.minMilliseconds = std::stoi(value);
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return options;
}

} // namespace
} // namespace dlc::bench

int main(int argc, char **argv) {
  using namespace dlc::bench;
  dlc::templates::configureHalideCodegen();
  Options options = parseOptions(argc, argv);
  benchmark::Initialize(&argc, argv);
  KernelWorkshop workshop(options.target);
  static std::vector<KernelCase> cases;
  addGemmCases(cases);
  addConvCases(cases);
  addDepthwiseCases(cases);
  addRowCases(cases);
  for (const KernelCase &kernelCase : cases)
    for (int threads : options.threads)
      benchmark::RegisterBenchmark(
          (kernelCase.family + "/" + kernelCase.name + "/t" + std::to_string(threads)).c_str(),
          [&kernelCase, &options, &workshop, threads](benchmark::State &state) {
            runCase(state, kernelCase, options, workshop, threads);
          })
          ->UseManualTime()
          ->Iterations(1)
          ->Unit(benchmark::kMicrosecond);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
