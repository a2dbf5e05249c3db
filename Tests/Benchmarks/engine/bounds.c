// What this machine can do at most, on the threads and the working set of the engine: reading memory, and multiplying
// bytes. Prints one JSON object. The build needs no -march: each function names what it uses, the processor is asked.
#include <cpuid.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PASSES_MAX = 1 << 20, ACCUMULATORS = 16, STEPS = 4096, TRIALS = 5 };
static const double SECONDS = 0.2;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static volatile uint64_t sink;

__attribute__((target("avx512f"))) static void read_avx512(const uint8_t *from, size_t bytes) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (size_t i = 0; i + 256 <= bytes; i += 256) {
    a = _mm512_xor_si512(a, _mm512_loadu_si512(from + i));
    b = _mm512_xor_si512(b, _mm512_loadu_si512(from + i + 64));
    c = _mm512_xor_si512(c, _mm512_loadu_si512(from + i + 128));
    d = _mm512_xor_si512(d, _mm512_loadu_si512(from + i + 192));
  }
  sink ^= (uint64_t)_mm512_reduce_add_epi64(_mm512_xor_si512(_mm512_xor_si512(a, b), _mm512_xor_si512(c, d)));
}

__attribute__((target("avx2"))) static void read_avx2(const uint8_t *from, size_t bytes) {
  __m256i a = _mm256_setzero_si256(), b = a;
  for (size_t i = 0; i + 64 <= bytes; i += 64) {
    a = _mm256_xor_si256(a, _mm256_loadu_si256((const __m256i *)(from + i)));
    b = _mm256_xor_si256(b, _mm256_loadu_si256((const __m256i *)(from + i + 32)));
  }
  a = _mm256_xor_si256(a, b);
  sink ^= (uint64_t)_mm256_extract_epi64(a, 0) ^ (uint64_t)_mm256_extract_epi64(a, 2);
}

// Multiplications of one call. Independent accumulators, more than the latency of the instruction needs; the empty
// statements keep the compiler from folding the loop.
__attribute__((target("avx512f,avx512vnni"))) static double multiply_avx512(void) {
  __m512i sum[ACCUMULATORS], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(5);
  for (int i = 0; i < ACCUMULATORS; i++) sum[i] = _mm512_setzero_si512();
  for (int step = 0; step < STEPS; step++)
#pragma clang loop unroll(full)
    for (int i = 0; i < ACCUMULATORS; i++) {
      sum[i] = _mm512_dpbusd_epi32(sum[i], a, b);
      __asm__ volatile("" : "+v"(sum[i]));
    }
  for (int i = 0; i < ACCUMULATORS; i++) sink ^= (uint64_t)_mm512_reduce_add_epi32(sum[i]);
  return 64.0 * ACCUMULATORS * STEPS;
}

__attribute__((target("avx2"))) static double multiply_avx2(void) {
  __m256i sum[8], a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(5), one = _mm256_set1_epi16(1);
  for (int i = 0; i < 8; i++) sum[i] = _mm256_setzero_si256();
  for (int step = 0; step < STEPS; step++)
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      __m256i pairs = _mm256_maddubs_epi16(a, b);
      __asm__ volatile("" : "+x"(pairs));
      sum[i] = _mm256_add_epi32(sum[i], _mm256_madd_epi16(pairs, one));
      __asm__ volatile("" : "+x"(sum[i]));
    }
  for (int i = 0; i < 8; i++) sink ^= (uint64_t)_mm256_extract_epi64(sum[i], 0);
  return 32.0 * 8 * STEPS;
}

