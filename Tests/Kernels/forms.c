#pragma STDC FP_CONTRACT OFF

// Compares every form of every kernel that this processor runs with the scalar one, by bytes, on random and on extreme
// inputs. Needs no Swift, so that it also runs cross-compiled under an emulator: Tests/Kernels/run.
// The last line is "N passed, N failed"; a case is one form of one kernel on one input.

#include "check.h"

form forms[8];
size_t form_count;
static size_t passed, failed;

void expect_same(const char *kernel, const char *form_name, const char *input, const void *expected, const void *found,
                 size_t bytes) {
  if (memcmp(expected, found, bytes) == 0) {
    passed++;
    return;
  }
  failed++;
  printf("%s, form %s: differs from the scalar form on %s\n", kernel, form_name, input);
}

static uint64_t state = 1;
uint64_t next(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}
float unit(void) { return (float)((int32_t)(next() >> 40) - 8388608) * 0x1p-23f; }

void *make(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!memory) {
    printf("no memory for %zu bytes\n0 passed, 1 failed\n", bytes);
    exit(1);
  }
  return memset(memory, 0xa5, bytes);
}

float *make_floats(size_t count, float scale) {
  float *x = make(count * 4);
  for (size_t i = 0; i < count; i++) x[i] = unit() * scale;
  return x;
}

static void add_form(const char *name, const exact_kernels *kernels) {
  if (kernels) forms[form_count++] = (form){name, kernels};
}

int main(void) {
  add_form("scalar", exact_kernels_scalar());
  add_form("avx2", exact_kernels_avx2());
  add_form("avx512", exact_kernels_avx512());
  add_form("amx", exact_kernels_amx());
  add_form("neon", exact_kernels_neon());
  exact_float_environment_enter();
  printf("kernel forms:");
  for (size_t f = 0; f < form_count; f++) printf(" %s", forms[f].name);
  printf("\n");
  check_products();
  check_vectors();
  printf("%zu passed, %zu failed\n", passed, failed);
  return failed != 0;
}
