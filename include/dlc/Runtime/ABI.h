/* The contract between generated code and the runtime linked beside it, in plain C. Codegen/Host
 * mirrors these structs in LLVM IR; the offsets asserted at the end are what it may rely on.
 * Nothing here is exported from an artifact but `dlc_artifact` and the `<prefix>_*` wrappers.
 *
 * An artifact is linked from
 *  - kernels: Halide AOT functions `int k(void *user_context, halide_buffer_t *...)` with
 * no_runtime, no_asserts and user_context. The user context is `dlcrt_call.context`; the runtime
 * gives each thread its own inside parallel loops, so kernels must pass on the one that they were
 * given.
 *  - host code: one `dlcrt_entry` a function, the hidden constant `dlc_model`, and the wrappers
 *    (default visibility; P is the prefix; each is one tail call):
 *
 *      const dlc_model_info *P_describe(void)                    dlcrt_describe()
 *      P_context *P_context_create(const dlc_options *)          dlcrt_context_create(options)
 *      void P_context_destroy(P_context *)                       dlcrt_context_destroy(ctx)
 *      dlc_status P_<function>(P_context *, const dlc_tensor *inputs, size_t num_inputs,
 *                              dlc_tensor *outputs, size_t num_outputs)
 *                                    dlcrt_run(ctx, inputs, n, outputs, m, index of the function)
 *      dlc_status P_output_shapes(P_context *, const dlc_tensor *inputs, size_t num_inputs,
 *                                 dlc_tensor *outputs, size_t num_outputs, uint32_t function)
 *                                    dlcrt_output_shapes(same arguments)
 *      void *P_state(P_context *)                                dlcrt_state(ctx)
 *      const char *P_last_error(const P_context *)               dlcrt_last_error(ctx)
 *      const char *P_status_string(dlc_status)                   dlcrt_status_string(status)
 *      void P_profile_enable(P_context *, int32_t on)            dlcrt_profile_enable(ctx, on)
 *      void P_profile_reset(P_context *)                         dlcrt_profile_reset(ctx)
 *      size_t P_profile(const P_context *, dlc_profile_entry *entries, size_t capacity)
 *                                                                dlcrt_profile(ctx, entries,
 * capacity)
 *
 *    A function's name in the description is its suffix: `run` for an inference model; `init`,
 *    `train_step`, `eval_step`, `predict` for a trained one, all sharing one state.
 *  - constants: the hidden symbol `dlc_constants`, 64-byte aligned, read-only.
 *  - the runtime. */
#ifndef DLC_RUNTIME_ABI_H
#define DLC_RUNTIME_ABI_H

#include "dlc/Runtime/Types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DLCRT_HIDDEN __attribute__((visibility("hidden")))

/** Alignment in bytes of `dlcrt_call.arena` and of memory from halide_malloc. */
#define DLCRT_ARENA_ALIGNMENT 128
/** One context: everything that a run changes. Opaque to generated code. */
typedef struct dlcrt_context dlcrt_context;

/** What an entry is called with. Pointers are never null where they have bytes to point to. */
typedef struct dlcrt_call {
  void *context;  /**< the user context: first argument of kernels and dlcrt_* functions */
  uint8_t *arena; /**< `arena_bytes` of scratch, content undefined */
  uint8_t *state; /**< the model's state */
  const uint8_t *constants; /**< dlcrt_model.constants */
  void **inputs;            /**< one pointer an input; not to be written through */
  void **outputs;           /**< one pointer an output; all of it must be written */
  int64_t *dims; /**< values of the symbolic dimensions, in the order of the description; the entry
                      sets those that only data decides */
} dlcrt_call;

/** Runs one function; 0 or a nonzero code, best from dlcrt_fail or from a kernel. */
typedef int32_t (*dlcrt_entry)(dlcrt_call *call);

/** The private side of dlc_function_info, at the same index. */
typedef struct dlcrt_function {
  dlcrt_entry entry;
  /** Bytes of arena; ignored when arena_bytes_for is set. */
  uint64_t arena_bytes;
  /** Bytes of arena for these symbolic dimensions, negative when they do not fit int64; or null. */
  int64_t (*arena_bytes_for)(const int64_t *dims);
  /** Fills the symbols that no input binds (an output's H/2+1) from those that are bound, those
   * that only data decides with the most that they can be; where the model has no result for them,
   * 1 + the number of the condition that does not hold. Null when there are no symbols. */
  int32_t (*derive_dims)(int64_t *dims);
  /** What derive_dims checks, as texts (`h/32 >= 1`); null where it checks nothing. */
  const char *const *conditions;
} dlcrt_function;

