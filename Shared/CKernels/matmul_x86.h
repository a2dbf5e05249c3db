// What the matrix products share on x86: small loads, the exact dot, and the loops over groups and
// tokens.
#ifndef COLOPHON_MATMUL_X86_H
#define COLOPHON_MATMUL_X86_H

#include "kernel_target.h"

/// Asks for `bytes` bytes that will be read soon; a hint, which may point past the end. Of the passes over a group only
/// the first, from token 0, has to: the others find the weights in the cache.
INLINE void prefetch(const uint8_t *at, size_t bytes) {
  for (size_t line = 0; line < bytes; line += 64) _mm_prefetch((const char *)at + line, _MM_HINT_T0);
}

/// Four activations, for every row.
AVX2 INLINE __m256i four(const int8_t *x) { return _mm256_set1_epi32(load_i32(x)); }
AVX2 INLINE __m256 halves_avx2(const uint8_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
/// Unsigned bytes as f32.
AVX2 INLINE __m256 bytes_avx2(const uint8_t *p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}

AVX512 INLINE __m512 halves_avx512(const uint8_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
AVX512 INLINE __m512 bytes_avx512(const uint8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)));
}

/// start + the exact dot of 4 * steps unsigned weights per row with as many activations; two chains hide the latency.
AVX512 INLINE __m512i dot_avx512(const __m512i *w, int steps, const int8_t *x, int32_t start) {
  __m512i even = _mm512_set1_epi32(start), odd = _mm512_setzero_si512();
  UNROLL for (int j = 0; j < steps; j += 2) {
    even = _mm512_dpbusd_epi32(even, w[j], _mm512_set1_epi32(load_i32(x + 4 * j)));
    odd = _mm512_dpbusd_epi32(odd, w[j + 1], _mm512_set1_epi32(load_i32(x + 4 * j + 4)));
  }
  return _mm512_add_epi32(even, odd);
}

/// Defines a product from the always-inline function `rows`, called with a constant number of tokens.
#define MATMUL_AVX2(type, rows, block_bytes, block_columns, ...)                                                  \
  AVX2 MATMUL(matmul_##type##_avx2) {                                                                             \
    for (size_t g = group_begin; g < group_end; g++) {                                                            \
      const uint8_t *group = (const uint8_t *)weights + g * (columns / (block_columns)) * (block_bytes);          \
      float *out = y + g * EXACT_LANES;                                                                           \
      for (size_t half = 0; half < 2; half++) {                                                                   \
        size_t t = 0;                                                                                             \
        for (; t + 4 <= tokens; t += 4) rows(group, columns, input, t, 4, half, out, y_stride __VA_OPT__(, ) __VA_ARGS__);      \
        if (t + 2 <= tokens) rows(group, columns, input, t, 2, half, out, y_stride __VA_OPT__(, ) __VA_ARGS__), t += 2;         \
        if (t < tokens) rows(group, columns, input, t, 1, half, out, y_stride __VA_OPT__(, ) __VA_ARGS__);                      \
      }                                                                                                           \
    }                                                                                                             \
  }

#define MATMUL_AVX512(type, rows, block_bytes, block_columns, ...)                                                \
  AVX512 MATMUL(matmul_##type##_avx512) {                                                                         \
    for (size_t g = group_begin; g < group_end; g++) {                                                            \
      const uint8_t *group = (const uint8_t *)weights + g * (columns / (block_columns)) * (block_bytes);          \
      float *out = y + g * EXACT_LANES;                                                                           \
      size_t t = 0;                                                                                               \
      for (; t + 8 <= tokens; t += 8) rows(group, columns, input, t, 8, out, y_stride __VA_OPT__(, ) __VA_ARGS__);              \
      if (t + 4 <= tokens) rows(group, columns, input, t, 4, out, y_stride __VA_OPT__(, ) __VA_ARGS__), t += 4;                 \
      if (t + 2 <= tokens) rows(group, columns, input, t, 2, out, y_stride __VA_OPT__(, ) __VA_ARGS__), t += 2;                 \
      if (t < tokens) rows(group, columns, input, t, 1, out, y_stride __VA_OPT__(, ) __VA_ARGS__);                              \
    }                                                                                                             \
  }

#endif
