#pragma STDC FP_CONTRACT OFF

// From GGUF's row-major tensors to groups of 16 interleaved output rows, and back for one row (token embeddings).

#include "kernel_target.h"

/// Packs one row of float weights as lane r of its group: [column][16].
static int32_t pack_f32(const uint8_t *row, size_t columns, size_t r, uint8_t *group) {
  for (size_t k = 0; k < columns; k++) {
    const float value = load_f32(row + 4 * k);
    if (is_not_finite(value)) return EXACT_NOT_FINITE;
    memcpy(group + 4 * (k * EXACT_LANES + r), &value, 4);
  }
  return EXACT_OK;
}

/// The same for two bytes a weight; `exponent` is the mask of its exponent, all ones when it is not finite.
INLINE int32_t pack_u16(const uint8_t *row, size_t columns, size_t r, uint8_t *group, uint16_t exponent) {
  for (size_t k = 0; k < columns; k++) {
    const uint16_t value = load_u16(row + 2 * k);
    if ((value & exponent) == exponent) return EXACT_NOT_FINITE;
    memcpy(group + 2 * (k * EXACT_LANES + r), &value, 2);
  }
  return EXACT_OK;
}
static int32_t pack_f16(const uint8_t *row, size_t columns, size_t r, uint8_t *group) {
  return pack_u16(row, columns, r, group, 0x7c00);
}
static int32_t pack_bf16(const uint8_t *row, size_t columns, size_t r, uint8_t *group) {
  return pack_u16(row, columns, r, group, 0x7f80);
}

static float element_f32(const uint8_t *column, size_t k, size_t r) { return (void)k, load_f32(column + 4 * r); }
static float element_f16(const uint8_t *column, size_t k, size_t r) {
  return (void)k, half_to_float(load_u16(column + 2 * r));
}
static float element_bf16(const uint8_t *column, size_t k, size_t r) {
  return (void)k, bfloat_to_float(load_u16(column + 2 * r));
}

enum { Q8_0_FILE_BYTES = 2 + 32 };

static int32_t pack_q8_0(const uint8_t *row, size_t blocks, size_t r, uint8_t *group) {
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *in = row + b * Q8_0_FILE_BYTES;
    uint8_t *out = group + b * Q8_0_BYTES;
    if (half_is_not_finite(load_u16(in))) return EXACT_NOT_FINITE;
    memcpy(out + 2 * r, in, 2);
    for (size_t j = 0; j < 8; j++) memcpy(out + 32 + 64 * j + 4 * r, in + 2 + 4 * j, 4);
  }
  return EXACT_OK;
}

/// Exact: d has 11 significant bits, q at most 8.
static float element_q8_0(const uint8_t *block, size_t column, size_t r) {
  const int8_t q = (int8_t)block[32 + column / 4 * 64 + 4 * r + column % 4];
  return half_to_float(load_u16(block + 2 * r)) * (float)q;
}

static const weight_format weight_F32 = {1, 4, 4 * EXACT_LANES, pack_f32, element_f32};
static const weight_format weight_F16 = {1, 2, 2 * EXACT_LANES, pack_f16, element_f16};
static const weight_format weight_BF16 = {1, 2, 2 * EXACT_LANES, pack_bf16, element_bf16};
static const weight_format weight_Q8_0 = {EXACT_BLOCK, Q8_0_FILE_BYTES, Q8_0_BYTES, pack_q8_0, element_q8_0};

#define FORMAT_OF(TYPE, type, unused) [EXACT_##TYPE] = &weight_##TYPE,
static const weight_format *const formats[EXACT_TYPE_LIMIT] = {EACH_TYPE(FORMAT_OF, )};

/// The format of a type and how many of its blocks a row has; NULL when there is none, or no whole number of them.
static const weight_format *format_of(int32_t type, size_t columns, size_t *blocks) {
  const weight_format *format = type >= 0 && type < EXACT_TYPE_LIMIT ? formats[type] : NULL;
  if (!format || columns % format->columns != 0) return NULL;
  *blocks = columns / format->columns;
  return format;
}

size_t exact_packed_bytes(int32_t type, size_t rows, size_t columns) {
  size_t blocks;
  const weight_format *format = format_of(type, columns, &blocks);
  return format ? (rows + EXACT_LANES - 1) / EXACT_LANES * blocks * format->packed_bytes : 0;
}

size_t exact_row_bytes(int32_t type, size_t columns) {
  size_t blocks;
  const weight_format *format = format_of(type, columns, &blocks);
  return format ? blocks * format->file_bytes : 0;
}

int32_t exact_pack(int32_t type, const uint8_t *source, size_t rows, size_t columns, size_t group_begin,
                   size_t group_end, uint8_t *packed) {
  size_t blocks;
  const weight_format *format = format_of(type, columns, &blocks);
  if (!format) return EXACT_NO_SUCH_MATRIX;
  const size_t row_bytes = blocks * format->file_bytes, group_bytes = blocks * format->packed_bytes;
  for (size_t g = group_begin; g < group_end; g++) {
    uint8_t *group = packed + g * group_bytes;
    memset(group, 0, group_bytes);
    for (size_t r = 0; r < EXACT_LANES && g * EXACT_LANES + r < rows; r++) {
      const int32_t status = format->pack(source + (g * EXACT_LANES + r) * row_bytes, blocks, r, group);
      if (status != EXACT_OK) return status;
    }
  }
  return EXACT_OK;
}

void exact_unpack_row(int32_t type, const uint8_t *packed, size_t columns, size_t row, float *out) {
  size_t blocks;
  const weight_format *format = format_of(type, columns, &blocks);
  if (!format) return;
  const uint8_t *block = packed + row / EXACT_LANES * blocks * format->packed_bytes;
  for (size_t b = 0; b < blocks; b++, block += format->packed_bytes, out += format->columns) {
    for (size_t k = 0; k < format->columns; k++) out[k] = format->element(block, k, row % EXACT_LANES);
  }
}

void exact_store_key(const float *key, size_t width, size_t position, float *keys) {
  float *tile = keys + (position / EXACT_LANES) * width * EXACT_LANES + position % EXACT_LANES;
  for (size_t i = 0; i < width; i++) tile[i * EXACT_LANES] = key[i];
}

int32_t exact_all_finite(const float *x, size_t count) {
  int bad = 0;
  for (size_t i = 0; i < count; i++) bad |= is_not_finite(x[i]);
  return !bad;
}
