// Trains for 100 steps, reads the metrics after each, and fails where one of them allocates, or
// holds, memory: a step works in what the context took at its first. Compiled with
// -fsanitize=address, whose hooks count allocations; what is lost at the end LeakSanitizer reports.
//
// MODEL_HEADER is the header of a model with one float input and a float target of at most 4096
// elements.
#include MODEL_HEADER

#include <stddef.h>
#include <stdio.h>

// Of sanitizer/allocator_interface.h, which GCC's packages lack.
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
size_t __sanitizer_get_current_allocated_bytes(void);

static size_t allocations;

static void count_allocation(const volatile void *pointer, size_t bytes) {
  (void)pointer, (void)bytes;
  __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED); // workers of the pool are seen too
}
static void ignore_free(const volatile void *pointer) { (void)pointer; }

static dlc_tensor tensor_of(const dlc_tensor_info *info, float *data) {
  dlc_tensor tensor = {data, 0, info->dtype, info->rank, {0}};
  for (int32_t i = 0; i < info->rank; ++i)
    tensor.shape[i] = info->dims[i];
  return tensor;
}

static int step(net_context *context, const dlc_tensor *inputs) {
  dlc_tensor outputs[2] = {{0}}, metrics[NET_METRICS_NUM_OUTPUTS] = {{0}};
  if (net_train_step(context, inputs, 2, outputs, 2) == DLC_OK &&
      net_metrics(context, NULL, 0, metrics, NET_METRICS_NUM_OUTPUTS) == DLC_OK &&
      net_reset_metrics(context, NULL, 0, NULL, 0) == DLC_OK)
    return 1;
  fprintf(stderr, "%s\n", net_last_error(context));
  return 0;
}

int main(void) {
  static float x[4096], target[4096];
  for (int i = 0; i < 4096; ++i) {
    x[i] = (float)(i * 37 % 101) / 101.0f;
    target[i] = (float)(i * 53 % 97) / 97.0f;
  }
  const dlc_function_info *function = net_describe()->functions;
  while (function->num_inputs != 2)
    ++function;
  const dlc_tensor inputs[] = {tensor_of(&function->inputs[0], x),
                               tensor_of(&function->inputs[1], target)};
  dlc_options options = {.size = sizeof options, .threads = 2};
  net_context *context = net_context_create(&options);
  int good = context && net_init(context, NULL, 0, NULL, 0) == DLC_OK && step(context, inputs);
  const size_t held = __sanitizer_get_current_allocated_bytes();
  __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_free);
  for (int i = 0; good && i < 100; ++i)
    good = step(context, inputs);
  const size_t made = allocations;
  const size_t grown = __sanitizer_get_current_allocated_bytes() - held;
  net_context_destroy(context);
  if (good)
    printf("100 steps made %zu allocations and hold %zu bytes\n", made, grown);
  return good && made == 0 && grown == 0 ? 0 : 1;
}
