// What the checks of products and vectors share.
#ifndef COLOPHON_CHECK_H
#define COLOPHON_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exact_kernels.h"

typedef struct {
  const char *name;
  const exact_kernels *kernels;
} form;

/// Those that this processor runs, the scalar one first.
extern form forms[8];
extern size_t form_count;

/// Counts one case, and says what differs.
void expect_same(const char *kernel, const char *form_name, const char *input, const void *expected, const void *found,
                 size_t bytes);

/// Vigna's SplitMix64, so that a failure can be repeated.
uint64_t next(void);
/// Uniform in [-1, 1).
float unit(void);

/// Memory whose bytes are 0xa5; never NULL. The caller frees it.
void *make(size_t bytes);
/// `count` numbers in [-scale, scale).
float *make_floats(size_t count, float scale);

void check_products(void);
void check_vectors(void);

#endif
