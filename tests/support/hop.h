/* A TCP forwarder for tests that takes whatever comes, at once, and keeps it until the other side reads it: what a proxy,
 * a tunnel or a long queue does to a stream. One thread; failures of its own making end the program. */
#ifndef MR_TESTS_HOP_H
#define MR_TESTS_HOP_H

#include <stddef.h>

struct hop;

/* Forward connections to 127.0.0.1:port. out: *listens, where it listens itself. return: the hop */
struct hop *hop_start(int port, int *listens);
void hop_stop(struct hop *hop);

/* return: bytes that it has read and not passed on, the most so far */
size_t hop_held_most(struct hop *hop);

#endif
