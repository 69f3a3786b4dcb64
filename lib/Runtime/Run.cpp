// One run of one function: check, bind, allocate, call the entry.
#include "Context.h"

#include <inttypes.h>
#include <stdlib.h>

using namespace dlcrt;

namespace {
/// Holds a context for the length of one call. A second thread is refused, not made to wait: two
/// threads need two contexts.
class Occupation {
public:
  explicit Occupation(dlcrt_context &context)
      : context(context), entered(context.busy.exchange(1, std::memory_order_acquire) == 0) {
    if (!entered)
      return;
    context.hasError.store(0, std::memory_order_relaxed);
    context.error[0] = '\0';
  }
  ~Occupation() {
    if (entered)
      context.busy.store(0, std::memory_order_release);
  }
  Occupation(const Occupation &) = delete;
  Occupation &operator=(const Occupation &) = delete;
  explicit operator bool() const { return entered; }

private:
  dlcrt_context &context;
  bool entered;
};
} // namespace

static OwnedBuffer *ownedBuffersOf(dlcrt_context &context, uint32_t function) {
  OwnedBuffer *buffers = context.owned;
  for (uint32_t i = 0; i < function; ++i)
    buffers += dlc_model.info.functions[i].num_outputs;
  return buffers;
}

/// Memory for an output whose shape is now known: the caller's, checked, or the context's, grown.
static dlc_status placeOutput(dlcrt_context &context, const char *name, void *caller,
                              uint64_t capacity, uint64_t bytes, OwnedBuffer &owned, void *&place) {
  if (caller && caller != owned.data) { // ours, when the last run's tensor is passed again
    place = caller;
    if (capacity >= bytes)
      return DLC_OK;
    setError(context, "%s: output '%s': expected a buffer of %" PRIu64 " bytes, found %" PRIu64,
             context.currentFunction->name, name, bytes, capacity);
    return DLC_ERROR_CAPACITY;
  }
  if (!owned.data || owned.capacity < bytes) {
    free(owned.data);
    owned.capacity = bytes;
    owned.data = allocateBlock(bytes);
    if (!owned.data) {
      owned.capacity = 0;
      setError(context, "%s: output '%s': out of memory for %" PRIu64 " bytes",
               context.currentFunction->name, name, bytes);
      return DLC_ERROR_MEMORY;
    }
  }
  place = owned.data;
  return DLC_OK;
}

/// Outputs are written while inputs are still read.
static dlc_status refuseOverlap(dlcrt_context &context, const dlc_function_info &function,
                                const dlc_tensor *inputs, uint32_t output, uint64_t bytes) {
  auto *first = static_cast<const uint8_t *>(context.outputs[output]);
  for (uint32_t i = 0; i < function.num_inputs; ++i) {
    uint64_t inputBytes = 0;
    tensorBytes(inputs[i].dtype, inputs[i].rank, inputs[i].shape, inputBytes);
    auto *input = static_cast<const uint8_t *>(inputs[i].data);
    if (inputBytes == 0 || bytes == 0 || input + inputBytes <= first || first + bytes <= input)
      continue;
    setError(context, "%s: input '%s' and output '%s' overlap in memory: copy the input first",
             function.name, function.inputs[i].name, function.outputs[output].name);
    return DLC_ERROR_ARGUMENT;
  }
  return DLC_OK;
}

static dlc_status prepareOutputs(dlcrt_context &context, const dlc_function_info &function,
                                 const dlc_tensor *inputs, dlc_tensor *outputs) {
  for (uint32_t i = 0; i < function.num_outputs; ++i) {
    dlc_tensor shaped;
    bool known = true;
    if (dlc_status status = shapeOutput(context, function.outputs[i], shaped, known))
      return status;
    context.outputs[i] = nullptr;
    if (!known)
      continue;
    if (dlc_status status =
            placeOutput(context, function.outputs[i].name, outputs[i].data, outputs[i].bytes,
                        shaped.bytes, context.currentOwned[i], context.outputs[i]))
      return status;
    if (dlc_status status = refuseOverlap(context, function, inputs, i, shaped.bytes))
      return status;
    shaped.data = context.outputs[i];
    outputs[i] = shaped;
  }
  return DLC_OK;
}

static dlc_status prepareArena(dlcrt_context &context, const dlcrt_function &code) {
  uint64_t bytes = code.arena_bytes;
  if (code.arena_bytes_for) {
    int64_t needed = code.arena_bytes_for(context.dims);
    bytes = needed < 0 ? UINT64_MAX : static_cast<uint64_t>(needed);
  }
  if (context.arena && context.arenaBytes >= bytes)
    return DLC_OK;
  free(context.arena);
  context.arenaBytes = 0;
  context.arena = allocateBlock(bytes);
  if (!context.arena) {
    setError(context, "%s: out of memory for an arena of %" PRIu64 " bytes",
             context.currentFunction->name, bytes);
    return DLC_ERROR_MEMORY;
  }
  context.arenaBytes = bytes;
  return DLC_OK;
}

