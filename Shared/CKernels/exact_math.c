#pragma STDC FP_CONTRACT OFF

// Binary64 functions of the arithmetic profile `exact/1`: exact_pow, exact_sin, exact_cos. They make the RoPE tables,
// once per model, so they are written to be short to state rather than fast: range reduction by exactly representable
// pieces, then the Taylor series with correctly rounded coefficients, long enough that its truncation is below 2^-60.
// Every `fma` is explicit; nothing else is fused.

#include "exact_math.h"

static double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

static uint64_t bits64(double x) {
  uint64_t u;
  __builtin_memcpy(&u, &x, sizeof u);
  return u;
}

static double float64(uint64_t u) {
  double x;
  __builtin_memcpy(&x, &u, sizeof x);
  return x;
}

static double not_a_number(void) { return float64(0x7ff8000000000000u); }

// An unevaluated sum hi + lo with |lo| <= ulp(hi) / 2.
typedef struct {
  double hi, lo;
} Pair;

// Knuth's two-sum: exact for any order of magnitudes.
static Pair two_sum(double a, double b) {
  const double s = a + b;
  const double bb = s - a;
  return (Pair){s, (a - (s - bb)) + (b - bb)};
}

static Pair pair_product(Pair a, Pair b) {
  const double p = a.hi * b.hi;
  const double e = fused(a.hi, b.hi, -p) + (a.hi * b.lo + a.lo * b.hi);
  return two_sum(p, e);
}

// Horner's rule, highest coefficient first, each step one fma.
static double horner(const double *coefficients, int count, double x) {
  double y = coefficients[0];
  for (int i = 1; i < count; i++) y = fused(y, x, coefficients[i]);
  return y;
}

static const double ln2_hi = 0x1.62e42fefa38p-1;  // 42 bits: times an exponent of 11 bits it is exact
static const double ln2_lo = 0x1.ef35793c7673p-45;

// log of a normal positive x to about 2^-65: x = 2^k m, m in [sqrt(1/2), sqrt 2), s = (m - 1) / (m + 1), z = s^2,
// log x = k ln 2 + 2 s (1 + z/3 + z^2/5 + ... + z^12/25).
static Pair log_pair(double x) {
  static const double odd_reciprocals[11] = {
      0x1.47ae147ae147bp-5, 0x1.642c8590b2164p-5, 0x1.8618618618618p-5, 0x1.af286bca1af28p-5,
      0x1.e1e1e1e1e1e1ep-5, 0x1.1111111111111p-4, 0x1.3b13b13b13b14p-4, 0x1.745d1745d1746p-4,
      0x1.c71c71c71c71cp-4, 0x1.2492492492492p-3, 0x1.999999999999ap-3};  // 1/25, 1/23, ... 1/5
  const uint64_t sqrt_half = 0x3fe6a09e667f3bcdu;
  const uint64_t u = bits64(x) - sqrt_half;
  const double k = (double)((int64_t)u >> 52);
  const double m = float64((u & 0x000fffffffffffffu) + sqrt_half);
  const Pair denominator = two_sum(m, 1.0);
  Pair s;
  s.hi = (m - 1.0) / denominator.hi;
  s.lo = (fused(-s.hi, denominator.hi, m - 1.0) - s.hi * denominator.lo) / denominator.hi;
  const Pair z = pair_product(s, s);
  Pair third = two_sum(0x1.5555555555555p-2, z.hi * horner(odd_reciprocals, 11, z.hi));
  third.lo += 0x1.5555555555555p-56;
  const Pair tail = pair_product(z, third);
  Pair factor = two_sum(1.0, tail.hi);
  factor.lo += tail.lo;
  const Pair log_m = pair_product((Pair){2.0 * s.hi, 2.0 * s.lo}, factor);
  Pair sum = two_sum(k * ln2_hi, log_m.hi);
  sum.lo += fused(k, ln2_lo, log_m.lo);
  return sum;
}

