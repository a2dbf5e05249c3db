// What the AVX-512 and AMX forms of the 4-bit and 8-bit products share when there are many tokens: a group's weights
// are unpacked to bytes once for many tokens, and the scales of 16 tokens are laid side by side.
#ifndef COLOPHON_MATMUL_TILE_H
#define COLOPHON_MATMUL_TILE_H

#include "kernel_target.h"

#ifdef EXACT_X86

enum {
  TILE_TOKENS = 16,
  // Columns (in blocks), tokens (in tiles) and output rows (in groups) are taken in chunks, so that the scratch, on the
  // stack, is of a fixed size and stays in the second-level cache.
  CHUNK_BLOCKS = 27,
  CHUNK_COLUMNS = CHUNK_BLOCKS * EXACT_BLOCK,
  CHUNK_TILES = 20,
  CHUNK_GROUPS = 8,
  FEW_TILES = 3,  // up to as many, groups are taken one after another
};
_Static_assert(CHUNK_GROUPS % 2 == 0, "two groups that AVX-512 takes at once are of one chunk");

/// How a packed block becomes bytes.
typedef struct {
  size_t block_bytes;
  int is_q8, has_minimum;
  int offset;  // a stored number less this is the weight
} tile_format;

#define TILE_Q4_0 ((tile_format){.block_bytes = Q4_0_BYTES, .is_q8 = 0, .has_minimum = 0, .offset = 8})
#define TILE_Q4_1 ((tile_format){.block_bytes = Q4_1_BYTES, .is_q8 = 0, .has_minimum = 1, .offset = 0})
#define TILE_Q8_0 ((tile_format){.block_bytes = Q8_0_BYTES, .is_q8 = 1, .has_minimum = 0, .offset = 0})

/// Sixteen rows of a chunk of columns.
typedef struct {
  _Alignas(64) uint8_t q[CHUNK_BLOCKS][512];  // [8][16 rows][4 columns]
  float d[CHUNK_BLOCKS][EXACT_LANES];
  float m[CHUNK_BLOCKS][EXACT_LANES];  // with a minimum
} tile_weights;

/// Sixteen tokens of a chunk of columns; the scales of absent ones are zeros.
typedef struct {
  _Alignas(64) float scale[CHUNK_BLOCKS][TILE_TOKENS];
  union {
    float weighted_sum[CHUNK_BLOCKS][TILE_TOKENS];  // with a minimum
    int32_t bias[CHUNK_BLOCKS][TILE_TOKENS];        // else what a dot of unsigned bytes needs added
  };
} tile_scales;

/// `groups` (1 or 2) groups of rows times `count` tokens over `blocks` blocks, `q` being the activations of the tokens,
/// q_stride apart. An accumulator begins with +0 or, after the first chunk, with what is in y.
typedef void tile_kernel(const tile_weights *w, size_t groups, const tile_scales *s, const int8_t *q, size_t q_stride,
                         size_t blocks, size_t count, int is_first, float *y, size_t y_stride);

/// A product made of tiles. AVX-512 wants weights as unsigned bytes and two groups at once, which share the loads of
/// activations. AMX takes signed bytes too, always reads sixteen tokens, and one group, since two would crowd the
/// first-level cache.
void matmul_tiles(const void *weights, size_t columns, const exact_activation *input, size_t tokens,
                  size_t group_begin, size_t group_end, float *y, size_t y_stride, tile_format format, int is_amx,
                  tile_kernel *kernel);

tile_kernel avx512_tile_offset, avx512_tile_minimum;

#endif
#endif
