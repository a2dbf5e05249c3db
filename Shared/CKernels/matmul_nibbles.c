#pragma STDC FP_CONTRACT OFF

// Products of weights of a nibble and perhaps a fifth bit, with int8 activations in [-127, 127]: Q5_0 (d * (q - 16)),
// Q5_1 (d * q + m), Q4_K and Q5_K (d * scale * q - dmin * minimum, scale and minimum of each part of 32 columns).
// Per part, in index order: I = exact integer dot; acc = fma(f32(I), dw * dx, acc); with a minimum then
// acc = fma(mw, sx, acc). In K-quants dw = d * f32(scale) and mw = -dmin * f32(minimum).
//
// One accumulator per output row; in the SIMD forms a lane is an output row.

#include "kernel_target.h"

INLINE void nibble_scalar(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                          size_t group_begin, size_t group_end, size_t block_bytes, float *y, size_t y_stride,
                          nibble_format f) {
  const size_t parts = columns / EXACT_BLOCK, group_bytes = parts / nibble_parts(f) * block_bytes;
  for (size_t g = group_begin; g < group_end; g++) {
    for (size_t t = 0; t < tokens; t++) {
      for (size_t r = 0; r < EXACT_LANES; r++) {
        const uint8_t *part = (const uint8_t *)weights + g * group_bytes;
        float acc = 0.0f, d = 0.0f, m = 0.0f;
        for (size_t p = 0; p < parts; p++, part += nibble_part_bytes(f)) {
          if (p % nibble_parts(f) == 0) {
            d = half_to_float(load_u16(part + 2 * r));
            if (f.has_minimum) m = half_to_float(load_u16(part + 32 + 2 * r));
            part += nibble_head_bytes(f);
          }
          const uint8_t *fifth = part + nibble_scale_bytes(f), *nibbles = fifth + nibble_fifth_bytes(f);
          const size_t at = t * parts + p;
          const int8_t *x = input->q + at * EXACT_BLOCK;
          int32_t dot = 0;
          for (size_t k = 0; k < EXACT_BLOCK; k++) {
            const uint8_t pair = nibbles[k % 16 / 4 * 64 + 4 * r + k % 4];
            int32_t q = k < 16 ? pair & 15 : pair >> 4;
            if (f.has_fifth) q |= (fifth[4 * r + k % 4] >> (k / 4) & 1) << 4;
            dot += (q - nibble_offset(f)) * x[k];
          }
          const float dw = f.is_k ? d * (float)part[r] : d, mw = f.is_k ? -m * (float)part[16 + r] : m;
          acc = __builtin_fmaf((float)dot, dw * input->scale[at], acc);
          if (f.has_minimum) acc = __builtin_fmaf(mw, input->weighted_sum[at], acc);
        }
        y[t * y_stride + g * EXACT_LANES + r] = acc;
      }
    }
  }
}

