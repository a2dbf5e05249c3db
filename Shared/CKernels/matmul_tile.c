#pragma STDC FP_CONTRACT OFF

// Products of 4-bit and 8-bit weights with int8 activations of many tokens, a tile of 16 rows and 16 tokens at a time:
// the loops over tiles, and the AVX-512 tile. An accumulator that a chunk of columns leaves unfinished waits in y,
// which changes no bit.

#include "matmul_tile.h"

#ifdef EXACT_X86

/// Unpacks `blocks` blocks; `flip` is the distance of the wanted bytes from the stored numbers, modulo 256.
AVX512 INLINE void unpack_tile(const uint8_t *block, size_t blocks, tile_format format, int flip, tile_weights *to) {
  const __m512i low = _mm512_set1_epi8(15), distance = _mm512_set1_epi8((char)flip);
  for (size_t b = 0; b < blocks; b++, block += format.block_bytes) {
    _mm512_store_ps(to->d[b], _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)block)));
    if (format.has_minimum) {
      _mm512_store_ps(to->m[b], _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(block + 32))));
    }
    const uint8_t *q = block + (format.has_minimum ? 64 : 32);
    UNROLL for (int j = 0; j < 4; j++) {
      __m512i first, second;
      if (format.is_q8) {
        first = _mm512_loadu_si512(q + 64 * j), second = _mm512_loadu_si512(q + 64 * (j + 4));
      } else {
        const __m512i pairs = _mm512_loadu_si512(q + 64 * j);
        first = _mm512_and_si512(pairs, low), second = _mm512_and_si512(_mm512_srli_epi16(pairs, 4), low);
      }
      _mm512_store_si512(to->q[b] + 64 * j, _mm512_add_epi8(first, distance));
      _mm512_store_si512(to->q[b] + 64 * (j + 4), _mm512_add_epi8(second, distance));
    }
  }
}

/// Gathers the scales of tokens [token, token + count) for `blocks` blocks from block `first` on.
AVX512 INLINE void gather_scales(const exact_activation *input, size_t columns, size_t token, size_t count,
                                 size_t first, size_t blocks, int has_minimum, int offset, tile_scales *to) {
  const size_t stride = columns / EXACT_BLOCK, at = token * stride + first;
  const __mmask16 present = (__mmask16)((1u << count) - 1);
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i rows = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int)stride)), none = _mm512_setzero_si512();
  const __m512i bias = _mm512_set1_epi32(-offset);
  for (size_t b = 0; b < blocks; b++) {
    _mm512_store_si512(to->scale[b], _mm512_mask_i32gather_epi32(none, present, rows, input->scale + at + b, 4));
    if (has_minimum) {
      const __m512i sums = _mm512_mask_i32gather_epi32(none, present, rows, input->weighted_sum + at + b, 4);
      _mm512_store_si512(to->weighted_sum[b], sums);
    } else if (offset != 0) {
      const __m512i sums = _mm512_mask_i32gather_epi32(none, present, rows, input->sum + at + b, 4);
      _mm512_store_si512(to->bias[b], _mm512_mullo_epi32(sums, bias));
    }
  }
}

AVX512 void matmul_tiles(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                         size_t group_begin, size_t group_end, float *y, size_t y_stride, tile_format format,
                         int is_unsigned, tile_kernel *kernel) {
  const size_t blocks = columns / EXACT_BLOCK;
  const int flip = is_unsigned ? (format.is_q8 ? 128 : 0) : -format.offset, offset = flip + format.offset;
  tile_weights w;
  tile_scales scales[CHUNK_TILES];
  int8_t padded[TILE_TOKENS][CHUNK_BLOCKS * EXACT_BLOCK];  // the last tile, when it has fewer tokens
  for (size_t token = 0; token < tokens; token += CHUNK_TILES * TILE_TOKENS) {
    const size_t end = tokens - token < CHUNK_TILES * TILE_TOKENS ? tokens : token + CHUNK_TILES * TILE_TOKENS;
    for (size_t first = 0; first < blocks; first += CHUNK_BLOCKS) {
      const size_t length = blocks - first < CHUNK_BLOCKS ? blocks - first : CHUNK_BLOCKS;
      for (size_t t = token, i = 0; t < end; t += TILE_TOKENS, i++) {
        const size_t count = end - t < TILE_TOKENS ? end - t : TILE_TOKENS;
        gather_scales(input, columns, t, count, first, length, format.has_minimum, offset, &scales[i]);
        if (count == TILE_TOKENS) continue;
        memset(padded, 0, sizeof padded);
        for (size_t r = 0; r < count; r++) {
          memcpy(padded[r], input->q + (t + r) * columns + first * EXACT_BLOCK, length * EXACT_BLOCK);
        }
      }
      for (size_t g = group_begin; g < group_end; g++) {
        const uint8_t *from = (const uint8_t *)weights + (g * blocks + first) * format.block_bytes;
        if (format.is_q8) unpack_tile(from, length, TILE_Q8_0, flip, &w);
        else if (format.has_minimum) unpack_tile(from, length, TILE_Q4_1, flip, &w);
        else unpack_tile(from, length, TILE_Q4_0, flip, &w);
        for (size_t t = token, i = 0; t < end; t += TILE_TOKENS, i++) {
          const size_t count = end - t < TILE_TOKENS ? end - t : TILE_TOKENS;
          const int is_whole = count == TILE_TOKENS;
          const int8_t *q = is_whole ? input->q + t * columns + first * EXACT_BLOCK : padded[0];
          kernel(&w, &scales[i], q, is_whole ? columns : sizeof padded[0], length, count, first == 0,
                 y + t * y_stride + g * EXACT_LANES, y_stride);
        }
      }
    }
  }
}

