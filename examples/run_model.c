// How a C program uses a compiled model: `dlc compile net.onnx -o libnet.so` writes libnet.so and
// libnet.h.
//
//   gcc -DMODEL_HEADER='"libnet.h"' -DMODEL=net run_model.c ./libnet.so -Wl,-rpath,. -o run_model
//
// MODEL is the prefix of the functions in the header. The program gives every input the numbers
// 0, 1, 2, ... (symbolic dimensions are 2) and prints the outputs.
#include MODEL_HEADER

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define CALL(function) JOIN(MODEL, function)

static size_t width_of(int32_t dtype) {
  static const unsigned char widths[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};
  return widths[dtype];
}

// An input of the declared type and shape; its data is the caller's to free.
static dlc_tensor make_input(const dlc_tensor_info *info) {
  dlc_tensor tensor = {0};
  size_t count = 1;
  tensor.dtype = info->dtype;
  tensor.rank = info->rank;
  for (int32_t i = 0; i < info->rank; ++i) {
    tensor.shape[i] = info->dims[i] < 0 ? 2 : info->dims[i];
    count *= (size_t)tensor.shape[i];
  }
  tensor.bytes = count * width_of(info->dtype);
  tensor.data = calloc(tensor.bytes + 1, 1);
  for (size_t i = 0; tensor.data && i < count; ++i) {
    if (info->dtype == DLC_FLOAT32)
      ((float *)tensor.data)[i] = (float)i;
    if (info->dtype == DLC_INT64)
      ((int64_t *)tensor.data)[i] = (int64_t)i;
  }
  return tensor;
}

static void print_output(const dlc_tensor_info *info, const dlc_tensor *tensor) {
  size_t count = tensor->bytes / width_of(tensor->dtype);
  printf("%s:", info->name);
  for (int32_t i = 0; i < tensor->rank; ++i)
    printf("%s%" PRId64, i == 0 ? " " : "x", tensor->shape[i]);
  for (size_t i = 0; tensor->dtype == DLC_FLOAT32 && i < count && i < 4; ++i)
    printf(" %g", (double)((const float *)tensor->data)[i]);
  printf("\n");
}

int main(void) {
  const dlc_function_info *function = &CALL(describe)()->functions[0];
  dlc_tensor *inputs = calloc(function->num_inputs + 1, sizeof(dlc_tensor));
  dlc_tensor *outputs = calloc(function->num_outputs + 1, sizeof(dlc_tensor));
  // NULL: every core, worker threads of the context's own.
  JOIN(MODEL, context) *context = CALL(context_create)(NULL);
  if (!inputs || !outputs || !context)
    return 1;
  for (uint32_t i = 0; i < function->num_inputs; ++i)
    inputs[i] = make_input(&function->inputs[i]);

  // Outputs without data are given memory of the context, valid until its next run.
  dlc_status status =
      CALL(run)(context, inputs, function->num_inputs, outputs, function->num_outputs);
  if (status != DLC_OK)
    fprintf(stderr, "error: %s\n", CALL(last_error)(context));
  for (uint32_t i = 0; status == DLC_OK && i < function->num_outputs; ++i)
    print_output(&function->outputs[i], &outputs[i]);

  for (uint32_t i = 0; i < function->num_inputs; ++i)
    free(inputs[i].data);
  CALL(context_destroy)(context);
  free(inputs);
  free(outputs);
  return status != DLC_OK;
}