/** The whole description: constant, emitted by Codegen/Host. */
typedef struct dlcrt_model {
  dlc_model_info info;
  const dlcrt_function *functions; /**< info.num_functions of them */
  const uint8_t *constants;        /**< info.constant_bytes; null when 0 */
  /** Fills two numbers a kernel of info.kernels: dlc_kernel_info::flops and bytes at these symbolic
   * dimensions. Null where no kernel's depend on them. */
  void (*kernel_costs)(const int64_t *dims, double *costs);
} dlcrt_model;

/** Defined by the host code of every artifact. */
DLCRT_HIDDEN extern const dlcrt_model dlc_model;

/* What the exported wrappers call. */

DLCRT_HIDDEN const dlc_model_info *dlcrt_describe(void);
/** Null when memory is short or options->size is not that of this ABI. Null options are the
 * defaults. */
DLCRT_HIDDEN dlcrt_context *dlcrt_context_create(const dlc_options *options);
DLCRT_HIDDEN void dlcrt_context_destroy(dlcrt_context *context);
/** Checks the inputs, binds symbols, prepares outputs and arena, calls the entry. */
DLCRT_HIDDEN dlc_status dlcrt_run(dlcrt_context *context, const dlc_tensor *inputs,
                                  size_t num_inputs, dlc_tensor *outputs, size_t num_outputs,
                                  uint32_t function);
/** Sets dtype, rank, shape and bytes of each output as a run with these inputs would; reads no
 * data. A dimension known only after the run is -1, and bytes 0. */
DLCRT_HIDDEN dlc_status dlcrt_output_shapes(dlcrt_context *context, const dlc_tensor *inputs,
                                            size_t num_inputs, dlc_tensor *outputs,
                                            size_t num_outputs, uint32_t function);
DLCRT_HIDDEN void *dlcrt_state(dlcrt_context *context);
/** Scratch bytes of a function as planned; 0 where they depend on the symbolic dimensions. */
DLCRT_HIDDEN uint64_t dlcrt_arena_bytes(uint32_t function);
/** The text of the context's last failure; empty when there was none. */
DLCRT_HIDDEN const char *dlcrt_last_error(const dlcrt_context *context);
DLCRT_HIDDEN const char *dlcrt_status_string(dlc_status status);
DLCRT_HIDDEN void dlcrt_profile_enable(dlcrt_context *context, int32_t on);
DLCRT_HIDDEN void dlcrt_profile_reset(dlcrt_context *context);
/** Fills up to `capacity` entries, in the order of the kernel table; returns the table's size. */
DLCRT_HIDDEN size_t dlcrt_profile(const dlcrt_context *context, dlc_profile_entry *entries,
                                  size_t capacity);

/* What entries call. */

/** Around each kernel call; `kernel` indexes info.kernels. A few instructions when profiling is
 * off. */
DLCRT_HIDDEN void dlcrt_kernel_begin(dlcrt_call *call, uint32_t kernel);
DLCRT_HIDDEN void dlcrt_kernel_end(dlcrt_call *call, uint32_t kernel);
/** Records `message` (one line) as the failure of this run; returns DLC_ERROR_EXECUTION. */
DLCRT_HIDDEN int32_t dlcrt_fail(dlcrt_call *call, const char *message);
/** Memory for an output with a DLC_DIM_UNKNOWN, which the entry is handed as NULL, whose extents
 * are now `shape`; sets call->outputs[output]. 0, or a status to return from the entry. */
DLCRT_HIDDEN int32_t dlcrt_output_alloc(dlcrt_call *call, uint32_t output, const int64_t *shape);
/** Runs task(user context of the thread, index, closure) for each index in [begin, begin + count),
 *  in parallel when worth it; same contract as halide_do_par_for. For loops of the host code. */
DLCRT_HIDDEN int dlcrt_parallel_for(void *context, int (*task)(void *, int, uint8_t *), int begin,
                                    int count, uint8_t *closure);

