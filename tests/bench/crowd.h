/* A crowd of WebSocket viewers in a process of its own: reads, counts messages, throws them away.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

struct crowd {
    /* in shared memory, written by the crowd's process */
    atomic_ulong messages, bytes;
    atomic_bool broken; /* a connection ended or a head was not a WebSocket one */
    pid_t pid;
};

/* Connect `viewers` sockets to 127.0.0.1:port, with a WebSocket handshake for `path`, or without
 * any if path is NULL, and read until stopped. Exits the program on errors. */
struct crowd *crowd_start(int port, const char *path, int viewers);
void crowd_stop(struct crowd *crowd);

#endif
