// Instruction sets are switched on per function, never per file, so that one build runs on every processor.
#ifndef COLOPHON_KERNEL_TARGET_H
#define COLOPHON_KERNEL_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "exact_kernels.h"

#if defined(__x86_64__)
#define EXACT_X86 1
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,fma,f16c")))
#define AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"), min_vector_width(512)))
#endif

/// Unused where no SIMD form of this processor is built from it.
#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")

/// Sixteen virtual lanes. Unaligned and aliasing, so that it can be read from any float array.
typedef float lanes16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t ints16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int8_t bytes16 __attribute__((vector_size(16), aligned(1), may_alias));

/// The fixed reduction tree (8, 4, 2, 1) of FORMAT section 6.
INLINE float tree_sum(const float lane[16]) {
  float sum[8];
  for (int i = 0; i < 8; i++) sum[i] = lane[i] + lane[i + 8];
  for (int i = 0; i < 4; i++) sum[i] = sum[i] + sum[i + 4];
  for (int i = 0; i < 2; i++) sum[i] = sum[i] + sum[i + 2];
  return sum[0] + sum[1];
}

/// Whether a value is infinite or not a number, from its bits.
INLINE int is_not_finite(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (bits & 0x7f800000u) == 0x7f800000u;
}

/// IEEE binary16 to binary32, exact; also right for subnormals. Infinity and NaN are refused when weights are packed.
INLINE float half_to_float(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000u) << 16, rest = half & 0x7fffu;
  // The exponent is moved in place, then rebased by an exact multiplication, which also normalises subnormals.
  const uint32_t bits = rest << 13;
  float value;
  memcpy(&value, &bits, sizeof value);
  value *= 0x1p112f;
  uint32_t out;
  memcpy(&out, &value, sizeof out);
  out |= sign;
  memcpy(&value, &out, sizeof value);
  return value;
}

INLINE int half_is_not_finite(uint16_t half) { return (half & 0x7c00u) == 0x7c00u; }

INLINE uint16_t load_u16(const uint8_t *p) {
  uint16_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

INLINE int32_t load_i32(const int8_t *p) {
  int32_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

// Packed layouts: one group is 16 output rows, one block 32 columns.
enum {
  Q4_0_BYTES = 32 + 256,       // half d[16]; byte q[4][16][4]: low nibbles are columns 4j + c, high ones 16 + 4j + c
  Q4_1_BYTES = 32 + 32 + 256,  // half d[16]; half m[16]; q as above
  Q8_0_BYTES = 32 + 512,       // half d[16]; int8 q[8][16][4]: column 4j + c
};

#define MATMUL(name)                                                                            \
  void name(const void *weights, size_t columns, const exact_activation *input, size_t tokens, \
            size_t group_begin, size_t group_end, float *y, size_t y_stride)
#define QUANTIZE(name) \
  int32_t name(const float *x, size_t count, int8_t *q, float *scale, float *weighted_sum, int32_t *sum)
#define RMS_NORM(name) int32_t name(const float *x, const float *weight, size_t count, float epsilon, float *y)
#define SOFTMAX(name) int32_t name(float *x, size_t count)
#define ATTENTION(name)                                                                                  \
  int32_t name(const exact_kv *kv, const float *query, size_t query_stride, size_t tokens, size_t heads, \
               size_t first, size_t window, float scale, float *scores, float *out, size_t out_stride)
#define ARGMAX(name) int32_t name(const float *x, size_t count, size_t *index)
#define ROPE(name) void name(float *x, size_t heads, size_t width, const float *cosine, const float *sine)
#define SWIGLU(name) void name(float *gate, const float *up, size_t count)
#define ADD(name) void name(float *x, const float *y, size_t count)

#define DECLARE_FORMS(form)                                                                                  \
  MATMUL(matmul_f32_##form);                                                                                 \
  MATMUL(matmul_f16_##form);                                                                                 \
  MATMUL(matmul_q4_0_##form);                                                                                \
  MATMUL(matmul_q4_1_##form);                                                                                \
  MATMUL(matmul_q8_0_##form);                                                                                \
  QUANTIZE(quantize_##form);                                                                                 \
  RMS_NORM(rms_norm_##form);                                                                                 \
  SOFTMAX(softmax_##form);                                                                                   \
  ATTENTION(attention_##form);                                                                               \
  ARGMAX(argmax_##form);                                                                               \
  ROPE(rope_##form);                                                                                         \
  SWIGLU(swiglu_##form);                                                                                     \
  ADD(add_##form);

DECLARE_FORMS(scalar)
#ifdef EXACT_X86
DECLARE_FORMS(avx2)
DECLARE_FORMS(avx512)
MATMUL(matmul_q4_0_amx);
MATMUL(matmul_q4_1_amx);
MATMUL(matmul_q8_0_amx);
#endif

#endif
