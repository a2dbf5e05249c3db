#include "wire_arena.h"

#include <stdint.h>
#include <stdlib.h>

typedef struct Chunk {
  struct Chunk *next;
  size_t size;
} Chunk;

struct WireArena {
  Chunk *chunks;   // newest first
  uint8_t *at;     // next free byte of the newest chunk
  size_t left;     // bytes free in the newest chunk
  size_t granted;  // bytes handed out of all chunks, never above limit
  size_t limit;
  bool refused;
};

enum { ALIGNMENT = 16, HEADER = 16, CHUNK_MIN = 1024, CHUNK_GROWN_MAX = 1 << 20 };
_Static_assert(sizeof(Chunk) <= HEADER, "the header must fit before the first aligned byte");

static bool add_chunk(WireArena *arena, size_t size) {
  if (size > SIZE_MAX - HEADER) return false;
  Chunk *chunk = malloc(HEADER + size);
  if (chunk == NULL) return false;
  chunk->next = arena->chunks;
  chunk->size = size;
  arena->chunks = chunk;
  arena->at = (uint8_t *)chunk + HEADER;
  arena->left = size;
  return true;
}

WireArena *wire_arena_create(size_t first_chunk, size_t limit) {
  WireArena *arena = calloc(1, sizeof *arena);
  if (arena == NULL) return NULL;
  arena->limit = limit;
  if (!add_chunk(arena, first_chunk < CHUNK_MIN ? CHUNK_MIN : first_chunk)) {
    free(arena);
    return NULL;
  }
  return arena;
}

void wire_arena_destroy(WireArena *arena) {
  if (arena == NULL) return;
  for (Chunk *chunk = arena->chunks, *next; chunk != NULL; chunk = next) {
    next = chunk->next;
    free(chunk);
  }
  free(arena);
}

static void *refuse(WireArena *arena) {
  arena->refused = true;
  return NULL;
}

void *wire_arena_alloc(WireArena *arena, size_t size) {
  if (size > SIZE_MAX - (ALIGNMENT - 1)) return refuse(arena);
  size_t need = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (need == 0) need = ALIGNMENT;  // two empty allocations still differ
  if (need > arena->limit - arena->granted) return refuse(arena);
  if (need > arena->left) {
    // Doubling keeps the count of chunks small; the cap keeps the unused tail of the last one small.
    size_t grown = arena->chunks->size < CHUNK_GROWN_MAX / 2 ? arena->chunks->size * 2 : CHUNK_GROWN_MAX;
    if (!add_chunk(arena, need > grown ? need : grown)) return refuse(arena);
  }
  void *result = arena->at;
  arena->at += need;
  arena->left -= need;
  arena->granted += need;
  return result;
}

bool wire_arena_refused(const WireArena *arena) { return arena->refused; }

static void *allocate(void *arena, size_t size) { return wire_arena_alloc(arena, size); }

static void keep(void *arena, void *pointer) {
  (void)arena;
  (void)pointer;
}

ProtobufCAllocator wire_arena_allocator(WireArena *arena) {
  ProtobufCAllocator allocator = {allocate, keep, arena};
  return allocator;
}
