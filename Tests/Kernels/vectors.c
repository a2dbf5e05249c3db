#pragma STDC FP_CONTRACT OFF

// Every kernel but the matrix products.

#include "check.h"

typedef struct {
  const char *name;
  float scale;
} range;
static const range ranges[] = {{"values near 1", 1},      {"large values", 3e37f},     {"small values", 0x1p-110f},
                               {"subnormal values", 0x1p-135f}, {"values near 20", 20}};
enum { RANGES = sizeof ranges / sizeof *ranges };

static float *copy_floats(const float *x, size_t count) { return memcpy(make(count * 4), x, count * 4); }

static void check_quantize(const range *r, int break_one) {
  enum { COUNT = 32 * 37, BLOCKS = 37 };
  float *x = make_floats(COUNT, r->scale);
  if (break_one) x[next() % COUNT] = break_one == 1 ? __builtin_nanf("") : -__builtin_inff();
  struct result {
    int8_t q[COUNT];
    float scale[BLOCKS], weighted_sum[BLOCKS];
    int32_t sum[BLOCKS], status;
  } *expected = NULL;
  for (size_t f = 0; f < form_count; f++) {
    struct result *result = make(sizeof *result);
    result->status =
        forms[f].kernels->quantize(x, COUNT, result->q, result->scale, result->weighted_sum, result->sum);
    // What is written before an error is found is nobody's business.
    if (result->status != EXACT_OK) memset(result, 0, offsetof(struct result, status));
    if (f == 0) {
      expected = result;
      continue;
    }
    expect_same("quantize", forms[f].name, r->name, expected, result, sizeof *result);
    free(result);
  }
  free(expected), free(x);
}

/// What an elementwise kernel or a norm does to a copy of x; w and b are finite.
typedef int32_t (*operation)(const exact_kernels *k, float *x, const float *w, const float *b, size_t count);
static int32_t norm(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return (void)b, k->rms_norm(x, w, count, 1e-5f, x);
}
static int32_t layer_norm(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return k->layer_norm(x, w, b, count, 1e-12f, x);
}
static int32_t softmax(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return (void)w, (void)b, k->softmax(x, count);
}
static int32_t swiglu(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return (void)b, k->swiglu(x, w, count), EXACT_OK;
}
static int32_t geglu(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return (void)b, k->geglu(x, w, count), EXACT_OK;
}
static int32_t gelu(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return (void)w, (void)b, k->gelu(x, count), EXACT_OK;
}
static int32_t add(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return (void)b, k->add(x, w, count), EXACT_OK;
}
static int32_t scale(const exact_kernels *k, float *x, const float *w, const float *b, size_t count) {
  return (void)b, k->scale(x, count, w[0]), EXACT_OK;
}

static const struct {
  const char *name;
  operation run;
  int judges;  // whether it refuses what is not finite
} operations[] = {{"rms_norm", norm, 1}, {"layer_norm", layer_norm, 1}, {"softmax", softmax, 1}, {"swiglu", swiglu, 0},
                  {"geglu", geglu, 0},   {"gelu", gelu, 0},             {"add", add, 0},         {"scale", scale, 0}};

static void check_vector(const range *r, size_t count, int break_one) {
  float *x = make_floats(count, r->scale), *w = make_floats(count, 1), *b = make_floats(count, 1);
  if (break_one) x[next() % count] = break_one == 1 ? __builtin_nanf("") : __builtin_inff();
  char what[80];
  snprintf(what, sizeof what, "%s, %zu of them%s", r->name, count, break_one ? ", one not finite" : "");
  for (size_t o = 0; o < sizeof operations / sizeof *operations; o++) {
    if (break_one && !operations[o].judges) continue;
    float *expected = copy_floats(x, count);
    const int32_t status = operations[o].run(forms[0].kernels, expected, w, b, count);
    for (size_t f = 1; f < form_count; f++) {
      float *y = copy_floats(x, count);
      const int32_t found = operations[o].run(forms[f].kernels, y, w, b, count);
      expect_same(operations[o].name, forms[f].name, what, &status, &found, sizeof found);
      if (status == EXACT_OK) expect_same(operations[o].name, forms[f].name, what, expected, y, count * 4);
      free(y);
    }
    free(expected);
  }
  free(x), free(w), free(b);
}

