// What the analytic model and the schedule templates know about a machine. The templates never ask
// the host: a schedule for AVX-512 can be chosen and compiled on an AVX2 machine.
#ifndef DLC_SCHEDULE_MACHINEFACTS_H
#define DLC_SCHEDULE_MACHINEFACTS_H

#include "dlc/Schedule/DeviceFacts.h"

#include <cstdint>
#include <optional>

namespace dlc::schedule {

/// Facts of one core and of the cores together. Sizes in bytes.
struct MachineFacts {
  int vectorBytes = 32;     ///< widest vector register: 32 on AVX2, 64 on AVX-512
  int vectorRegisters = 16; ///< architectural vector registers: 16 on AVX2, 32 on AVX-512
  int fmaPerCycle = 2;      ///< vector FMAs a core starts each cycle
  /// Bytes of a vector that a unit takes at once: wider ones, where there are, go in pieces.
  int unitBytes = 64;
  int fmaLatency = 4; ///< cycles from an FMA's operand to its result
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 512 << 10;
  int64_t l3Bytes = 8 << 20; ///< shared by the cores
  int cores = 2;             ///< threads that a kernel is balanced for
  /// Where kernels run on a device instead; the facts above are then the host's, which calls them.
  std::optional<DeviceFacts> device;

  /// Lanes of one vector of `bytesPerElement`-byte elements; at least 1.
  int lanes(int bytesPerElement) const {
    int n = vectorBytes / bytesPerElement;
    return n > 0 ? n : 1;
  }

  /// The same machine in vectors of `bytes`, with its registers; in its widest ones with 0 or more
  /// than these.
  MachineFacts withVectors(int bytes) const {
    MachineFacts facts = *this;
    if (bytes > 0 && bytes < vectorBytes)
      facts.vectorBytes = bytes;
    return facts;
  }

  /// Whether a store of some lanes of a vector is as fast as one of all: by mask registers.
  bool masksStores() const { return vectorBytes >= 64; }
};

/// Facts of the machine this runs on: vector width and registers from cpuid, cache sizes from sysfs
/// (defaults above where sysfs is absent), cores from the affinity mask.
MachineFacts hostMachineFacts();

/// Facts for a named vector level on otherwise the host's caches: registers and width only change.
MachineFacts avx2Facts(MachineFacts base);
MachineFacts avx512Facts(MachineFacts base);

/// The highest f32 FMA rate of one core in GFLOP/s (an FMA is 2), measured by a register-only loop
/// of independent FMAs at the widest vector the core has, or at `vectorBytes` where that is less;
/// the best of a few runs, about `milliseconds` long in all, timed by thread CPU time so that other
/// processes do not lower it.
double measureFmaPeakGflops(int milliseconds = 60, int vectorBytes = 64);

/// Bytes per second of one core reading a buffer of `bytes` (choose it larger than the last cache
/// for the memory's rate, or between two cache sizes for a cache's), in GB/s.
double measureReadBandwidthGBs(int64_t bytes, int milliseconds = 60);

} // namespace dlc::schedule

#endif // DLC_SCHEDULE_MACHINEFACTS_H
