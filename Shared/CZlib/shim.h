#include <zlib.h>
/* inflateInit2 and deflateInit2 are macros, which Swift cannot call; 15 + 16 selects the gzip wrapper. */
static inline int colophon_inflate_init_gzip(z_stream *s) { return inflateInit2(s, 15 + 16); }
static inline int colophon_deflate_init_gzip(z_stream *s, int level) {
  return deflateInit2(s, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
