#pragma STDC FP_CONTRACT OFF

// Compares every form of every kernel that this processor runs with the scalar one, by bytes, on random and on extreme
// inputs. Needs no Swift, so that it also runs cross-compiled under an emulator: Tests/Kernels/run.
// The last line is "N passed, N failed"; a case is one form of one kernel on one input.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact_kernels.h"

typedef struct {
  const char *name;
  const exact_kernels *kernels;
} form;

static form forms[8];
static size_t form_count;
static size_t passed, failed;

static void expect_same(const char *kernel, const char *form_name, const char *input, const void *expected,
                        const void *found, size_t bytes) {
  if (memcmp(expected, found, bytes) == 0) {
    passed++;
    return;
  }
  failed++;
  printf("%s, form %s: differs from the scalar form on %s\n", kernel, form_name, input);
}

// Vigna's SplitMix64, so that a failure can be repeated.
static uint64_t state = 1;
static uint64_t next(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}
static float unit(void) { return (float)((int32_t)(next() >> 40) - 8388608) * 0x1p-23f; }

static void *make(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!memory) {
    printf("no memory for %zu bytes\n0 passed, 1 failed\n", bytes);
    exit(1);
  }
  return memset(memory, 0xa5, bytes);
}

// --- Matrix products

/// A weight type, and where GGUF keeps the F16 numbers of a block.
typedef struct {
  const char *name;
  int32_t type;
  size_t columns, bytes, halves, half_at;
} weight_type;

static const weight_type types[] = {
    {"F32", EXACT_F32, 1, 4, 0, 0},       {"F16", EXACT_F16, 1, 2, 1, 0},       {"BF16", EXACT_BF16, 1, 2, 0, 0},
    {"Q4_0", EXACT_Q4_0, 32, 18, 1, 0},   {"Q4_1", EXACT_Q4_1, 32, 20, 2, 0},   {"Q5_0", EXACT_Q5_0, 32, 22, 1, 0},
    {"Q5_1", EXACT_Q5_1, 32, 24, 2, 0},   {"Q8_0", EXACT_Q8_0, 32, 34, 1, 0},   {"Q4_K", EXACT_Q4_K, 256, 144, 2, 0},
    {"Q5_K", EXACT_Q5_K, 256, 176, 2, 0}, {"Q6_K", EXACT_Q6_K, 256, 210, 1, 208},
};

typedef enum { RANDOM, ALL_ONES, LEAST, FILLS } fill;
static const char *const fill_names[] = {"random input", "all bits one", "the least weights and the smallest scales"};

static uint8_t *make_weights(const weight_type *type, size_t rows, size_t columns, fill how) {
  const size_t blocks = rows * (columns / type->columns);
  uint8_t *bytes = make(blocks * type->bytes);
  for (size_t i = 0; i < blocks * type->bytes; i++) {
    bytes[i] = how == RANDOM ? (uint8_t)(next() >> 13) : how == ALL_ONES ? 0xff : type->type == EXACT_Q8_0 ? 0x80 : 0;
  }
  for (size_t b = 0; b < blocks; b++) {
    uint8_t *block = bytes + b * type->bytes;
    if (type->type == EXACT_F32) {
      const float value = how == RANDOM ? unit() : how == ALL_ONES ? -3e38f : 0x1p-149f;
      memcpy(block, &value, 4);
    } else if (type->type == EXACT_BF16) {
      block[1] = how == RANDOM ? (uint8_t)((block[1] & 0x80) | 0x3e) : how == ALL_ONES ? 0x7e : 0x80;
    }
    for (size_t i = 0; i < type->halves; i++) {
      // Any finite number: the exponent is kept below 31. The largest is 65,504, the smallest 2^-24.
      uint16_t half = how == RANDOM ? (uint16_t)(next() >> 17) : how == ALL_ONES ? 0xfbff : 1;
      if ((half & 0x7c00) == 0x7c00) half ^= 0x4000;
      memcpy(block + type->half_at + 2 * i, &half, 2);
    }
  }
  return bytes;
}

static exact_activation make_input(size_t tokens, size_t columns, fill how) {
  const size_t count = tokens * columns, blocks = count / EXACT_BLOCK;
  float *x = make(count * 4), *scale = make(blocks * 4), *weighted_sum = make(blocks * 4);
  int8_t *q = make(count);
  int32_t *sum = make(blocks * 4);
  for (size_t i = 0; i < count; i++) {
    // The extremes: every activation -127, and signs that alternate in step with nothing.
    x[i] = how == RANDOM ? unit() * 3 : how == ALL_ONES ? -127 : (next() & 64) ? 127 : -127;
  }
  if (forms[0].kernels->quantize(x, count, q, scale, weighted_sum, sum) != EXACT_OK) abort();
  return (exact_activation){.x = x, .q = q, .scale = scale, .weighted_sum = weighted_sum, .sum = sum};
}

