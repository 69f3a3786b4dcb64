// A model written by hand in the form that Codegen/Host emits, with entries that show one ability
// of the runtime each. Prefix `fake`.
#include "dlc/Runtime/ABI.h"

#include <string.h>

enum { SCALE, FILTER, FAIL, TRAIN_STEP, NUM_FUNCTIONS };

static const int64_t symbolic[] = {-1, -2}; /* N x M */
static const int64_t matrix[] = {-1, 3};    /* N x 3 */
static const int64_t derived[] = {-3};      /* K = N * M */
static const int64_t unknown[] = {DLC_DIM_UNKNOWN, 2};
static const int64_t one[] = {1};

#ifdef CONSTANTS_ELSEWHERE
DLCRT_HIDDEN extern const float dlc_constants[2];
#else
static const float dlc_constants[2] = {2.0f, 3.0f};
#endif

struct loop {
  const float *in;
  float *out;
  int64_t width;
};

/* Each row through scratch memory, with an inner loop that finds itself nested. */
static int scale_cell(void *context, int column, uint8_t *closure) {
  float *row = *(float **)closure;
  row[column] *= dlc_constants[0];
  (void)context;
  return 0;
}

static int scale_row(void *context, int row, uint8_t *closure) {
  struct loop *loop = (struct loop *)closure;
  size_t bytes = (size_t)loop->width * sizeof(float);
  float *scratch = halide_malloc(context, bytes);
  memcpy(scratch, loop->in + row * loop->width, bytes);
  int status = halide_do_par_for(context, scale_cell, 0, (int)loop->width, (uint8_t *)&scratch);
  memcpy(loop->out + row * loop->width, scratch, bytes);
  halide_free(context, scratch);
  return status;
}

/* a: N x M, b: N x 3 -> 2a: N x M, and K numbers that count up from b's sum. */
static int32_t scale(dlcrt_call *call) {
  int64_t rows = call->dims[0], columns = call->dims[1], count = call->dims[2];
  struct loop loop = {call->inputs[0], call->outputs[0], columns};
  dlcrt_kernel_begin(call, 0);
  int status = halide_do_par_for(call->context, scale_row, 0, (int)rows, (uint8_t *)&loop);
  dlcrt_kernel_end(call, 0);
  if (status)
    return status;
  dlcrt_kernel_begin(call, 1);
  const float *b = call->inputs[1];
  float *sum = (float *)call->arena;
  *sum = 0;
  for (int64_t i = 0; i < rows * 3; ++i)
    *sum += b[i];
  for (int64_t i = 0; i < count; ++i)
    ((float *)call->outputs[1])[i] = *sum + (float)i;
  dlcrt_kernel_end(call, 1);
  return 0;
}

/* b: N x 3 -> the rows' numbers and first elements where that is positive: ? x 2. */
static int32_t filter(dlcrt_call *call) {
  const float *b = call->inputs[0];
  int64_t shape[2] = {0, 2};
  for (int64_t i = 0; i < call->dims[0]; ++i)
    shape[0] += b[3 * i] > 0;
  int32_t status = dlcrt_output_alloc(call, 0, shape);
  if (status)
    return status;
  float *out = call->outputs[0];
  for (int64_t i = 0; i < call->dims[0]; ++i) {
    if (b[3 * i] <= 0)
      continue;
    *out++ = (float)i;
    *out++ = b[3 * i];
  }
  return 0;
}

static int fail_at(void *context, int index, uint8_t *closure) {
  (void)closure;
  if (index == 7)
    halide_error(context, "index 7 is out of range");
  return index == 7 ? -3 : 0;
}

/* b[0] < 0 fails by dlcrt_fail, else in a kernel. */
static int32_t fail(dlcrt_call *call) {
  if (*(const float *)call->inputs[0] < 0)
    return dlcrt_fail(call, "the first element is negative");
  return halide_do_par_for(call->context, fail_at, 0, 100, NULL);
}

/* Adds the second constant to the one number of state; returns it. */
static int32_t train_step(dlcrt_call *call) {
  *(float *)call->state += ((const float *)call->constants)[1];
  *(float *)call->outputs[0] = *(float *)call->state;
  return 0;
}

