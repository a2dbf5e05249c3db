#pragma STDC FP_CONTRACT OFF

// Kernels that touch each element alone: RoPE, SwiGLU, GEGLU, residual addition, scaling. One body is the definition;
// compiled for a wider instruction set it does the same operations on more elements at once.

#include "exact_math.h"
#include "kernel_target.h"

INLINE ROPE(rope_body) {
  for (size_t h = 0; h < heads; h++) {
    float *head = x + h * width;
    for (size_t i = 0; i < width / 2; i++) {
      const float even = head[2 * i], odd = head[2 * i + 1];
      head[2 * i] = even * cosine[i] - odd * sine[i];
      head[2 * i + 1] = even * sine[i] + odd * cosine[i];
    }
  }
}

INLINE ROPE(rope_halves_body) {
  const size_t half = width / 2;
  for (size_t h = 0; h < heads; h++) {
    float *low = x + h * width, *high = low + half;
    for (size_t i = 0; i < half; i++) {
      const float a = low[i], b = high[i];
      low[i] = a * cosine[i] - b * sine[i];
      high[i] = a * sine[i] + b * cosine[i];
    }
  }
}

INLINE SWIGLU(swiglu_body) {
  for (size_t i = 0; i < count; i++) {
    const float g = gate[i];
    gate[i] = (g / (1.0f + exact_expf(-g))) * up[i];
  }
}

// gelu(x) = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); where the cube overflows the tanh is +-1 all the same.
INLINE SWIGLU(geglu_body) {
  for (size_t i = 0; i < count; i++) {
    const float g = gate[i];
    const float cubic = __builtin_fmaf(0x1.6e4e26p-5f, g * g, 1.0f);
    const float t = exact_tanhf((0x1.988454p-1f * g) * cubic);
    gate[i] = ((0.5f * g) * (1.0f + t)) * up[i];
  }
}

INLINE ADD(add_body) {
  for (size_t i = 0; i < count; i++) x[i] = x[i] + y[i];
}

INLINE SCALE(scale_body) {
  for (size_t i = 0; i < count; i++) x[i] = x[i] * factor;
}

#define FORMS(form, TARGET)                                                            \
  TARGET ROPE(rope_##form) { rope_body(x, heads, width, cosine, sine); }               \
  TARGET ROPE(rope_halves_##form) { rope_halves_body(x, heads, width, cosine, sine); } \
  TARGET SWIGLU(swiglu_##form) { swiglu_body(gate, up, count); }                       \
  TARGET SWIGLU(geglu_##form) { geglu_body(gate, up, count); }                         \
  TARGET ADD(add_##form) { add_body(x, y, count); }                                    \
  TARGET SCALE(scale_##form) { scale_body(x, count, factor); }

FORMS(scalar, )
#ifdef EXACT_X86
FORMS(avx2, AVX2)
FORMS(avx512, AVX512)
#endif
#ifdef EXACT_NEON
FORMS(neon, NEON)
#endif
