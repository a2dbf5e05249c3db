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

/// Unpacks a chunk of columns of one group.
AVX512 INLINE void unpack_group(const uint8_t *block, size_t blocks, tile_format format, int flip, tile_weights *to) {
  if (format.is_q8) unpack_tile(block, blocks, TILE_Q8_0, flip, to);
  // A constant 0 costs nothing.
  else if (format.has_minimum) unpack_tile(block, blocks, TILE_Q4_1, 0, to);
  else if (flip == 0) unpack_tile(block, blocks, TILE_Q4_0, 0, to);
  else unpack_tile(block, blocks, TILE_Q4_0, flip, to);
}

/// Copies the activations of `count` tokens, zeros for those that a tile lacks.
INLINE void pad_tile(const int8_t *q, size_t q_stride, size_t blocks, size_t count, int8_t to[][CHUNK_COLUMNS]) {
  for (size_t t = 0; t < TILE_TOKENS; t++) {
    if (t < count) memcpy(to[t], q + t * q_stride, blocks * EXACT_BLOCK);
    else memset(to[t], 0, blocks * EXACT_BLOCK);
  }
}

// Of many tokens, a tile's activations stay in the first-level cache while the groups' weights come from the second, in
// order. What a tile writes of y is seldom in either, and writes that wait hold up all that follow: so its lines are
// asked for before its dots are computed. Of few tokens, a group's weights stay in the first-level cache.
AVX512 void matmul_tiles(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                         size_t group_begin, size_t group_end, float *y, size_t y_stride, tile_format format,
                         int is_amx, tile_kernel *kernel) {
  const size_t blocks = columns / EXACT_BLOCK, group_bytes = blocks * format.block_bytes, step = is_amx ? 1 : 2;
  const int is_unsigned = !is_amx || format.has_minimum;
  const int flip = is_unsigned ? (format.is_q8 ? 128 : 0) : -format.offset, offset = flip + format.offset;
  tile_weights w[CHUNK_GROUPS];
  tile_scales scales[CHUNK_TILES];
  int8_t padded[TILE_TOKENS][CHUNK_COLUMNS];  // AMX: the last tile, when it has fewer tokens
  for (size_t token = 0; token < tokens; token += CHUNK_TILES * TILE_TOKENS) {
    const size_t end = tokens - token < CHUNK_TILES * TILE_TOKENS ? tokens : token + CHUNK_TILES * TILE_TOKENS;
    const size_t tiles = (end - token + TILE_TOKENS - 1) / TILE_TOKENS, chunk = tiles > FEW_TILES ? CHUNK_GROUPS : step;
    for (size_t first = 0; first < blocks; first += CHUNK_BLOCKS) {
      const size_t length = blocks - first < CHUNK_BLOCKS ? blocks - first : CHUNK_BLOCKS;
      for (size_t t = token, i = 0; t < end; t += TILE_TOKENS, i++) {
        const size_t count = end - t < TILE_TOKENS ? end - t : TILE_TOKENS;
        gather_scales(input, columns, t, count, first, length, format.has_minimum, offset, &scales[i]);
        if (count < TILE_TOKENS && is_amx) {
          pad_tile(input->q + t * columns + first * EXACT_BLOCK, columns, length, count, padded);
        }
      }
      // The weights of the next groups come while the tiles of these are computed, a part with each.
      const size_t part = (length * format.block_bytes + tiles - 1) / tiles;
      for (size_t group = group_begin; group < group_end; group += chunk) {
        const size_t groups = group_end - group < chunk ? group_end - group : chunk;
        const uint8_t *from = (const uint8_t *)weights + group * group_bytes + first * format.block_bytes;
        for (size_t n = 0; n < groups; n++) unpack_group(from + n * group_bytes, length, format, flip, &w[n]);
        for (size_t t = token, i = 0; t < end; t += TILE_TOKENS, i++) {
          const size_t count = end - t < TILE_TOKENS ? end - t : TILE_TOKENS;
          const int is_padded = count < TILE_TOKENS && is_amx;
          const int8_t *q = is_padded ? padded[0] : input->q + t * columns + first * EXACT_BLOCK;
          for (size_t n = 0; n < groups; n += step) {
            const size_t together = groups - n < step ? 1 : step;
            float *out = y + t * y_stride + (group + n) * EXACT_LANES;
            for (size_t k = 0; k < together; k++) {
              for (size_t r = 0; r < count; r++) __builtin_prefetch(out + r * y_stride + k * EXACT_LANES, 1);
              const uint8_t *next = from + (n + k + chunk) * group_bytes + i * part;
              for (size_t line = 0; line < part; line += 64) _mm_prefetch((const char *)next + line, _MM_HINT_T1);
            }
            kernel(&w[n], together, &scales[i], q, is_padded ? sizeof padded[0] : columns, length, count, first == 0,
                   out, y_stride);
          }
        }
      }
    }
  }
}