static void free_input(exact_activation input) {
  free((void *)input.x), free((void *)input.q), free((void *)input.scale);
  free((void *)input.weighted_sum), free((void *)input.sum);
}

static void check_product(const weight_type *type, size_t rows, size_t columns, size_t tokens, fill how) {
  const size_t groups = (rows + 15) / 16, y_stride = groups * 16 + 5;
  uint8_t *source = make_weights(type, rows, columns, how);
  uint8_t *packed = make(exact_packed_bytes(type->type, rows, columns));
  if (exact_pack(type->type, source, rows, columns, 0, groups, packed) != EXACT_OK) abort();
  const exact_activation input = make_input(tokens, columns, how);
  const size_t bytes = tokens * y_stride * 4;
  float *expected = make(bytes);
  exact_matmul_of(forms[0].kernels, type->type)(packed, columns, &input, tokens, 0, groups, expected, y_stride);
  char name[64], what[96];
  snprintf(name, sizeof name, "%s product", type->name);
  snprintf(what, sizeof what, "%s, %zux%zu, %zu tokens", fill_names[how], rows, columns, tokens);
  for (size_t f = 1; f < form_count; f++) {
    const exact_matmul product = exact_matmul_of(forms[f].kernels, type->type);
    float *y = make(bytes);
    // In two calls, the later groups first; what lies between the rows of y must stay as it was.
    product(packed, columns, &input, tokens, groups / 2, groups, y, y_stride);
    product(packed, columns, &input, tokens, 0, groups / 2, y, y_stride);
    expect_same(name, forms[f].name, what, expected, y, bytes);
    free(y);
  }
  free(source), free(packed), free(expected), free_input(input);
}

static void check_products(void) {
  static const size_t token_counts[] = {1, 2, 3, 4, 5, 7, 8, 13, 16, 33};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    for (size_t t = 0; t < sizeof token_counts / sizeof *token_counts; t++) {
      for (fill how = RANDOM; how < FILLS; how++) {
        check_product(&types[i], 40, 256, token_counts[t], how);
        check_product(&types[i], 16, types[i].columns == 256 ? 768 : 96, token_counts[t], how);
      }
    }
  }
}

// --- Vectors

typedef struct {
  const char *name;
  float scale;
} range;
static const range ranges[] = {{"values near 1", 1},      {"large values", 3e37f},     {"small values", 0x1p-110f},
                               {"subnormal values", 0x1p-135f}, {"values near 20", 20}};
enum { RANGES = sizeof ranges / sizeof *ranges };

static float *make_floats(size_t count, float scale) {
  float *x = make(count * 4);
  for (size_t i = 0; i < count; i++) x[i] = unit() * scale;
  return x;
}
static float *copy_floats(const float *x, size_t count) { return memcpy(make(count * 4), x, count * 4); }

static void check_quantize(const range *r, int break_one) {
  enum { COUNT = 32 * 37, BLOCKS = 37 };
  float *x = make_floats(COUNT, r->scale);
  if (break_one) x[next() % COUNT] = break_one == 1 ? __builtin_nanf("") : -__builtin_inff();
  struct result {
    int8_t q[COUNT];
    float scale[BLOCKS], weighted_sum[BLOCKS];
    int32_t sum[BLOCKS], status;
  } *expected = NULL;
  for (size_t f = 0; f < form_count; f++) {
    struct result *result = make(sizeof *result);
    result->status =
        forms[f].kernels->quantize(x, COUNT, result->q, result->scale, result->weighted_sum, result->sum);
    // What is written before an error is found is nobody's business.
    if (result->status != EXACT_OK) memset(result, 0, offsetof(struct result, status));
    if (f == 0) {
      expected = result;
      continue;
    }
    expect_same("quantize", forms[f].name, r->name, expected, result, sizeof *result);
    free(result);
  }
  free(expected), free(x);
}

