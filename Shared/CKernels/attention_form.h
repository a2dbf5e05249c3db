// The vector forms of attention, included once per instruction set with
//   FORM, TARGET    the name's suffix and the function attribute
//   LANES, INTS     vectors of STEP floats and int32
//   STEP, SPLAT     their length, 4, 8 or 16, and a vector of one float
//   TILES           vectors of positions that one pass over the queries holds (STEP * TILES divides 64)
//   VALUE_QUERIES   queries whose outputs are summed at once, VALUE_VECTORS vectors of each
//
// A lane is a position while scores are made and a dimension while values are weighed, so the 16 virtual lanes of a dot
// are separate registers and its tree is plain additions. Several queries share each key and value that is loaded.
//
// Positions that one query of a block sees and another does not get weight +0 in the latter. That changes no bit: a
// value is finite, so the fma leaves acc as it is but for the sign of a zero, and `out`, which starts from +0, is never
// -0 and takes a zero of either sign the same way.

#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
#define NAME(a) PASTE(a, FORM)

/// Scores of `count` queries against STEP * TILES positions from `key` on, depth first along the fixed tree: lanes j
/// and j + 8, then the sums j and j + 4, and so on.
TARGET INLINE void NAME(score_tiles)(const float *const *query, size_t count, const float *const *key, size_t width,
                                     float scale, float *scores, size_t row) {
  LANES two[2][3][TILES], four[2][3][TILES], eight[2][3][TILES], lane[2][3][TILES];
  UNROLL for (size_t a = 0; a < 2; a++) {
    UNROLL for (size_t b = 0; b < 2; b++) {
      UNROLL for (size_t c = 0; c < 2; c++) {
        UNROLL for (size_t d = 0; d < 2; d++) {
          UNROLL for (size_t n = 0; n < count; n++) {
            UNROLL for (size_t t = 0; t < TILES; t++) lane[d][n][t] = (LANES){0};
          }
          for (size_t i = a + 2 * b + 4 * c + 8 * d; i < width; i += EXACT_LANES) {
            LANES k[TILES];
            UNROLL for (size_t t = 0; t < TILES; t++) k[t] = *(const LANES *)(key[t] + i * EXACT_LANES);
            UNROLL for (size_t n = 0; n < count; n++) {
              const LANES q = SPLAT(query[n][i]);
              UNROLL for (size_t t = 0; t < TILES; t++) {
                lane[d][n][t] = __builtin_elementwise_fma(q, k[t], lane[d][n][t]);
              }
            }
          }
        }
        UNROLL for (size_t n = 0; n < count; n++) {
          UNROLL for (size_t t = 0; t < TILES; t++) eight[c][n][t] = lane[0][n][t] + lane[1][n][t];
        }
      }
      UNROLL for (size_t n = 0; n < count; n++) {
        UNROLL for (size_t t = 0; t < TILES; t++) four[b][n][t] = eight[0][n][t] + eight[1][n][t];
      }
    }
    UNROLL for (size_t n = 0; n < count; n++) {
      UNROLL for (size_t t = 0; t < TILES; t++) two[a][n][t] = four[0][n][t] + four[1][n][t];
    }
  }
  UNROLL for (size_t n = 0; n < count; n++) {
    UNROLL for (size_t t = 0; t < TILES; t++) {
      *(LANES *)(scores + n * row + t * STEP) = (two[0][n][t] + two[1][n][t]) * scale;
    }
  }
}

/// Scores of all queries of a block against the positions [begin, end), begin a multiple of 64, into rows that begin
/// with `begin`. What lies between `end` and the end of its tiles is undefined.
TARGET INLINE void NAME(score_block)(const exact_kv *kv, const float *const *query, size_t queries, size_t width,
                                     size_t begin, size_t end, float scale, float *scores, size_t row) {
  for (size_t p = begin; p < end; p += STEP * TILES) {
    const float *page = kv->pages[p / EXACT_KV_CHUNK] + kv->keys;
    const float *key[TILES];
    UNROLL for (size_t t = 0; t < TILES; t++) {
      const size_t at = p % EXACT_KV_CHUNK + t * STEP;
      key[t] = page + at / EXACT_LANES * width * EXACT_LANES + at % EXACT_LANES;
    }
    size_t n = 0;
    for (; n + 3 <= queries; n += 3) {
      NAME(score_tiles)(query + n, 3, key, width, scale, scores + n * row + (p - begin), row);
    }
    for (; n < queries; n++) NAME(score_tiles)(query + n, 1, key, width, scale, scores + n * row + (p - begin), row);
  }
}

