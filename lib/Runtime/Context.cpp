// Life of a context, and what its holder may ask of it between runs.
#include "Context.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

using namespace dlcrt;

static uint64_t totalOutputs() {
  uint64_t total = 0;
  for (uint32_t i = 0; i < dlc_model.info.num_functions; ++i)
    total += dlc_model.info.functions[i].num_outputs;
  return total;
}

static uint32_t widest(uint32_t dlc_function_info::*count) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < dlc_model.info.num_functions; ++i)
    if (dlc_model.info.functions[i].*count > most)
      most = dlc_model.info.functions[i].*count;
  return most;
}

/// Zeroed; false when memory is short. One element where `count` is 0, so that null means failure.
template <typename T>
static bool allocateZeroed(T *&pointer, uint64_t count) {
  pointer = static_cast<T *>(calloc(count ? count : 1, sizeof(T)));
  return pointer != nullptr;
}

static int threadCount(int32_t wanted) {
  int threads = wanted > 0 ? wanted : availableCores();
  return threads > maxThreads ? maxThreads : threads;
}

static bool createThreads(dlcrt_context &context, const dlc_options &options) {
  auto *donor = static_cast<dlcrt_context *>(options.share);
  if (options.parallel_for) {
    context.callerPool = options.parallel_for;
    context.callerPoolHandle = options.pool;
    context.callerPoolThreads = options.threads > 0 ? options.threads : 0;
    context.freeSlots.store(~uint64_t(0), std::memory_order_relaxed);
    context.numSlots = 1 + callerPoolSlots;
  } else if (donor && donor->pool) {
    context.pool = donor->pool->retain();
    context.numSlots = context.pool->threads();
  } else {
    context.numSlots = threadCount(options.threads);
    if (context.numSlots > 1 && !(context.pool = ThreadPool::create(context.numSlots)))
      return false;
  }

  void *memory = nullptr;
  size_t bytes = sizeof(ThreadSlot) * static_cast<size_t>(context.numSlots);
  if (posix_memalign(&memory, alignof(ThreadSlot), bytes) != 0)
    return false;
  memset(memory, 0, bytes); // valid, empty scratch stacks
  context.slots = static_cast<ThreadSlot *>(memory);
  for (int i = 0; i < context.numSlots; ++i) {
    context.slots[i].context = &context;
    context.slots[i].nested = i != 0; // other threads only ever run bodies of loops
  }
  return true;
}

static bool createMemory(dlcrt_context &context, const dlc_options &options) {
  const dlc_model_info &info = dlc_model.info;
  bool complete = allocateZeroed(context.dims, info.num_symbols) &&
                  allocateZeroed(context.dimBinders, info.num_symbols) &&
                  allocateZeroed(context.inputs, widest(&dlc_function_info::num_inputs)) &&
                  allocateZeroed(context.outputs, widest(&dlc_function_info::num_outputs)) &&
                  allocateZeroed(context.owned, totalOutputs()) &&
                  allocateZeroed(context.times, info.num_kernels);
  if (!complete)
    return false;
  for (uint32_t i = 0; i < info.num_symbols; ++i)
    context.dims[i] = -1;
  context.state = static_cast<uint8_t *>(options.state);
  context.stateIsShared = context.state != nullptr;
  if (context.state)
    return true;
  context.state = allocateBlock(info.state_bytes);
  if (!context.state)
    return false;
  context.ownsState = true;
  memset(context.state, 0, info.state_bytes);
  return true;
}

extern "C" {

const dlc_model_info *dlcrt_describe(void) { return &dlc_model.info; }

uint64_t dlcrt_arena_bytes(uint32_t function) {
  if (function >= dlc_model.info.num_functions || dlc_model.functions[function].arena_bytes_for)
    return 0;
  return dlc_model.functions[function].arena_bytes;
}

dlcrt_context *dlcrt_context_create(const dlc_options *given) {
  dlc_options options;
  memset(&options, 0, sizeof(options));
  if (given) {
    if (given->size != sizeof(options))
      return nullptr;
    options = *given;
  }
  dlcrt_context *context;
  if (!allocateZeroed(context, 1))
    return nullptr;
  context->deviceOrdinal = options.device;
  context->profiling.store(options.profile != 0, std::memory_order_relaxed);
  if (createThreads(*context, options) && createMemory(*context, options))
    return context;
  dlcrt_context_destroy(context);
  return nullptr;
}

void dlcrt_context_destroy(dlcrt_context *context) {
  if (!context)
    return;
  if (context->device)
    context->closeDevice(context);
  if (context->pool)
    context->pool->release();
  for (int i = 0; context->slots && i < context->numSlots; ++i)
    context->slots[i].scratch.destroy();
  uint64_t outputs = context->owned ? totalOutputs() : 0;
  for (uint64_t i = 0; i < outputs; ++i)
    free(context->owned[i].data);
  if (context->ownsState)
    free(context->state);
  free(context->slots);
  free(context->arena);
  free(context->dims);
  free(context->dimBinders);
  free(context->inputs);
  free(context->outputs);
  free(context->owned);
  free(context->times);
  free(context);
}

void *dlcrt_state(dlcrt_context *context) {
  if (!context)
    return nullptr;
  if (context->device)
    context->fetchState(context);
  context->stateIsShared = true;
  return context->state;
}

const char *dlcrt_last_error(const dlcrt_context *context) {
  return context ? context->error : "the context could not be created";
}

const char *dlcrt_status_string(dlc_status status) {
  static const char *const texts[] = {"success",
                                      "invalid argument",
                                      "wrong element type",
                                      "wrong shape",
                                      "buffer too small",
                                      "out of memory",
                                      "execution failed",
                                      "context in use by another thread"};
  return status >= DLC_OK && status <= DLC_ERROR_BUSY ? texts[status] : "unknown status";
}

} // extern "C"

void dlcrt::setError(dlcrt_context &context, const char *format, ...) {
  if (context.hasError.exchange(1, std::memory_order_relaxed) != 0)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(context.error, sizeof(context.error), format, arguments);
  va_end(arguments);
}
