// Checks of the tensors that a caller passes, with messages that say which input, which dimension,
// what was expected and what was found.
#include "Context.h"

#include <inttypes.h>

using namespace dlcrt;

uint64_t dlcrt::elementBytes(int32_t dtype) {
  static const uint8_t bytes[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};
  return dtype >= 0 && dtype <= DLC_BOOL ? bytes[dtype] : 0;
}

const char *dlcrt::dtypeName(int32_t dtype) {
  static const char *const names[] = {"float32", "float64", "float16", "bfloat16", "int8",
                                      "int16",   "int32",   "int64",   "uint8",    "uint16",
                                      "uint32",  "uint64",  "bool"};
  return dtype >= 0 && dtype <= DLC_BOOL ? names[dtype] : "unknown type";
}

bool dlcrt::tensorBytes(int32_t dtype, int32_t rank, const int64_t *shape, uint64_t &bytes) {
  int64_t total = static_cast<int64_t>(elementBytes(dtype));
  bool empty = false, overflow = false;
  for (int32_t i = 0; i < rank; ++i) {
    if (shape[i] < 0)
      return false;
    empty |= shape[i] == 0;
    overflow |= __builtin_mul_overflow(total, shape[i], &total);
  }
  bytes = empty ? 0 : static_cast<uint64_t>(total);
  return empty || !overflow;
}

/// Extent `axis` of an input against its declaration; binds a symbol that is met for the first
/// time.
static dlc_status bindExtent(dlcrt_context &context, const dlc_function_info &function,
                             uint32_t input, int32_t axis, int64_t found) {
  const dlc_tensor_info &info = function.inputs[input];
  int64_t declared = info.dims[axis];
  if (declared >= 0) {
    if (found == declared)
      return DLC_OK;
    setError(context, "%s: input '%s': dimension %d: expected %" PRId64 ", found %" PRId64,
             function.name, info.name, axis, declared, found);
    return DLC_ERROR_SHAPE;
  }
  int64_t symbol = -1 - declared;
  const char *name = dlc_model.info.symbols[symbol];
  if (found < 0) {
    setError(context,
             "%s: input '%s': dimension %d (%s): expected a number of elements, found %" PRId64,
             function.name, info.name, axis, name, found);
    return DLC_ERROR_SHAPE;
  }
  if (context.dims[symbol] < 0) {
    context.dims[symbol] = found;
    context.dimBinders[symbol] = static_cast<int32_t>(input);
    return DLC_OK;
  }
  if (context.dims[symbol] == found)
    return DLC_OK;
  setError(context,
           "%s: input '%s': dimension %d: expected %" PRId64
           " (%s, as in input '%s'), found %" PRId64,
           function.name, info.name, axis, context.dims[symbol], name,
           function.inputs[context.dimBinders[symbol]].name, found);
  return DLC_ERROR_SHAPE;
}

static dlc_status bindInput(dlcrt_context &context, const dlc_function_info &function,
                            uint32_t index, const dlc_tensor &tensor) {
  const dlc_tensor_info &info = function.inputs[index];
  if (tensor.dtype != info.dtype) {
    setError(context, "%s: input '%s': expected %s, found %s (%d)", function.name, info.name,
             dtypeName(info.dtype), dtypeName(tensor.dtype), tensor.dtype);
    return DLC_ERROR_TYPE;
  }
  if (tensor.rank != info.rank) {
    setError(context, "%s: input '%s': expected rank %d, found %d", function.name, info.name,
             info.rank, tensor.rank);
    return DLC_ERROR_SHAPE;
  }
  for (int32_t axis = 0; axis < info.rank; ++axis)
    if (dlc_status status = bindExtent(context, function, index, axis, tensor.shape[axis]))
      return status;
  uint64_t bytes = 0;
  if (!tensorBytes(tensor.dtype, tensor.rank, tensor.shape, bytes)) {
    setError(context, "%s: input '%s': the shape has more bytes than memory can hold",
             function.name, info.name);
    return DLC_ERROR_SHAPE;
  }
  if (tensor.bytes != 0 && tensor.bytes < bytes) {
    setError(context, "%s: input '%s': expected %" PRIu64 " bytes of data, found %" PRIu64,
             function.name, info.name, bytes, tensor.bytes);
    return DLC_ERROR_CAPACITY;
  }
  context.inputs[index] = tensor.data ? tensor.data : context.slots; // empty: never read
  return DLC_OK;
}

dlc_status dlcrt::bindInputs(dlcrt_context &context, const dlc_function_info &function,
                             const dlcrt_function &code, const dlc_tensor *inputs,
                             size_t numInputs) {
  if (numInputs != function.num_inputs || (numInputs != 0 && !inputs)) {
    setError(context, "%s: expected %u inputs, found %zu", function.name, function.num_inputs,
             inputs ? numInputs : 0);
    return DLC_ERROR_ARGUMENT;
  }
  for (uint32_t k = 0; k < dlc_model.info.num_symbols; ++k)
    context.dims[k] = -1;
  for (uint32_t i = 0; i < function.num_inputs; ++i)
    if (dlc_status status = bindInput(context, function, i, inputs[i]))
      return status;
  int32_t broken = code.derive_dims ? code.derive_dims(context.dims) : 0;
  if (broken != 0) {
    setError(context, "%s: the model has no result for inputs of these shapes%s%s", function.name,
             code.conditions ? ": it needs " : "",
             code.conditions ? code.conditions[broken - 1] : "");
    return DLC_ERROR_SHAPE;
  }
  return DLC_OK;
}

dlc_status dlcrt::shapeOutput(dlcrt_context &context, const dlc_tensor_info &info,
                              dlc_tensor &tensor, bool &known) {
  known = true;
  tensor.dtype = info.dtype;
  tensor.rank = info.rank;
  for (int32_t axis = 0; axis < info.rank; ++axis) {
    int64_t declared = info.dims[axis];
    if (declared == DLC_DIM_UNKNOWN) {
      known = false;
      tensor.shape[axis] = -1;
      continue;
    }
    tensor.shape[axis] = declared >= 0 ? declared : context.dims[-1 - declared];
    if (tensor.shape[axis] < 0) {
      setError(context, "output '%s': dimension %d is negative for inputs of these shapes",
               info.name, axis);
      return DLC_ERROR_SHAPE;
    }
  }
  uint64_t bytes = 0;
  if (known && !tensorBytes(tensor.dtype, tensor.rank, tensor.shape, bytes)) {
    setError(context, "output '%s': the shape has more bytes than memory can hold", info.name);
    return DLC_ERROR_SHAPE;
  }
  tensor.bytes = bytes;
  return DLC_OK;
}
