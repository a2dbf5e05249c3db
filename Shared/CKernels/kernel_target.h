// Instruction sets are switched on per function, never per file, so that one build runs on every processor.
#ifndef COLOPHON_KERNEL_TARGET_H
#define COLOPHON_KERNEL_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "exact_kernels.h"
#include "packed_layout.h"

#if defined(__x86_64__)
#define EXACT_X86 1
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,fma,f16c")))
#define AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c,prfchw"), min_vector_width(512)))
#elif defined(__aarch64__)
#define EXACT_NEON 1
#include <arm_neon.h>
#define NEON __attribute__((target("dotprod")))
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

/// bfloat16 is the upper half of a binary32.
INLINE float bfloat_to_float(uint16_t bfloat) {
  const uint32_t bits = (uint32_t)bfloat << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

INLINE int half_is_not_finite(uint16_t half) { return (half & 0x7c00u) == 0x7c00u; }

INLINE uint16_t load_u16(const uint8_t *p) {
  uint16_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

INLINE uint32_t load_u32(const uint8_t *p) {
  uint32_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

INLINE int32_t load_i32(const int8_t *p) {
  int32_t value;
  memcpy(&value, p, sizeof value);
  return value;
}

INLINE float load_f32(const uint8_t *p) {
  float value;
  memcpy(&value, p, sizeof value);
  return value;
}

/// Every weight type: X(its name in exact_kernels.h, in the names of its kernels, more).
#define EACH_TYPE(X, more)                                                                              \
  X(F32, f32, more) X(F16, f16, more) X(BF16, bf16, more) X(Q4_0, q4_0, more) X(Q4_1, q4_1, more)       \
  X(Q5_0, q5_0, more) X(Q5_1, q5_1, more) X(Q8_0, q8_0, more) X(Q4_K, q4_k, more) X(Q5_K, q5_k, more)   \
  X(Q6_K, q6_k, more)

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
#define SCALE(name) void name(float *x, size_t count, float factor)
#define LAYER_NORM(name) \
  int32_t name(const float *x, const float *weight, const float *bias, size_t count, float epsilon, float *y)
#define GELU(name) void name(float *x, size_t count)
#define ENCODER_ATTENTION(name)                                                                            \
  int32_t name(const float *query, const float *keys, const float *values, size_t stride, size_t tokens, \
               size_t width, float scale, float *scores, float *out)
#define DOTS(name) void name(const uint8_t *packed, size_t groups, size_t columns, const int8_t *query, int32_t *dots)

#define DECLARE_MATMUL(TYPE, type, form) MATMUL(matmul_##type##_##form);
#define DECLARE_FORMS(form)                                                                                  \
  EACH_TYPE(DECLARE_MATMUL, form)                                                                            \
  QUANTIZE(quantize_##form);                                                                                 \
  RMS_NORM(rms_norm_##form);                                                                                 \
  SOFTMAX(softmax_##form);                                                                                   \
  ATTENTION(attention_##form);                                                                               \
  ARGMAX(argmax_##form);                                                                               \
  ROPE(rope_##form);                                                                                         \
  SWIGLU(swiglu_##form);                                                                                     \
  ADD(add_##form);                                                                                           \
  ROPE(rope_halves_##form);                                                                                  \
  SWIGLU(geglu_##form);                                                                                      \
  SCALE(scale_##form);                                                                                       \
  LAYER_NORM(layer_norm_##form);                                                                             \
  GELU(gelu_##form);                                                                                         \
  ENCODER_ATTENTION(encoder_attention_##form);                                                               \
  DOTS(dots_##form);

DECLARE_FORMS(scalar)
#ifdef EXACT_X86
DECLARE_FORMS(avx2)
DECLARE_FORMS(avx512)
MATMUL(matmul_q4_0_amx);
MATMUL(matmul_q4_1_amx);
MATMUL(matmul_q8_0_amx);
#endif
#ifdef EXACT_NEON
DECLARE_FORMS(neon)
#endif

#endif
