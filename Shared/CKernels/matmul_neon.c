#pragma STDC FP_CONTRACT OFF

// The NEON forms of all matrix products. Four output rows of a group (quarter 0 to 3) fill a vector; `sdot` adds four
// exact products of signed bytes per lane, so no offset has to be taken off afterwards.

#include "kernel_target.h"

#ifdef EXACT_NEON

NEON INLINE float32x4_t halves_neon(const uint8_t *p) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16((const uint16_t *)p)));
}
/// Four unsigned bytes as f32, and four signed ones.
NEON INLINE float32x4_t bytes_neon(const uint8_t *p) {
  const uint8x8_t bytes = vreinterpret_u8_u32(vdup_n_u32(load_u32(p)));
  return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
}
NEON INLINE float32x4_t signed_bytes_neon(const uint8_t *p) {
  const int8x8_t bytes = vreinterpret_s8_u32(vdup_n_u32(load_u32(p)));
  return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(bytes))));
}

/// The exact dot of 16 weights per row with 16 activations.
NEON INLINE int32x4_t dot16_neon(const int8x16_t *w, const int8_t *x, int32x4_t dot) {
  const int8x16_t q = vld1q_s8(x);
  dot = vdotq_laneq_s32(dot, w[0], q, 0);
  dot = vdotq_laneq_s32(dot, w[1], q, 1);
  dot = vdotq_laneq_s32(dot, w[2], q, 2);
  return vdotq_laneq_s32(dot, w[3], q, 3);
}

/// acc = fma(f32(dot), dw * dx, acc)
NEON INLINE float32x4_t scaled_neon(float32x4_t acc, int32x4_t dot, float32x4_t dw, float dx) {
  return vfmaq_f32(acc, vcvtq_f32_s32(dot), vmulq_f32(dw, vdupq_n_f32(dx)));
}

NEON INLINE void nibble_rows_neon(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                                  int count, size_t quarter, float *y, size_t y_stride, nibble_format f) {
  const size_t parts = columns / EXACT_BLOCK;
  const uint8_t *part = group;
  float32x4_t d = vdupq_n_f32(0), m = d, acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = vdupq_n_f32(0);
  for (size_t p = 0; p < parts; p++, part += nibble_part_bytes(f)) {
    if (p % nibble_parts(f) == 0) {
      d = halves_neon(part + 8 * quarter);
      if (f.has_minimum) m = halves_neon(part + 32 + 8 * quarter);
      if (f.is_k) m = vnegq_f32(m);
      part += nibble_head_bytes(f);
    }
    const uint8_t *fifth = part + nibble_scale_bytes(f) + 16 * quarter, *nibbles = fifth + nibble_fifth_bytes(f);
    uint8x16_t stored[8];
    UNROLL for (int j = 0; j < 4; j++) {
      const uint8x16_t pairs = vld1q_u8(nibbles + 64 * j);
      stored[j] = vandq_u8(pairs, vdupq_n_u8(15));
      stored[j + 4] = vshrq_n_u8(pairs, 4);
    }
    int8x16_t w[8];
    UNROLL for (int j = 0; j < 8; j++) {
      if (f.has_fifth) {
        const uint8x16_t moved = vshlq_u8(vld1q_u8(fifth), vdupq_n_s8((int8_t)(4 - j)));  // negative is to the right
        stored[j] = vorrq_u8(stored[j], vandq_u8(moved, vdupq_n_u8(16)));
      }
      w[j] = vsubq_s8(vreinterpretq_s8_u8(stored[j]), vdupq_n_s8((int8_t)nibble_offset(f)));
    }
    const float32x4_t dw = f.is_k ? vmulq_f32(d, bytes_neon(part + 4 * quarter)) : d;
    const float32x4_t mw = f.is_k ? vmulq_f32(m, bytes_neon(part + 16 + 4 * quarter)) : m;
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (token + (size_t)t) * parts + p;
      const int8_t *x = input->q + at * EXACT_BLOCK;
      const int32x4_t dot = dot16_neon(w + 4, x + 16, dot16_neon(w, x, vdupq_n_s32(0)));
      acc[t] = scaled_neon(acc[t], dot, dw, input->scale[at]);
      if (f.has_minimum) acc[t] = vfmaq_f32(acc[t], mw, vdupq_n_f32(input->weighted_sum[at]));
    }
  }
  UNROLL for (int t = 0; t < count; t++) vst1q_f32(y + (token + (size_t)t) * y_stride + 4 * quarter, acc[t]);
}

NEON INLINE void q8_rows_neon(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                              int count, size_t quarter, float *y, size_t y_stride) {
  const size_t blocks = columns / EXACT_BLOCK;
  float32x4_t acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = vdupq_n_f32(0);
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *block = group + b * Q8_0_BYTES;
    int8x16_t w[8];
    UNROLL for (int j = 0; j < 8; j++) w[j] = vld1q_s8((const int8_t *)block + 32 + 64 * j + 16 * quarter);
    const float32x4_t d = halves_neon(block + 8 * quarter);
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (token + (size_t)t) * blocks + b;
      const int8_t *x = input->q + at * EXACT_BLOCK;
      const int32x4_t dot = dot16_neon(w + 4, x + 16, dot16_neon(w, x, vdupq_n_s32(0)));
      acc[t] = scaled_neon(acc[t], dot, d, input->scale[at]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) vst1q_f32(y + (token + (size_t)t) * y_stride + 4 * quarter, acc[t]);
}

