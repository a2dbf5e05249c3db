#ifndef COLOPHON_WIRE_ARENA_H
#define COLOPHON_WIRE_ARENA_H
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

/// A bump allocator with a hard ceiling. Freed as a whole; one arena is never used by two threads.
typedef struct WireArena WireArena;

/// `first_chunk` bytes are taken at once; all allocations together never pass `limit` bytes. NULL: out of memory.
WireArena *wire_arena_create(size_t first_chunk, size_t limit);

void wire_arena_destroy(WireArena *arena);

/// 16-byte aligned and uninitialised; NULL when the ceiling would be passed or the system has no memory.
void *wire_arena_alloc(WireArena *arena, size_t size);

/// Whether an allocation was ever refused: protobuf-c does not tell this apart from a malformed message.
bool wire_arena_refused(const WireArena *arena);

/// An allocator whose `free` does nothing, to hand to `protobuf_c_message_unpack`.
ProtobufCAllocator wire_arena_allocator(WireArena *arena);

#endif