static void check_rope(size_t heads, size_t width, int in_halves) {
  float *x = make_floats(heads * width, 2), *cosine = make_floats(width / 2, 1), *sine = make_floats(width / 2, 1);
  float *expected = NULL;
  for (size_t f = 0; f < form_count; f++) {
    const exact_kernels *k = forms[f].kernels;
    float *y = copy_floats(x, heads * width);
    (in_halves ? k->rope_halves : k->rope)(y, heads, width, cosine, sine);
    if (f == 0) {
      expected = y;
      continue;
    }
    expect_same(in_halves ? "rope_halves" : "rope", forms[f].name, "random input", expected, y, heads * width * 4);
    free(y);
  }
  free(expected), free(x), free(cosine), free(sine);
}

static void check_encoder_attention(size_t tokens, size_t width) {
  const size_t stride = 3 * width;
  float *x = make_floats(tokens * stride, 4), *expected = NULL;
  int32_t status = 0;
  char what[80];
  snprintf(what, sizeof what, "%zu tokens of width %zu", tokens, width);
  for (size_t f = 0; f < form_count; f++) {
    float *scores = make(tokens * 4), *out = make(width * 4);
    const int32_t found = forms[f].kernels->encoder_attention(x, x + width, x + 2 * width, stride, tokens, width,
                                                              0.125f, scores, out);
    free(scores);
    if (f == 0) {
      expected = out, status = found;
      continue;
    }
    expect_same("encoder_attention status", forms[f].name, what, &status, &found, sizeof found);
    expect_same("encoder_attention", forms[f].name, what, expected, out, width * 4);
    free(out);
  }
  free(expected), free(x);
}

/// `tokens` queries of `heads` heads on the positions from `first` on, over a cache in pages.
static void check_attention(size_t tokens, size_t heads, size_t first, size_t window, size_t width, float scale) {
  const size_t positions = first + tokens, pages = (positions + EXACT_KV_CHUNK - 1) / EXACT_KV_CHUNK;
  const size_t page_floats = 2 * EXACT_KV_CHUNK * width, query_stride = heads * width + 3;
  float *cache = make_floats(pages * page_floats, scale), *query = make_floats(tokens * query_stride, scale);
  const float **table = make(pages * sizeof *table);
  for (size_t p = 0; p < pages; p++) table[p] = cache + (pages - 1 - p) * page_floats;
  const exact_kv kv = {.pages = table, .keys = 0, .values = EXACT_KV_CHUNK * width, .width = width};
  float *expected = NULL;
  int32_t status = 0;
  char what[128];
  snprintf(what, sizeof what, "%zu tokens, %zu heads of %zu, from position %zu, window %zu", tokens, heads, width,
           first, window);
  for (size_t f = 0; f < form_count; f++) {
    const size_t bytes = tokens * query_stride * 4;
    float *scores = make(exact_attention_scratch(tokens, heads, first, window) * 4), *out = make(bytes);
    const int32_t found = forms[f].kernels->attention(&kv, query, query_stride, tokens, heads, first, window, 0.125f,
                                                      scores, out, query_stride);
    free(scores);
    if (f == 0) {
      expected = out, status = found;
      continue;
    }
    expect_same("attention status", forms[f].name, what, &status, &found, sizeof found);
    expect_same("attention", forms[f].name, what, expected, out, bytes);
    free(out);
  }
  free(expected), free(query), free(table), free(cache);
}

