// Kernels with Halide's calling convention, written by hand, that distrust what they are given:
// each returns a code of its own where a descriptor is not what Codegen/Host promises.
#include <stdint.h>

typedef struct {
  int32_t min, extent, stride;
  uint32_t flags;
} dimension;

typedef struct {
  uint64_t device;
  const void *device_interface;
  uint8_t *host;
  uint64_t flags;
  uint8_t code, bits;
  uint16_t lanes;
  int32_t dimensions;
  dimension *dim;
  void *padding;
} buffer;

/* Elements of a dense buffer of this type, or -1. */
static int32_t elements(const buffer *b, uint8_t code, uint8_t bits) {
  if (b->device || b->device_interface || b->flags || b->padding || !b->host)
    return -1;
  if (b->code != code || b->bits != bits || b->lanes != 1)
    return -1;
  int32_t count = 1;
  for (int32_t i = 0; i < b->dimensions; ++i) {
    if (b->dim[i].min || b->dim[i].flags || b->dim[i].stride != count)
      return -1;
    count *= b->dim[i].extent;
  }
  return count;
}

static int32_t floats(const buffer *b) { return elements(b, 2, 32); }

/* out = a + b, b repeated along the outer axes. */
int fake_add(void *context, buffer *a, buffer *b, buffer *out) {
  int32_t n = floats(out), m = floats(b);
  if (!context || n < 0 || floats(a) != n || m <= 0)
    return 101;
  for (int32_t i = 0; i < n; ++i)
    ((float *)out->host)[i] = ((float *)a->host)[i] + ((float *)b->host)[i % m];
  return 0;
}

/* out = -a; code 42 where a holds a value above 1000. */
int fake_negate(void *context, buffer *a, buffer *out) {
  int32_t n = floats(out);
  if (!context || n < 0 || floats(a) != n)
    return 102;
  for (int32_t i = 0; i < n; ++i) {
    if (((float *)a->host)[i] > 1000.0f)
      return 42;
    ((float *)out->host)[i] = -((float *)a->host)[i];
  }
  return 0;
}

/* Two results: whether a is positive, and the double of a as int64. */
int fake_split(void *context, buffer *a, buffer *positive, buffer *twice) {
  int32_t n = floats(a);
  if (!context || n < 0 || elements(positive, 1, 8) != n || elements(twice, 0, 64) != n)
    return 103;
  for (int32_t i = 0; i < n; ++i) {
    positive->host[i] = ((float *)a->host)[i] > 0;
    ((int64_t *)twice->host)[i] = (int64_t)(2 * ((float *)a->host)[i]);
  }
  return 0;
}

/* The sum of all elements, of which there may be none, as a scalar. */
int fake_sum(void *context, buffer *a, buffer *out) {
  int32_t n = floats(a);
  if (!context || n < 0 || out->dimensions != 0 || floats(out) != 1)
    return 104;
  float sum = 0;
  for (int32_t i = 0; i < n; ++i)
    sum += ((float *)a->host)[i];
  *(float *)out->host = sum;
  return 0;
}

/* Never to be called: its only result has no elements. */
int fake_nothing(void *context, buffer *a, buffer *out) { return 105; }
