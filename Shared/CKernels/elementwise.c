#pragma STDC FP_CONTRACT OFF

// Kernels that touch each element alone: RoPE, SwiGLU, residual addition. One body is the definition; compiled for a
// wider instruction set it does the same operations on more elements at once.

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

INLINE SWIGLU(swiglu_body) {
  for (size_t i = 0; i < count; i++) {
    const float g = gate[i];
    gate[i] = (g / (1.0f + exact_expf(-g))) * up[i];
  }
}

INLINE ADD(add_body) {
  for (size_t i = 0; i < count; i++) x[i] = x[i] + y[i];
}

#define FORMS(form, TARGET)                                                      \
  TARGET ROPE(rope_##form) { rope_body(x, heads, width, cosine, sine); }         \
  TARGET SWIGLU(swiglu_##form) { swiglu_body(gate, up, count); }                 \
  TARGET ADD(add_##form) { add_body(x, y, count); }

FORMS(scalar, )
#ifdef EXACT_X86
FORMS(avx2, AVX2)
FORMS(avx512, AVX512)
#endif
