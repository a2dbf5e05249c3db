// Transcendental functions of the arithmetic profile `exact/1` (FORMAT.md section 6, EXACT1.md "Functions").
//
// Each function is a fixed sequence of IEEE 754 operations (+ - * /, fused multiply-add, integer operations on the bit
// pattern), rounded to nearest even, so that its result is the same bits on every machine: a hardware `fma` and the
// correctly rounded libm `fmaf` agree. No table, no libm function but fma, no dependence on the rounding mode of the
// caller other than "nearest even, no flush to zero", which every worker thread sets and asserts.
//
// The binary32 functions are inline and free of branches (selects only), so that a kernel that is compiled for a wider
// set of instructions by a `target` attribute inlines and vectorises them without a change of any bit.
//
// Errors of the binary32 functions are the largest over *all* 2^32 inputs, measured once against binary64; those of the
// binary64 functions the largest of 60,000 random and hard cases. The tests hold samples against references of 400 bits.
// A NaN result is always 0x7fc00000 (binary32) or 0x7ff8000000000000 (binary64).

#ifndef COLOPHON_EXACT_MATH_H
#define COLOPHON_EXACT_MATH_H

#include <stdint.h>

#pragma STDC FP_CONTRACT OFF

#define EXACT_INLINE static inline __attribute__((always_inline))

EXACT_INLINE uint32_t exact_bits32(float x) {
  uint32_t u;
  __builtin_memcpy(&u, &x, sizeof u);
  return u;
}

EXACT_INLINE float exact_float32(uint32_t u) {
  float x;
  __builtin_memcpy(&x, &u, sizeof x);
  return x;
}

// e^x. Largest error 0.979 ulp (subnormal results included, one rounding each).
// n = rne(x log2 e); r = x - n ln 2 in two fused steps (ln 2 as hi + lo, n hi is exact); e^r = 1 + (r + r^2 Q(r)), Q of
// degree 5; times 2^n as two powers of two, of which only the second can round.
// x > 88.722839 gives +inf, x < -103.97208 gives +0.
EXACT_INLINE float exact_expf(float x) {
  float c = x > 90.0f ? 90.0f : x;  // a NaN passes both selects and reaches the last one
  c = c < -105.0f ? -105.0f : c;
  const float magic = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits of the significand
  const float t = __builtin_fmaf(c, 0x1.715476p+0f, magic);
  const float n = t - magic;
  const int32_t k = (int32_t)(exact_bits32(t) - 0x4b400000u);
  float r = __builtin_fmaf(n, -0x1.62e4p-1f, c);
  r = __builtin_fmaf(n, -0x1.7f7d1cp-20f, r);
  float q = 0x1.9a8be2p-13f;
  q = __builtin_fmaf(q, r, 0x1.6d5162p-10f);
  q = __builtin_fmaf(q, r, 0x1.1115bap-7f);
  q = __builtin_fmaf(q, r, 0x1.5554e4p-5f);
  q = __builtin_fmaf(q, r, 0x1.555552p-3f);
  q = __builtin_fmaf(q, r, 0.5f);
  const float y = 1.0f + __builtin_fmaf(q, r * r, r);
  const int32_t half = k >> 1;  // arithmetic shift on every compiler this builds with
  const float lower = exact_float32((uint32_t)(half + 127) << 23);
  const float upper = exact_float32((uint32_t)(k - half + 127) << 23);
  const float e = (y * lower) * upper;
  return x != x ? exact_float32(0x7fc00000u) : e;
}

// Natural logarithm. Largest error 0.822 ulp. log(+-0) = -inf, log(x < 0) = NaN, log(+inf) = +inf.
// x = 2^k m with m in [sqrt(1/2), sqrt 2), f = m - 1 exactly;
// log x = k ln2_hi + (f + (k ln2_lo - f^2/2 + f^3 P(f))), P of degree 8, ln2_hi of 12 bits so that k ln2_hi is exact.
EXACT_INLINE float exact_logf(float x) {
  const int subnormal = x < 0x1p-126f;
  const float s = subnormal ? x * 0x1p25f : x;
  const uint32_t u = exact_bits32(s) - 0x3f3504f4u;  // bits of the first m at or above sqrt(1/2)
  const int32_t k = (int32_t)u >> 23;
  const float f = exact_float32((u & 0x007fffffu) + 0x3f3504f4u) - 1.0f;
  const float n = (float)(subnormal ? k - 25 : k);
  float p = 0x1.11c874p-4f;
  p = __builtin_fmaf(p, f, -0x1.dd6510p-4f);
  p = __builtin_fmaf(p, f, 0x1.e7a54ep-4f);
  p = __builtin_fmaf(p, f, -0x1.fc4da0p-4f);
  p = __builtin_fmaf(p, f, 0x1.232cfap-3f);
  p = __builtin_fmaf(p, f, -0x1.555ae4p-3f);
  p = __builtin_fmaf(p, f, 0x1.99a546p-3f);
  p = __builtin_fmaf(p, f, -0x1.00000ap-2f);
  p = __builtin_fmaf(p, f, 0x1.555546p-2f);
  const float z = f * f;
  float t = __builtin_fmaf(n, 0x1.0bfbe8p-15f, (z * f) * p);
  t = __builtin_fmaf(-0.5f, z, t);
  float y = __builtin_fmaf(n, 0x1.62ep-1f, f + t);
  y = x == 0.0f ? exact_float32(0xff800000u) : y;
  y = x == exact_float32(0x7f800000u) ? x : y;
  return x >= 0.0f ? y : exact_float32(0x7fc00000u);
}

