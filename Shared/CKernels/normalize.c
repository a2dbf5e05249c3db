#pragma STDC FP_CONTRACT OFF

// Reductions over a vector: RMS norm and softmax. Sums use 16 virtual lanes, element i to lane i mod 16, then the fixed
// tree (8, 4, 2, 1). The lane forms hold all lanes in one vector; what is left of a last partial vector goes to the
// same lanes one by one.

#include "exact_math.h"
#include "kernel_target.h"

/// Finishes a norm from its lanes: the reciprocal root mean square, or 0 when the sum is not finite.
INLINE float reciprocal_rms(const float lane[16], size_t count, float epsilon) {
  const float sum = tree_sum(lane);
  if (is_not_finite(sum)) return 0.0f;
  return 1.0f / __builtin_elementwise_sqrt(sum / (float)count + epsilon);
}

RMS_NORM(rms_norm_scalar) {
  float lane[EXACT_LANES] = {0};
  for (size_t i = 0; i < count; i++) lane[i % EXACT_LANES] = __builtin_fmaf(x[i], x[i], lane[i % EXACT_LANES]);
  const float r = reciprocal_rms(lane, count, epsilon);
  for (size_t i = 0; i < count; i++) y[i] = (x[i] * r) * weight[i];
  return r > 0.0f ? EXACT_OK : EXACT_NOT_FINITE;
}

INLINE RMS_NORM(rms_norm_lanes) {
  lanes16 acc = {0};
  size_t i = 0;
  for (; i + EXACT_LANES <= count; i += EXACT_LANES) {
    const lanes16 v = *(const lanes16 *)(x + i);
    acc = __builtin_elementwise_fma(v, v, acc);
  }
  float lane[EXACT_LANES];
  memcpy(lane, &acc, sizeof lane);
  for (; i < count; i++) lane[i % EXACT_LANES] = __builtin_fmaf(x[i], x[i], lane[i % EXACT_LANES]);
  const float r = reciprocal_rms(lane, count, epsilon);
  for (size_t j = 0; j < count; j++) y[j] = (x[j] * r) * weight[j];
  return r > 0.0f ? EXACT_OK : EXACT_NOT_FINITE;
}

SOFTMAX(softmax_scalar) {
  float largest = x[0];
  for (size_t i = 0; i < count; i++) {
    if (is_not_finite(x[i])) return EXACT_NOT_FINITE;
    if (x[i] > largest) largest = x[i];
  }
  float lane[EXACT_LANES] = {0};
  for (size_t i = 0; i < count; i++) {
    x[i] = exact_expf(x[i] - largest);
    lane[i % EXACT_LANES] = lane[i % EXACT_LANES] + x[i];
  }
  const float sum = tree_sum(lane);
  for (size_t i = 0; i < count; i++) x[i] = x[i] / sum;
  return EXACT_OK;
}

INLINE SOFTMAX(softmax_lanes) {
  // The maximum is exact in any order; where +0 and -0 tie, exp of the difference is 1 either way.
  lanes16 most = {0};
  most += x[0];
  ints16 not_finite = {0};
  size_t i = 0;
  for (; i + EXACT_LANES <= count; i += EXACT_LANES) {
    const lanes16 v = *(const lanes16 *)(x + i);
    not_finite |= ((ints16)v & 0x7f800000) == 0x7f800000;
    most = __builtin_elementwise_max(most, v);
  }
  int bad = __builtin_reduce_or(not_finite) != 0;
  float largest = __builtin_reduce_max(most);
  for (; i < count; i++) {
    bad |= is_not_finite(x[i]);
    if (x[i] > largest) largest = x[i];
  }
  if (bad) return EXACT_NOT_FINITE;

  for (size_t j = 0; j < count; j++) x[j] = exact_expf(x[j] - largest);
  lanes16 acc = {0};
  for (i = 0; i + EXACT_LANES <= count; i += EXACT_LANES) acc += *(const lanes16 *)(x + i);
  float lane[EXACT_LANES];
  memcpy(lane, &acc, sizeof lane);
  for (; i < count; i++) lane[i % EXACT_LANES] = lane[i % EXACT_LANES] + x[i];
  const float sum = tree_sum(lane);
  for (size_t j = 0; j < count; j++) x[j] = x[j] / sum;
  return EXACT_OK;
}

#ifdef EXACT_X86
AVX2 RMS_NORM(rms_norm_avx2) { return rms_norm_lanes(x, weight, count, epsilon, y); }
AVX512 RMS_NORM(rms_norm_avx512) { return rms_norm_lanes(x, weight, count, epsilon, y); }
AVX2 SOFTMAX(softmax_avx2) { return softmax_lanes(x, count); }
AVX512 SOFTMAX(softmax_avx512) { return softmax_lanes(x, count); }
#endif
#ifdef EXACT_NEON
NEON RMS_NORM(rms_norm_neon) { return rms_norm_lanes(x, weight, count, epsilon, y); }
NEON SOFTMAX(softmax_neon) { return softmax_lanes(x, count); }
#endif
