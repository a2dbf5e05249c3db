#pragma STDC FP_CONTRACT OFF

// Products of Q8_0 weights (d * q, q in [-128, 127]) with int8 activations in [-127, 127].
// Per block, in index order: I = exact integer dot; acc = fma(f32(I), dw * dx, acc).

#include "kernel_target.h"
#include "matmul_tile.h"

MATMUL(matmul_q8_0_scalar) {
  const size_t blocks = columns / EXACT_BLOCK;
  for (size_t g = group_begin; g < group_end; g++) {
    for (size_t t = 0; t < tokens; t++) {
      for (size_t r = 0; r < EXACT_LANES; r++) {
        float acc = 0.0f;
        for (size_t b = 0; b < blocks; b++) {
          const uint8_t *block = (const uint8_t *)weights + (g * blocks + b) * Q8_0_BYTES;
          const int8_t *w = (const int8_t *)block + 32, *q = input->q + t * columns + b * EXACT_BLOCK;
          int32_t dot = 0;
          for (size_t k = 0; k < EXACT_BLOCK; k++) dot += w[(k / 4) * 64 + r * 4 + k % 4] * q[k];
          const float d = half_to_float(load_u16(block + 2 * r));
          acc = __builtin_fmaf((float)dot, d * input->scale[t * blocks + b], acc);
        }
        y[t * y_stride + g * EXACT_LANES + r] = acc;
      }
    }
  }
}

#ifdef EXACT_X86

// `vpmaddubsw` wants one unsigned factor: |w| is at most 128 as an unsigned byte, and the activation takes w's sign,
// which cannot overflow because it is never -128. (The other way round, sign(w, x), would turn -(-128) into -128.)
// A pair is at most 2 * 128 * 127 = 32,512 and does not saturate; two pairs would, so each is widened before adding.
AVX2 INLINE void q8_rows_avx2(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                              int count, int half, float *y, size_t y_stride) {
  const size_t blocks = columns / EXACT_BLOCK;
  const __m256i ones = _mm256_set1_epi16(1);
  __m256 acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm256_setzero_ps();
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *block = group + b * Q8_0_BYTES, *bytes = block + 32 + 32 * half;
    if (count == 1) {
      const char *ahead = (const char *)block + 8 * Q8_0_BYTES;
      for (int line = 0; line < 9; line++) _mm_prefetch(ahead + 64 * line, _MM_HINT_T0);
    }
    __m256i dot[4];
    UNROLL for (int t = 0; t < count; t++) dot[t] = _mm256_setzero_si256();
    UNROLL for (int j = 0; j < 8; j++) {
      const __m256i w = _mm256_loadu_si256((const __m256i *)(bytes + 64 * j)), magnitude = _mm256_abs_epi8(w);
      UNROLL for (int t = 0; t < count; t++) {
        const int8_t *q = input->q + (token + (size_t)t) * columns + b * EXACT_BLOCK + 4 * (size_t)j;
        const __m256i pairs = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(_mm256_set1_epi32(load_i32(q)), w));
        dot[t] = _mm256_add_epi32(dot[t], _mm256_madd_epi16(pairs, ones));
      }
    }
    const __m256 d = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(block + 16 * half)));
    UNROLL for (int t = 0; t < count; t++) {
      const float scale = input->scale[(token + (size_t)t) * blocks + b];
      acc[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[t]), _mm256_mul_ps(d, _mm256_set1_ps(scale)), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm256_storeu_ps(y + (token + (size_t)t) * y_stride + 8 * half, acc[t]);
}

AVX2 MATMUL(matmul_q8_0_avx2) {
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = (const uint8_t *)weights + g * (columns / EXACT_BLOCK) * Q8_0_BYTES;
    float *out = y + g * EXACT_LANES;
    for (int half = 0; half < 2; half++) {
      size_t t = 0;
      for (; t + 4 <= tokens; t += 4) q8_rows_avx2(group, columns, input, t, 4, half, out, y_stride);
      if (t + 2 <= tokens) q8_rows_avx2(group, columns, input, t, 2, half, out, y_stride), t += 2;
      if (t < tokens) q8_rows_avx2(group, columns, input, t, 1, half, out, y_stride);
    }
  }
}

// `vpdpbusd` wants unsigned weights: w + 128 (a flip of the sign bit, right for -128 too), less 128 * sum of q. The sum
// fits 16 bits.
AVX512 INLINE void q8_rows_avx512(const uint8_t *group, size_t columns, const exact_activation *input, int count,
                                  float *y, size_t y_stride) {
  const size_t blocks = columns / EXACT_BLOCK;
  const __m512i sign = _mm512_set1_epi8((char)0x80), offset = _mm512_set1_epi32((uint16_t)-128);
  __m512 acc[8];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm512_setzero_ps();
  for (size_t b = 0; b < blocks; b++) {
    const uint8_t *block = group + b * Q8_0_BYTES;
    const char *ahead = (const char *)block + 10 * Q8_0_BYTES;
    for (int line = 0; line < 9; line++) _mm_prefetch(ahead + 64 * line, _MM_HINT_T0);
    __m512i w[8];
    UNROLL for (int j = 0; j < 8; j++) w[j] = _mm512_xor_si512(_mm512_loadu_si512(block + 32 + 64 * j), sign);
    const __m512 d = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)block));
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (size_t)t * blocks + b;
      const int8_t *q = input->q + at * EXACT_BLOCK;
      __m512i dot = _mm512_dpwssd_epi32(_mm512_setzero_si512(), offset, _mm512_set1_epi32(input->sum[at]));
      __m512i odd = _mm512_setzero_si512();  // few tokens leave the latency of one chain exposed
      UNROLL for (int j = 0; j < 8; j++) {
        const __m512i x = _mm512_set1_epi32(load_i32(q + 4 * j));
        if (count <= 4 && j % 2 == 1) odd = _mm512_dpbusd_epi32(odd, w[j], x);
        else dot = _mm512_dpbusd_epi32(dot, w[j], x);
      }
      if (count <= 4) dot = _mm512_add_epi32(dot, odd);
      const __m512 scale = _mm512_mul_ps(d, _mm512_set1_ps(input->scale[at]));
      acc[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), scale, acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm512_storeu_ps(y + (size_t)t * y_stride, acc[t]);
}

AVX512 MATMUL(matmul_q8_0_avx512) {
  if (tokens > 8) {
    matmul_tiles(weights, columns, input, tokens, group_begin, group_end, y, y_stride, TILE_Q8_0, 0,
                 avx512_tile_offset);
    return;
  }
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = (const uint8_t *)weights + g * (columns / EXACT_BLOCK) * Q8_0_BYTES;
    float *out = y + g * EXACT_LANES;
    switch (tokens) {
#define ROWS(count) \
  case count: q8_rows_avx512(group, columns, input, count, out, y_stride); break;
      ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8)
#undef ROWS
    }
  }
}

#endif
