// How weights lie in memory: groups of 16 interleaved output rows, so that a SIMD lane is an output row.
// Sizes are those of one block of 16 rows; a block has 32 columns, in K-quants 256.
#ifndef COLOPHON_PACKED_LAYOUT_H
#define COLOPHON_PACKED_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

/// Types whose weights are a nibble and perhaps a fifth bit: Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K. A block is
///
///     half d[16]; with a minimum half m[16];
///     parts of 32 columns (one, in K-quants eight), each
///       in K-quants byte scale[16], byte minimum[16]   6 bits, unpacked
///       with a fifth bit byte h[16][4]                 bit j of byte c is that of column 4j + c
///       byte q[4][16][4]                               low nibbles are columns 4j + c, high ones 16 + 4j + c
///
/// Always a constant, so that what depends on it costs nothing.
typedef struct {
  int has_minimum, has_fifth, is_k;
} nibble_format;

#define FORMAT_Q4_0 ((nibble_format){.has_minimum = 0, .has_fifth = 0, .is_k = 0})
#define FORMAT_Q4_1 ((nibble_format){.has_minimum = 1, .has_fifth = 0, .is_k = 0})
#define FORMAT_Q5_0 ((nibble_format){.has_minimum = 0, .has_fifth = 1, .is_k = 0})
#define FORMAT_Q5_1 ((nibble_format){.has_minimum = 1, .has_fifth = 1, .is_k = 0})
#define FORMAT_Q4_K ((nibble_format){.has_minimum = 1, .has_fifth = 0, .is_k = 1})
#define FORMAT_Q5_K ((nibble_format){.has_minimum = 1, .has_fifth = 1, .is_k = 1})

#define LAYOUT static inline __attribute__((always_inline, unused))

LAYOUT size_t nibble_parts(nibble_format f) { return f.is_k ? 8 : 1; }
LAYOUT size_t nibble_head_bytes(nibble_format f) { return f.has_minimum ? 64 : 32; }
/// Of the scales that a part begins with.
LAYOUT size_t nibble_scale_bytes(nibble_format f) { return f.is_k ? 32 : 0; }
LAYOUT size_t nibble_fifth_bytes(nibble_format f) { return f.has_fifth ? 64 : 0; }
LAYOUT size_t nibble_part_bytes(nibble_format f) { return nibble_scale_bytes(f) + nibble_fifth_bytes(f) + 256; }
/// A stored number less this is the weight.
LAYOUT int nibble_offset(nibble_format f) { return f.has_minimum ? 0 : f.has_fifth ? 16 : 8; }

enum {
  Q4_0_BYTES = 32 + 256,
  Q4_1_BYTES = 64 + 256,
  Q5_0_BYTES = 32 + 64 + 256,
  Q5_1_BYTES = 64 + 64 + 256,
  Q4_K_BYTES = 64 + 8 * (32 + 256),
  Q5_K_BYTES = 64 + 8 * (32 + 64 + 256),
  Q8_0_BYTES = 32 + 512,  // half d[16]; int8 q[8][16][4]: column 4j + c

  // half d[16]; eight parts of 32 columns, each int8 scale[2][16]; byte h[2][16][4]: bits 2j, 2j + 1 of byte c are the
  // upper two of column 4j + c, in h[1] of 16 + 4j + c; byte q[4][16][4] as above. A stored number less 32 is the
  // weight.
  Q6_K_PARTS = 8,
  Q6_K_PART_BYTES = 32 + 128 + 256,
  Q6_K_BYTES = 32 + Q6_K_PARTS * Q6_K_PART_BYTES,
};

/// A weight type as files and kernels know it.
typedef struct {
  size_t columns;       ///< of one block
  size_t file_bytes;    ///< of one block of one row, as GGUF stores it
  size_t packed_bytes;  ///< of one block of 16 rows
  /// Packs one row as lane r of its group; EXACT_NOT_FINITE when a weight or a scale is not finite.
  int32_t (*pack)(const uint8_t *row, size_t blocks, size_t r, uint8_t *group);
  /// One weight of lane r, with the roundings of EXACT1 section 2.
  float (*element)(const uint8_t *block, size_t column, size_t r);
} weight_format;

extern const weight_format weight_Q4_0, weight_Q4_1, weight_Q5_0, weight_Q5_1, weight_Q4_K, weight_Q5_K, weight_Q6_K;

#endif
