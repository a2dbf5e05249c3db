#pragma STDC FP_CONTRACT OFF

// Attention for AVX2 and AVX-512.

#include "attention_plan.h"
#include "exact_math.h"
#include "kernel_target.h"

#ifdef EXACT_X86

typedef float lanes8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t ints8 __attribute__((vector_size(32), aligned(4), may_alias));

#define FORM avx2
#define TARGET AVX2
#define LANES lanes8
#define INTS ints8
#define STEP 8
#define SPLAT(x) ((lanes8)_mm256_set1_ps(x))
#define TILES 2
#define VALUE_QUERIES 3
#define VALUE_VECTORS 4
#include "attention_form.h"

#define FORM avx512
#define TARGET AVX512
#define LANES lanes16
#define INTS ints16
#define STEP 16
#define SPLAT(x) ((lanes16)_mm512_set1_ps(x))
#define TILES 2
#define VALUE_QUERIES 6
#define VALUE_VECTORS 4
#include "attention_form.h"

#endif