/// x / sum, correctly rounded, for x = 0 or x in [2^-100, 1] and sum in [1, 2^24]; `reciprocal` is 1 / sum, correctly
/// rounded. Markstein's theorem: a quotient within an ulp, corrected once by its exact remainder times such a
/// reciprocal, is the rounded one; the first correction makes it so near. (Below 2^-100 the remainder could underflow.)
TARGET INLINE LANES NAME(quotient)(LANES x, float sum, float reciprocal) {
  const LANES divisor = SPLAT(-sum), inverse = SPLAT(reciprocal);
  LANES q = x * inverse;
  q = __builtin_elementwise_fma(__builtin_elementwise_fma(q, divisor, x), inverse, q);
  return __builtin_elementwise_fma(__builtin_elementwise_fma(q, divisor, x), inverse, q);
}

/// Integers in the order of the floats (-0 below +0), infinities and NaN beyond the finite ones. Its own inverse.
TARGET INLINE INTS NAME(order)(LANES x) { return (INTS)x ^ ((INTS)x >> 31 & 0x7fffffff); }

/// exact_expf for x <= 0: the same operations without the selects that such an x passes.
TARGET INLINE LANES NAME(exp)(LANES x) {
  const LANES c = __builtin_elementwise_max(x, SPLAT(-105.0f)), magic = SPLAT(0x1.8p23f);
  const LANES t = __builtin_elementwise_fma(c, SPLAT(0x1.715476p+0f), magic);
  const LANES n = t - magic;
  const INTS k = (INTS)t - 0x4b400000, half = k >> 1;
  LANES r = __builtin_elementwise_fma(n, SPLAT(-0x1.62e4p-1f), c);
  r = __builtin_elementwise_fma(n, SPLAT(-0x1.7f7d1cp-20f), r);
  LANES q = SPLAT(0x1.9a8be2p-13f);
  q = __builtin_elementwise_fma(q, r, SPLAT(0x1.6d5162p-10f));
  q = __builtin_elementwise_fma(q, r, SPLAT(0x1.1115bap-7f));
  q = __builtin_elementwise_fma(q, r, SPLAT(0x1.5554e4p-5f));
  q = __builtin_elementwise_fma(q, r, SPLAT(0x1.555552p-3f));
  q = __builtin_elementwise_fma(q, r, SPLAT(0.5f));
  const LANES y = 1.0f + __builtin_elementwise_fma(q, r * r, r);
  return (y * (LANES)((half + 127) << 23)) * (LANES)((k - half + 127) << 23);
}

/// The extremes of the scores [begin, end) of a row, in the order above. What lies in their tiles beside them is
/// overwritten with a visible score first, which changes no extreme.
TARGET INLINE void NAME(extremes)(float *x, size_t begin, size_t end, int32_t *high, int32_t *low) {
  const size_t from = begin / EXACT_LANES * EXACT_LANES;
  const size_t to = (end + EXACT_LANES - 1) / EXACT_LANES * EXACT_LANES;
  for (size_t i = from; i < begin; i++) x[i] = x[begin];
  for (size_t i = end; i < to; i++) x[i] = x[begin];
  INTS most = NAME(order)(SPLAT(x[begin])), least = most;
  for (size_t i = from; i < to; i += STEP) {
    const INTS v = NAME(order)(*(const LANES *)(x + i));
    most = __builtin_elementwise_max(most, v);
    least = __builtin_elementwise_min(least, v);
  }
  *high = __builtin_reduce_max(most), *low = __builtin_reduce_min(least);
}

