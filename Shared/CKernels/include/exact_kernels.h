/// The compute kernels of the profile `exact/1` (FORMAT section 6).
///
/// Every kernel exists as a scalar form, which is its definition, and as SIMD forms that give the same bits for any
/// batch size and any split of the output rows. A form is chosen once, as a table of function pointers.
#ifndef COLOPHON_EXACT_KERNELS_H
#define COLOPHON_EXACT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// What a kernel returns: a non-finite value anywhere fails the request. The last is of `exact_pack` alone: no kernel
/// has this type, or its blocks do not divide a row.
enum { EXACT_OK = 0, EXACT_NOT_FINITE = 1, EXACT_NO_SUCH_MATRIX = 2 };

enum {
  EXACT_BLOCK = 32,     ///< elements of one quantised block
  EXACT_LANES = 16,     ///< output rows of one packed group, and virtual lanes of a reduction
  EXACT_KV_CHUNK = 64,  ///< positions of a page of the cache; their weighted values are summed, then join the total
};

/// Weight types, numbered as in GGUF.
enum {
  EXACT_F32 = 0,
  EXACT_F16 = 1,
  EXACT_Q4_0 = 2,
  EXACT_Q4_1 = 3,
  EXACT_Q5_0 = 6,
  EXACT_Q5_1 = 7,
  EXACT_Q8_0 = 8,
  EXACT_Q4_K = 12,
  EXACT_Q5_K = 13,
  EXACT_Q6_K = 14,
  EXACT_BF16 = 30,
  EXACT_TYPE_LIMIT = 31,  ///< above every number
};

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
  /// By weight type; NULL where there is no such type.
  exact_matmul _Nullable matmul[EXACT_TYPE_LIMIT];

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

  /// Rotates the pairs (i, width / 2 + i) of `heads` heads in place; cosine and sine are [width / 2].
  void (*_Nonnull rope_halves)(float *_Nonnull x, size_t heads, size_t width, const float *_Nonnull cosine,
                               const float *_Nonnull sine);

  /// gate = gelu(gate) * up, with the tanh form of GELU.
  void (*_Nonnull geglu)(float *_Nonnull gate, const float *_Nonnull up, size_t count);

  /// x = x * factor
  void (*_Nonnull scale)(float *_Nonnull x, size_t count, float factor);

  /// y = ((x - mean(x)) * (1 / sqrt(mean((x - mean(x))^2) + epsilon))) * weight + bias; y may be x.
  int32_t (*_Nonnull layer_norm)(const float *_Nonnull x, const float *_Nonnull weight, const float *_Nonnull bias,
                                 size_t count, float epsilon, float *_Nonnull y);

  /// x = (0.5 * x) * (1 + erf(x / sqrt 2))
  void (*_Nonnull gelu)(float *_Nonnull x, size_t count);

  /// One head of one token's query over all `tokens` of its text. Token p's key and value begin at p * stride; `scores`
  /// is scratch for `tokens`; width is a multiple of 16.
  int32_t (*_Nonnull encoder_attention)(const float *_Nonnull query, const float *_Nonnull keys,
                                        const float *_Nonnull values, size_t stride, size_t tokens, size_t width,
                                        float scale, float *_Nonnull scores, float *_Nonnull out);

  /// dots[16 g + r] = the sum over c of row (16 g + r) at c times query[c], exactly, for all groups g in [0, groups).
  /// `packed` is made by exact_dots_pack; `columns` is a multiple of 4, at most EXACT_DOTS_COLUMNS, so that no partial
  /// sum, even of the packed form, leaves 32 bits: 16384 * 255 * 128 < 2^31.
  void (*_Nonnull dots)(const uint8_t *_Nonnull packed, size_t groups, size_t columns, const int8_t *_Nonnull query,
                        int32_t *_Nonnull dots);
} exact_kernels;

/// The product with weights of a type; NULL where there is no such type.
static inline exact_matmul _Nullable exact_matmul_of(const exact_kernels *_Nonnull kernels, int32_t type) {
  return type >= 0 && type < EXACT_TYPE_LIMIT ? kernels->matmul[type] : NULL;
}

/// The forms that exist; a form this processor cannot run, or was not built for, has a NULL table.
const exact_kernels *_Nonnull exact_kernels_scalar(void);
const exact_kernels *_Nullable exact_kernels_avx2(void);
const exact_kernels *_Nullable exact_kernels_avx512(void);
const exact_kernels *_Nullable exact_kernels_neon(void);
/// AVX-512 with AMX-INT8 where there are many tokens. The first call asks the kernel for the tile registers, for the
/// whole process; NULL when it refuses.
const exact_kernels *_Nullable exact_kernels_amx(void);

/// Bytes of a packed matrix: rows are padded to a multiple of 16. The caller has checked that the sizes are sane. 0 for
/// a type without kernels, and when columns are not a multiple of its block (32, 256 of K-quants).
size_t exact_packed_bytes(int32_t type, size_t rows, size_t columns);

/// Bytes of one row as GGUF stores it.
size_t exact_row_bytes(int32_t type, size_t columns);

/// Packs groups [group_begin, group_end) of 16 output rows from GGUF's row-major layout. Rows past the end are zeros.
/// Non-finite scales and weights are refused.
int32_t exact_pack(int32_t type, const uint8_t *_Nonnull source, size_t rows, size_t columns, size_t group_begin,
                   size_t group_end, uint8_t *_Nonnull packed);

/// Writes row `row` of a packed matrix as f32 (exact for every type without a minimum; the others round once).
void exact_unpack_row(int32_t type, const uint8_t *_Nonnull packed, size_t columns, size_t row, float *_Nonnull out);

enum { EXACT_DOTS_COLUMNS = 16384 };
/// Writes a row of int8 into its place, row 16 g + r, of [groups][columns / 4][16 rows][4] bytes, each plus 128: AVX-512
/// multiplies bytes without a sign by bytes with one.
void exact_dots_pack(const int8_t *_Nonnull row, size_t columns, size_t index, uint8_t *_Nonnull packed);

/// Floats of scratch that one call of `attention` needs.
size_t exact_attention_scratch(size_t tokens, size_t heads, size_t first, size_t window);

/// Stores one token's keys (width floats) at `position` of a page (0 ..< 64), `keys` being the head's keys in it.
void exact_store_key(const float *_Nonnull key, size_t width, size_t position, float *_Nonnull keys);

/// out = the mean of x[tokens][width] over the tokens, divided by its own length (at least 1e-12). The one form for all
/// processors: its loops are over elements that do not meet, and its lane sum is written out.
int32_t exact_mean_pool(const float *_Nonnull x, size_t tokens, size_t width, float *_Nonnull out);

/// Whether no element is infinite or not a number.
int32_t exact_all_finite(const float *_Nonnull x, size_t count);

/// Sets this thread to round-to-nearest-even without flush-to-zero; returns the previous state for `leave`.
uint64_t exact_float_environment_enter(void);
void exact_float_environment_leave(uint64_t previous);
/// Whether this thread rounds to nearest even and keeps subnormal numbers.
int32_t exact_float_environment_is_exact(void);

/// Keeps this thread on the `index`-th of the processors that it may use, when those are at least `threads`. A hint.
void exact_pin_thread(size_t index, size_t threads);

/// A hint to the processor that memory will be read.
static inline void exact_prefetch(const void *_Nonnull address) { __builtin_prefetch(address); }

/// A hint to the processor that this thread is waiting in a loop.
void exact_spin_pause(void);

#endif
