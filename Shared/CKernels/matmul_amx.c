#pragma STDC FP_CONTRACT OFF

// Products of 4-bit and 8-bit weights with int8 activations for many tokens on AMX-INT8: one `tdpb*` makes the exact
// dots of a block (16 tokens x 16 rows x 32 columns); what is left per block and token is a conversion, a product and
// one or two fma, in block order.

#include "matmul_tile.h"

#ifdef EXACT_X86

#define AMX                                                                                                   \
  __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c,prfchw"), \
                 min_vector_width(512)))

/// The layout of the operand of `ldtilecfg` (Intel SDM, volume 1, 18.2).
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_configuration;

// Tile registers: dots are 0 and 1, activations 2 and 3, weights 4 and 5, for even and odd blocks.
AMX INLINE void configure_tiles(void) {
  tile_configuration c = {.palette = 1};
  for (int i = 0; i < 2; i++) {
    c.rows[i] = TILE_TOKENS, c.row_bytes[i] = 4 * EXACT_LANES;
    c.rows[2 + i] = TILE_TOKENS, c.row_bytes[2 + i] = EXACT_BLOCK;
    c.rows[4 + i] = EXACT_BLOCK / 4, c.row_bytes[4 + i] = 4 * EXACT_LANES;
  }
  _tile_loadconfig(&c);
}

// Blocks whose dots are stored before the first is read: block by block, loads of dots wait for stores of others (28
// instead of 35 ns a block on Sapphire Rapids; 5 to 8 blocks win less, more nothing).
enum { PIECE = 9 };
_Static_assert(CHUNK_BLOCKS % PIECE == 0, "a chunk of columns is whole pieces");

typedef int32_t tile_dots[TILE_TOKENS][EXACT_LANES];

/// The dots of block b. Tile registers are named by constants, hence the two copies.
AMX INLINE void start_block(const tile_weights *w, const int8_t *q, size_t q_stride, size_t b, int odd,
                            tile_format format, tile_dots *dots) {
#define START(dot, x, y)                                                                       \
  _tile_zero(dot);                                                                             \
  _tile_loadd(x, q + b * EXACT_BLOCK, q_stride);                                               \
  _tile_loadd(y, w->q[b], 64);                                                                 \
  if (format.has_minimum) _tile_dpbsud(dot, x, y);                                             \
  else _tile_dpbssd(dot, x, y);                                                                \
  _tile_stored(dot, dots, 64);
  if (odd) {
    START(1, 3, 5)
  } else {
    START(0, 2, 4)
  }
#undef START
}

AMX INLINE void finish_block(const tile_weights *w, const tile_scales *s, size_t b, tile_format format,
                             const tile_dots *dots, __m512 *acc) {
  const __m512 d = _mm512_loadu_ps(w->d[b]), m = _mm512_loadu_ps(format.has_minimum ? w->m[b] : w->d[b]);
  UNROLL for (int t = 0; t < TILE_TOKENS; t++) {
    const __m512 dot = _mm512_cvtepi32_ps(_mm512_loadu_si512((*dots)[t]));
    acc[t] = _mm512_fmadd_ps(dot, _mm512_mul_ps(d, _mm512_set1_ps(s->scale[b][t])), acc[t]);
    if (format.has_minimum) acc[t] = _mm512_fmadd_ps(m, _mm512_set1_ps(s->weighted_sum[b][t]), acc[t]);
  }
}

/// Rows past `count` are computed and dropped.
AMX INLINE void amx_tile(const tile_weights *w, const tile_scales *s, const int8_t *q, size_t q_stride, size_t blocks,
                         size_t count, int is_first, float *y, size_t y_stride, tile_format format) {
  _Alignas(64) tile_dots dots[PIECE];
  __m512 acc[TILE_TOKENS];
  UNROLL for (size_t t = 0; t < TILE_TOKENS; t++) {
    acc[t] = is_first || t >= count ? _mm512_setzero_ps() : _mm512_loadu_ps(y + t * y_stride);
  }
  for (size_t from = 0; from < blocks; from += PIECE) {
    const size_t to = blocks - from < PIECE ? blocks : from + PIECE;
    size_t b = from;
    for (; b + 1 < to; b += 2) {
      start_block(w, q, q_stride, b, 0, format, &dots[b - from]);
      start_block(w, q, q_stride, b + 1, 1, format, &dots[b + 1 - from]);
    }
    if (b < to) start_block(w, q, q_stride, b, 0, format, &dots[b - from]);
    for (b = from; b < to; b++) finish_block(w, s, b, format, &dots[b - from], acc);
  }
  UNROLL for (size_t t = 0; t < TILE_TOKENS; t++) {
    if (t < count) _mm512_storeu_ps(y + t * y_stride, acc[t]);
  }
}

#define AMX_TILE(name, format)                                                                                       \
  AMX static void name(const tile_weights *w, size_t groups, const tile_scales *s, const int8_t *q, size_t q_stride, \
                       size_t blocks, size_t count, int is_first, float *y, size_t y_stride) {                       \
    (void)groups;                                                                                                    \
    amx_tile(w, s, q, q_stride, blocks, count, is_first, y, y_stride, format);                                       \
  }

AMX_TILE(amx_tile_offset, TILE_Q8_0)
AMX_TILE(amx_tile_minimum, TILE_Q4_1)

// The tiles are configured and released in each call, so that a thread keeps no state that its context switches carry.
#define AMX_FORM(type, FORMAT, tile)                                                                                \
  AMX MATMUL(matmul_##type##_amx) {                                                                                 \
    if (tokens < AMX_TOKENS) {                                                                                      \
      matmul_##type##_avx512(weights, columns, input, tokens, group_begin, group_end, y, y_stride);                 \
      return;                                                                                                       \
    }                                                                                                               \
    configure_tiles();                                                                                              \
    matmul_tiles(weights, columns, input, tokens, group_begin, group_end, y, y_stride, FORMAT, 1, tile);            \
    _tile_release();                                                                                                \
  }

enum { AMX_TOKENS = 12 };  // from here on a tile is faster, with rows to spare or not

AMX_FORM(q4_0, TILE_Q4_0, amx_tile_offset)
AMX_FORM(q4_1, TILE_Q4_1, amx_tile_minimum)
AMX_FORM(q8_0, TILE_Q8_0, amx_tile_offset)

#endif
