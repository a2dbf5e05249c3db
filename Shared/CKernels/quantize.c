#pragma STDC FP_CONTRACT OFF

// Activations to int8, per block of 32: m = max |x|; m < 2^-100 gives zeros, otherwise d = m / 127 and
// q = rne(x * (127 / m)), which lies in [-127, 127] because m * (127 / m) exceeds 127 by less than an ulp of rounding.

#include "kernel_target.h"

/// Adding and subtracting 1.5 * 2^23 rounds |x| < 2^22 to the nearest even integer with two IEEE additions.
#define ROUND_MAGIC 12582912.0f
#define SMALLEST 0x1p-100f

QUANTIZE(quantize_scalar) {
  for (size_t b = 0; b < count / EXACT_BLOCK; b++) {
    const float *in = x + b * EXACT_BLOCK;
    float largest = 0.0f;
    for (size_t k = 0; k < EXACT_BLOCK; k++) {
      if (is_not_finite(in[k])) return EXACT_NOT_FINITE;
      const float magnitude = __builtin_fabsf(in[k]);
      if (magnitude > largest) largest = magnitude;
    }
    const int is_zero = largest < SMALLEST;
    const float factor = is_zero ? 0.0f : 127.0f / largest;
    int32_t total = 0;
    for (size_t k = 0; k < EXACT_BLOCK; k++) {
      const int32_t rounded = (int32_t)((in[k] * factor + ROUND_MAGIC) - ROUND_MAGIC);
      q[b * EXACT_BLOCK + k] = (int8_t)rounded;
      total += rounded;
    }
    scale[b] = is_zero ? 0.0f : largest / 127.0f;
    sum[b] = total;
    weighted_sum[b] = scale[b] * (float)total;
  }
  return EXACT_OK;
}

// NaN escapes max, so finiteness is judged from the bits: the largest exponent field of the block.
INLINE QUANTIZE(quantize_lanes) {
  for (size_t b = 0; b < count / EXACT_BLOCK; b++) {
    const lanes16 x0 = *(const lanes16 *)(x + b * EXACT_BLOCK), x1 = *(const lanes16 *)(x + b * EXACT_BLOCK + 16);
    const ints16 bits0 = (ints16)x0 & 0x7fffffff, bits1 = (ints16)x1 & 0x7fffffff;
    // Magnitudes of finite floats order as their bits do.
    const int32_t largest_bits = __builtin_reduce_max(__builtin_elementwise_max(bits0, bits1));
    if (largest_bits >= 0x7f800000) return EXACT_NOT_FINITE;
    float largest;
    memcpy(&largest, &largest_bits, sizeof largest);
    const int is_zero = largest < SMALLEST;
    const float factor = is_zero ? 0.0f : 127.0f / largest;
    const ints16 q0 = __builtin_convertvector((x0 * factor + ROUND_MAGIC) - ROUND_MAGIC, ints16);
    const ints16 q1 = __builtin_convertvector((x1 * factor + ROUND_MAGIC) - ROUND_MAGIC, ints16);
    *(bytes16 *)(q + b * EXACT_BLOCK) = __builtin_convertvector(q0, bytes16);
    *(bytes16 *)(q + b * EXACT_BLOCK + 16) = __builtin_convertvector(q1, bytes16);
    const int32_t total = __builtin_reduce_add(q0 + q1);
    scale[b] = is_zero ? 0.0f : largest / 127.0f;
    sum[b] = total;
    weighted_sum[b] = scale[b] * (float)total;
  }
  return EXACT_OK;
}

#ifdef EXACT_X86
AVX2 QUANTIZE(quantize_avx2) { return quantize_lanes(x, count, q, scale, weighted_sum, sum); }
AVX512 QUANTIZE(quantize_avx512) { return quantize_lanes(x, count, q, scale, weighted_sum, sum); }
#endif
#ifdef EXACT_NEON
NEON QUANTIZE(quantize_neon) { return quantize_lanes(x, count, q, scale, weighted_sum, sum); }
#endif