static int32_t derive(int64_t *dims) {
  dims[2] = dims[0] < 0 || dims[1] < 0 ? 0 : dims[0] * dims[1];
  return dims[0] == 1000;
}
static void costs(const int64_t *dims, double *of_kernels) {
  of_kernels[0] = (double)(dims[0] * dims[1]);
  of_kernels[1] = 8 * of_kernels[0];
  of_kernels[2] = 1;
  of_kernels[3] = 4;
}
static int64_t scale_arena(const int64_t *dims) { return dims[0] * 4; }

static const dlc_tensor_info scale_inputs[] = {{"a", DLC_FLOAT32, 2, symbolic},
                                               {"b", DLC_FLOAT32, 2, matrix}};
static const dlc_tensor_info scale_outputs[] = {{"scaled", DLC_FLOAT32, 2, symbolic},
                                                {"counted", DLC_FLOAT32, 1, derived}};
static const dlc_tensor_info filter_outputs[] = {{"kept", DLC_FLOAT32, 2, unknown}};
static const dlc_tensor_info loss[] = {{"loss", DLC_FLOAT32, 1, one}};
static const dlc_function_info infos[NUM_FUNCTIONS] = {
    {"run", scale_inputs, scale_outputs, 2, 2},
    {"filter", scale_inputs + 1, filter_outputs, 1, 1},
    {"fail", scale_inputs + 1, NULL, 1, 0},
    {"train_step", NULL, loss, 0, 1}};
static const dlcrt_function functions[NUM_FUNCTIONS] = {{scale, 0, scale_arena, derive},
                                                        {filter, 0, NULL, derive},
                                                        {fail, 64, NULL, NULL},
                                                        {train_step, 0, NULL, NULL}};
static const char *const symbols[] = {"N", "M", "K"};
static const dlc_kernel_info kernels[] = {{"scale", "injective", 0, 0},
                                          {"sum", "row_reduce", 0, 0}};

static const dlc_slot_info slots[] = {{{"steps", DLC_FLOAT32, 0, NULL}, 0, 0, 0}};

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
const dlcrt_model dlc_model = {{DLC_ABI_VERSION, NUM_FUNCTIONS, TEXT(PREFIX), "test", infos,
                                symbols, kernels, 3, 2, sizeof(float), sizeof(dlc_constants), slots,
                                1},
                               functions,
                               (const uint8_t *)dlc_constants,
                               costs};

/* The wrappers. */
#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define NAME(suffix) JOIN(PREFIX, suffix)
#define EXPORT __attribute__((visibility("default")))
#define RUN(name, index)                                                                           \
  EXPORT dlc_status NAME(name)(dlcrt_context * c, const dlc_tensor *in, size_t n, dlc_tensor *out, \
                               size_t m) {                                                         \
    return dlcrt_run(c, in, n, out, m, index);                                                     \
  }
RUN(run, SCALE)
RUN(filter, FILTER)
RUN(fail, FAIL)
RUN(train_step, TRAIN_STEP)
EXPORT const dlc_model_info *NAME(describe)(void) { return dlcrt_describe(); }
EXPORT dlcrt_context *NAME(context_create)(const dlc_options *o) { return dlcrt_context_create(o); }
EXPORT void NAME(context_destroy)(dlcrt_context *c) { dlcrt_context_destroy(c); }
EXPORT dlc_status NAME(output_shapes)(dlcrt_context *c, const dlc_tensor *in, size_t n,
                                      dlc_tensor *out, size_t m, uint32_t function) {
  return dlcrt_output_shapes(c, in, n, out, m, function);
}
EXPORT void *NAME(state)(dlcrt_context *c) { return dlcrt_state(c); }
EXPORT const char *NAME(last_error)(const dlcrt_context *c) { return dlcrt_last_error(c); }
EXPORT const char *NAME(status_string)(dlc_status s) { return dlcrt_status_string(s); }
EXPORT void NAME(profile_enable)(dlcrt_context *c, int32_t on) { dlcrt_profile_enable(c, on); }
EXPORT void NAME(profile_reset)(dlcrt_context *c) { dlcrt_profile_reset(c); }
EXPORT size_t NAME(profile)(const dlcrt_context *c, dlc_profile_entry *entries, size_t capacity) {
  return dlcrt_profile(c, entries, capacity);
}
