#pragma STDC FP_CONTRACT OFF

// The tables of forms, what this processor can run, and the floating-point environment that every form assumes.

#define _GNU_SOURCE  // syscall

#include "kernel_target.h"

#if defined(__linux__) && defined(__x86_64__)
#include <cpuid.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(EXACT_NEON) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#define ENTRY(TYPE, type, form) [EXACT_##TYPE] = matmul_##type##_##form,
#define TABLE(form)                                                           \
  {.matmul = {EACH_TYPE(ENTRY, form)},                                        \
   .quantize = quantize_##form,                                               \
   .rms_norm = rms_norm_##form,                                               \
   .softmax = softmax_##form,                                                 \
   .attention = attention_##form,                                             \
   .argmax = argmax_##form,                                                   \
   .rope = rope_##form,                                                       \
   .rope_halves = rope_halves_##form,                                         \
   .swiglu = swiglu_##form,                                                   \
   .geglu = geglu_##form,                                                     \
   .add = add_##form,                                                         \
   .scale = scale_##form,                                                     \
   .layer_norm = layer_norm_##form,                                           \
   .gelu = gelu_##form,                                                       \
   .encoder_attention = encoder_attention_##form,                              \
   .dots = dots_##form}

static const exact_kernels scalar = TABLE(scalar);
const exact_kernels *exact_kernels_scalar(void) { return &scalar; }

#ifdef EXACT_X86

static const exact_kernels avx2 = TABLE(avx2);
const exact_kernels *exact_kernels_avx2(void) {
  __builtin_cpu_init();
  // F16C has no name in every compiler's list; each processor with AVX2 and FMA from both vendors has it, and CPUID
  // says so.
  const int has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  return has ? &avx2 : NULL;
}

static const exact_kernels avx512 = TABLE(avx512);
const exact_kernels *exact_kernels_avx512(void) {
  __builtin_cpu_init();
  const int has = exact_kernels_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512vnni");
  return has ? &avx512 : NULL;
}

#ifdef __linux__

// Linux gives the 8 KiB of tile registers to a process that asks (Documentation/arch/x86/xstate.rst), and then to the
// threads that use them.
enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18, CPUID_AMX_TILE = 1 << 24, CPUID_AMX_INT8 = 1 << 25 };

static exact_kernels amx;
static int has_amx;

static void ask_for_amx(void) {
  unsigned eax, ebx, ecx, edx;
  if (!exact_kernels_avx512() || !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return;
  if (!(edx & CPUID_AMX_TILE) || !(edx & CPUID_AMX_INT8)) return;
  if (syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) != 0) return;
  amx = avx512;
  amx.matmul[EXACT_Q4_0] = matmul_q4_0_amx;
  amx.matmul[EXACT_Q4_1] = matmul_q4_1_amx;
  amx.matmul[EXACT_Q8_0] = matmul_q8_0_amx;
  has_amx = 1;
}

const exact_kernels *exact_kernels_amx(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  return pthread_once(&once, ask_for_amx) == 0 && has_amx ? &amx : NULL;
}

#else
const exact_kernels *exact_kernels_amx(void) { return NULL; }
#endif

// MXCSR: exceptions masked, round to nearest even, neither flush-to-zero nor denormals-are-zero. The low six bits are
// sticky flags that every operation may set; they decide nothing.
enum { EXACT_MXCSR = 0x1f80, MXCSR_FLAGS = 0x3f };

uint64_t exact_float_environment_enter(void) {
  const uint64_t previous = _mm_getcsr();
  _mm_setcsr(EXACT_MXCSR);
  return previous;
}
void exact_float_environment_leave(uint64_t previous) { _mm_setcsr((unsigned)previous); }
int32_t exact_float_environment_is_exact(void) { return (_mm_getcsr() & ~(unsigned)MXCSR_FLAGS) == EXACT_MXCSR; }
void exact_spin_pause(void) { _mm_pause(); }

const exact_kernels *exact_kernels_neon(void) { return NULL; }

#else

const exact_kernels *exact_kernels_avx2(void) { return NULL; }
const exact_kernels *exact_kernels_avx512(void) { return NULL; }
const exact_kernels *exact_kernels_amx(void) { return NULL; }

#ifdef EXACT_NEON
static const exact_kernels neon = TABLE(neon);
const exact_kernels *exact_kernels_neon(void) {
#if defined(__linux__)
  return getauxval(AT_HWCAP) & HWCAP_ASIMDDP ? &neon : NULL;  // the dot product of bytes is optional before ARMv8.4
#else
  return &neon;  // every Apple processor of this kind has it
#endif
}

// FPCR: all zero is round to nearest even, no flush-to-zero (FZ, FZ16, FIZ), no default NaN.
uint64_t exact_float_environment_enter(void) {
  uint64_t previous;
  __asm__ volatile("mrs %0, fpcr" : "=r"(previous));
  __asm__ volatile("msr fpcr, %0" ::"r"((uint64_t)0));
  return previous;
}
void exact_float_environment_leave(uint64_t previous) { __asm__ volatile("msr fpcr, %0" ::"r"(previous)); }
int32_t exact_float_environment_is_exact(void) {
  uint64_t current;
  __asm__ volatile("mrs %0, fpcr" : "=r"(current));
  return current == 0;
}
void exact_spin_pause(void) { __asm__ volatile("yield"); }
#else
#error "exact/1 needs a way to set the rounding mode on this processor"
#endif

#endif
