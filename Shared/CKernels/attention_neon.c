#pragma STDC FP_CONTRACT OFF

// Attention for NEON.

#include "attention_plan.h"
#include "exact_math.h"
#include "kernel_target.h"

#ifdef EXACT_NEON

typedef float lanes4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t ints4 __attribute__((vector_size(16), aligned(4), may_alias));

#define FORM neon
#define TARGET NEON
#define LANES lanes4
#define INTS ints4
#define STEP 4
#define SPLAT(x) ((lanes4)vdupq_n_f32(x))
#define TILES 2
#define VALUE_QUERIES 3
#define VALUE_VECTORS 4
#include "attention_form.h"

#endif
