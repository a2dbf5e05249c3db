// How a call of attention is cut into blocks of tokens. It decides where intermediate scores lie, never a result.
#ifndef COLOPHON_ATTENTION_PLAN_H
#define COLOPHON_ATTENTION_PLAN_H

#include "kernel_target.h"

enum {
  ATTENTION_QUERIES = 24,        // queries that share one reading of the keys and values
  ATTENTION_SCRATCH = 1 << 18,   // floats: the scores of a block stay in the second-level cache
  ATTENTION_ROW_PADDING = 16,    // keeps rows of scores from falling on the same cache sets
};

typedef struct {
  size_t tokens;  // of a block
  size_t row;     // floats of one query's scores
} attention_plan;

/// Position that token t's visible range begins with; it ends with `first + t`.
INLINE size_t attention_begin(size_t first, size_t t, size_t window) {
  const size_t end = first + t + 1;
  return window == 0 || end <= window ? 0 : end - window;
}

INLINE attention_plan attention_plan_for(size_t tokens, size_t heads, size_t first, size_t window) {
  size_t most = ATTENTION_QUERIES / heads;
  if (most == 0) most = 1;
  if (most > tokens) most = tokens;
  // A block's scores begin with the page of its first visible position and end with a page.
  size_t span = first + tokens;
  if (window != 0 && window + most + EXACT_KV_CHUNK < span) span = window + most + EXACT_KV_CHUNK;
  const size_t row = (span + EXACT_KV_CHUNK - 1) / EXACT_KV_CHUNK * EXACT_KV_CHUNK + ATTENTION_ROW_PADDING;
  while (most > 1 && most * heads * row > ATTENTION_SCRATCH) most--;
  return (attention_plan){most, row};
}

/// The float at a place of the order that the vector forms compare in.
INLINE float float_of_order(int32_t order) {
  const int32_t bits = order ^ (order >> 31 & 0x7fffffff);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#endif
