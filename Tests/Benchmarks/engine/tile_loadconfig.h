// Included before each C++ file of llama.cpp. GCC 12 tells its optimiser that `_tile_loadconfig` reads 8 bytes of the 64
// that it does read, which then drops the others: with it llama.cpp dies of SIGILL on every processor with AMX.
#pragma once
#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg\t%X0" ::"m"(*(const char(*)[64])(config)))
#endif
