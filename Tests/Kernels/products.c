#pragma STDC FP_CONTRACT OFF

// Matrix products of every weight type, packed from blocks as GGUF stores them.

#include "check.h"

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

void check_products(void) {
  // In each of the two calls a group more than is unpacked together; few tiles of tokens, more, and a token more than a
  // chunk.
  enum { ROWS = 2 * 9 * 16 };
  static const size_t many[] = {48, 49, 321};
  static const size_t token_counts[] = {1, 2, 3, 4, 5, 7, 8, 13, 16, 33};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    for (size_t t = 0; t < sizeof many / sizeof *many; t++) check_product(&types[i], ROWS, 256, many[t], RANDOM);
    for (size_t t = 0; t < sizeof token_counts / sizeof *token_counts; t++) {
      for (fill how = RANDOM; how < FILLS; how++) {
        check_product(&types[i], 40, 256, token_counts[t], how);
        if (types[i].columns == 256) {
          check_product(&types[i], 16, 768, token_counts[t], how);
        } else {
          check_product(&types[i], 16, 96, token_counts[t], how);
          // A block more than a piece of AMX and than a chunk.
          check_product(&types[i], 16, 320, token_counts[t], how);
          check_product(&types[i], 16, 896, token_counts[t], how);
        }
      }
    }
  }
}