static void check_vector(const range *r, size_t count, int break_one) {
  float *x = make_floats(count, r->scale), *w = make_floats(count, 1);
  if (break_one) x[next() % count] = break_one == 1 ? __builtin_nanf("") : __builtin_inff();
  float *norm = NULL, *soft = NULL, *gate = NULL, *sum = NULL;
  int32_t norm_status = 0, soft_status = 0;
  char what[80];
  snprintf(what, sizeof what, "%s, %zu of them%s", r->name, count, break_one ? ", one not finite" : "");
  for (size_t f = 0; f < form_count; f++) {
    const exact_kernels *k = forms[f].kernels;
    float *n = make(count * 4), *s = copy_floats(x, count), *g = copy_floats(x, count), *a = copy_floats(x, count);
    const int32_t n_status = k->rms_norm(x, w, count, 1e-5f, n), s_status = k->softmax(s, count);
    if (!break_one) k->swiglu(g, w, count), k->add(a, w, count);
    if (f == 0) {
      norm = n, soft = s, gate = g, sum = a, norm_status = n_status, soft_status = s_status;
      continue;
    }
    expect_same("rms_norm status", forms[f].name, what, &norm_status, &n_status, sizeof n_status);
    expect_same("softmax status", forms[f].name, what, &soft_status, &s_status, sizeof s_status);
    if (norm_status == EXACT_OK) expect_same("rms_norm", forms[f].name, what, norm, n, count * 4);
    if (soft_status == EXACT_OK) expect_same("softmax", forms[f].name, what, soft, s, count * 4);
    expect_same("swiglu", forms[f].name, what, gate, g, count * 4);
    expect_same("add", forms[f].name, what, sum, a, count * 4);
    free(n), free(s), free(g), free(a);
  }
  free(norm), free(soft), free(gate), free(sum), free(x), free(w);
}

static void check_rope(size_t heads, size_t width) {
  float *x = make_floats(heads * width, 2), *cosine = make_floats(width / 2, 1), *sine = make_floats(width / 2, 1);
  float *expected = NULL;
  for (size_t f = 0; f < form_count; f++) {
    float *y = copy_floats(x, heads * width);
    forms[f].kernels->rope(y, heads, width, cosine, sine);
    if (f == 0) {
      expected = y;
      continue;
    }
    expect_same("rope", forms[f].name, "random input", expected, y, heads * width * 4);
    free(y);
  }
  free(expected), free(x), free(cosine), free(sine);
}

static void check_attention(size_t positions, size_t width, float scale) {
  const size_t padded = (positions + 15) / 16 * 16;
  float *query = make_floats(width, scale), *keys = make_floats(padded * width, scale);
  float *values = make_floats(positions * width, 1), *expected = NULL;
  int32_t status = 0;
  char what[80];
  snprintf(what, sizeof what, "%zu positions of width %zu", positions, width);
  for (size_t f = 0; f < form_count; f++) {
    float *scores = make(padded * 4), *out = make(width * 4);
    const int32_t found =
        forms[f].kernels->attention(query, keys, values, positions, width, 0.125f, scores, out);
    free(scores);
    if (f == 0) {
      expected = out, status = found;
      continue;
    }
    expect_same("attention status", forms[f].name, what, &status, &found, sizeof found);
    expect_same("attention", forms[f].name, what, expected, out, width * 4);
    free(out);
  }
  free(expected), free(query), free(keys), free(values);
}

static void check_vectors(void) {
  static const size_t counts[] = {1, 15, 16, 17, 64, 100, 576};
  for (size_t r = 0; r < RANGES; r++) {
    for (int break_one = 0; break_one < 3; break_one++) {
      for (int i = 0; i < 4; i++) check_quantize(&ranges[r], break_one);
      for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) check_vector(&ranges[r], counts[c], break_one);
    }
  }
  for (size_t width = 16; width <= 256; width *= 2) check_rope(3, width);
  static const size_t positions[] = {1, 2, 15, 16, 17, 63, 64, 65, 130};
  for (size_t p = 0; p < sizeof positions / sizeof *positions; p++) {
    for (size_t width = 16; width <= 128; width += 16) {
      check_attention(positions[p], width, 1);
      check_attention(positions[p], width, 30);
    }
  }
}

static void add_form(const char *name, const exact_kernels *kernels) {
  if (kernels) forms[form_count++] = (form){name, kernels};
}

int main(void) {
  add_form("scalar", exact_kernels_scalar());
  add_form("avx2", exact_kernels_avx2());
  add_form("avx512", exact_kernels_avx512());
  add_form("neon", exact_kernels_neon());
  exact_float_environment_enter();
  printf("kernel forms:");
  for (size_t f = 0; f < form_count; f++) printf(" %s", forms[f].name);
  printf("\n");
  check_products();
  check_vectors();
  printf("%zu passed, %zu failed\n", passed, failed);
  return failed != 0;
}
