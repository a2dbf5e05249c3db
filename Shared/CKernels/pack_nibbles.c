#pragma STDC FP_CONTRACT OFF

// Packing of the types of 4, 5 and 6 bits, and back for one weight. Columns move four at a time: as a word, whose bytes
// are the columns 4j ... 4j + 3.

#include "kernel_target.h"

#define LOW_NIBBLES 0x0f0f0f0fu

INLINE void store_u32(uint8_t *p, uint32_t value) { memcpy(p, &value, sizeof value); }

/// Columns k ... k + 3 and k + 16 ... k + 19 of a part as the nibbles of four bytes. GGUF's K-quants keep a part in
/// 32 bytes, as their low nibbles or their high ones.
INLINE uint32_t paired_nibbles(const uint8_t *bytes, int is_high) {
  const uint32_t first = load_u32(bytes), second = load_u32(bytes + 16);
  return is_high ? ((first >> 4) & LOW_NIBBLES) | (second & ~LOW_NIBBLES)
                 : (first & LOW_NIBBLES) | ((second & LOW_NIBBLES) << 4);
}

/// The bits 4j ... 4j + 3 of a word as the lowest bits of four bytes: no two of the products' bits coincide.
INLINE uint32_t spread_bits(uint32_t word, size_t j) { return ((word >> (4 * j) & 15u) * 0x00204081u) & 0x01010101u; }

/// Q4_0, Q4_1, Q5_0, Q5_1: d, perhaps m, perhaps 32 fifth bits, then 16 bytes with column k in the low nibble of byte k
/// and k + 16 in the high one, so bytes move whole.
INLINE int32_t pack_plain(const uint8_t *in, size_t r, uint8_t *out, nibble_format f) {
  for (size_t i = 0; i < nibble_head_bytes(f) / 32; i++, in += 2, out += 32) {
    if (half_is_not_finite(load_u16(in))) return EXACT_NOT_FINITE;
    memcpy(out + 2 * r, in, 2);
  }
  if (f.has_fifth) {
    uint32_t fifth = 0;
    for (size_t j = 0; j < 8; j++) fifth |= spread_bits(load_u32(in), j) << j;
    store_u32(out + 4 * r, fifth);
    in += 4;
    out += nibble_fifth_bytes(f);
  }
  for (size_t j = 0; j < 4; j++) memcpy(out + 64 * j + 4 * r, in + 4 * j, 4);
  return EXACT_OK;
}

/// Q4_K, Q5_K: d, dmin, 12 bytes of scales, perhaps 32 bytes whose bit s is the fifth bit of part s, then 32 bytes for
/// two parts each.
INLINE int32_t pack_k(const uint8_t *in, size_t r, uint8_t *out, nibble_format f) {
  const uint8_t *scales = in + 4, *fifths = scales + 12, *quants = fifths + (f.has_fifth ? 32 : 0);
  if (half_is_not_finite(load_u16(in)) || half_is_not_finite(load_u16(in + 2))) return EXACT_NOT_FINITE;
  memcpy(out + 2 * r, in, 2);
  memcpy(out + 32 + 2 * r, in + 2, 2);
  out += nibble_head_bytes(f);
  for (size_t s = 0; s < 8; s++, out += nibble_part_bytes(f)) {
    // The first four parts have their six bits in one byte; the others have four there and two above the first ones.
    out[r] = s < 4 ? scales[s] & 63 : (scales[s + 4] & 15) | (scales[s - 4] >> 6) << 4;
    out[16 + r] = s < 4 ? scales[s + 4] & 63 : scales[s + 4] >> 4 | (scales[s] >> 6) << 4;
    uint8_t *q = out + nibble_scale_bytes(f);
    if (f.has_fifth) {
      uint32_t fifth = 0;
      for (size_t j = 0; j < 8; j++) fifth |= (load_u32(fifths + 4 * j) >> s & 0x01010101u) << j;
      store_u32(q + 4 * r, fifth);
      q += nibble_fifth_bytes(f);
    }
    for (size_t j = 0; j < 4; j++) {
      store_u32(q + 64 * j + 4 * r, paired_nibbles(quants + s / 2 * 32 + 4 * j, s % 2 == 1));
    }
  }
  return EXACT_OK;
}