/// Tokens [t, t + count) of a tile times one or two groups; count and groups are constants. A broadcast of activations
/// is used for both groups: what bounds the loop otherwise is how many of them can be loaded.
AVX512 INLINE void tile_rows(const tile_weights *w, size_t groups, const tile_scales *s, const int8_t *q,
                             size_t q_stride, size_t blocks, size_t t, size_t count, int is_first, float *y,
                             size_t y_stride, int has_minimum) {
  __m512 acc[2][4];
  UNROLL for (size_t i = 0; i < count; i++) {
    UNROLL for (size_t n = 0; n < groups; n++) {
      acc[n][i] = is_first ? _mm512_setzero_ps() : _mm512_loadu_ps(y + (t + i) * y_stride + n * EXACT_LANES);
    }
  }
  for (size_t b = 0; b < blocks; b++) {
    __m512i dot[2][4];
    UNROLL for (size_t i = 0; i < count; i++) {
      UNROLL for (size_t n = 0; n < groups; n++) {
        dot[n][i] = has_minimum ? _mm512_setzero_si512() : _mm512_set1_epi32(s->bias[b][t + i]);
      }
    }
    UNROLL for (size_t j = 0; j < 8; j++) {
      __m512i weight[2];
      UNROLL for (size_t n = 0; n < groups; n++) weight[n] = _mm512_load_si512(w[n].q[b] + 64 * j);
      UNROLL for (size_t i = 0; i < count; i++) {
        const __m512i x = _mm512_set1_epi32(load_i32(q + (t + i) * q_stride + b * EXACT_BLOCK + 4 * j));
        UNROLL for (size_t n = 0; n < groups; n++) dot[n][i] = _mm512_dpbusd_epi32(dot[n][i], weight[n], x);
      }
    }
    UNROLL for (size_t i = 0; i < count; i++) {
      const __m512 scale = _mm512_set1_ps(s->scale[b][t + i]);
      UNROLL for (size_t n = 0; n < groups; n++) {
        const __m512 product = _mm512_mul_ps(scale, _mm512_load_ps(w[n].d[b]));
        acc[n][i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[n][i]), product, acc[n][i]);
        if (has_minimum) {
          acc[n][i] = _mm512_fmadd_ps(_mm512_load_ps(w[n].m[b]), _mm512_set1_ps(s->weighted_sum[b][t + i]), acc[n][i]);
        }
      }
    }
  }
  UNROLL for (size_t i = 0; i < count; i++) {
    UNROLL for (size_t n = 0; n < groups; n++) _mm512_storeu_ps(y + (t + i) * y_stride + n * EXACT_LANES, acc[n][i]);
  }
}

AVX512 INLINE void tile_groups(const tile_weights *w, size_t groups, const tile_scales *s, const int8_t *q,
                               size_t q_stride, size_t blocks, size_t count, int is_first, float *y, size_t y_stride,
                               int has_minimum) {
  size_t t = 0;
  for (; t + 4 <= count; t += 4) {
    tile_rows(w, groups, s, q, q_stride, blocks, t, 4, is_first, y, y_stride, has_minimum);
  }
  if (t + 2 <= count) tile_rows(w, groups, s, q, q_stride, blocks, t, 2, is_first, y, y_stride, has_minimum), t += 2;
  if (t < count) tile_rows(w, groups, s, q, q_stride, blocks, t, 1, is_first, y, y_stride, has_minimum);
}

#define AVX512_TILE(name, has_minimum)                                                                              \
  AVX512 void name(const tile_weights *w, size_t groups, const tile_scales *s, const int8_t *q, size_t q_stride,    \
                   size_t blocks, size_t count, int is_first, float *y, size_t y_stride) {                          \
    if (groups == 2) tile_groups(w, 2, s, q, q_stride, blocks, count, is_first, y, y_stride, has_minimum);          \
    else tile_groups(w, 1, s, q, q_stride, blocks, count, is_first, y, y_stride, has_minimum);                      \
  }

AVX512_TILE(avx512_tile_offset, 0)
AVX512_TILE(avx512_tile_minimum, 1)

#endif