static dlc_status callEntry(dlcrt_context &context, const dlcrt_function &code) {
  dlcrt_call call = {&context.slots[0], context.arena,   context.state, dlc_model.constants,
                     context.inputs,    context.outputs, context.dims};
  if (!call.constants)
    call.constants = context.arena;
  if (context.pool)
    context.pool->beginRun();
  int32_t result = code.entry(&call);
  if (context.pool)
    context.pool->endRun();
  if (result == 0)
    return context.hasError.load(std::memory_order_relaxed) ? DLC_ERROR_EXECUTION : DLC_OK;
  setError(context, "%s: a kernel failed with code %d", context.currentFunction->name, result);
  return result > DLC_OK && result <= DLC_ERROR_BUSY ? result : DLC_ERROR_EXECUTION;
}

static dlc_status checkArguments(dlcrt_context &context, const dlc_tensor *outputs,
                                 size_t numOutputs, uint32_t function) {
  if (function >= dlc_model.info.num_functions) {
    setError(context, "the model has no function %u: expected less than %u", function,
             dlc_model.info.num_functions);
    return DLC_ERROR_ARGUMENT;
  }
  const dlc_function_info &info = dlc_model.info.functions[function];
  if (numOutputs != info.num_outputs || (numOutputs != 0 && !outputs)) {
    setError(context, "%s: expected %u outputs, found %zu", info.name, info.num_outputs,
             outputs ? numOutputs : 0);
    return DLC_ERROR_ARGUMENT;
  }
  return DLC_OK;
}

/// An input with elements needs memory; only output_shapes does without.
static dlc_status checkInputData(dlcrt_context &context, const dlc_function_info &function,
                                 const dlc_tensor *inputs) {
  for (uint32_t i = 0; i < function.num_inputs; ++i) {
    uint64_t bytes = 0;
    tensorBytes(inputs[i].dtype, inputs[i].rank, inputs[i].shape, bytes);
    if (bytes == 0 || inputs[i].data)
      continue;
    setError(context, "%s: input '%s': data is null", function.name, function.inputs[i].name);
    return DLC_ERROR_ARGUMENT;
  }
  return DLC_OK;
}

extern "C" {

dlc_status dlcrt_run(dlcrt_context *context, const dlc_tensor *inputs, size_t numInputs,
                     dlc_tensor *outputs, size_t numOutputs, uint32_t function) {
  if (!context)
    return DLC_ERROR_ARGUMENT;
  Occupation held(*context);
  if (!held)
    return DLC_ERROR_BUSY;
  if (dlc_status status = checkArguments(*context, outputs, numOutputs, function))
    return status;
  const dlc_function_info &info = dlc_model.info.functions[function];
  const dlcrt_function &code = dlc_model.functions[function];
  context->currentFunction = &info;
  context->currentOutputs = outputs;
  context->currentOwned = ownedBuffersOf(*context, function);
  if (dlc_status status = bindInputs(*context, info, code, inputs, numInputs))
    return status;
  if (dlc_status status = checkInputData(*context, info, inputs))
    return status;
  if (dlc_status status = prepareOutputs(*context, info, inputs, outputs))
    return status;
  if (dlc_status status = prepareArena(*context, code))
    return status;
  return callEntry(*context, code);
}

dlc_status dlcrt_output_shapes(dlcrt_context *context, const dlc_tensor *inputs, size_t numInputs,
                               dlc_tensor *outputs, size_t numOutputs, uint32_t function) {
  if (!context)
    return DLC_ERROR_ARGUMENT;
  Occupation held(*context);
  if (!held)
    return DLC_ERROR_BUSY;
  if (dlc_status status = checkArguments(*context, outputs, numOutputs, function))
    return status;
  const dlc_function_info &info = dlc_model.info.functions[function];
  if (dlc_status status =
          bindInputs(*context, info, dlc_model.functions[function], inputs, numInputs))
    return status;
  for (uint32_t i = 0; i < info.num_outputs; ++i) {
    bool known;
    if (dlc_status status = shapeOutput(*context, info.outputs[i], outputs[i], known))
      return status;
  }
  return DLC_OK;
}

int32_t dlcrt_fail(dlcrt_call *call, const char *message) {
  setError(*slotOf(call->context).context, "%s", message);
  return DLC_ERROR_EXECUTION;
}

int32_t dlcrt_output_alloc(dlcrt_call *call, uint32_t output, const int64_t *shape) {
  dlcrt_context &context = *slotOf(call->context).context;
  const dlc_tensor_info &info = context.currentFunction->outputs[output];
  dlc_tensor &tensor = context.currentOutputs[output];
  uint64_t bytes = 0;
  if (!tensorBytes(info.dtype, info.rank, shape, bytes)) {
    setError(context, "%s: output '%s': the shape has more bytes than memory can hold",
             context.currentFunction->name, info.name);
    return DLC_ERROR_MEMORY;
  }
  void *place = nullptr;
  if (dlc_status status = placeOutput(context, info.name, tensor.data, tensor.bytes, bytes,
                                      context.currentOwned[output], place))
    return status;
  call->outputs[output] = place;
  tensor.data = place;
  tensor.bytes = bytes;
  tensor.dtype = info.dtype;
  tensor.rank = info.rank;
  for (int32_t i = 0; i < info.rank; ++i)
    tensor.shape[i] = shape[i];
  return DLC_OK;
}

} // extern "C"
