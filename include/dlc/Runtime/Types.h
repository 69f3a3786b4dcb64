/* The plain C types of the ABI of every compiled model. The generated header of a model carries
 * this text verbatim (from the marker below), so that a user needs one file; several such headers
 * may be included in one program. C99 and C++. Change DLC_ABI_VERSION with any change of layout. */
/* DLC-TYPES-BEGIN */
#ifndef DLC_RUNTIME_TYPES_H
#define DLC_RUNTIME_TYPES_H

#include <stddef.h>
#include <stdint.h>

/** Layout version of the types below; equal in a library and in the headers used with it. */
#define DLC_ABI_VERSION 2
/** Largest rank of an input or output. */
#define DLC_MAX_RANK 8
/** A dimension that is known only once the function has run (nonzero's count). */
#define DLC_DIM_UNKNOWN INT64_MIN

/** Element types. */
typedef enum dlc_dtype {
  DLC_FLOAT32 = 0,
  DLC_FLOAT64 = 1,
  DLC_FLOAT16 = 2,
  DLC_BFLOAT16 = 3,
  DLC_INT8 = 4,
  DLC_INT16 = 5,
  DLC_INT32 = 6,
  DLC_INT64 = 7,
  DLC_UINT8 = 8,
  DLC_UINT16 = 9,
  DLC_UINT32 = 10,
  DLC_UINT64 = 11,
  DLC_BOOL = 12 /**< one byte an element, 0 or 1 */
} dlc_dtype;

/** What a call returns; 0 is success. The text of a failure is in `<prefix>_last_error`. */
typedef int32_t dlc_status;
enum {
  DLC_OK = 0,
  DLC_ERROR_ARGUMENT = 1,  /**< a null pointer, a wrong number of tensors, an unknown function */
  DLC_ERROR_TYPE = 2,      /**< a tensor's element type is not the model's */
  DLC_ERROR_SHAPE = 3,     /**< a tensor's rank or a dimension is not the model's */
  DLC_ERROR_CAPACITY = 4,  /**< a caller's output buffer is too small */
  DLC_ERROR_MEMORY = 5,    /**< out of memory */
  DLC_ERROR_EXECUTION = 6, /**< the model's own code reported a failure */
  DLC_ERROR_BUSY = 7       /**< the context is in use by another thread */
};

/** A dense, row-major tensor in host memory. Needs the alignment of its element type only. */
typedef struct dlc_tensor {
  void *data; /**< an input's elements; an output's buffer, or NULL: the context owns the memory,
                   which is then valid until the context's next run or its destruction */
  uint64_t bytes; /**< size of `data` in bytes. Inputs: 0 or at least what the shape needs. Outputs:
                       the capacity of a caller's buffer; set to the bytes written */
  int32_t dtype;  /**< a dlc_dtype; set by the call for outputs */
  int32_t rank;   /**< used entries of `shape`; set by the call for outputs */
  int64_t shape[DLC_MAX_RANK]; /**< extents, outermost first; set by the call for outputs */
} dlc_tensor;

/** An input or output as the model declares it. */
typedef struct dlc_tensor_info {
  const char *name;
  int32_t dtype; /**< a dlc_dtype */
  int32_t rank;  /**< entries of `dims` */
  const int64_t
      *dims; /**< an extent, or -1-k for symbolic dimension k of the model; NULL for rank 0 */
} dlc_tensor_info;

/** A function of the model: `<prefix>_<name>`. */
typedef struct dlc_function_info {
  const char *name;
  const dlc_tensor_info *inputs;
  const dlc_tensor_info *outputs;
  uint32_t num_inputs;
  uint32_t num_outputs;
} dlc_function_info;

/** A kernel of the model, for profiles. */
typedef struct dlc_kernel_info {
  const char *name; /**< where it comes from in the model */
  const char *kind; /**< the template family that it was compiled by */
  /** Floating-point operations a call, and bytes read and written, each tensor once. 0 where the
   * sizes of a call decide; a profile has those of the last one. */
  double flops;
  double bytes;
} dlc_kernel_info;

/** A part of the state that has a name: a weight, a moment of the optimizer, the learning rate. */
typedef struct dlc_slot_info {
  dlc_tensor_info tensor; /**< dense and row-major; all extents are fixed */
  uint64_t offset;        /**< bytes from the start of the state */
  int32_t
      of_model; /**< nonzero: a value of the model itself, which `predict` reads; 0: of training */
  int32_t reserved; /**< 0 */
} dlc_slot_info;

/** All that a library says of its model. */
typedef struct dlc_model_info {
  uint32_t abi_version; /**< DLC_ABI_VERSION of the compiler */
  uint32_t num_functions;
  const char *name;
  const char *version; /**< of the compiler */
  const dlc_function_info *functions;
  const char *const *symbols; /**< names of the symbolic dimensions */
  const dlc_kernel_info *kernels;
  uint32_t num_symbols;
  uint32_t num_kernels;
  uint64_t state_bytes;    /**< parameters and whatever else functions update in place; 0: none */
  uint64_t constant_bytes; /**< read-only constants in the library */
  const dlc_slot_info *slots; /**< what the state holds */
  uint64_t num_slots;
} dlc_model_info;

/** How a context runs. Zero-initialise, set `size`, then what differs from the defaults. */
typedef struct dlc_options {
  size_t size;     /**< sizeof(dlc_options) */
  int32_t threads; /**< threads that share the work, the calling one among them; 0: every core that
                      the process may use. Results do not depend on it */
  int32_t profile; /**< nonzero: measure each kernel from the start */
  /** The caller's own thread pool, or NULL for worker threads of the context. Calls
   *  task(closure, i) once for each i in [begin, begin + count), on any threads, in any order, and
   *  returns after the last has returned: 0, or what a failing task returned. */
  int (*parallel_for)(void *pool, int (*task)(void *closure, int index), void *closure, int begin,
                      int count);
  void *pool;     /**< passed to parallel_for */
  void *state;    /**< state_bytes of caller's memory, 64-byte aligned, that outlives the context;
                     NULL: the context owns it, filled with zeros */
  void *share;    /**< a context of the same library whose worker threads are shared, or NULL. Calls
                     that find them busy run on the calling thread alone */
  int32_t device; /**< number of the device that kernels run on, where the library was compiled for
                       one (OpenCL: GPUs first, then CPUs); 0: the first */
  int32_t reserved; /**< 0 */
} dlc_options;

/** Accumulated time of one kernel. */
typedef struct dlc_profile_entry {
  dlc_kernel_info kernel;
  uint64_t calls;
  uint64_t nanoseconds; /**< wall time, all calls together */
} dlc_profile_entry;

#endif /* DLC_RUNTIME_TYPES_H */
