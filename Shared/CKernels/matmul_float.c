#pragma STDC FP_CONTRACT OFF

// Products of F32 and F16 weights with f32 activations: acc = fma(w, x, acc) in column order, from +0.
// Packed as [group][column][16 rows]; F16 widens exactly.

#include "kernel_target.h"

MATMUL(matmul_f32_scalar) {
  for (size_t g = group_begin; g < group_end; g++) {
    const float *group = (const float *)weights + g * columns * EXACT_LANES;
    for (size_t t = 0; t < tokens; t++) {
      for (size_t r = 0; r < EXACT_LANES; r++) {
        float acc = 0.0f;
        for (size_t k = 0; k < columns; k++) {
          acc = __builtin_fmaf(group[k * EXACT_LANES + r], input->x[t * columns + k], acc);
        }
        y[t * y_stride + g * EXACT_LANES + r] = acc;
      }
    }
  }
}

MATMUL(matmul_f16_scalar) {
  for (size_t g = group_begin; g < group_end; g++) {
    const uint16_t *group = (const uint16_t *)weights + g * columns * EXACT_LANES;
    for (size_t t = 0; t < tokens; t++) {
      for (size_t r = 0; r < EXACT_LANES; r++) {
        float acc = 0.0f;
        for (size_t k = 0; k < columns; k++) {
          acc = __builtin_fmaf(half_to_float(group[k * EXACT_LANES + r]), input->x[t * columns + k], acc);
        }
        y[t * y_stride + g * EXACT_LANES + r] = acc;
      }
    }
  }
}

#ifdef EXACT_X86

AVX2 INLINE void float_rows_avx2(const void *group, size_t columns, const float *x, int count, float *y,
                                 size_t y_stride, int is_half) {
  __m256 acc[4][2];
  UNROLL for (int t = 0; t < count; t++) acc[t][0] = acc[t][1] = _mm256_setzero_ps();
  for (size_t k = 0; k < columns; k++) {
    __m256 w[2];
    UNROLL for (int half = 0; half < 2; half++) {
      const size_t at = k * EXACT_LANES + 8 * (size_t)half;
      w[half] = is_half ? _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)((const uint16_t *)group + at)))
                        : _mm256_loadu_ps((const float *)group + at);
    }
    UNROLL for (int t = 0; t < count; t++) {
      const __m256 value = _mm256_set1_ps(x[(size_t)t * columns + k]);
      acc[t][0] = _mm256_fmadd_ps(w[0], value, acc[t][0]);
      acc[t][1] = _mm256_fmadd_ps(w[1], value, acc[t][1]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) {
    _mm256_storeu_ps(y + (size_t)t * y_stride, acc[t][0]);
    _mm256_storeu_ps(y + (size_t)t * y_stride + 8, acc[t][1]);
  }
}

AVX2 INLINE void float_avx2(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                            size_t group_begin, size_t group_end, float *y, size_t y_stride, int is_half) {
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = (const uint8_t *)weights + g * columns * EXACT_LANES * (is_half ? 2 : 4);
    float *out = y + g * EXACT_LANES;
    size_t t = 0;
    for (; t + 4 <= tokens; t += 4) {
      float_rows_avx2(group, columns, input->x + t * columns, 4, out + t * y_stride, y_stride, is_half);
    }
    for (; t < tokens; t++) {
      float_rows_avx2(group, columns, input->x + t * columns, 1, out + t * y_stride, y_stride, is_half);
    }
  }
}

AVX2 MATMUL(matmul_f32_avx2) {
  float_avx2(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 0);
}
AVX2 MATMUL(matmul_f16_avx2) {
  float_avx2(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 1);
}

AVX512 INLINE void float_rows_avx512(const void *group, size_t columns, const float *x, int count, float *y,
                                     size_t y_stride, int is_half) {
  __m512 acc[8];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm512_setzero_ps();
  for (size_t k = 0; k < columns; k++) {
    const size_t at = k * EXACT_LANES;
    const __m512 w = is_half ? _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)((const uint16_t *)group + at)))
                             : _mm512_loadu_ps((const float *)group + at);
    UNROLL for (int t = 0; t < count; t++) {
      acc[t] = _mm512_fmadd_ps(w, _mm512_set1_ps(x[(size_t)t * columns + k]), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm512_storeu_ps(y + (size_t)t * y_stride, acc[t]);
}

AVX512 INLINE void float_avx512(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                                size_t group_begin, size_t group_end, float *y, size_t y_stride, int is_half) {
  for (size_t g = group_begin; g < group_end; g++) {
    const uint8_t *group = (const uint8_t *)weights + g * columns * EXACT_LANES * (is_half ? 2 : 4);
    float *out = y + g * EXACT_LANES;
    size_t t = 0;
    for (; t + 8 <= tokens; t += 8) {
      float_rows_avx512(group, columns, input->x + t * columns, 8, out + t * y_stride, y_stride, is_half);
    }
    for (; t + 2 <= tokens; t += 2) {
      float_rows_avx512(group, columns, input->x + t * columns, 2, out + t * y_stride, y_stride, is_half);
    }
    if (t < tokens) {
      float_rows_avx512(group, columns, input->x + t * columns, 1, out + t * y_stride, y_stride, is_half);
    }
  }
}

AVX512 MATMUL(matmul_f32_avx512) {
  float_avx512(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 0);
}
AVX512 MATMUL(matmul_f16_avx512) {
  float_avx512(weights, columns, input, tokens, group_begin, group_end, y, y_stride, 1);
}

#endif