double exact_pow(double base, double exponent) {
  static const double inverse_factorials[13] = {
      0x1.93974a8c07c9dp-37, 0x1.6124613a86d09p-33, 0x1.1eed8eff8d898p-29, 0x1.ae64567f544e4p-26, 0x1.27e4fb7789f5cp-22,
      0x1.71de3a556c734p-19, 0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-13, 0x1.6c16c16c16c17p-10, 0x1.1111111111111p-7,
      0x1.5555555555555p-5,  0x1.5555555555555p-3,  0.5};  // 1/14!, 1/13!, ... 1/2!
  if (!(base >= 0x1p-1022 && base <= 0x1.fffffffffffffp1023)) return not_a_number();
  if (!(exponent >= -0x1p60 && exponent <= 0x1p60)) return not_a_number();
  const Pair log_base = log_pair(base);
  const double product = log_base.hi * exponent;
  const double product_lo = fused(log_base.hi, exponent, -product) + log_base.lo * exponent;
  const double scaled = product * 0x1.71547652b82fep+0;
  if (!(scaled >= -1020.0 && scaled <= 1020.0)) return not_a_number();
  const double magic = 0x1.8p52;
  const double n = (scaled + magic) - magic;
  const Pair r = two_sum(fused(-n, ln2_hi, product), fused(-n, ln2_lo, product_lo));
  const double q = horner(inverse_factorials, 13, r.hi) * (r.hi * r.hi);
  const double y = 1.0 + (r.hi + (q + fused(r.lo, r.hi, r.lo)));
  return y * float64((uint64_t)((int64_t)n + 1023) << 52);
}

// x - n pi/2 with n = rne(x * 2/pi). pi/2 = p1 + p2 + p3, p1 and p2 of 33 bits, so that n p1 and n p2 are exact for
// |n| < 2^20; the result is right to about 2^-100.
static Pair reduce(double x, int64_t *quadrant) {
  const double magic = 0x1.8p52;
  const double n = (x * 0x1.45f306dc9c883p-1 + magic) - magic;
  *quadrant = (int64_t)n & 3;
  const Pair first = two_sum(fused(-n, 0x1.921fb544p+0, x), -(n * 0x1.0b4611a6p-34));
  return two_sum(first.hi, fused(-n, 0x1.3198a2e037073p-69, first.lo));
}

// |r| <= pi/4 (1 + 2^-50): terms to r^17 / 17!.
static double sin_kernel(Pair r) {
  static const double c[8] = {0x1.952c77030ad4ap-49,  -0x1.ae7f3e733b81fp-41, 0x1.6124613a86d09p-33,
                              -0x1.ae64567f544e4p-26, 0x1.71de3a556c734p-19,  -0x1.a01a01a01a01ap-13,
                              0x1.1111111111111p-7,   -0x1.5555555555555p-3};
  const double z = r.hi * r.hi;
  const double cubic = (horner(c, 8, z) * z) * r.hi;
  return r.hi + (cubic + fused(-0.5 * z, r.lo, r.lo));
}

// Terms to r^18 / 18!.
static double cos_kernel(Pair r) {
  static const double c[8] = {-0x1.6827863b97d97p-53, 0x1.ae7f3e733b81fp-45,  -0x1.93974a8c07c9dp-37,
                              0x1.1eed8eff8d898p-29,  -0x1.27e4fb7789f5cp-22, 0x1.a01a01a01a01ap-16,
                              -0x1.6c16c16c16c17p-10, 0x1.5555555555555p-5};
  const double z = r.hi * r.hi;
  const double z_lo = fused(r.hi, r.hi, -z);
  const Pair head = two_sum(1.0, -0.5 * z);
  return head.hi + (head.lo + (fused(horner(c, 8, z), z * z, -0.5 * z_lo) - r.hi * r.lo));
}

static int in_domain(double x) { return x >= -0x1p20 && x <= 0x1p20; }

double exact_sin(double x) {
  if (!in_domain(x)) return not_a_number();
  if (x == 0.0) return x;  // keeps the sign of zero
  int64_t quadrant;
  const Pair r = reduce(x, &quadrant);
  const double y = (quadrant & 1) ? cos_kernel(r) : sin_kernel(r);
  return (quadrant & 2) ? -y : y;
}

double exact_cos(double x) {
  if (!in_domain(x)) return not_a_number();
  int64_t quadrant;
  const Pair r = reduce(x, &quadrant);
  const double y = (quadrant & 1) ? sin_kernel(r) : cos_kernel(r);
  return ((quadrant + 1) & 2) ? -y : y;
}
