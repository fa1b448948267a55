/* The floor under a fan-out: an epoll loop that sends a prepared buffer to everybody. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stddef.h>
#include <sys/types.h>

/* Start it in a process of its own: as soon as `viewers` have connected, each of them is sent a
 * WebSocket message of `payload` bytes `fps` times a second. *port: where it listens, on loopback.
 * Exits the program on errors. */
pid_t bare_start(int viewers, size_t payload, int fps, int *port);

#endif
