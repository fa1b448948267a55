/* One viewer of any kind, as a client of its protocol sees the stream, for tests with many of them.
 *
 * The stream's payload must be {"n":COUNT,"t":SECONDS}: the script's own count of frames, by which
 * gaps are seen, and its now(), by which the age of what arrives is. Buffers are read and parsed
 * whole; the caller waits for readiness. Failures of the test's own making end the test. */
#ifndef MR_TESTS_WATCH_H
#define MR_TESTS_WATCH_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum watch_kind {
    WATCH_NATIVE,   /* /ws/live */
    WATCH_SOCKETIO, /* /socket.io/ by WebSocket */
    WATCH_MJPEG,    /* /stream/live.mjpg */
    WATCH_EVENTS,   /* /events/live */
    WATCH_POLLING,  /* /socket.io/ by polling: a connection for each request */
    WATCH_KINDS,
};

const char *watch_kind_name(enum watch_kind kind);

struct watch;
typedef void watch_frame(void *opaque, struct watch *watch, int64_t age_us);

struct watch {
    enum watch_kind kind;
    int port;
    int fd; /* -1: closed */
    watch_frame *on_frame;
    void *opaque;

    uint64_t frames, gaps;
    uint64_t last;        /* n of the newest frame */
    bool ended;           /* by the server, though it should not be */
    bool watching;        /* handshakes are over */
    unsigned connections; /* opened so far: after another one, fd is to be waited for anew */
    const char *fault;

    /* its own */
    struct mr_buffer in;
    int step; /* of handshakes */
    char sid[64];
    bool sid_known, pong_due;
};

/* Connect and send the first request. return: false when the server does not take the connection */
bool watch_open(struct watch *watch, enum watch_kind kind, int port);

/* Read what is there, `limit` bytes at most, and take it apart.
 * return: bytes read */
size_t watch_read(struct watch *watch, size_t limit);

/* Close; who polls says so before, else its session would be there until a ping is missed. */
void watch_leave(struct watch *watch);

void watch_close(struct watch *watch);

/* Close with a reset. */
void watch_abort(struct watch *watch);

#endif
