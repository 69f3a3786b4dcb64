// Where kernels enter the runtime: parallel loops, scratch memory, failures, under the names that
// Halide gives them.
#include "Context.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

using namespace dlcrt;

static int runSerially(void *userContext, Task task, int begin, int count, uint8_t *closure) {
  for (int i = 0; i < count; ++i)
    if (int status = task(userContext, begin + i, closure))
      return status;
  return 0;
}

namespace {
/// A loop on its way through a caller's pool, cut into pieces of `chunk` indices.
struct CallerLoop {
  dlcrt_context *context;
  Task task;
  uint8_t *closure;
  int begin;
  int count;
  int chunk;
};
} // namespace

/// A slot for a thread that we know nothing about. There is always one to come free: its holders
/// are running.
static int takeSlot(dlcrt_context &context) {
  uint64_t free = context.freeSlots.load(std::memory_order_relaxed);
  while (true) {
    if (free == 0) {
      sched_yield();
      free = context.freeSlots.load(std::memory_order_relaxed);
      continue;
    }
    int bit = __builtin_ctzll(free);
    if (context.freeSlots.compare_exchange_weak(free, free & ~(uint64_t(1) << bit),
                                                std::memory_order_acquire,
                                                std::memory_order_relaxed))
      return bit;
  }
}

static int runPiece(void *closure, int index) {
  auto &loop = *static_cast<CallerLoop *>(closure);
  int first = index * loop.chunk;
  int count = loop.count - first < loop.chunk ? loop.count - first : loop.chunk;
  int bit = takeSlot(*loop.context);
  ThreadSlot &slot = loop.context->slots[1 + bit];
  int status = runSerially(&slot, loop.task, loop.begin + first, count, loop.closure);
  loop.context->freeSlots.fetch_or(uint64_t(1) << bit, std::memory_order_release);
  return status;
}

static int runOnCallerPool(dlcrt_context &context, Task task, int begin, int count,
                           uint8_t *closure) {
  int threads = context.callerPoolThreads ? context.callerPoolThreads : callerPoolSlots;
  int chunk = count / (threads * 4);
  CallerLoop loop = {&context, task, closure, begin, count, chunk < 1 ? 1 : chunk};
  int pieces = static_cast<int>((static_cast<int64_t>(count) + loop.chunk - 1) / loop.chunk);
  return context.callerPool(context.callerPoolHandle, runPiece, &loop, /*begin=*/0, pieces);
}

static int runOnPool(ThreadSlot &slot, Task task, int begin, int count, uint8_t *closure) {
  dlcrt_context &context = *slot.context;
  Loop loop = {task,
               closure,
               begin,
               count,
               {reinterpret_cast<uint8_t *>(context.slots), sizeof(ThreadSlot)}};
  int result = 0;
  slot.nested = 1;
  bool ran = context.pool->run(loop, result);
  slot.nested = 0;
  return ran ? result : runSerially(&slot, task, begin, count, closure);
}

extern "C" {

int dlcrt_parallel_for(void *userContext, Task task, int begin, int count, uint8_t *closure) {
  ThreadSlot &slot = slotOf(userContext);
  if (count <= 1 || slot.nested)
    return runSerially(userContext, task, begin, count, closure);
  if (slot.context->pool)
    return runOnPool(slot, task, begin, count, closure);
  if (slot.context->callerPool)
    return runOnCallerPool(*slot.context, task, begin, count, closure);
  return runSerially(userContext, task, begin, count, closure);
}

int halide_do_par_for(void *userContext, Task task, int begin, int count, uint8_t *closure) {
  return dlcrt_parallel_for(userContext, task, begin, count, closure);
}

void *halide_malloc(void *userContext, size_t bytes) {
  void *memory = slotOf(userContext).scratch.allocate(bytes);
  if (memory)
    return memory;
  // Kernels are compiled without checks: there is no way back from here.
  fprintf(stderr, "dlc: out of memory for %zu bytes of scratch\n", bytes);
  abort();
}

void halide_free(void *userContext, void *pointer) { slotOf(userContext).scratch.release(pointer); }

void halide_error(void *userContext, const char *message) {
  setError(*slotOf(userContext).context, "%s", message);
}

} // extern "C"
