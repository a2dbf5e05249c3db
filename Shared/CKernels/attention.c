#pragma STDC FP_CONTRACT OFF

// Attention of one query head over its cached positions.
//
// score(p) = (q . k_p) * scale, the dot over 16 virtual lanes (dimension i to lane i mod 16 by fma, then the fixed
// tree); softmax over all positions; out = sum over chunks of 64 positions, in order, of the chunk's own sum acc =
// fma(weight_p, v_p, acc) in position order from +0.
//
// Keys are stored in tiles [16 positions][width] transposed to [width][16], so that the SIMD forms compute 16 scores
// at once with a position per lane: the virtual lanes become separate registers and the tree plain additions.

#include "kernel_target.h"

/// out = sum over chunks of the weighted values.
INLINE void weigh_values(const float *weights, const float *values, size_t positions, size_t width, float *out) {
  for (size_t i = 0; i < width; i++) out[i] = 0.0f;
  for (size_t begin = 0; begin < positions; begin += EXACT_KV_CHUNK) {
    const size_t end = begin + EXACT_KV_CHUNK < positions ? begin + EXACT_KV_CHUNK : positions;
    for (size_t i = 0; i < width; i++) {
      float acc = 0.0f;
      for (size_t p = begin; p < end; p++) acc = __builtin_fmaf(weights[p], values[p * width + i], acc);
      out[i] = out[i] + acc;
    }
  }
}

ATTENTION(attention_scalar) {
  for (size_t p = 0; p < positions; p++) {
    const float *key = keys + (p / EXACT_LANES) * width * EXACT_LANES + p % EXACT_LANES;
    float lane[EXACT_LANES] = {0};
    for (size_t i = 0; i < width; i++) {
      lane[i % EXACT_LANES] = __builtin_fmaf(query[i], key[i * EXACT_LANES], lane[i % EXACT_LANES]);
    }
    scores[p] = tree_sum(lane) * scale;
  }
  const int32_t status = softmax_scalar(scores, positions);
  if (status == EXACT_OK) weigh_values(scores, values, positions, width, out);
  return status;
}

#ifdef EXACT_X86

typedef float lanes8 __attribute__((vector_size(32), aligned(4), may_alias));

// One body for both widths. LANES is the vector of positions, STEP its length; four values of out are independent
// chains.
#define ATTENTION_FORM(form, TARGET, LANES, STEP)                                                             \
  TARGET INLINE LANES virtual_lane_##form(const float *query, const float *tile, size_t width, size_t lane) { \
    LANES acc = {0};                                                                                          \
    for (size_t i = lane; i < width; i += EXACT_LANES) {                                                      \
      const LANES q = (LANES){0} + query[i];                                                                  \
      acc = __builtin_elementwise_fma(q, *(const LANES *)(tile + i * EXACT_LANES), acc);                      \
    }                                                                                                         \
    return acc;                                                                                               \
  }                                                                                                           \
  TARGET INLINE void attention_scores_##form(const float *query, const float *keys, size_t positions,         \
                                             size_t width, float scale, float *scores) {                      \
    for (size_t p = 0; p < positions; p += STEP) {                                                            \
      const float *tile = keys + (p / EXACT_LANES) * width * EXACT_LANES + p % EXACT_LANES;                   \
      LANES sum[4];                                                                                           \
      UNROLL for (size_t l = 0; l < 4; l++) {                                                                 \
        const LANES eight = virtual_lane_##form(query, tile, width, l) +                                      \
                            virtual_lane_##form(query, tile, width, l + 8);                                   \
        sum[l] = eight + (virtual_lane_##form(query, tile, width, l + 4) +                                    \
                          virtual_lane_##form(query, tile, width, l + 12));                                   \
      }                                                                                                       \
      *(LANES *)(scores + p) = ((sum[0] + sum[2]) + (sum[1] + sum[3])) * scale;                               \
    }                                                                                                         \
  }                                                                                                           \
  TARGET INLINE void attention_values_##form(const float *weights, const float *values, size_t positions,     \
                                             size_t width, float *out) {                                      \
    for (size_t i = 0; i < width; i += 2 * STEP) {                                                            \
      const size_t second = i + STEP < width ? STEP : 0; /* width 16 in 16 lanes: the same vector twice */    \
      LANES out0 = {0}, out1 = {0};                                                                           \
      for (size_t begin = 0; begin < positions; begin += EXACT_KV_CHUNK) {                                    \
        const size_t end = begin + EXACT_KV_CHUNK < positions ? begin + EXACT_KV_CHUNK : positions;           \
        LANES acc0 = {0}, acc1 = {0};                                                                         \
        for (size_t p = begin; p < end; p++) {                                                                \
          const LANES weight = (LANES){0} + weights[p];                                                       \
          const float *value = values + p * width + i;                                                        \
          acc0 = __builtin_elementwise_fma(weight, *(const LANES *)value, acc0);                              \
          acc1 = __builtin_elementwise_fma(weight, *(const LANES *)(value + second), acc1);                   \
        }                                                                                                     \
        out0 = out0 + acc0;                                                                                   \
        out1 = out1 + acc1;                                                                                   \
      }                                                                                                       \
      *(LANES *)(out + i) = out0;                                                                             \
      *(LANES *)(out + i + second) = out1;                                                                    \
    }                                                                                                         \
  }                                                                                                           \
  TARGET ATTENTION(attention_##form) {                                                                        \
    attention_scores_##form(query, keys, positions, width, scale, scores);                                    \
    const int32_t status = softmax_##form(scores, positions);                                                 \
    if (status == EXACT_OK) attention_values_##form(scores, values, positions, width, out);                   \
    return status;                                                                                            \
  }

ATTENTION_FORM(avx2, AVX2, lanes8, 8)
ATTENTION_FORM(avx512, AVX512, lanes16, 16)

#endif
