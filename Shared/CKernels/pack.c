#pragma STDC FP_CONTRACT OFF

// From GGUF's row-major tensors to groups of 16 interleaved output rows, and back for one row (token embeddings).

#include "kernel_target.h"

enum { GGUF_Q4_0_BYTES = 2 + 16, GGUF_Q4_1_BYTES = 2 + 2 + 16, GGUF_Q8_0_BYTES = 2 + 32 };

static size_t packed_group_bytes(int32_t type, size_t columns) {
  const size_t blocks = columns / EXACT_BLOCK;
  switch (type) {
    case EXACT_F32: return columns * EXACT_LANES * 4;
    case EXACT_F16: return columns * EXACT_LANES * 2;
    case EXACT_Q4_0: return blocks * Q4_0_BYTES;
    case EXACT_Q4_1: return blocks * Q4_1_BYTES;
    case EXACT_Q8_0: return blocks * Q8_0_BYTES;
    default: return 0;
  }
}

size_t exact_packed_bytes(int32_t type, size_t rows, size_t columns) {
  return (rows + EXACT_LANES - 1) / EXACT_LANES * packed_group_bytes(type, columns);
}

size_t exact_row_bytes(int32_t type, size_t columns) {
  const size_t blocks = columns / EXACT_BLOCK;
  switch (type) {
    case EXACT_F32: return columns * 4;
    case EXACT_F16: return columns * 2;
    case EXACT_Q4_0: return blocks * GGUF_Q4_0_BYTES;
    case EXACT_Q4_1: return blocks * GGUF_Q4_1_BYTES;
    case EXACT_Q8_0: return blocks * GGUF_Q8_0_BYTES;
    default: return 0;
  }
}

/// Packs one row of float weights as lane r of its group.
static int32_t pack_float_row(const uint8_t *row, size_t columns, size_t r, uint8_t *group, int is_half) {
  for (size_t k = 0; k < columns; k++) {
    if (is_half) {
      if (half_is_not_finite(load_u16(row + 2 * k))) return EXACT_NOT_FINITE;
      memcpy(group + 2 * (k * EXACT_LANES + r), row + 2 * k, 2);
    } else {
      float value;
      memcpy(&value, row + 4 * k, 4);
      if (is_not_finite(value)) return EXACT_NOT_FINITE;
      memcpy(group + 4 * (k * EXACT_LANES + r), &value, 4);
    }
  }
  return EXACT_OK;
}

/// Packs one row of 4-bit blocks as lane r. GGUF keeps column k in the low nibble of byte k and k + 16 in the high one,
/// so bytes move whole.
static int32_t pack_q4_row(const uint8_t *row, size_t blocks, size_t r, uint8_t *group, int has_minimum) {
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *in = row + b * (has_minimum ? GGUF_Q4_1_BYTES : GGUF_Q4_0_BYTES);
    uint8_t *out = group + b * (has_minimum ? Q4_1_BYTES : Q4_0_BYTES);
    if (half_is_not_finite(load_u16(in))) return EXACT_NOT_FINITE;
    memcpy(out + 2 * r, in, 2);
    in += 2;
    out += 32;
    if (has_minimum) {
      if (half_is_not_finite(load_u16(in))) return EXACT_NOT_FINITE;
      memcpy(out + 2 * r, in, 2);
      in += 2;
      out += 32;
    }
    for (size_t j = 0; j < 4; j++) memcpy(out + 64 * j + 4 * r, in + 4 * j, 4);
  }
  return EXACT_OK;
}

static int32_t pack_q8_row(const uint8_t *row, size_t blocks, size_t r, uint8_t *group) {
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *in = row + b * GGUF_Q8_0_BYTES;
    uint8_t *out = group + b * Q8_0_BYTES;
    if (half_is_not_finite(load_u16(in))) return EXACT_NOT_FINITE;
    memcpy(out + 2 * r, in, 2);
    for (size_t j = 0; j < 8; j++) memcpy(out + 32 + 64 * j + 4 * r, in + 2 + 4 * j, 4);
  }
  return EXACT_OK;
}

int32_t exact_pack(int32_t type, const uint8_t *source, size_t rows, size_t columns, size_t group_begin,
                   size_t group_end, uint8_t *packed) {
  const size_t row_bytes = exact_row_bytes(type, columns), group_bytes = packed_group_bytes(type, columns);
  const size_t blocks = columns / EXACT_BLOCK;
  for (size_t g = group_begin; g < group_end; g++) {
    uint8_t *group = packed + g * group_bytes;
    memset(group, 0, group_bytes);
    for (size_t r = 0; r < EXACT_LANES && g * EXACT_LANES + r < rows; r++) {
      const uint8_t *row = source + (g * EXACT_LANES + r) * row_bytes;
      int32_t status = EXACT_OK;
      switch (type) {
        case EXACT_F32: status = pack_float_row(row, columns, r, group, 0); break;
        case EXACT_F16: status = pack_float_row(row, columns, r, group, 1); break;
        case EXACT_Q4_0: status = pack_q4_row(row, blocks, r, group, 0); break;
        case EXACT_Q4_1: status = pack_q4_row(row, blocks, r, group, 1); break;
        default: status = pack_q8_row(row, blocks, r, group); break;
      }
      if (status != EXACT_OK) return status;
    }
  }
  return EXACT_OK;
}

/// Column k of lane r. d * q is exact in f32 (11 and at most 8 significant bits), so only adding m rounds.
static float packed_element(int32_t type, const uint8_t *group, size_t k, size_t r) {
  const size_t b = k / EXACT_BLOCK, c = k % EXACT_BLOCK;
  const uint8_t *block;
  float value;
  switch (type) {
    case EXACT_F32:
      memcpy(&value, group + 4 * (k * EXACT_LANES + r), 4);
      return value;
    case EXACT_F16: return half_to_float(load_u16(group + 2 * (k * EXACT_LANES + r)));
    case EXACT_Q8_0:
      block = group + b * Q8_0_BYTES;
      return half_to_float(load_u16(block + 2 * r)) * (float)(int8_t)block[32 + (c / 4) * 64 + 4 * r + c % 4];
    default: break;
  }
  const int has_minimum = type == EXACT_Q4_1;
  block = group + b * (has_minimum ? Q4_1_BYTES : Q4_0_BYTES);
  const uint8_t pair = block[(has_minimum ? 64 : 32) + (c % 16 / 4) * 64 + 4 * r + c % 4];
  const int nibble = c < 16 ? pair & 15 : pair >> 4;
  const float d = half_to_float(load_u16(block + 2 * r));
  if (!has_minimum) return d * (float)(nibble - 8);
  return d * (float)nibble + half_to_float(load_u16(block + 32 + 2 * r));
}

void exact_unpack_row(int32_t type, const uint8_t *packed, size_t columns, size_t row, float *out) {
  const uint8_t *group = packed + row / EXACT_LANES * packed_group_bytes(type, columns);
  for (size_t k = 0; k < columns; k++) out[k] = packed_element(type, group, k, row % EXACT_LANES);
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