/* What entries call where kernels run on a device. Tensors are then addresses of device memory;
 * transfers and kernels share one queue, in order. A failure is recorded, what follows does
 * nothing, and dlcrt_device_end returns it. */

/** The driver of a kind of device: a constant of the runtime. */
typedef struct dlcrt_driver dlcrt_driver;
DLCRT_HIDDEN extern const dlcrt_driver dlcrt_opencl_driver;
DLCRT_HIDDEN extern const dlcrt_driver dlcrt_cuda_driver;
DLCRT_HIDDEN extern const dlcrt_driver dlcrt_vulkan_driver;

/** Addresses on the device, aligned as on the host. */
typedef struct dlcrt_device_memory {
  uint8_t *arena;           /**< as many bytes as were asked for, content undefined */
  const uint8_t *constants; /**< a copy of dlcrt_model.constants */
  uint8_t *state;           /**< the state, which stays there between runs; null without one */
} dlcrt_device_memory;

/** Opens the device where the context has none yet, and uploads the model's constants; makes the
 * arena at least `bytes` large; uploads the state where the host may have written it. 0, or a
 * status to return from the entry. */
DLCRT_HIDDEN int32_t dlcrt_device_begin(dlcrt_call *call, const dlcrt_driver *driver,
                                        uint64_t bytes, dlcrt_device_memory *memory);
DLCRT_HIDDEN void dlcrt_device_upload(dlcrt_call *call, uint8_t *device, const uint8_t *host,
                                      uint64_t bytes);
DLCRT_HIDDEN void dlcrt_device_download(dlcrt_call *call, uint8_t *host, const uint8_t *device,
                                        uint64_t bytes);
DLCRT_HIDDEN void dlcrt_device_copy(dlcrt_call *call, uint8_t *to, const uint8_t *from,
                                    uint64_t bytes);
DLCRT_HIDDEN void dlcrt_device_clear(dlcrt_call *call, uint8_t *memory, uint64_t bytes);
/** Downloads the state where the host may read it, and waits for all; 0, or the status of the first
 * failure. */
DLCRT_HIDDEN int32_t dlcrt_device_end(dlcrt_call *call);

/* What kernels call (Halide's names and contracts). */

DLCRT_HIDDEN int halide_do_par_for(void *user_context, int (*task)(void *, int, uint8_t *), int min,
                                   int extent, uint8_t *closure);
/** 128-byte aligned scratch of the calling thread; freed by the same thread. */
DLCRT_HIDDEN void *halide_malloc(void *user_context, size_t bytes);
DLCRT_HIDDEN void halide_free(void *user_context, void *pointer);
/* Of the buffers that these are given, kernels on a device have `device` set, never `host`. The
 * functions of a driver, halide_opencl_*, halide_cuda_* and halide_vulkan_*, are in
 * lib/Runtime/Device. */
DLCRT_HIDDEN int halide_device_malloc(void *user_context, void *buffer, const void *interface);
DLCRT_HIDDEN int halide_device_free(void *user_context, void *buffer);
DLCRT_HIDDEN void halide_device_free_as_destructor(void *user_context, void *buffer);
DLCRT_HIDDEN int halide_copy_to_device(void *user_context, void *buffer, const void *interface);
/** Records the message as the failure of this run. */
DLCRT_HIDDEN void halide_error(void *user_context, const char *message);

/** What an artifact exports for tools that do not know its prefix (symbol `dlc_artifact`). */
typedef struct dlc_artifact_table {
  uint32_t abi_version; /**< DLC_ABI_VERSION; check it before anything else */
  uint32_t size;        /**< sizeof(dlc_artifact_table) */
  const dlc_model_info *(*describe)(void);
  dlcrt_context *(*context_create)(const dlc_options *options);
  void (*context_destroy)(dlcrt_context *context);
  dlc_status (*run)(dlcrt_context *context, const dlc_tensor *inputs, size_t num_inputs,
                    dlc_tensor *outputs, size_t num_outputs, uint32_t function);
  dlc_status (*output_shapes)(dlcrt_context *context, const dlc_tensor *inputs, size_t num_inputs,
                              dlc_tensor *outputs, size_t num_outputs, uint32_t function);
  void *(*state)(dlcrt_context *context);
  const char *(*last_error)(const dlcrt_context *context);
  const char *(*status_string)(dlc_status status);
  void (*profile_enable)(dlcrt_context *context, int32_t on);
  void (*profile_reset)(dlcrt_context *context);
  size_t (*profile)(const dlcrt_context *context, dlc_profile_entry *entries, size_t capacity);
  uint64_t (*arena_bytes)(uint32_t function);
} dlc_artifact_table;