static void check_argmax(size_t count, int kind) {
  float *x = make_floats(count, 10);
  // Ties, of which one may be -0; an element that is not finite; neither.
  if (kind == 0) for (size_t i = 0; i < count; i++) x[i] = (next() & 8) ? 0.0f : (next() & 16) ? -0.0f : -1.0f;
  if (kind == 1) x[next() % count] = __builtin_nanf("");
  size_t expected = 0;
  int32_t status = 0;
  for (size_t f = 0; f < form_count; f++) {
    size_t index = 0;
    const int32_t found = forms[f].kernels->argmax(x, count, &index);
    if (f == 0) {
      expected = index, status = found;
      continue;
    }
    const char *what = kind == 0 ? "ties" : kind == 1 ? "an undefined number" : "random input";
    expect_same("argmax status", forms[f].name, what, &status, &found, sizeof found);
    if (status == EXACT_OK) expect_same("argmax", forms[f].name, what, &expected, &index, sizeof index);
  }
  free(x);
}

/// Bytes of any value, or only the two that make the largest sums.
static void check_dots(size_t groups, size_t columns, int extreme) {
  const size_t rows = groups * EXACT_LANES;
  int8_t *x = make(rows * columns), *query = make(columns);
  for (size_t i = 0; i < rows * columns; i++) x[i] = (int8_t)(extreme ? (next() & 1 ? 127 : -128) : next());
  for (size_t i = 0; i < columns; i++) query[i] = (int8_t)(extreme ? -128 : next());
  if (extreme) memset(x, -128, columns);
  uint8_t *packed = make(rows * columns);
  for (size_t i = 0; i < rows; i++) exact_dots_pack(x + i * columns, columns, i, packed);
  int32_t *expected = make(rows * 4);
  for (size_t i = 0; i < rows; i++) {
    int64_t sum = 0;
    for (size_t c = 0; c < columns; c++) sum += x[i * columns + c] * query[c];
    expected[i] = (int32_t)sum;
  }
  char what[80];
  snprintf(what, sizeof what, "%zu rows of %zu%s", rows, columns, extreme ? ", extreme" : "");
  for (size_t f = 0; f < form_count; f++) {
    int32_t *dots = make(rows * 4);
    forms[f].kernels->dots(packed, groups, columns, query, dots);
    expect_same("dots", forms[f].name, what, expected, dots, rows * 4);
    free(dots);
  }
  free(x), free(query), free(packed), free(expected);
}

void check_vectors(void) {
  static const size_t counts[] = {1, 15, 16, 17, 64, 100, 576};
  for (size_t r = 0; r < RANGES; r++) {
    for (int break_one = 0; break_one < 3; break_one++) {
      for (int i = 0; i < 4; i++) check_quantize(&ranges[r], break_one);
      for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) check_vector(&ranges[r], counts[c], break_one);
    }
  }
  for (size_t width = 16; width <= 256; width *= 2) check_rope(3, width, 0), check_rope(3, width, 1);
  for (size_t tokens = 1; tokens < 200; tokens += 21) check_encoder_attention(tokens, tokens % 2 ? 32 : 64);
  for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
    for (int kind = 0; kind < 3; kind++) check_argmax(counts[c], kind);
  }
  for (size_t quads = 1; quads < 40; quads += 3) check_dots(1 + quads % 3, 4 * quads, 0), check_dots(2, 4 * quads, 1);
  check_dots(1, 384, 0), check_dots(1, EXACT_DOTS_COLUMNS, 1);
  static const size_t firsts[] = {0, 1, 15, 31, 63, 64, 130};
  for (size_t p = 0; p < sizeof firsts / sizeof *firsts; p++) {
    for (size_t width = 16; width <= 128; width += 48) {
      check_attention(1, 3, firsts[p], 0, width, 1);
      check_attention(11, 3, firsts[p], 0, width, 1);
      check_attention(11, 1, firsts[p], 20, width, 8);
      check_attention(2, 4, firsts[p], 65, width, 30);
    }
  }
}
