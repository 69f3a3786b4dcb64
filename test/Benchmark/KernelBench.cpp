// dlc-kernel-bench: every schedule template over the layer shapes of real networks, as a share of
// what binds it; each checked against a plain reference on buffers that end at an unmapped page.
#include "KernelCheck.h"
#include "KernelTiming.h"
#include "VectorUnits.h"
#include "dlc/Codegen/Halide/Templates/CodegenOptions.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace dlc::bench {
namespace {

const char *const help =
    R"(dlc-kernel-bench [OPTION]... [--benchmark_filter=RE] [other options of Google Benchmark]

Compiles every schedule template over the layer shapes of real networks, checks and times it.

  --avx2, --avx512  vectors of this level instead of this machine's widest; a level that it
                    lacks is compiled and not run
  --threads=1,2     a row for each number of threads
  --min-ms=N        time for a row's rounds
  --set=mr=4,nv=3   these parameters instead of the analytic model's
  --asm=FILE        writes FILE.s and FILE.stmt

Time, GF and GB/s are of the fastest round. A row's shares are medians: each round, some 0.2 ms of
calls, is compared with the bounds measured right before and right behind it, so that it meets
the clock and the neighbours that they meet. A neighbour that stays for seconds lowers a whole row:

  --benchmark_repetitions=3 --benchmark_enable_random_interleaving=true

visits each row at three moments, whose median is its line _median.

  %peak   of the measured FMA peak
  %bound  of what binds the kernel: that peak, for all that its units have to do; the bytes that
          must move; or what is done with each element
  %bytes  of the time in which the bytes are read and written with no arithmetic
  %elem   of the time of what a softmax, a layer norm or a scan does with each element, measured
          as a kernel of nothing else
  %exp    of the time that a softmax's exponentials take alone
)";

void printHelp() { std::fputs(help, stdout); }

struct Options {
  std::vector<int> threads = {1};
  Overrides overrides;
  std::string assembly;
  int minMilliseconds = 60;
  schedule::MachineFacts facts = schedule::hostMachineFacts();

  bool runsHere() const { return facts.vectorBytes <= schedule::hostMachineFacts().vectorBytes; }
  std::string target() const {
    std::string features = "x86-64-linux-avx2-fma-f16c-sse41-avx-no_runtime-no_asserts-no_bounds_"
                           "query";
    return facts.vectorBytes >= 64 ? features + "-avx512-avx512_skylake" : features;
  }
};

double peakShare(const BuiltKernel &kernel, const Round &round, int threads) {
  return kernel.flops / round.seconds * 1e-9 / (round.peakGflops * threads);
}

/// Of a bound that is a time on one core.
double shareOf(double seconds, const Round &round, int threads) {
  return seconds / threads / round.seconds;
}

/// Of what binds the kernel.
double boundShare(const BuiltKernel &kernel, const Round &round, int threads, double extremumCost) {
  const double operations =
      kernel.flops > 0 ? 1 + 2 * extremumCost * kernel.extrema / kernel.flops : 0;
  double share = std::max(peakShare(kernel, round, threads) * operations,
                          shareOf(round.transferSeconds, round, threads));
  for (double seconds : round.elementSeconds)
    share = std::max(share, shareOf(seconds, round, threads));
  return share;
}

void runCase(benchmark::State &state, const KernelCase &kernelCase, const Options &options,
             KernelWorkshop &workshop, int threads) {
  schedule::MachineFacts facts = options.facts;
  facts.cores = threads;
  try {
    CompiledCase compiled{kernelCase.build(facts, options.overrides), {}};
    compiled.loaded = workshop.compile(compiled.kernel, options.assembly);
    const auto &[kernel, loaded] = compiled;
    state.SetLabel(kernel.schedule);
    if (!options.runsHere()) {
      for (auto _ : state)
        state.SetIterationTime(loaded.compileMs * 1e-3);
      state.counters["kB"] = double(loaded.objectBytes) / 1024;
      return;
    }
    workshop.setThreads(threads);
    double error = checkKernel(kernel, loaded);
    std::vector<CompiledCase> elements;
    for (const ElementBound &bound : kernel.elementBounds) {
      elements.push_back({bound.build(facts), {}});
      elements.back().loaded = workshop.compile(elements.back().kernel, "");
    }
    Timing timing;
    for (auto _ : state) {
      timing = timeKernel(compiled, elements, threads, facts, options.minMilliseconds);
      state.SetIterationTime(timing.leastSeconds());
    }
    if (kernel.flops > 0) {
      state.counters["GF"] = kernel.flops / timing.leastSeconds() * 1e-9;
      state.counters["%peak"] =
          100 * timing.medianShare([&](const Round &r) { return peakShare(kernel, r, threads); });
    }
    for (size_t i = 0; i < elements.size(); ++i)
      state.counters[kernel.elementBounds[i].column] =
          100 * timing.medianShare(
                    [&](const Round &r) { return shareOf(r.elementSeconds[i], r, threads); });
    state.counters["%bytes"] = 100 * timing.medianShare([&](const Round &r) {
      return shareOf(r.transferSeconds, r, threads);
    });
    static const double cost = extremumCost(facts.vectorBytes);
    state.counters["%bound"] = 100 * timing.medianShare([&](const Round &r) {
      return boundShare(kernel, r, threads, cost);
    });
    state.counters["GB/s"] = kernel.bytes / timing.leastSeconds() * 1e-9;
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
      options.facts = schedule::avx512Facts(options.facts);
    } else if (arg == "--avx2") {
      options.facts = schedule::avx2Facts(options.facts);
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
  benchmark::Initialize(&argc, argv, printHelp);
  KernelWorkshop workshop(options.target());
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
