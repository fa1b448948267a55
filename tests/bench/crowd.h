/* A crowd of viewers in a process of its own: reads, counts frames, throws them away. One more
 * viewer that reads slowly can join them.
 *
 * How old what the slow one sees is: every viewer of a server gets the same bytes for a frame, so
 * frames are told apart by a hash, and a frame's age is the time since viewer 0, which reads as fast
 * as it can, had it whole. No server needs to say anything, and all are measured in the same way. A
 * frame is looked for after the one that was seen last, so that a clip that begins again does not
 * make an old one look new. */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "watcher.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#define CROWD_MAX_AGES 4096

struct crowd_options {
    enum watcher_protocol protocol;
    int port; /* on 127.0.0.1 */
    const char *path;
    int viewers;
    unsigned slow_bytes_per_second; /* of the slow viewer; 0: there will be none */
};

struct crowd_viewer {
    atomic_ulong frames, bytes, gaps;
};

struct crowd {
    pid_t pid;
    size_t mapped_bytes;
    int viewers;
    /* in shared memory, written by the crowd's process */
    atomic_bool broken; /* a connection ended or spoke another protocol */
    char fault[128];
    atomic_int age_count;
    int age_ms[CROWD_MAX_AGES]; /* of the frames the slow one saw, in order */
    atomic_bool slow_ended;     /* the server dropped it */
    atomic_bool slow_wanted;    /* written by the parent */
    struct crowd_viewer viewer[];
};

struct crowd_totals {
    unsigned long frames, bytes, gaps;
};

/* Connect the viewers and read until stopped. Exits the program on errors of its own; what the
 * server does wrong is `broken`. */
struct crowd *crowd_start(const struct crowd_options *options);
void crowd_stop(struct crowd *crowd);

/* Wait until every viewer has had a frame. return: whether that came within `seconds` */
bool crowd_wait(struct crowd *crowd, double seconds);

/* Sum of the healthy viewers. */
struct crowd_totals crowd_totals(const struct crowd *crowd);

/* Frames that each viewer has had: `frames` has room for all of them. */
void crowd_each(const struct crowd *crowd, unsigned long *frames);

#endif