/// x = exp(x - largest) over [begin, end), +0 in the rest of their tiles; the lane sum.
TARGET INLINE float NAME(exponentials)(float *x, size_t begin, size_t end, float largest) {
  LANES acc[EXACT_LANES / STEP] = {{0}};
  for (size_t i = begin / EXACT_LANES * EXACT_LANES; i < end; i += EXACT_LANES) {
    UNROLL for (size_t j = 0; j < EXACT_LANES; j += STEP) {
      LANES *at = (LANES *)(x + i + j);
      *at = NAME(exp)(*at - largest);
      if (i < begin || i + EXACT_LANES > end) {
        for (size_t l = 0; l < STEP; l++) x[i + j + l] = i + j + l < begin || i + j + l >= end ? 0.0f : x[i + j + l];
      }
      acc[j / STEP] += *at;
    }
  }
  float lane[EXACT_LANES];
  memcpy(lane, acc, sizeof lane);
  return tree_sum(lane);
}

/// Softmax of rows of scores in [0, end), a multiple of 16: of row n the part [range[n][0], range[n][1]), with zeros in
/// the rest. Each step is done for all rows, so that the latencies of one are hidden by the others.
TARGET INLINE int32_t NAME(softmax_rows)(float *scores, size_t row, size_t rows, const size_t (*range)[2], size_t end) {
  int32_t high[ATTENTION_QUERIES], low[ATTENTION_QUERIES];
  for (size_t n = 0; n < rows; n++) {
    NAME(extremes)(scores + n * row, range[n][0], range[n][1], &high[n], &low[n]);
    if (high[n] >= 0x7f800000 || low[n] <= ~0x7f800000) return EXACT_NOT_FINITE;
  }
  float sum[ATTENTION_QUERIES];
  for (size_t n = 0; n < rows; n++) {
    float *x = scores + n * row;
    const size_t from = range[n][0] / EXACT_LANES * EXACT_LANES;
    const size_t to = (range[n][1] + EXACT_LANES - 1) / EXACT_LANES * EXACT_LANES;
    memset(x, 0, from * sizeof(float));
    memset(x + to, 0, (end - to) * sizeof(float));
    sum[n] = NAME(exponentials)(x, range[n][0], range[n][1], float_of_order(high[n]));
  }
  for (size_t n = 0; n < rows; n++) {
    float *x = scores + n * row;
    if (float_of_order(high[n]) - float_of_order(low[n]) <= 69.0f) {  // exp(-69) > 2^-100
      const float reciprocal = 1.0f / sum[n];
      for (size_t i = 0; i < end; i += STEP) {
        *(LANES *)(x + i) = NAME(quotient)(*(const LANES *)(x + i), sum[n], reciprocal);
      }
    } else {
      for (size_t i = 0; i < end; i += STEP) *(LANES *)(x + i) = *(const LANES *)(x + i) / sum[n];
    }
  }
  return EXACT_OK;
}

/// Adds one chunk, `count` positions, to `vectors` vectors of the outputs of `queries` queries.
TARGET INLINE void NAME(value_chunk)(const float *weights, size_t row, size_t queries, const float *values,
                                     size_t count, size_t width, size_t vectors, float *const *out,
                                     size_t dimension) {
  LANES acc[VALUE_QUERIES][VALUE_VECTORS];
  UNROLL for (size_t n = 0; n < queries; n++) UNROLL for (size_t v = 0; v < vectors; v++) acc[n][v] = (LANES){0};
  for (size_t p = 0; p < count; p++) {
    LANES value[VALUE_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) value[v] = *(const LANES *)(values + p * width + v * STEP);
    UNROLL for (size_t n = 0; n < queries; n++) {
      const LANES weight = SPLAT(weights[n * row + p]);
      UNROLL for (size_t v = 0; v < vectors; v++) acc[n][v] = __builtin_elementwise_fma(weight, value[v], acc[n][v]);
    }
  }
  UNROLL for (size_t n = 0; n < queries; n++) {
    UNROLL for (size_t v = 0; v < vectors; v++) {
      LANES *sum = (LANES *)(out[n] + dimension + v * STEP);
      *sum = *sum + acc[n][v];
    }
  }
}

/// All dimensions of some queries over one chunk.
TARGET INLINE void NAME(value_queries)(const float *weights, size_t row, size_t queries, const float *values,
                                       size_t count, size_t width, float *const *out) {
  size_t i = 0;
  for (; i + VALUE_VECTORS * STEP <= width; i += VALUE_VECTORS * STEP) {
    NAME(value_chunk)(weights, row, queries, values + i, count, width, VALUE_VECTORS, out, i);
  }
  for (; i < width; i += STEP) NAME(value_chunk)(weights, row, queries, values + i, count, width, 1, out, i);
}