#define MATMUL_SCALAR(type, TYPE)                                                                                \
  MATMUL(matmul_##type##_scalar) {                                                                               \
    nibble_scalar(weights, columns, input, tokens, group_begin, group_end, TYPE##_BYTES, y, y_stride, FORMAT_##TYPE); \
  }
MATMUL_SCALAR(q5_0, Q5_0)
MATMUL_SCALAR(q5_1, Q5_1)
MATMUL_SCALAR(q4_k, Q4_K)
MATMUL_SCALAR(q5_k, Q5_K)

#ifdef EXACT_X86

#include "matmul_x86.h"

// Eight rows of a group (half 0 or 1) times `count` tokens. A 16-bit sum of four `vpmaddubsw` is at most
// 4 * 2 * 31 * 127 = 31,496, so four are added before they are widened.
AVX2 INLINE void nibble_rows_avx2(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                                  int count, size_t half, float *y, size_t y_stride, nibble_format f) {
  const size_t parts = columns / EXACT_BLOCK;
  const __m256i ones = _mm256_set1_epi16(1), low = _mm256_set1_epi8(15), fifth_bit = _mm256_set1_epi8(16);
  const uint8_t *part = group;
  __m256 d = _mm256_setzero_ps(), m = d, acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm256_setzero_ps();
  for (size_t p = 0; p < parts; p++, part += nibble_part_bytes(f)) {
    if (p % nibble_parts(f) == 0) {
      d = halves_avx2(part + 16 * half);
      if (f.has_minimum) m = halves_avx2(part + 32 + 16 * half);
      if (f.is_k) m = _mm256_xor_ps(m, _mm256_set1_ps(-0.0f));
      part += nibble_head_bytes(f);
    }
    if (token == 0) prefetch(part + 12 * nibble_part_bytes(f), nibble_part_bytes(f));
    const uint8_t *fifth = part + nibble_scale_bytes(f) + 32 * half, *nibbles = fifth + nibble_fifth_bytes(f);
    __m256i w[8];
    UNROLL for (int j = 0; j < 4; j++) {
      const __m256i pairs = _mm256_loadu_si256((const __m256i *)(nibbles + 64 * j));
      w[j] = _mm256_and_si256(pairs, low);
      w[j + 4] = _mm256_and_si256(_mm256_srli_epi16(pairs, 4), low);
    }
    if (f.has_fifth) {
      const __m256i bits = _mm256_loadu_si256((const __m256i *)fifth);
      UNROLL for (int j = 0; j < 8; j++) {
        const __m256i moved = j < 4 ? _mm256_slli_epi16(bits, 4 - j) : _mm256_srli_epi16(bits, j - 4);
        w[j] = _mm256_or_si256(w[j], _mm256_and_si256(moved, fifth_bit));
      }
    }
    const __m256 dw = f.is_k ? _mm256_mul_ps(d, bytes_avx2(part + 8 * half)) : d;
    const __m256 mw = f.is_k ? _mm256_mul_ps(m, bytes_avx2(part + 16 + 8 * half)) : m;
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (token + (size_t)t) * parts + p;
      const int8_t *x = input->q + at * EXACT_BLOCK;
      __m256i sum[2];
      UNROLL for (int i = 0; i < 2; i++) {
        sum[i] = _mm256_maddubs_epi16(w[i], four(x + 4 * i));
        UNROLL for (int j = i + 2; j < 8; j += 2) {
          sum[i] = _mm256_add_epi16(sum[i], _mm256_maddubs_epi16(w[j], four(x + 4 * j)));
        }
        sum[i] = _mm256_madd_epi16(sum[i], ones);
      }
      __m256i dot = _mm256_add_epi32(sum[0], sum[1]);
      if (!f.has_minimum) dot = _mm256_sub_epi32(dot, _mm256_set1_epi32(nibble_offset(f) * input->sum[at]));
      acc[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot), _mm256_mul_ps(dw, _mm256_set1_ps(input->scale[at])), acc[t]);
      if (f.has_minimum) acc[t] = _mm256_fmadd_ps(mw, _mm256_set1_ps(input->weighted_sum[at]), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm256_storeu_ps(y + (token + (size_t)t) * y_stride + 8 * half, acc[t]);
}

MATMUL_AVX2(q5_0, nibble_rows_avx2, Q5_0_BYTES, 32, FORMAT_Q5_0)
MATMUL_AVX2(q5_1, nibble_rows_avx2, Q5_1_BYTES, 32, FORMAT_Q5_1)
MATMUL_AVX2(q4_k, nibble_rows_avx2, Q4_K_BYTES, 256, FORMAT_Q4_K)
MATMUL_AVX2(q5_k, nibble_rows_avx2, Q5_K_BYTES, 256, FORMAT_Q5_K)

// Sixteen rows times `count` tokens; `vpdpbusd` (without saturation) adds four exact products per lane.
AVX512 INLINE void nibble_rows_avx512(const uint8_t *group, size_t columns, const exact_activation *input,
                                      size_t token, int count, float *y, size_t y_stride, nibble_format f) {
  const size_t parts = columns / EXACT_BLOCK;
  const __m512i low = _mm512_set1_epi8(15), fifth_bit = _mm512_set1_epi8(16);
  const uint8_t *part = group;
  __m512 d = _mm512_setzero_ps(), m = d, acc[8];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm512_setzero_ps();
  for (size_t p = 0; p < parts; p++, part += nibble_part_bytes(f)) {
    if (p % nibble_parts(f) == 0) {
      d = halves_avx512(part);
      if (f.has_minimum) m = halves_avx512(part + 32);
      if (f.is_k) m = _mm512_xor_ps(m, _mm512_set1_ps(-0.0f));
      part += nibble_head_bytes(f);
    }
    if (token == 0) prefetch(part + 12 * nibble_part_bytes(f), nibble_part_bytes(f));
    const uint8_t *fifth = part + nibble_scale_bytes(f), *nibbles = fifth + nibble_fifth_bytes(f);
    __m512i w[8];
    UNROLL for (int j = 0; j < 4; j++) {
      const __m512i pairs = _mm512_loadu_si512(nibbles + 64 * j);
      w[j] = _mm512_and_si512(pairs, low);
      w[j + 4] = _mm512_and_si512(_mm512_srli_epi16(pairs, 4), low);
    }
    if (f.has_fifth) {
      const __m512i bits = _mm512_loadu_si512(fifth);
      UNROLL for (int j = 0; j < 8; j++) {
        const __m512i moved = j < 4 ? _mm512_slli_epi16(bits, 4 - j) : _mm512_srli_epi16(bits, j - 4);
        w[j] = _mm512_or_si512(w[j], _mm512_and_si512(moved, fifth_bit));
      }
    }
    const __m512 dw = f.is_k ? _mm512_mul_ps(d, bytes_avx512(part)) : d;
    const __m512 mw = f.is_k ? _mm512_mul_ps(m, bytes_avx512(part + 16)) : m;
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (token + (size_t)t) * parts + p;
      const int32_t start = f.has_minimum ? 0 : -nibble_offset(f) * input->sum[at];
      const __m512 dot = _mm512_cvtepi32_ps(dot_avx512(w, 8, input->q + at * EXACT_BLOCK, start));
      acc[t] = _mm512_fmadd_ps(dot, _mm512_mul_ps(dw, _mm512_set1_ps(input->scale[at])), acc[t]);
      if (f.has_minimum) acc[t] = _mm512_fmadd_ps(mw, _mm512_set1_ps(input->weighted_sum[at]), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm512_storeu_ps(y + (token + (size_t)t) * y_stride, acc[t]);
}

MATMUL_AVX512(q5_0, nibble_rows_avx512, Q5_0_BYTES, 32, FORMAT_Q5_0)
MATMUL_AVX512(q5_1, nibble_rows_avx512, Q5_1_BYTES, 32, FORMAT_Q5_1)
MATMUL_AVX512(q4_k, nibble_rows_avx512, Q4_K_BYTES, 256, FORMAT_Q4_K)
MATMUL_AVX512(q5_k, nibble_rows_avx512, Q5_K_BYTES, 256, FORMAT_Q5_K)

#endif
