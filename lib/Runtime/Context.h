// What one context of a model holds. Everything that a run changes is here, so that two contexts
// never meet; the model itself is constant.
#ifndef DLC_LIB_RUNTIME_CONTEXT_H
#define DLC_LIB_RUNTIME_CONTEXT_H

#include "Scratch.h"
#include "ThreadPool.h"
#include "dlc/Runtime/ABI.h"

#include <atomic>

namespace dlcrt {

/// A thread's view of a context while it runs the context's code: Halide's user context.
struct alignas(128) ThreadSlot {
  dlcrt_context *context;
  ScratchStack scratch;
  uint32_t nested; ///< inside of a parallel loop: inner loops run on this thread
};

/// Memory of an output that no caller's buffer was given for. Kept from run to run.
struct OwnedBuffer {
  uint8_t *data;
  uint64_t capacity;
};

struct KernelTime {
  uint64_t calls;
  uint64_t nanoseconds;
};

/// Slots beside the calling thread's when loops run on a caller's pool, whose threads are not ours
/// to count. One bit each of dlcrt_context::freeSlots.
constexpr int callerPoolSlots = 64;

} // namespace dlcrt

struct dlcrt_context {
  dlcrt::ThreadSlot *slots; ///< slot 0 is the calling thread's
  int numSlots;
  dlcrt::ThreadPool *pool; ///< null with one thread or a caller's pool
  decltype(dlc_options::parallel_for) callerPool;
  void *callerPoolHandle;
  int callerPoolThreads;           ///< dlc_options::threads as given; 0: unknown
  std::atomic<uint64_t> freeSlots; ///< of a caller's pool: bit i is slot 1 + i

  std::atomic<uint32_t> busy; ///< a thread is inside of a call
  uint8_t *arena;
  uint64_t arenaBytes;
  uint8_t *state;
  bool ownsState;
  /// Others may read and write it between runs: the caller's memory, or dlcrt_state told where it
  /// is. Until then it need not leave a device.
  bool stateIsShared;
  int64_t *dims;              ///< one value a symbol; -1 while unbound
  int32_t *dimBinders;        ///< the input that bound each symbol, for messages
  void **inputs;              ///< as many as any function has
  void **outputs;             ///< likewise
  dlcrt::OwnedBuffer *owned;  ///< one an output of all functions, in order
  dlc_tensor *currentOutputs; ///< of the run under way, for dlcrt_output_alloc
  dlcrt::OwnedBuffer *currentOwned;
  const dlc_function_info *currentFunction;

  int32_t deviceOrdinal;                ///< dlc_options::device
  void *device;                         ///< Device/Device.h; null until a run needs it
  void (*closeDevice)(dlcrt_context *); ///< null likewise, so that models without need no driver
  void (*synchronize)(dlcrt_context *); ///< waits for the device
  void (*fetchState)(dlcrt_context *); ///< brings the state to the host where the device's is newer

  std::atomic<uint32_t> profiling;
  dlcrt::KernelTime *times; ///< one a kernel
  uint64_t kernelStart;

  std::atomic<uint32_t> hasError; ///< the first failure of a run is the one that is told
  char error[512];
};

namespace dlcrt {

/// Records a failure, printf-like, if it is the run's first.
void setError(dlcrt_context &context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

inline ThreadSlot &slotOf(void *userContext) { return *static_cast<ThreadSlot *>(userContext); }

/// Bytes of one element of a dlc_dtype; 0 for anything else.
uint64_t elementBytes(int32_t dtype);
const char *dtypeName(int32_t dtype);

/// Checks the inputs against the declaration and fills context.dims and context.inputs.
dlc_status bindInputs(dlcrt_context &context, const dlc_function_info &function,
                      const dlcrt_function &code, const dlc_tensor *inputs, size_t numInputs);
/// Sets dtype, rank, shape and bytes of `tensor` from the bound symbols; unknown extents become -1
/// and `known` false.
dlc_status shapeOutput(dlcrt_context &context, const dlc_tensor_info &info, dlc_tensor &tensor,
                       bool &known);
/// Bytes of a dense tensor; false when they do not fit an int64 or an extent is negative.
bool tensorBytes(int32_t dtype, int32_t rank, const int64_t *shape, uint64_t &bytes);

} // namespace dlcrt

#endif // DLC_LIB_RUNTIME_CONTEXT_H