/// Weighted values over the positions [begin, end); rows of weights begin with `origin`.
TARGET INLINE void NAME(value_block)(const exact_kv *kv, const float *weights, size_t row, size_t queries, size_t width,
                                     size_t origin, size_t begin, size_t end, float *const *out) {
  for (size_t from = begin; from < end;) {
    const size_t page_end = (from / EXACT_KV_CHUNK + 1) * EXACT_KV_CHUNK, to = page_end < end ? page_end : end;
    const float *values = kv->pages[from / EXACT_KV_CHUNK] + kv->values + from % EXACT_KV_CHUNK * width;
    const float *at = weights + (from - origin);
    size_t n = 0;
    for (; n + VALUE_QUERIES <= queries; n += VALUE_QUERIES) {
      NAME(value_queries)(at + n * row, row, VALUE_QUERIES, values, to - from, width, out + n);
    }
    if (VALUE_QUERIES > 3 && n + 3 <= queries) {
      NAME(value_queries)(at + n * row, row, 3, values, to - from, width, out + n), n += 3;
    }
    for (; n < queries; n++) NAME(value_queries)(at + n * row, row, 1, values, to - from, width, out + n);
    from = to;
  }
}

TARGET INLINE int32_t NAME(attention_width)(const exact_kv *kv, const float *query, size_t query_stride, size_t tokens,
                                            size_t heads, size_t width, size_t first, size_t window, float scale,
                                            float *scores, float *out, size_t out_stride) {
  const attention_plan plan = attention_plan_for(tokens, heads, first, window);
  const size_t per_pass = heads < ATTENTION_QUERIES ? heads : ATTENTION_QUERIES;
  for (size_t t = 0; t < tokens; t += plan.tokens) {
    const size_t count = t + plan.tokens <= tokens ? plan.tokens : tokens - t;
    const size_t begin = attention_begin(first, t, window), end = first + t + count;
    const size_t origin = begin / EXACT_KV_CHUNK * EXACT_KV_CHUNK;
    // More heads than a block holds are taken in parts (a block is then one token).
    for (size_t head = 0; head < heads; head += per_pass) {
      const size_t part = head + per_pass <= heads ? per_pass : heads - head;
      const float *queries[ATTENTION_QUERIES];
      float *outs[ATTENTION_QUERIES];
      for (size_t n = 0; n < count * part; n++) {
        queries[n] = query + (t + n / part) * query_stride + (head + n % part) * width;
        outs[n] = out + (t + n / part) * out_stride + (head + n % part) * width;
        memset(outs[n], 0, width * sizeof(float));
      }
      NAME(score_block)(kv, queries, count * part, width, origin, end, scale, scores, plan.row);
      const size_t tile_end = (end - origin + EXACT_LANES - 1) / EXACT_LANES * EXACT_LANES;
      size_t range[ATTENTION_QUERIES][2];
      for (size_t n = 0; n < count * part; n++) {
        range[n][0] = attention_begin(first, t + n / part, window) - origin;
        range[n][1] = first + t + n / part + 1 - origin;
      }
      if (NAME(softmax_rows)(scores, plan.row, count * part, range, tile_end) != EXACT_OK) return EXACT_NOT_FINITE;
      NAME(value_block)(kv, scores, plan.row, count * part, width, origin, begin, end, outs);
    }
  }
  return EXACT_OK;
}

TARGET ATTENTION(NAME(attention)) {
  if (kv->width == 64) {  // the usual width as a constant: every loop over it is unrolled
    return NAME(attention_width)(kv, query, query_stride, tokens, heads, 64, first, window, scale, scores, out,
                                 out_stride);
  }
  return NAME(attention_width)(kv, query, query_stride, tokens, heads, kv->width, first, window, scale, scores, out,
                               out_stride);
}

#undef PASTE_
#undef PASTE
#undef NAME
#undef FORM
#undef TARGET
#undef LANES
#undef INTS
#undef STEP
#undef SPLAT
#undef TILES
#undef VALUE_QUERIES
#undef VALUE_VECTORS
