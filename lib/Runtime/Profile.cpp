// Wall time of each kernel, measured around its call by the host code; one relaxed load a call when
// off.
#include "Context.h"

#include <stdlib.h>
#include <time.h>

using namespace dlcrt;

static uint64_t nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

extern "C" {

void dlcrt_kernel_begin(dlcrt_call *call, uint32_t) {
  dlcrt_context &context = *slotOf(call->context).context;
  if (__builtin_expect(context.profiling.load(std::memory_order_relaxed), 0))
    context.kernelStart = nanoseconds();
}

void dlcrt_kernel_end(dlcrt_call *call, uint32_t kernel) {
  dlcrt_context &context = *slotOf(call->context).context;
  if (__builtin_expect(!context.profiling.load(std::memory_order_relaxed), 1))
    return;
  if (context.device) // where the call only enqueued it
    context.synchronize(&context);
  if (context.kernelStart != 0) { // switched on since the kernel began
    context.times[kernel].nanoseconds += nanoseconds() - context.kernelStart;
    context.times[kernel].calls += 1;
  }
  context.kernelStart = 0;
}

void dlcrt_profile_enable(dlcrt_context *context, int32_t on) {
  if (context)
    context->profiling.store(on != 0, std::memory_order_relaxed);
}

void dlcrt_profile_reset(dlcrt_context *context) {
  for (uint32_t i = 0; context && i < dlc_model.info.num_kernels; ++i)
    context->times[i] = {0, 0};
}

/// What kernels with open sizes cost in the last run; false where there was none.
static bool costsOfLastRun(const dlcrt_context &context, double *costs) {
  for (uint32_t i = 0; i < dlc_model.info.num_symbols; ++i)
    if (context.dims[i] < 0)
      return false;
  dlc_model.kernel_costs(context.dims, costs);
  return true;
}

size_t dlcrt_profile(const dlcrt_context *context, dlc_profile_entry *entries, size_t capacity) {
  size_t count = dlc_model.info.num_kernels;
  for (size_t i = 0; context && entries && i < count && i < capacity; ++i)
    entries[i] = {dlc_model.info.kernels[i], context->times[i].calls,
                  context->times[i].nanoseconds};
  if (!context || !entries || !dlc_model.kernel_costs)
    return count;
  auto *costs = static_cast<double *>(malloc(2 * count * sizeof(double)));
  if (costs && costsOfLastRun(*context, costs))
    for (size_t i = 0; i < count && i < capacity; ++i) {
      entries[i].kernel.flops = costs[2 * i];
      entries[i].kernel.bytes = costs[2 * i + 1];
    }
  free(costs);
  return count;
}

} // extern "C"