NEON INLINE void q6_rows_neon(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                              int count, size_t quarter, float *y, size_t y_stride) {
  const size_t parts = columns / EXACT_BLOCK;
  const uint8_t *part = group;
  float32x4_t d = vdupq_n_f32(0), acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = vdupq_n_f32(0);
  for (size_t p = 0; p < parts; p++, part += Q6_K_PART_BYTES) {
    if (p % Q6_K_PARTS == 0) {
      d = halves_neon(part + 8 * quarter);
      part += 32;
    }
    UNROLL for (size_t i = 0; i < 2; i++) {  // sub-block i of 16 columns
      const uint8x16_t bits = vld1q_u8(part + 32 + 64 * i + 16 * quarter);
      int8x16_t w[4];
      UNROLL for (int j = 0; j < 4; j++) {
        const uint8x16_t pairs = vld1q_u8(part + 160 + 64 * j + 16 * quarter);
        const uint8x16_t low = i == 0 ? vandq_u8(pairs, vdupq_n_u8(15)) : vshrq_n_u8(pairs, 4);
        const uint8x16_t upper = vandq_u8(vshlq_u8(bits, vdupq_n_s8((int8_t)(4 - 2 * j))), vdupq_n_u8(0x30));
        w[j] = vsubq_s8(vreinterpretq_s8_u8(vorrq_u8(low, upper)), vdupq_n_s8(32));
      }
      const float32x4_t dw = vmulq_f32(d, signed_bytes_neon(part + 16 * i + 4 * quarter));
      UNROLL for (int t = 0; t < count; t++) {
        const size_t at = (token + (size_t)t) * parts + p;
        const int32x4_t dot = dot16_neon(w, input->q + at * EXACT_BLOCK + 16 * i, vdupq_n_s32(0));
        acc[t] = scaled_neon(acc[t], dot, dw, input->scale[at]);
      }
    }
  }
  UNROLL for (int t = 0; t < count; t++) vst1q_f32(y + (token + (size_t)t) * y_stride + 4 * quarter, acc[t]);
}

/// Four weights as f32.
NEON INLINE float32x4_t floats_neon(const uint8_t *p, int32_t type) {
  if (type == EXACT_F32) return vld1q_f32((const float *)p);
  if (type == EXACT_F16) return halves_neon(p);
  return vreinterpretq_f32_u32(vshlq_n_u32(vmovl_u16(vld1_u16((const uint16_t *)p)), 16));
}

NEON INLINE void float_rows_neon(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                                 int count, size_t quarter, float *y, size_t y_stride, int32_t type) {
  const size_t bytes = type == EXACT_F32 ? 4 : 2;
  float32x4_t acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = vdupq_n_f32(0);
  for (size_t k = 0; k < columns; k++) {
    const float32x4_t w = floats_neon(group + (k * EXACT_LANES + 4 * quarter) * bytes, type);
    UNROLL for (int t = 0; t < count; t++) {
      acc[t] = vfmaq_f32(acc[t], w, vdupq_n_f32(input->x[(token + (size_t)t) * columns + k]));
    }
  }
  UNROLL for (int t = 0; t < count; t++) vst1q_f32(y + (token + (size_t)t) * y_stride + 4 * quarter, acc[t]);
}

/// Defines a product from the always-inline function `rows`, called with a constant number of tokens.
#define MATMUL_NEON(type, rows, block_bytes, block_columns, ...)                                                       \
  NEON MATMUL(matmul_##type##_neon) {                                                                                  \
    for (size_t g = group_begin; g < group_end; g++) {                                                                 \
      const uint8_t *group = (const uint8_t *)weights + g * (columns / (block_columns)) * (block_bytes);               \
      float *out = y + g * EXACT_LANES;                                                                                \
      for (size_t quarter = 0; quarter < 4; quarter++) {                                                               \
        size_t t = 0;                                                                                                  \
        for (; t + 4 <= tokens; t += 4) {                                                                              \
          rows(group, columns, input, t, 4, quarter, out, y_stride __VA_OPT__(, ) __VA_ARGS__);                        \
        }                                                                                                              \
        for (; t < tokens; t++) rows(group, columns, input, t, 1, quarter, out, y_stride __VA_OPT__(, ) __VA_ARGS__);  \
      }                                                                                                                \
    }                                                                                                                  \
  }

MATMUL_NEON(f32, float_rows_neon, 4 * EXACT_LANES, 1, EXACT_F32)
MATMUL_NEON(f16, float_rows_neon, 2 * EXACT_LANES, 1, EXACT_F16)
MATMUL_NEON(bf16, float_rows_neon, 2 * EXACT_LANES, 1, EXACT_BF16)
MATMUL_NEON(q4_0, nibble_rows_neon, Q4_0_BYTES, 32, FORMAT_Q4_0)
MATMUL_NEON(q4_1, nibble_rows_neon, Q4_1_BYTES, 32, FORMAT_Q4_1)
MATMUL_NEON(q5_0, nibble_rows_neon, Q5_0_BYTES, 32, FORMAT_Q5_0)
MATMUL_NEON(q5_1, nibble_rows_neon, Q5_1_BYTES, 32, FORMAT_Q5_1)
MATMUL_NEON(q8_0, q8_rows_neon, Q8_0_BYTES, 32)
MATMUL_NEON(q4_k, nibble_rows_neon, Q4_K_BYTES, 256, FORMAT_Q4_K)
MATMUL_NEON(q5_k, nibble_rows_neon, Q5_K_BYTES, 256, FORMAT_Q5_K)
MATMUL_NEON(q6_k, q6_rows_neon, Q6_K_BYTES, 256)

#endif
