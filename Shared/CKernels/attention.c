#pragma STDC FP_CONTRACT OFF

// Attention over a paged cache: the definition.
//
// Query (t, h) sees the positions p in [begin_t, first + t]. score(p) = (q . k_p) * scale, the dot over 16 virtual
// lanes (dimension i to lane i mod 16 by fma, then the fixed tree). Softmax over the visible positions, p in lane p mod
// 16. out = sum over chunks (positions [64 c, 64 c + 64), in order, from +0) of the chunk's own sum acc = fma(weight_p,
// v_p, acc) over its visible positions in order from +0.

#include "attention_plan.h"
#include "exact_math.h"
#include "kernel_target.h"

size_t exact_attention_scratch(size_t tokens, size_t heads, size_t first, size_t window) {
  const attention_plan plan = attention_plan_for(tokens, heads, first, window);
  return plan.tokens * heads * plan.row;
}

static float score(const exact_kv *kv, const float *query, size_t p, float scale) {
  const float *keys = kv->pages[p / EXACT_KV_CHUNK] + kv->keys;
  const float *key = keys + p % EXACT_KV_CHUNK / EXACT_LANES * kv->width * EXACT_LANES + p % EXACT_LANES;
  float lane[EXACT_LANES] = {0};
  for (size_t i = 0; i < kv->width; i++) {
    lane[i % EXACT_LANES] = __builtin_fmaf(query[i], key[i * EXACT_LANES], lane[i % EXACT_LANES]);
  }
  return tree_sum(lane) * scale;
}

/// x[p - begin] for p in [begin, end): softmax with position p in lane p mod 16.
static int32_t softmax_of_positions(float *x, size_t begin, size_t end) {
  float largest = x[0];
  for (size_t p = begin; p < end; p++) {
    if (is_not_finite(x[p - begin])) return EXACT_NOT_FINITE;
    if (x[p - begin] > largest) largest = x[p - begin];
  }
  float lane[EXACT_LANES] = {0};
  for (size_t p = begin; p < end; p++) {
    x[p - begin] = exact_expf(x[p - begin] - largest);
    lane[p % EXACT_LANES] = lane[p % EXACT_LANES] + x[p - begin];
  }
  const float sum = tree_sum(lane);
  for (size_t p = begin; p < end; p++) x[p - begin] = x[p - begin] / sum;
  return EXACT_OK;
}

static void weigh_values(const exact_kv *kv, const float *weights, size_t begin, size_t end, float *out) {
  for (size_t i = 0; i < kv->width; i++) out[i] = 0.0f;
  for (size_t from = begin; from < end;) {
    const size_t page_end = (from / EXACT_KV_CHUNK + 1) * EXACT_KV_CHUNK, to = page_end < end ? page_end : end;
    const float *values = kv->pages[from / EXACT_KV_CHUNK] + kv->values;
    for (size_t i = 0; i < kv->width; i++) {
      float acc = 0.0f;
      for (size_t p = from; p < to; p++) {
        acc = __builtin_fmaf(weights[p - begin], values[p % EXACT_KV_CHUNK * kv->width + i], acc);
      }
      out[i] = out[i] + acc;
    }
    from = to;
  }
}

ATTENTION(attention_scalar) {
  for (size_t t = 0; t < tokens; t++) {
    const size_t begin = attention_begin(first, t, window), end = first + t + 1;
    for (size_t h = 0; h < heads; h++) {
      const float *q = query + t * query_stride + h * kv->width;
      for (size_t p = begin; p < end; p++) scores[p - begin] = score(kv, q, p, scale);
      if (softmax_of_positions(scores, begin, end) != EXACT_OK) return EXACT_NOT_FINITE;
      weigh_values(kv, scores, begin, end, out + t * out_stride + h * kv->width);
    }
  }
  return EXACT_OK;
}
