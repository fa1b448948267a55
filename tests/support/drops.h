/* Frames that a running moonreel has dropped by its own count: what a busy machine costs, which viewers see as gaps. */
#ifndef MR_TESTS_DROPS_H
#define MR_TESTS_DROPS_H

#include <stdint.h>

/* return: the sum of the stream's drops, by all causes; failures end the test through cmocka */
uint64_t drops_of(int port, const char *stream);

#endif
