#pragma STDC FP_CONTRACT OFF

// What an encoder of BERT's kind does between its matrix products (EXACT1.md "Encoder"): layer norm, GELU, attention
// over all tokens of a text, pooling. Sums use 16 virtual lanes, element i to lane i mod 16, then the fixed tree.

#include "exact_math.h"
#include "kernel_target.h"

// MARK: Layer norm

/// What is left to do when both sums are known. A non-finite element makes its mean, and so `spread`, non-finite.
INLINE int32_t layer_norm_finish(const float *x, const float *weight, const float *bias, size_t count, float mean,
                                 float spread, float epsilon, float *y) {
  const float r = 1.0f / __builtin_elementwise_sqrt(spread / (float)count + epsilon);
  for (size_t i = 0; i < count; i++) y[i] = ((x[i] - mean) * r) * weight[i] + bias[i];
  return is_not_finite(spread) || is_not_finite(r) ? EXACT_NOT_FINITE : EXACT_OK;
}

LAYER_NORM(layer_norm_scalar) {
  float lane[EXACT_LANES] = {0};
  for (size_t i = 0; i < count; i++) lane[i % EXACT_LANES] = lane[i % EXACT_LANES] + x[i];
  const float mean = tree_sum(lane) / (float)count;
  float square[EXACT_LANES] = {0};
  for (size_t i = 0; i < count; i++) {
    const float d = x[i] - mean;
    square[i % EXACT_LANES] = __builtin_fmaf(d, d, square[i % EXACT_LANES]);
  }
  return layer_norm_finish(x, weight, bias, count, mean, tree_sum(square), epsilon, y);
}

INLINE LAYER_NORM(layer_norm_lanes) {
  lanes16 acc = {0};
  size_t i = 0;
  for (; i + EXACT_LANES <= count; i += EXACT_LANES) acc += *(const lanes16 *)(x + i);
  float lane[EXACT_LANES];
  memcpy(lane, &acc, sizeof lane);
  for (; i < count; i++) lane[i % EXACT_LANES] = lane[i % EXACT_LANES] + x[i];
  const float mean = tree_sum(lane) / (float)count;

  acc = (lanes16){0};
  for (i = 0; i + EXACT_LANES <= count; i += EXACT_LANES) {
    const lanes16 d = *(const lanes16 *)(x + i) - mean;
    acc = __builtin_elementwise_fma(d, d, acc);
  }
  memcpy(lane, &acc, sizeof lane);
  for (; i < count; i++) {
    const float d = x[i] - mean;
    lane[i % EXACT_LANES] = __builtin_fmaf(d, d, lane[i % EXACT_LANES]);
  }
  return layer_norm_finish(x, weight, bias, count, mean, tree_sum(lane), epsilon, y);
}

// MARK: GELU

INLINE GELU(gelu_body) {
  for (size_t i = 0; i < count; i++) x[i] = (0.5f * x[i]) * (1.0f + exact_erff(x[i] * 0x1.6a09e6p-1f));  // 1 / sqrt 2
}
GELU(gelu_scalar) { gelu_body(x, count); }

// MARK: Attention over all tokens of a text

ENCODER_ATTENTION(encoder_attention_scalar) {
  for (size_t p = 0; p < tokens; p++) {
    float lane[EXACT_LANES] = {0};
    for (size_t i = 0; i < width; i++) {
      lane[i % EXACT_LANES] = __builtin_fmaf(query[i], keys[p * stride + i], lane[i % EXACT_LANES]);
    }
    scores[p] = tree_sum(lane) * scale;
  }
  const int32_t status = softmax_scalar(scores, tokens);
  for (size_t i = 0; i < width; i++) {
    float sum = 0.0f;
    for (size_t begin = 0; begin < tokens; begin += EXACT_KV_CHUNK) {
      const size_t end = begin + EXACT_KV_CHUNK < tokens ? begin + EXACT_KV_CHUNK : tokens;
      float acc = 0.0f;
      for (size_t p = begin; p < end; p++) acc = __builtin_fmaf(scores[p], values[p * stride + i], acc);
      sum = sum + acc;
    }
    out[i] = sum;
  }
  return status;
}

/// scores[p] = (query . key p) * scale, all lanes in one vector.
INLINE void encoder_scores_lanes(const float *query, const float *keys, size_t stride, size_t tokens, size_t width,
                                 float scale, float *scores) {
  for (size_t p = 0; p < tokens; p++) {
    const float *key = keys + p * stride;
    lanes16 acc = {0};
    for (size_t i = 0; i < width; i += EXACT_LANES) {
      acc = __builtin_elementwise_fma(*(const lanes16 *)(query + i), *(const lanes16 *)(key + i), acc);
    }
    float lane[EXACT_LANES];
    memcpy(lane, &acc, sizeof lane);
    scores[p] = tree_sum(lane) * scale;
  }
}

/// out = the values weighed, 16 elements at a time.
INLINE void encoder_values_lanes(const float *weights, const float *values, size_t stride, size_t tokens, size_t width,
                                 float *out) {
  for (size_t i = 0; i < width; i += EXACT_LANES) {
    lanes16 sum = {0};
    for (size_t begin = 0; begin < tokens; begin += EXACT_KV_CHUNK) {
      const size_t end = begin + EXACT_KV_CHUNK < tokens ? begin + EXACT_KV_CHUNK : tokens;
      lanes16 acc = {0};
      for (size_t p = begin; p < end; p++) {
        const lanes16 weight = (lanes16){0} + weights[p];
        acc = __builtin_elementwise_fma(weight, *(const lanes16 *)(values + p * stride + i), acc);
      }
      sum = sum + acc;
    }
    *(lanes16 *)(out + i) = sum;
  }
}

#define ENCODER_FORMS(form, TARGET)                                                                      \
  TARGET LAYER_NORM(layer_norm_##form) { return layer_norm_lanes(x, weight, bias, count, epsilon, y); } \
  TARGET GELU(gelu_##form) { gelu_body(x, count); }                                                      \
  TARGET ENCODER_ATTENTION(encoder_attention_##form) {                                                   \
    encoder_scores_lanes(query, keys, stride, tokens, width, scale, scores);                             \
    const int32_t status = softmax_##form(scores, tokens);                                               \
    encoder_values_lanes(scores, values, stride, tokens, width, out);                                    \
    return status;                                                                                       \
  }

#ifdef EXACT_X86
ENCODER_FORMS(avx2, AVX2)
ENCODER_FORMS(avx512, AVX512)
#endif
#ifdef EXACT_NEON
ENCODER_FORMS(neon, NEON)
#endif

// MARK: Pooling

int32_t exact_mean_pool(const float *x, size_t tokens, size_t width, float *out) {
  for (size_t i = 0; i < width; i++) {
    float sum = 0.0f;
    for (size_t t = 0; t < tokens; t++) sum = sum + x[t * width + i];
    out[i] = sum / (float)tokens;
  }
  float lane[EXACT_LANES] = {0};
  for (size_t i = 0; i < width; i++) lane[i % EXACT_LANES] = __builtin_fmaf(out[i], out[i], lane[i % EXACT_LANES]);
  const float sum = tree_sum(lane);
  const float norm = __builtin_elementwise_sqrt(sum);
  const float divisor = norm > 1e-12f ? norm : 1e-12f;
  for (size_t i = 0; i < width; i++) out[i] = out[i] / divisor;
  return is_not_finite(sum) ? EXACT_NOT_FINITE : EXACT_OK;
}
