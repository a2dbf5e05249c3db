#pragma STDC FP_CONTRACT OFF

// The largest element and the lowest index that holds it. Comparing is exact, so the order of comparisons is free: the
// vector form finds the largest value first, then where it stands.

#include "kernel_target.h"

ARGMAX(argmax_scalar) {
  size_t best = 0;
  for (size_t i = 0; i < count; i++) {
    if (is_not_finite(x[i])) return EXACT_NOT_FINITE;
    if (x[i] > x[best]) best = i;
  }
  *index = best;
  return EXACT_OK;
}

INLINE ARGMAX(argmax_lanes) {
  lanes16 most = (lanes16){0} + x[0];
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
  for (i = 0; i + EXACT_LANES <= count; i += EXACT_LANES) {
    if (__builtin_reduce_or(*(const lanes16 *)(x + i) == largest) != 0) break;
  }
  while (x[i] != largest) i++;  // -0 == +0
  *index = i;
  return EXACT_OK;
}

#ifdef EXACT_X86
AVX2 ARGMAX(argmax_avx2) { return argmax_lanes(x, count, index); }
AVX512 ARGMAX(argmax_avx512) { return argmax_lanes(x, count, index); }
#endif
#ifdef EXACT_NEON
NEON ARGMAX(argmax_neon) { return argmax_lanes(x, count, index); }
#endif
