/// The compute kernels of the profile `exact/1` (FORMAT section 6).
///
/// Every kernel exists as a scalar form, which is its definition, and as SIMD forms that give the same bits for any
/// batch size and any split of the output rows. A form is chosen once, as a table of function pointers.
#ifndef COLOPHON_EXACT_KERNELS_H
#define COLOPHON_EXACT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// What a kernel returns: a non-finite value anywhere fails the request.
enum { EXACT_OK = 0, EXACT_NOT_FINITE = 1 };

enum {
  EXACT_BLOCK = 32,     ///< elements of one quantised block
  EXACT_LANES = 16,     ///< output rows of one packed group, and virtual lanes of a reduction
  EXACT_KV_CHUNK = 64,  ///< positions of a page of the cache; their weighted values are summed, then join the total
};

/// Weight types, numbered as in GGUF.
enum { EXACT_F32 = 0, EXACT_F16 = 1, EXACT_Q4_0 = 2, EXACT_Q4_1 = 3, EXACT_Q8_0 = 8 };

/// The input of a matrix product for `tokens` rows of `columns` elements, in both of its forms: f32 for float weights,
/// int8 blocks of 32 for quantised ones.
typedef struct {
  const float *_Nonnull x;             ///< [tokens][columns]
  const int8_t *_Nonnull q;            ///< [tokens][columns], in [-127, 127]
  const float *_Nonnull scale;         ///< [tokens][columns / 32], d
  const float *_Nonnull weighted_sum;  ///< [tokens][columns / 32], d * f32(sum of q)
  const int32_t *_Nonnull sum;         ///< [tokens][columns / 32], sum of q
} exact_activation;

/// y[t][16 g + r] = row (16 g + r) of the weights times token t, for the groups g in [group_begin, group_end).
/// `weights` is the packed matrix, `y_stride` the distance of two tokens of y in floats (at least 16 * groups).
typedef void (*exact_matmul)(const void *_Nonnull weights, size_t columns, const exact_activation *_Nonnull input,
                             size_t tokens, size_t group_begin, size_t group_end, float *_Nonnull y, size_t y_stride);

/// The cached keys and values of one kv head. Page p holds the positions [64 p, 64 p + 64); those that hold no visible
/// position are not read and may be NULL, the others must be whole (what lies past the last position does not matter).
typedef struct {
  const float *_Nullable const *_Nonnull pages;  ///< the first float of each page
  size_t keys;    ///< floats from there to the head's keys: [4 tiles of 16 positions][width][16], see exact_store_key
  size_t values;  ///< floats from there to the head's values: [64 positions][width]
  size_t width;   ///< of the head, a multiple of 16
} exact_kv;

/// One instruction set's forms of all kernels.
typedef struct {
  exact_matmul _Nonnull matmul_f32, matmul_f16, matmul_q4_0, matmul_q4_1, matmul_q8_0;

  /// Quantises `count` (a multiple of 32) elements; one scale, weighted sum and sum per block.
  int32_t (*_Nonnull quantize)(const float *_Nonnull x, size_t count, int8_t *_Nonnull q, float *_Nonnull scale,
                               float *_Nonnull weighted_sum, int32_t *_Nonnull sum);

  /// y = (x * (1 / sqrt(mean(x^2) + epsilon))) * weight
  int32_t (*_Nonnull rms_norm)(const float *_Nonnull x, const float *_Nonnull weight, size_t count, float epsilon,
                               float *_Nonnull y);

  /// x = exp(x - max) / sum, in place; x must be finite.
  int32_t (*_Nonnull softmax)(float *_Nonnull x, size_t count);

  /// Attention of `tokens` consecutive query tokens of one sequence, `heads` query heads that share a kv head. Token t
  /// is position first + t, whose keys and values are stored, and sees [begin_t, first + t]: begin_t = 0 when `window`
  /// is 0, else max(0, first + t + 1 - window). The query of (t, h) is at query[t * query_stride + h * width], its
  /// output at out[t * out_stride + h * width]; neither may overlap the other. tokens and heads are at least 1.
  /// `scores` is scratch of exact_attention_scratch floats. The best unit of work is at least 8 tokens with all heads
  /// of a kv head.
  ///
  /// A score that is not finite is an error; then `out` is undefined. Cached values must be finite.
  int32_t (*_Nonnull attention)(const exact_kv *_Nonnull kv, const float *_Nonnull query, size_t query_stride,
                                size_t tokens, size_t heads, size_t first, size_t window, float scale,
                                float *_Nonnull scores, float *_Nonnull out, size_t out_stride);

  /// The index of the largest of `count` (at least 1) elements, of equal ones (-0 = +0) the lowest. An element that is
  /// not finite is an error.
  int32_t (*_Nonnull argmax)(const float *_Nonnull x, size_t count, size_t *_Nonnull index);

  /// Rotates the pairs (2i, 2i + 1) of `heads` heads in place; cosine and sine are [width / 2].
  void (*_Nonnull rope)(float *_Nonnull x, size_t heads, size_t width, const float *_Nonnull cosine,
                        const float *_Nonnull sine);

  /// gate = (gate / (1 + exp(-gate))) * up
  void (*_Nonnull swiglu)(float *_Nonnull gate, const float *_Nonnull up, size_t count);

  /// x = x + y
  void (*_Nonnull add)(float *_Nonnull x, const float *_Nonnull y, size_t count);
} exact_kernels;

/// The forms that exist; a form this processor cannot run, or was not built for, has a NULL table.
const exact_kernels *_Nonnull exact_kernels_scalar(void);
const exact_kernels *_Nullable exact_kernels_avx2(void);
const exact_kernels *_Nullable exact_kernels_avx512(void);
/// AVX-512 with AMX-INT8 where there are many tokens. The first call asks the kernel for the tile registers, for the
/// whole process; NULL when it refuses.
const exact_kernels *_Nullable exact_kernels_amx(void);

/// Bytes of a packed matrix: rows are padded to a multiple of 16. The caller has checked that the sizes are sane.
size_t exact_packed_bytes(int32_t type, size_t rows, size_t columns);

/// Bytes of one row as GGUF stores it.
size_t exact_row_bytes(int32_t type, size_t columns);

/// Packs groups [group_begin, group_end) of 16 output rows from GGUF's row-major layout. Rows past the end are zeros.
/// Non-finite scales and weights are refused.
int32_t exact_pack(int32_t type, const uint8_t *_Nonnull source, size_t rows, size_t columns, size_t group_begin,
                   size_t group_end, uint8_t *_Nonnull packed);

/// Writes row `row` of a packed matrix as f32 (exact for every type but Q4_1, which rounds once).
void exact_unpack_row(int32_t type, const uint8_t *_Nonnull packed, size_t columns, size_t row, float *_Nonnull out);

/// Floats of scratch that one call of `attention` needs.
size_t exact_attention_scratch(size_t tokens, size_t heads, size_t first, size_t window);

/// Stores one token's keys (width floats) at `position` of a page (0 ..< 64), `keys` being the head's keys in it.
void exact_store_key(const float *_Nonnull key, size_t width, size_t position, float *_Nonnull keys);

/// Whether no element is infinite or not a number.
int32_t exact_all_finite(const float *_Nonnull x, size_t count);

/// Sets this thread to round-to-nearest-even without flush-to-zero; returns the previous state for `leave`.
uint64_t exact_float_environment_enter(void);
void exact_float_environment_leave(uint64_t previous);
/// Whether this thread rounds to nearest even and keeps subnormal numbers.
int32_t exact_float_environment_is_exact(void);

/// A hint to the processor that this thread is waiting in a loop.
void exact_spin_pause(void);

#endif
