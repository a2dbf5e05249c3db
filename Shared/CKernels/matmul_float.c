#pragma STDC FP_CONTRACT OFF

// Products of F32, F16 and BF16 weights with f32 activations: acc = fma(w, x, acc) in column order, from +0.
// Packed as [group][column][16 rows]; F16 and BF16 widen exactly.

#include "kernel_target.h"

INLINE size_t bytes_of(int32_t type) { return type == EXACT_F32 ? 4 : 2; }

INLINE void float_scalar(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                         size_t group_begin, size_t group_end, float *y, size_t y_stride, int32_t type) {
  const size_t bytes = bytes_of(type);
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = (const uint8_t *)weights + g * columns * EXACT_LANES * bytes;
    for (size_t t = 0; t < tokens; t++) {
      for (size_t r = 0; r < EXACT_LANES; r++) {
        float acc = 0.0f;
        for (size_t k = 0; k < columns; k++) {
          const uint8_t *at = group + (k * EXACT_LANES + r) * bytes;
          const float w = type == EXACT_F32   ? load_f32(at)
                          : type == EXACT_F16 ? half_to_float(load_u16(at))
                                              : bfloat_to_float(load_u16(at));
          acc = __builtin_fmaf(w, input->x[t * columns + k], acc);
        }
        y[t * y_stride + g * EXACT_LANES + r] = acc;
      }
    }
  }
}

#define FORMS(form, TARGET, body)                                                                     \
  TARGET MATMUL(matmul_f32_##form) {                                                                  \
    body(weights, columns, input, tokens, group_begin, group_end, y, y_stride, EXACT_F32);            \
  }                                                                                                   \
  TARGET MATMUL(matmul_f16_##form) {                                                                  \
    body(weights, columns, input, tokens, group_begin, group_end, y, y_stride, EXACT_F16);            \
  }                                                                                                   \
  TARGET MATMUL(matmul_bf16_##form) {                                                                 \
    body(weights, columns, input, tokens, group_begin, group_end, y, y_stride, EXACT_BF16);           \
  }

FORMS(scalar, , float_scalar)

#ifdef EXACT_X86

#include "matmul_x86.h"

enum { PREFETCH_AHEAD = 4096 };  // bytes

/// Eight weights as f32.
AVX2 INLINE __m256 floats_avx2(const uint8_t *p, int32_t type) {
  if (type == EXACT_F32) return _mm256_loadu_ps((const float *)p);
  const __m128i words = _mm_loadu_si128((const __m128i *)p);
  if (type == EXACT_F16) return _mm256_cvtph_ps(words);
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(words), 16));
}

// Both halves of a group at once: their chains of fma hide each other's latency.
AVX2 INLINE void float_rows_avx2(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                                 int count, float *y, size_t y_stride, int32_t type) {
  const size_t bytes = bytes_of(type);
  __m256 acc[4][2];
  UNROLL for (int t = 0; t < count; t++) acc[t][0] = acc[t][1] = _mm256_setzero_ps();
  for (size_t k = 0; k < columns; k++) {
    const uint8_t *at = group + k * EXACT_LANES * bytes;
    if (token == 0) prefetch(at + PREFETCH_AHEAD, 1);
    const __m256 first = floats_avx2(at, type), second = floats_avx2(at + 8 * bytes, type);
    UNROLL for (int t = 0; t < count; t++) {
      const __m256 x = _mm256_set1_ps(input->x[(token + (size_t)t) * columns + k]);
      acc[t][0] = _mm256_fmadd_ps(first, x, acc[t][0]);
      acc[t][1] = _mm256_fmadd_ps(second, x, acc[t][1]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) {
    _mm256_storeu_ps(y + (token + (size_t)t) * y_stride, acc[t][0]);
    _mm256_storeu_ps(y + (token + (size_t)t) * y_stride + 8, acc[t][1]);
  }
}

AVX2 INLINE void float_avx2(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                            size_t group_begin, size_t group_end, float *y, size_t y_stride, int32_t type) {
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = (const uint8_t *)weights + g * columns * EXACT_LANES * bytes_of(type);
    float *out = y + g * EXACT_LANES;
    size_t t = 0;
    for (; t + 4 <= tokens; t += 4) float_rows_avx2(group, columns, input, t, 4, out, y_stride, type);
    for (; t < tokens; t++) float_rows_avx2(group, columns, input, t, 1, out, y_stride, type);
  }
}

FORMS(avx2, AVX2, float_avx2)

/// Sixteen weights as f32.
AVX512 INLINE __m512 floats_avx512(const uint8_t *p, int32_t type) {
  if (type == EXACT_F32) return _mm512_loadu_ps(p);
  const __m256i words = _mm256_loadu_si256((const __m256i *)p);
  if (type == EXACT_F16) return _mm512_cvtph_ps(words);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(words), 16));
}

AVX512 INLINE void float_rows_avx512(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                                     int count, float *y, size_t y_stride, int32_t type) {
  __m512 acc[8];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm512_setzero_ps();
  for (size_t k = 0; k < columns; k++) {
    const uint8_t *at = group + k * EXACT_LANES * bytes_of(type);
    if (token == 0) prefetch(at + PREFETCH_AHEAD, 1);
    const __m512 w = floats_avx512(at, type);
    UNROLL for (int t = 0; t < count; t++) {
      acc[t] = _mm512_fmadd_ps(w, _mm512_set1_ps(input->x[(token + (size_t)t) * columns + k]), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm512_storeu_ps(y + (token + (size_t)t) * y_stride, acc[t]);
}

MATMUL_AVX512(f32, float_rows_avx512, 4 * EXACT_LANES, 1, EXACT_F32)
MATMUL_AVX512(f16, float_rows_avx512, 2 * EXACT_LANES, 1, EXACT_F16)
MATMUL_AVX512(bf16, float_rows_avx512, 2 * EXACT_LANES, 1, EXACT_BF16)

#endif