/// Tokens [t, t + count) of a tile; count is a constant.
AVX512 INLINE void tile_rows(const tile_weights *w, const tile_scales *s, const int8_t *q, size_t q_stride,
                             size_t blocks, size_t t, int count, int is_first, float *y, size_t y_stride,
                             int has_minimum) {
  __m512 acc[8];
  UNROLL for (int i = 0; i < count; i++) {
    acc[i] = is_first ? _mm512_setzero_ps() : _mm512_loadu_ps(y + (t + (size_t)i) * y_stride);
  }
  for (size_t b = 0; b < blocks; b++) {
    __m512i weight[8];
    UNROLL for (int j = 0; j < 8; j++) weight[j] = _mm512_load_si512(w->q[b] + 64 * j);
    const __m512 d = _mm512_load_ps(w->d[b]), m = _mm512_load_ps(has_minimum ? w->m[b] : w->d[b]);
    UNROLL for (int i = 0; i < count; i++) {
      const int8_t *x = q + (t + (size_t)i) * q_stride + b * EXACT_BLOCK;
      __m512i dot = has_minimum ? _mm512_setzero_si512() : _mm512_set1_epi32(s->bias[b][t + (size_t)i]);
      UNROLL for (int j = 0; j < 8; j++) {
        dot = _mm512_dpbusd_epi32(dot, weight[j], _mm512_set1_epi32(load_i32(x + 4 * j)));
      }
      const __m512 scale = _mm512_mul_ps(d, _mm512_set1_ps(s->scale[b][t + (size_t)i]));
      acc[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), scale, acc[i]);
      if (has_minimum) acc[i] = _mm512_fmadd_ps(m, _mm512_set1_ps(s->weighted_sum[b][t + (size_t)i]), acc[i]);
    }
  }
  UNROLL for (int i = 0; i < count; i++) _mm512_storeu_ps(y + (t + (size_t)i) * y_stride, acc[i]);
}

AVX512 INLINE void avx512_tile(const tile_weights *w, const tile_scales *s, const int8_t *q, size_t q_stride,
                               size_t blocks, size_t count, int is_first, float *y, size_t y_stride, int has_minimum) {
  size_t t = 0;
  for (; t + 8 <= count; t += 8) tile_rows(w, s, q, q_stride, blocks, t, 8, is_first, y, y_stride, has_minimum);
  if (t + 4 <= count) tile_rows(w, s, q, q_stride, blocks, t, 4, is_first, y, y_stride, has_minimum), t += 4;
  if (t + 2 <= count) tile_rows(w, s, q, q_stride, blocks, t, 2, is_first, y, y_stride, has_minimum), t += 2;
  if (t < count) tile_rows(w, s, q, q_stride, blocks, t, 1, is_first, y, y_stride, has_minimum);
}

AVX512 void avx512_tile_offset(const tile_weights *w, const tile_scales *s, const int8_t *q, size_t q_stride,
                               size_t blocks, size_t count, int is_first, float *y, size_t y_stride) {
  avx512_tile(w, s, q, q_stride, blocks, count, is_first, y, y_stride, 0);
}
AVX512 void avx512_tile_minimum(const tile_weights *w, const tile_scales *s, const int8_t *q, size_t q_stride,
                                size_t blocks, size_t count, int is_first, float *y, size_t y_stride) {
  avx512_tile(w, s, q, q_stride, blocks, count, is_first, y, y_stride, 1);
}

#endif
