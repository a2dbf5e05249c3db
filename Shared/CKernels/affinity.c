#pragma STDC FP_CONTRACT OFF
// Glibc shows the calls for processors to C alone, and only when asked.
#define _GNU_SOURCE

#include <sched.h>

#include "exact_kernels.h"

void exact_pin_thread(size_t index, size_t threads) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || (size_t)CPU_COUNT(&allowed) < threads) return;
  for (size_t processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &allowed) || index-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
    return;
  }
}
