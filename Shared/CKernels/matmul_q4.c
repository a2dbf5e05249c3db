#pragma STDC FP_CONTRACT OFF

// Products of 4-bit weights (Q4_0: d * (q - 8); Q4_1: d * q + m) with int8 activations.
//
// Per block, in index order: I = exact integer dot; acc = fma(f32(I), dw * dx, acc); Q4_1 then acc = fma(mw, sx, acc).
// One accumulator per output row. In the SIMD forms a lane is an output row, so nothing is ever reduced across lanes.

#include "kernel_target.h"
#include "matmul_tile.h"

INLINE void q4_scalar(const uint8_t *weights, size_t columns, const exact_activation *input, size_t tokens,
                      size_t group_begin, size_t group_end, float *y, size_t y_stride, int has_minimum) {
  const size_t blocks = columns / EXACT_BLOCK, block_bytes = has_minimum ? Q4_1_BYTES : Q4_0_BYTES;
  for (size_t g = group_begin; g < group_end; g++) {
    for (size_t t = 0; t < tokens; t++) {
      for (size_t r = 0; r < EXACT_LANES; r++) {
        float acc = 0.0f;
        for (size_t b = 0; b < blocks; b++) {
          const uint8_t *block = weights + (g * blocks + b) * block_bytes;
          const uint8_t *nibbles = block + (has_minimum ? 64 : 32);
          const int8_t *q = input->q + t * columns + b * EXACT_BLOCK;
          int32_t dot = 0;
          for (size_t k = 0; k < 16; k++) {
            const uint8_t pair = nibbles[(k / 4) * 64 + r * 4 + k % 4];
            dot += ((pair & 15) - (has_minimum ? 0 : 8)) * q[k];
            dot += ((pair >> 4) - (has_minimum ? 0 : 8)) * q[k + 16];
          }
          const size_t at = t * blocks + b;
          acc = __builtin_fmaf((float)dot, half_to_float(load_u16(block + 2 * r)) * input->scale[at], acc);
          if (has_minimum) {
            acc = __builtin_fmaf(half_to_float(load_u16(block + 32 + 2 * r)), input->weighted_sum[at], acc);
          }
        }
        y[t * y_stride + g * EXACT_LANES + r] = acc;
      }
    }
  }
}

MATMUL(matmul_q4_0_scalar) {
  q4_scalar(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 0);
}
MATMUL(matmul_q4_1_scalar) {
  q4_scalar(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 1);
}

#ifdef EXACT_X86

// Eight rows of a group (half 0 or 1) times `count` tokens. The eight 16-bit partial sums of a block stay below
// 8 * 2 * 15 * 127 = 30,480, so they are added in 16 bits and widened once.
AVX2 INLINE void q4_rows_avx2(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                              int count, int half, float *y, size_t y_stride, int has_minimum) {
  const size_t blocks = columns / EXACT_BLOCK, block_bytes = has_minimum ? Q4_1_BYTES : Q4_0_BYTES;
  const __m256i ones = _mm256_set1_epi16(1), low = _mm256_set1_epi8(15);
  __m256 acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm256_setzero_ps();
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *block = group + b * block_bytes, *nibbles = block + (has_minimum ? 64 : 32) + 32 * half;
    if (count == 1) {
      const char *ahead = (const char *)block + 12 * block_bytes;
      for (int line = 0; line < 5; line++) _mm_prefetch(ahead + 64 * line, _MM_HINT_T0);
    }
    __m256i w[8];
    UNROLL for (int j = 0; j < 4; j++) {
      const __m256i pairs = _mm256_loadu_si256((const __m256i *)(nibbles + 64 * j));
      w[j] = _mm256_and_si256(pairs, low);
      w[j + 4] = _mm256_and_si256(_mm256_srli_epi16(pairs, 4), low);
    }
    const __m256 d = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(block + 16 * half)));
    const __m256 m = has_minimum ? _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(block + 32 + 16 * half))) : d;
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (token + (size_t)t) * blocks + b;
      const int8_t *q = input->q + at * EXACT_BLOCK;
      __m256i even = _mm256_maddubs_epi16(w[0], _mm256_set1_epi32(load_i32(q)));
      __m256i odd = _mm256_maddubs_epi16(w[1], _mm256_set1_epi32(load_i32(q + 4)));
      UNROLL for (int j = 2; j < 8; j += 2) {
        even = _mm256_add_epi16(even, _mm256_maddubs_epi16(w[j], _mm256_set1_epi32(load_i32(q + 4 * j))));
        odd = _mm256_add_epi16(odd, _mm256_maddubs_epi16(w[j + 1], _mm256_set1_epi32(load_i32(q + 4 * j + 4))));
      }
      __m256i dot = _mm256_madd_epi16(_mm256_add_epi16(even, odd), ones);
      if (!has_minimum) dot = _mm256_sub_epi32(dot, _mm256_set1_epi32(8 * input->sum[at]));
      acc[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot), _mm256_mul_ps(d, _mm256_set1_ps(input->scale[at])), acc[t]);
      if (has_minimum) acc[t] = _mm256_fmadd_ps(m, _mm256_set1_ps(input->weighted_sum[at]), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm256_storeu_ps(y + (token + (size_t)t) * y_stride + 8 * half, acc[t]);
}

