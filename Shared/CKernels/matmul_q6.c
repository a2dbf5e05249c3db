#pragma STDC FP_CONTRACT OFF

// Products of Q6_K weights (d * scale * (q - 32), q in [0, 63], scale int8 of 16 columns) with int8 activations in
// [-127, 127]. Per sub-block of 16 columns, in index order: I = exact integer dot;
// acc = fma(f32(I), (d * f32(scale)) * dx, acc), dx that of the block of 32 activations.

#include "kernel_target.h"

MATMUL(matmul_q6_k_scalar) {
  const size_t parts = columns / EXACT_BLOCK, group_bytes = parts / Q6_K_PARTS * Q6_K_BYTES;
  for (size_t g = group_begin; g < group_end; g++) {
    for (size_t t = 0; t < tokens; t++) {
      for (size_t r = 0; r < EXACT_LANES; r++) {
        const uint8_t *part = (const uint8_t *)weights + g * group_bytes;
        float acc = 0.0f, d = 0.0f;
        for (size_t p = 0; p < parts; p++, part += Q6_K_PART_BYTES) {
          if (p % Q6_K_PARTS == 0) {
            d = half_to_float(load_u16(part + 2 * r));
            part += 32;
          }
          for (size_t half = 0; half < 2; half++) {
            const int8_t *x = input->q + t * columns + p * EXACT_BLOCK + 16 * half;
            const uint8_t *upper = part + 32 + 64 * half + 4 * r, *nibbles = part + 160 + 4 * r;
            int32_t dot = 0;
            for (size_t k = 0; k < 16; k++) {
              const uint8_t pair = nibbles[k / 4 * 64 + k % 4];
              const int32_t q = (half == 0 ? pair & 15 : pair >> 4) | (upper[k % 4] >> (k / 4 * 2) & 3) << 4;
              dot += (q - 32) * x[k];
            }
            const float dw = d * (float)(int8_t)part[16 * half + r];
            acc = __builtin_fmaf((float)dot, dw * input->scale[t * parts + p], acc);
          }
        }
        y[t * y_stride + g * EXACT_LANES + r] = acc;
      }
    }
  }
}

#ifdef EXACT_X86

#include "matmul_x86.h"

/// The sum of 16 activations: as unsigned bytes they are 128 larger each.
AVX2 INLINE int32_t sum16(const int8_t *x) {
  const __m128i biased = _mm_xor_si128(_mm_loadu_si128((const __m128i *)x), _mm_set1_epi8((char)0x80));
  const __m128i sums = _mm_sad_epu8(biased, _mm_setzero_si128());
  return _mm_cvtsi128_si32(sums) + _mm_extract_epi16(sums, 4) - 16 * 128;
}

// Eight rows of a group (half 0 or 1) times `count` tokens. A 16-bit sum of two `vpmaddubsw` is at most
// 2 * 2 * 63 * 127 = 32,004; a third could saturate, so two are added before they are widened.
AVX2 INLINE void q6_rows_avx2(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                              int count, size_t half, float *y, size_t y_stride) {
  const size_t parts = columns / EXACT_BLOCK;
  const __m256i ones = _mm256_set1_epi16(1), low = _mm256_set1_epi8(15), upper = _mm256_set1_epi8(0x30);
  const uint8_t *part = group;
  __m256 d = _mm256_setzero_ps(), acc[4];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm256_setzero_ps();
  for (size_t p = 0; p < parts; p++, part += Q6_K_PART_BYTES) {
    if (p % Q6_K_PARTS == 0) {
      d = halves_avx2(part + 16 * half);
      part += 32;
    }
    if (token == 0) prefetch(part + 12 * Q6_K_PART_BYTES, Q6_K_PART_BYTES);
    // Sub-block i of 16 columns.
    UNROLL for (int i = 0; i < 2; i++) {
      const __m256i bits = _mm256_loadu_si256((const __m256i *)(part + 32 + 64 * i + 32 * half));
      __m256i w[4];
      UNROLL for (int j = 0; j < 4; j++) {
        const __m256i pairs = _mm256_loadu_si256((const __m256i *)(part + 160 + 64 * j + 32 * half));
        const __m256i moved = j < 2 ? _mm256_slli_epi16(bits, 4 - 2 * j) : _mm256_srli_epi16(bits, 2 * j - 4);
        w[j] = _mm256_or_si256(_mm256_and_si256(i == 0 ? pairs : _mm256_srli_epi16(pairs, 4), low),
                               _mm256_and_si256(moved, upper));
      }
      const __m128i scales = _mm_loadl_epi64((const __m128i *)(part + 16 * i + 8 * half));
      const __m256 dw = _mm256_mul_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(scales)));
      UNROLL for (int t = 0; t < count; t++) {
        const size_t at = (token + (size_t)t) * parts + p;
        const int8_t *x = input->q + at * EXACT_BLOCK + 16 * i;
        const __m256i first = _mm256_add_epi16(_mm256_maddubs_epi16(w[0], four(x)),
                                               _mm256_maddubs_epi16(w[1], four(x + 4)));
        const __m256i second = _mm256_add_epi16(_mm256_maddubs_epi16(w[2], four(x + 8)),
                                                _mm256_maddubs_epi16(w[3], four(x + 12)));
        __m256i dot = _mm256_add_epi32(_mm256_madd_epi16(first, ones), _mm256_madd_epi16(second, ones));
        dot = _mm256_sub_epi32(dot, _mm256_set1_epi32(32 * sum16(x)));
        acc[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot), _mm256_mul_ps(dw, _mm256_set1_ps(input->scale[at])), acc[t]);
      }
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm256_storeu_ps(y + (token + (size_t)t) * y_stride + 8 * half, acc[t]);
}

