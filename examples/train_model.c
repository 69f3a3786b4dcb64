// How a C program trains a model: `dlc compile net.onnx --train -o libnet.so` writes libnet.so and
// libnet.h, whose functions share the state of a context (weights, moments, sums of metrics).
//
//   gcc -DMODEL_HEADER='"libnet.h"' -DMODEL=net train_model.c ./libnet.so -Wl,-rpath,. -o
//   train_model
//
// MODEL is the prefix of the functions in the header. The program learns one batch of made-up
// numbers by heart: a model with one float input and a float target of at most 4096 elements each.
#include MODEL_HEADER

#include <stdio.h>

#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define CALL(function) JOIN(MODEL, function)

static dlc_tensor batch_of(const dlc_tensor_info *info, float *data, unsigned seed) {
  dlc_tensor tensor = {data, 0, info->dtype, info->rank, {0}};
  size_t count = 1;
  for (int32_t i = 0; i < info->rank; ++i)
    count *= (size_t)(tensor.shape[i] = info->dims[i]);
  for (size_t i = 0; i < count; ++i)
    data[i] = (float)((seed = seed * 1664525u + 1013904223u) >> 8) / (float)(1 << 24);
  return tensor;
}

int main(void) {
  static float x[4096], target[4096];
  const dlc_function_info *step = CALL(describe)()->functions;
  while (step->num_inputs != 2) // functions: predict(x), then eval_step and train_step(x, target)
    ++step;
  dlc_tensor inputs[] = {batch_of(&step->inputs[0], x, 1), batch_of(&step->inputs[1], target, 2)};
  JOIN(MODEL, context) *context = CALL(context_create)(NULL);
  int failed = !context || CALL(init)(context, NULL, 0, NULL, 0) != DLC_OK;
  for (int epoch = 0; !failed && epoch < 4; ++epoch) {
    failed = CALL(reset_metrics)(context, NULL, 0, NULL, 0) != DLC_OK;
    for (int i = 0; !failed && i < 50; ++i) {
      dlc_tensor outputs[2] = {{0}}; // the loss and the prediction, in memory of the context
      failed = CALL(train_step)(context, inputs, 2, outputs, 2) != DLC_OK;
    }
    dlc_tensor mean = {0}; // of the loss; a model compiled with --metrics has an output for each
    failed = failed || CALL(metrics)(context, NULL, 0, &mean, 1) != DLC_OK;
    if (!failed)
      printf("epoch %d: loss %g\n", epoch, *(const double *)mean.data);
  }
  if (failed)
    fprintf(stderr, "%s\n", context ? CALL(last_error)(context) : "out of memory");
  CALL(context_destroy)(context);
  return failed;
}