AVX2 INLINE void q4_avx2(const uint8_t *weights, size_t columns, const exact_activation *input, size_t tokens,
                         size_t group_begin, size_t group_end, float *y, size_t y_stride, int has_minimum) {
  const size_t group_bytes = columns / EXACT_BLOCK * (has_minimum ? Q4_1_BYTES : Q4_0_BYTES);
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = weights + g * group_bytes;
    float *out = y + g * EXACT_LANES;
    for (int half = 0; half < 2; half++) {
      size_t t = 0;
      for (; t + 4 <= tokens; t += 4) q4_rows_avx2(group, columns, input, t, 4, half, out, y_stride, has_minimum);
      if (t + 2 <= tokens) q4_rows_avx2(group, columns, input, t, 2, half, out, y_stride, has_minimum), t += 2;
      if (t < tokens) q4_rows_avx2(group, columns, input, t, 1, half, out, y_stride, has_minimum);
    }
  }
}

AVX2 MATMUL(matmul_q4_0_avx2) {
  q4_avx2(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 0);
}
AVX2 MATMUL(matmul_q4_1_avx2) {
  q4_avx2(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 1);
}

// Sixteen rows times `count` tokens, straight from the packed weights; `vpdpbusd` (without saturation) adds four exact
// products per lane. The offset of Q4_0 enters as a product of the sum of the activations, which fits 16 bits.
AVX512 INLINE void q4_rows_avx512(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                                  int count, float *y, size_t y_stride, int has_minimum) {
  const size_t blocks = columns / EXACT_BLOCK, block_bytes = has_minimum ? Q4_1_BYTES : Q4_0_BYTES;
  const __m512i low = _mm512_set1_epi8(15), offset = _mm512_set1_epi32((uint16_t)-8);
  __m512 acc[8];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm512_setzero_ps();
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *block = group + b * block_bytes, *nibbles = block + (has_minimum ? 64 : 32);
    const char *ahead = (const char *)block + 16 * block_bytes;
    for (int line = 0; line < 5; line++) _mm_prefetch(ahead + 64 * line, _MM_HINT_T0);
    __m512i w[8];
    UNROLL for (int j = 0; j < 4; j++) {
      const __m512i pairs = _mm512_loadu_si512(nibbles + 64 * j);
      w[j] = _mm512_and_si512(pairs, low);
      w[j + 4] = _mm512_and_si512(_mm512_srli_epi16(pairs, 4), low);
    }
    const __m512 d = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)block));
    const __m512 m = has_minimum ? _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(block + 32))) : d;
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (token + (size_t)t) * blocks + b;
      const int8_t *q = input->q + at * EXACT_BLOCK;
      __m512i dot = _mm512_setzero_si512();
      if (!has_minimum) dot = _mm512_dpwssd_epi32(dot, offset, _mm512_set1_epi32(input->sum[at]));
      __m512i odd = _mm512_setzero_si512();  // few tokens leave the latency of one chain exposed
      UNROLL for (int j = 0; j < 8; j++) {
        const __m512i x = _mm512_set1_epi32(load_i32(q + 4 * j));
        if (count <= 4 && j % 2 == 1) odd = _mm512_dpbusd_epi32(odd, w[j], x);
        else dot = _mm512_dpbusd_epi32(dot, w[j], x);
      }
      if (count <= 4) dot = _mm512_add_epi32(dot, odd);
      const __m512 scale = _mm512_mul_ps(d, _mm512_set1_ps(input->scale[at]));
      acc[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), scale, acc[t]);
      if (has_minimum) acc[t] = _mm512_fmadd_ps(m, _mm512_set1_ps(input->weighted_sum[at]), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm512_storeu_ps(y + (token + (size_t)t) * y_stride, acc[t]);
}

AVX512 INLINE void q4_avx512(const uint8_t *weights, size_t columns, const exact_activation *input, size_t tokens,
                             size_t group_begin, size_t group_end, float *y, size_t y_stride, int has_minimum) {
  const size_t group_bytes = columns / EXACT_BLOCK * (has_minimum ? Q4_1_BYTES : Q4_0_BYTES);
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = weights + g * group_bytes;
    float *out = y + g * EXACT_LANES;
    switch (tokens) {
#define ROWS(count) \
  case count: q4_rows_avx512(group, columns, input, 0, count, out, y_stride, has_minimum); break;
      ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8)
#undef ROWS
    }
  }
}

#define TILES(format, kernel) \
  matmul_tiles(weights, columns, input, tokens, group_begin, group_end, y, y_stride, format, 0, kernel)
AVX512 MATMUL(matmul_q4_0_avx512) {
  if (tokens <= 8) q4_avx512(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 0);
  else TILES(TILE_Q4_0, avx512_tile_offset);
}
AVX512 MATMUL(matmul_q4_1_avx512) {
  if (tokens <= 8) q4_avx512(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 1);
  else TILES(TILE_Q4_1, avx512_tile_minimum);
}

#endif