MATMUL_AVX2(q6_k, q6_rows_avx2, Q6_K_BYTES, 256)

// Sixteen rows times `count` tokens. The two sub-blocks' sums of activations are needed apart, to take 32 off each
// weight: one is counted, the other is what is left of the block's.
AVX512 INLINE void q6_rows_avx512(const uint8_t *group, size_t columns, const exact_activation *input, size_t token,
                                  int count, float *y, size_t y_stride) {
  const size_t parts = columns / EXACT_BLOCK;
  const __m512i low = _mm512_set1_epi8(15), upper = _mm512_set1_epi8(0x30);
  const uint8_t *part = group;
  __m512 d = _mm512_setzero_ps(), acc[8];
  UNROLL for (int t = 0; t < count; t++) acc[t] = _mm512_setzero_ps();
  for (size_t p = 0; p < parts; p++, part += Q6_K_PART_BYTES) {
    if (p % Q6_K_PARTS == 0) {
      d = halves_avx512(part);
      part += 32;
    }
    if (token == 0) prefetch(part + 12 * Q6_K_PART_BYTES, Q6_K_PART_BYTES);
    __m512i w[8];
    __m512 dw[2];
    UNROLL for (int i = 0; i < 2; i++) {
      const __m512i bits = _mm512_loadu_si512(part + 32 + 64 * i);
      UNROLL for (int j = 0; j < 4; j++) {
        const __m512i pairs = _mm512_loadu_si512(part + 160 + 64 * j);
        const __m512i moved = j < 2 ? _mm512_slli_epi16(bits, 4 - 2 * j) : _mm512_srli_epi16(bits, 2 * j - 4);
        w[4 * i + j] = _mm512_or_si512(_mm512_and_si512(i == 0 ? pairs : _mm512_srli_epi16(pairs, 4), low),
                                       _mm512_and_si512(moved, upper));
      }
      const __m512i scales = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(part + 16 * i)));
      dw[i] = _mm512_mul_ps(d, _mm512_cvtepi32_ps(scales));
    }
    UNROLL for (int t = 0; t < count; t++) {
      const size_t at = (token + (size_t)t) * parts + p;
      const int8_t *x = input->q + at * EXACT_BLOCK;
      const __m512 dx = _mm512_set1_ps(input->scale[at]);
      const int32_t sum = sum16(x);
      const __m512 first = _mm512_cvtepi32_ps(dot_avx512(w, 4, x, -32 * sum));
      const __m512 second = _mm512_cvtepi32_ps(dot_avx512(w + 4, 4, x + 16, -32 * (input->sum[at] - sum)));
      acc[t] = _mm512_fmadd_ps(first, _mm512_mul_ps(dw[0], dx), acc[t]);
      acc[t] = _mm512_fmadd_ps(second, _mm512_mul_ps(dw[1], dx), acc[t]);
    }
  }
  UNROLL for (int t = 0; t < count; t++) _mm512_storeu_ps(y + (token + (size_t)t) * y_stride, acc[t]);
}

MATMUL_AVX512(q6_k, q6_rows_avx512, Q6_K_BYTES, 256)

#endif