__attribute__((target("amx-tile,amx-int8"))) static double multiply_amx(void) {
  struct {
    uint8_t palette, start, reserved[14];
    uint16_t columns[16];
    uint8_t rows[16];
  } shape;
  memset(&shape, 0, sizeof shape);
  shape.palette = 1;
  for (int i = 0; i < 8; i++) shape.columns[i] = 64, shape.rows[i] = 16;
  _tile_loadconfig(&shape);
  _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
  _tile_zero(4), _tile_zero(5), _tile_zero(6), _tile_zero(7);
  for (int step = 0; step < STEPS; step++) {
    _tile_dpbusd(0, 4, 6);
    _tile_dpbusd(1, 4, 7);
    _tile_dpbusd(2, 5, 6);
    _tile_dpbusd(3, 5, 7);
  }
  _tile_release();
  return 16.0 * 16 * 64 * 4 * STEPS;
}

// The system must be asked before a process may use tiles.
static int has_amx(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & 1u << 25)) return 0;
  return syscall(SYS_arch_prctl, 0x1023 /* ARCH_REQ_XCOMP_PERM */, 18 /* tile data */) == 0;
}

typedef struct {
  const uint8_t *bytes;
  size_t count;
  double (*multiply)(void);
  pthread_barrier_t *start;
  double rates[TRIALS + 1];
} Part;

// Bytes or multiplications a second of one thread while all run. One trial more, the first, is not counted.
static void *run(void *argument) {
  Part *part = argument;
  double done, begun, ended;
  int wide = __builtin_cpu_supports("avx512f");
  for (int trial = 0; trial <= TRIALS; trial++) {
    pthread_barrier_wait(part->start);
    done = 0, begun = ended = now();
    for (int pass = 0; pass < PASSES_MAX && ended - begun < SECONDS; pass++, ended = now()) {
      if (part->multiply) {
        done += part->multiply();
      } else {
        if (wide) read_avx512(part->bytes, part->count);
        else read_avx2(part->bytes, part->count);
        done += (double)part->count;
      }
    }
    part->rates[trial] = done / (ended - begun);
  }
  return 0;
}

// The best trial: a bound is what the machine can do, not what its neighbours left of it.
static double measure(int threads, const uint8_t *bytes, size_t count, double (*multiply)(void)) {
  pthread_t thread[256];
  Part part[256];
  pthread_barrier_t start;
  double best = 0;
  pthread_barrier_init(&start, 0, (unsigned)threads);
  for (int i = 0; i < threads; i++) {
    part[i] = (Part){bytes + count / (size_t)threads * (size_t)i, count / (size_t)threads, multiply, &start, {0}};
    if (pthread_create(&thread[i], 0, run, &part[i]) != 0) exit(71);
  }
  for (int i = 0; i < threads; i++) pthread_join(thread[i], 0);
  for (int trial = 1; trial <= TRIALS; trial++) {
    double rate = 0;
    for (int i = 0; i < threads; i++) rate += part[i].rates[trial];
    if (rate > best) best = rate;
  }
  return best;
}

int main(int count, char **words) {
  int threads = count == 3 ? atoi(words[1]) : 0;
  size_t bytes = count == 3 ? strtoull(words[2], 0, 10) : 0;
  if (threads < 1 || threads > 256 || bytes < 4096) {
    fputs("usage: bounds THREADS BYTES\n", stderr);
    return 64;
  }
  if (!__builtin_cpu_supports("avx2")) {
    fputs("bounds: this processor has no AVX2\n", stderr);
    return 69;
  }
  uint8_t *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!memory) return 71;
  memset(memory, 1, bytes);
  int vnni = __builtin_cpu_supports("avx512vnni");
  double reading = measure(threads, memory, bytes, 0);
  double multiplying = measure(threads, 0, 0, vnni ? multiply_avx512 : multiply_avx2);
  printf("{\"bytes_per_s\": %.0f, \"multiplications_per_s\": %.0f, \"instruction\": \"%s\"", reading, multiplying,
         vnni ? "AVX-512 VNNI" : "AVX2");
  if (has_amx()) printf(", \"amx_multiplications_per_s\": %.0f", measure(threads, 0, 0, multiply_amx));
  puts("}");
  return 0;
}
