// Which of a core's vector units do what.
#ifndef DLC_TEST_BENCHMARK_VECTORUNITS_H
#define DLC_TEST_BENCHMARK_VECTORUNITS_H

namespace dlc::bench {

/// The share of an FMA's time that a minimum or maximum among FMAs of `vectorBytes` takes: 1 where
/// the units that multiply do it, as on Intel's cores, 0 where others do, as on Zen 4. Measured by
/// loops in registers; the least of a few runs.
double extremumCost(int vectorBytes);

} // namespace dlc::bench

#endif // DLC_TEST_BENCHMARK_VECTORUNITS_H
