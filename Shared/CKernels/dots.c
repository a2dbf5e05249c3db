#pragma STDC FP_CONTRACT OFF

// Dot products of many int8 rows with one query: how knn-shapley/1 ranks (FORMAT section 7). Integers, so that the order
// of the sums is free. All forms are bound by reading the rows once.

#include "kernel_target.h"

enum { QUAD = 4, STEP = EXACT_LANES * QUAD };  // bytes of a row, and of a group, that stand together

void exact_dots_pack(const int8_t *row, size_t columns, size_t index, uint8_t *packed) {
  uint8_t *at = packed + index / EXACT_LANES * EXACT_LANES * columns + index % EXACT_LANES * QUAD;
  for (size_t c = 0; c < columns; c++) at[c / QUAD * STEP + c % QUAD] = (uint8_t)row[c] ^ 0x80;
}

DOTS(dots_scalar) {
  for (size_t i = 0; i < groups * EXACT_LANES; i++) {
    const uint8_t *at = packed + i / EXACT_LANES * EXACT_LANES * columns + i % EXACT_LANES * QUAD;
    int32_t sum = 0;
    for (size_t c = 0; c < columns; c++) sum += ((int32_t)at[c / QUAD * STEP + c % QUAD] - 128) * query[c];
    dots[i] = sum;
  }
}

/// What the plus 128 of every byte adds to each dot product.
INLINE int32_t excess(const int8_t *query, size_t columns) {
  int32_t sum = 0;
  for (size_t c = 0; c < columns; c++) sum += query[c];
  return 128 * sum;
}

#ifdef EXACT_X86

AVX512 DOTS(dots_avx512) {
  const __m512i start = _mm512_set1_epi32(-excess(query, columns));
  const size_t quads = columns / QUAD;
  for (size_t g = 0; g < groups; g++) {
    // Four sums, so that none waits for the one before.
    __m512i sum[4] = {start, _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
    const uint8_t *at = packed + g * EXACT_LANES * columns;
    size_t quad = 0;
    for (; quad + 4 <= quads; quad += 4) {
      UNROLL for (size_t i = 0; i < 4; i++) {
        _mm_prefetch((const char *)at + (quad + i) * STEP + 4096, _MM_HINT_T0);
        const __m512i rows = _mm512_loadu_si512(at + (quad + i) * STEP);
        sum[i] = _mm512_dpbusd_epi32(sum[i], rows, _mm512_set1_epi32(load_i32(query + (quad + i) * QUAD)));
      }
    }
    for (; quad < quads; quad++) {
      const __m512i rows = _mm512_loadu_si512(at + quad * STEP);
      sum[0] = _mm512_dpbusd_epi32(sum[0], rows, _mm512_set1_epi32(load_i32(query + quad * QUAD)));
    }
    const __m512i all = _mm512_add_epi32(_mm512_add_epi32(sum[0], sum[1]), _mm512_add_epi32(sum[2], sum[3]));
    _mm512_storeu_si512(dots + g * EXACT_LANES, all);
  }
}

// The saturating product of bytes is of no use here: they are widened to 16 bits first.
AVX2 DOTS(dots_avx2) {
  const int32_t extra = excess(query, columns);
  for (size_t g = 0; g < groups; g++) {
    __m256i sum[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    const uint8_t *at = packed + g * EXACT_LANES * columns;
    for (size_t quad = 0; quad < columns / QUAD; quad++) {
      const __m128i bytes = _mm_set1_epi32(load_i32(query + quad * QUAD));
      const __m256i four = _mm256_cvtepi8_epi16(bytes);
      UNROLL for (size_t i = 0; i < 4; i++) {
        const __m256i rows = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(at + quad * STEP + 16 * i)));
        sum[i] = _mm256_add_epi32(sum[i], _mm256_madd_epi16(rows, four));
      }
    }
    // Each row is a pair of neighbours.
    int32_t pairs[2 * EXACT_LANES];
    UNROLL for (size_t i = 0; i < 4; i++) _mm256_storeu_si256((__m256i *)(pairs + 8 * i), sum[i]);
    for (size_t r = 0; r < EXACT_LANES; r++) dots[g * EXACT_LANES + r] = pairs[2 * r] + pairs[2 * r + 1] - extra;
  }
}

#endif
#ifdef EXACT_NEON

NEON DOTS(dots_neon) {
  const uint8x16_t sign = vdupq_n_u8(0x80);
  for (size_t g = 0; g < groups; g++) {
    int32x4_t sum[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    const uint8_t *at = packed + g * EXACT_LANES * columns;
    for (size_t quad = 0; quad < columns / QUAD; quad++) {
      const int8x16_t four = vreinterpretq_s8_s32(vdupq_n_s32(load_i32(query + quad * QUAD)));
      UNROLL for (size_t i = 0; i < 4; i++) {
        const uint8x16_t rows = veorq_u8(vld1q_u8(at + quad * STEP + 16 * i), sign);
        sum[i] = vdotq_s32(sum[i], vreinterpretq_s8_u8(rows), four);
      }
    }
    UNROLL for (size_t i = 0; i < 4; i++) vst1q_s32(dots + g * EXACT_LANES + 4 * i, sum[i]);
  }
}

#endif
