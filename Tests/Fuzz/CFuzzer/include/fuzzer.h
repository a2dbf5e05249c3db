// The entry points of libFuzzer (LLVM compiler-rt, "Using libFuzzer as a library").
#pragma once
#include <stddef.h>
#include <stdint.h>

// Runs with the command line of libFuzzer; the callback's result is 0.
int LLVMFuzzerRunDriver(int *count, char ***words, int (*callback)(const uint8_t *data, size_t size));

// libFuzzer's own mutation, in place; returns the new size, at most `sizeMax`.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t sizeMax);

// A file in memory, without a name: its descriptor, or -1.
int fuzz_memory_file(void);