/// d * q, or d * q + m with one rounding: the products are exact in f32 (d has 11 significant bits, a scale 6, q 5).
INLINE float nibble_element(const uint8_t *block, size_t column, size_t r, nibble_format f) {
  const uint8_t *part = block + nibble_head_bytes(f) + column / 32 * nibble_part_bytes(f);
  const uint8_t *fifth = part + nibble_scale_bytes(f), *nibbles = fifth + nibble_fifth_bytes(f);
  const size_t c = column % 32, j = c / 4;
  const uint8_t pair = nibbles[j % 4 * 64 + 4 * r + c % 4];
  int q = c < 16 ? pair & 15 : pair >> 4;
  if (f.has_fifth) q |= (fifth[4 * r + c % 4] >> j & 1) << 4;
  float d = half_to_float(load_u16(block + 2 * r));
  if (!f.has_minimum) return d * (float)(q - nibble_offset(f));
  float m = half_to_float(load_u16(block + 32 + 2 * r));
  if (f.is_k) {
    d = d * (float)part[r];
    m = -m * (float)part[16 + r];
  }
  return __builtin_fmaf((float)q, d, m);
}

#define NIBBLE_TYPE(type, in_block, in_bytes, pack_block)                                           \
  static int32_t pack_##type(const uint8_t *row, size_t blocks, size_t r, uint8_t *group) {         \
    for (size_t b = 0; b < blocks; b++) {                                                           \
      const int32_t status = pack_block(row + b * (in_bytes), r, group + b * type##_BYTES, FORMAT_##type); \
      if (status != EXACT_OK) return status;                                                        \
    }                                                                                               \
    return EXACT_OK;                                                                                \
  }                                                                                                 \
  static float element_##type(const uint8_t *block, size_t column, size_t r) {                      \
    return nibble_element(block, column, r, FORMAT_##type);                                         \
  }                                                                                                 \
  const weight_format weight_##type = {in_block, in_bytes, type##_BYTES, pack_##type, element_##type};

NIBBLE_TYPE(Q4_0, 32, 2 + 16, pack_plain)
NIBBLE_TYPE(Q4_1, 32, 4 + 16, pack_plain)
NIBBLE_TYPE(Q5_0, 32, 2 + 4 + 16, pack_plain)
NIBBLE_TYPE(Q5_1, 32, 4 + 4 + 16, pack_plain)
NIBBLE_TYPE(Q4_K, 256, 4 + 12 + 128, pack_k)
NIBBLE_TYPE(Q5_K, 256, 4 + 12 + 32 + 128, pack_k)

/// GGUF: 128 bytes of low nibbles, 64 of upper bits, 16 scales, d. Each half of 128 columns has its parts in the low
/// nibbles of 32 bytes, of the next 32, in the high ones of the first, of the second; upper bits likewise.
enum { Q6_K_FILE_BYTES = 128 + 64 + 16 + 2 };

static int32_t pack_q6_k(const uint8_t *row, size_t blocks, size_t r, uint8_t *group) {
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *in = row + b * Q6_K_FILE_BYTES, *scales = in + 128 + 64;
    uint8_t *out = group + b * Q6_K_BYTES;
    if (half_is_not_finite(load_u16(scales + 16))) return EXACT_NOT_FINITE;
    memcpy(out + 2 * r, scales + 16, 2);
    out += 32;
    for (size_t s = 0; s < Q6_K_PARTS; s++, out += Q6_K_PART_BYTES) {
      const uint8_t *low = in + s / 4 * 64 + s % 2 * 32, *high = in + 128 + s / 4 * 32;
      for (size_t half = 0; half < 2; half++) {
        out[16 * half + r] = scales[2 * s + half];
        uint32_t upper = 0;
        for (size_t j = 0; j < 4; j++) {
          upper |= (load_u32(high + 16 * half + 4 * j) >> (2 * (s % 4)) & 0x03030303u) << (2 * j);
        }
        store_u32(out + 32 + 64 * half + 4 * r, upper);
      }
      for (size_t j = 0; j < 4; j++) store_u32(out + 160 + 64 * j + 4 * r, paired_nibbles(low + 4 * j, s % 4 >= 2));
    }
  }
  return EXACT_OK;
}

/// Exact: d has 11 significant bits, the scale 7, the weight 5.
static float element_q6_k(const uint8_t *block, size_t column, size_t r) {
  const uint8_t *part = block + 32 + column / 32 * Q6_K_PART_BYTES;
  const size_t c = column % 32, half = c / 16, j = c % 16 / 4;
  const uint8_t pair = part[160 + 64 * j + 4 * r + c % 4], upper = part[32 + 64 * half + 4 * r + c % 4];
  const int q = (half == 0 ? pair & 15 : pair >> 4) | (upper >> (2 * j) & 3) << 4;
  return half_to_float(load_u16(block + 2 * r)) * (float)(int8_t)part[16 * half + r] * (float)(q - 32);
}

const weight_format weight_Q6_K = {256, Q6_K_FILE_BYTES, Q6_K_BYTES, pack_q6_k, element_q6_k};