// Hyperbolic tangent. Largest error 1.331 ulp; odd, tanh(-0) = -0.
// |x| < 0.625: x + x^3 P(x^2), P of degree 5; otherwise 1 - 2 / (e^(2|x|) + 1).
EXACT_INLINE float exact_tanhf(float x) {
  const float a = exact_float32(exact_bits32(x) & 0x7fffffffu);
  const float z = a * a;
  float p = 0x1.19dd5ep-9f;
  p = __builtin_fmaf(p, z, -0x1.0c4f5cp-7f);
  p = __builtin_fmaf(p, z, 0x1.63a344p-6f);
  p = __builtin_fmaf(p, z, -0x1.b9f172p-5f);
  p = __builtin_fmaf(p, z, 0x1.11107ap-3f);
  p = __builtin_fmaf(p, z, -0x1.555554p-2f);
  const float small = __builtin_fmaf(z * a, p, a);
  const float large = 1.0f - 2.0f / (exact_expf(2.0f * a) + 1.0f);
  const float y = a < 0.625f ? small : large;
  const float signedY = exact_float32(exact_bits32(y) | (exact_bits32(x) & 0x80000000u));
  return x != x ? exact_float32(0x7fc00000u) : signedY;
}

// Error function. Largest error 1.073 ulp; odd, erf(-0) = -0.
// |x| < 1: x + x P(x^2), P of degree 6; otherwise 1 - e^(-G(min(|x|, 4))), G of degree 7 a fit of -log(erfc).
EXACT_INLINE float exact_erff(float x) {
  const float a = exact_float32(exact_bits32(x) & 0x7fffffffu);
  const float z = a * a;
  float p = 0x1.4813p-14f;
  p = __builtin_fmaf(p, z, -0x1.a383cap-11f);
  p = __builtin_fmaf(p, z, 0x1.53f7b8p-8f);
  p = __builtin_fmaf(p, z, -0x1.b7f79cp-6f);
  p = __builtin_fmaf(p, z, 0x1.ce2ceap-4f);
  p = __builtin_fmaf(p, z, -0x1.81273ep-2f);
  p = __builtin_fmaf(p, z, 0x1.06eba8p-3f);
  const float small = __builtin_fmaf(a, p, a);
  const float t = a > 4.0f ? 4.0f : a;
  float g = 0x1.6d1c4ep-16f;
  g = __builtin_fmaf(g, t, -0x1.cfbfd2p-12f);
  g = __builtin_fmaf(g, t, 0x1.13dd54p-8f);
  g = __builtin_fmaf(g, t, -0x1.9d3b82p-6f);
  g = __builtin_fmaf(g, t, 0x1.bc2c54p-4f);
  g = __builtin_fmaf(g, t, 0x1.443298p-1f);
  g = __builtin_fmaf(g, t, 0x1.212ccap+0f);
  g = __builtin_fmaf(g, t, -0x1.8f9068p-13f);
  const float large = 1.0f - exact_expf(-g);
  const float y = a < 1.0f ? small : large;
  const float signedY = exact_float32(exact_bits32(y) | (exact_bits32(x) & 0x80000000u));
  return x != x ? exact_float32(0x7fc00000u) : signedY;
}

// Binary64, for tables that are made once per model (RoPE). In exact_math.c.

// base^exponent. Domain: base normal, positive, finite; |exponent| <= 2^60; |exponent * log2(base)| <= 1020. Anything
// else is NaN.
// Largest error seen 0.785 ulp.
double exact_pow(double base, double exponent);

// Sine and cosine of x radians. Domain |x| <= 2^20; anything else is NaN. Largest errors seen 0.747 and 0.768 ulp.
double exact_sin(double x);
double exact_cos(double x);

#endif