#ifdef __cplusplus
} /* extern "C" */

/* Layout that Codegen/Host relies on (x86-64 and AArch64 System V). */
#define DLCRT_AT(type, field, offset)                                                              \
  static_assert(offsetof(type, field) == offset, #type "::" #field " moved")
DLCRT_AT(dlcrt_call, context, 0);
DLCRT_AT(dlcrt_call, arena, 8);
DLCRT_AT(dlcrt_call, state, 16);
DLCRT_AT(dlcrt_call, constants, 24);
DLCRT_AT(dlcrt_call, inputs, 32);
DLCRT_AT(dlcrt_call, outputs, 40);
DLCRT_AT(dlcrt_call, dims, 48);
static_assert(sizeof(dlcrt_call) == 56, "dlcrt_call changed size");
DLCRT_AT(dlcrt_device_memory, constants, 8);
DLCRT_AT(dlcrt_device_memory, state, 16);
static_assert(sizeof(dlcrt_device_memory) == 24, "dlcrt_device_memory changed size");
DLCRT_AT(dlc_tensor_info, dtype, 8);
DLCRT_AT(dlc_tensor_info, rank, 12);
DLCRT_AT(dlc_tensor_info, dims, 16);
static_assert(sizeof(dlc_tensor_info) == 24, "dlc_tensor_info changed size");
DLCRT_AT(dlc_function_info, inputs, 8);
DLCRT_AT(dlc_function_info, outputs, 16);
DLCRT_AT(dlc_function_info, num_inputs, 24);
DLCRT_AT(dlc_function_info, num_outputs, 28);
static_assert(sizeof(dlc_function_info) == 32, "dlc_function_info changed size");
DLCRT_AT(dlc_kernel_info, kind, 8);
DLCRT_AT(dlc_kernel_info, flops, 16);
DLCRT_AT(dlc_kernel_info, bytes, 24);
static_assert(sizeof(dlc_kernel_info) == 32, "dlc_kernel_info changed size");
DLCRT_AT(dlc_model_info, num_functions, 4);
DLCRT_AT(dlc_model_info, name, 8);
DLCRT_AT(dlc_model_info, version, 16);
DLCRT_AT(dlc_model_info, functions, 24);
DLCRT_AT(dlc_model_info, symbols, 32);
DLCRT_AT(dlc_model_info, kernels, 40);
DLCRT_AT(dlc_model_info, num_symbols, 48);
DLCRT_AT(dlc_model_info, num_kernels, 52);
DLCRT_AT(dlc_model_info, state_bytes, 56);
DLCRT_AT(dlc_model_info, constant_bytes, 64);
DLCRT_AT(dlc_model_info, slots, 72);
DLCRT_AT(dlc_model_info, num_slots, 80);
static_assert(sizeof(dlc_model_info) == 88, "dlc_model_info changed size");
DLCRT_AT(dlc_slot_info, offset, 24);
DLCRT_AT(dlc_slot_info, of_model, 32);
static_assert(sizeof(dlc_slot_info) == 40, "dlc_slot_info changed size");
DLCRT_AT(dlcrt_function, arena_bytes, 8);
DLCRT_AT(dlcrt_function, arena_bytes_for, 16);
DLCRT_AT(dlcrt_function, derive_dims, 24);
DLCRT_AT(dlcrt_function, conditions, 32);
static_assert(sizeof(dlcrt_function) == 40, "dlcrt_function changed size");
DLCRT_AT(dlcrt_model, functions, 88);
DLCRT_AT(dlcrt_model, constants, 96);
DLCRT_AT(dlcrt_model, kernel_costs, 104);
static_assert(sizeof(dlcrt_model) == 112, "dlcrt_model changed size");
#undef DLCRT_AT
#endif

#endif /* DLC_RUNTIME_ABI_H */
