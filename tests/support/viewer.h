/* A WebSocket viewer for tests: connects, shakes hands, takes frames apart and keeps account of
 * what it saw. One thread drives any number of them (viewers_run). Failures of the test's own
 * making end the test through cmocka. */
#ifndef MR_TESTS_VIEWER_H
#define MR_TESTS_VIEWER_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct viewer_message {
    int opcode; /* 1 text, 2 binary */
    const uint8_t *bytes;
    size_t size;
    /* of a binary message */
    uint64_t seq;
    int64_t pts_us, captured_us;
    const char *payload; /* not 0-terminated */
    size_t payload_size;
    const uint8_t *image;
    size_t image_size;
};

struct viewer;
typedef void viewer_callback(void *opaque, struct viewer *viewer,
                             const struct viewer_message *message);

struct viewer_options {
    const char *path;            /* NULL: "/ws/live" */
    int receive_buffer_bytes;    /* SO_RCVBUF, as a slow link would have it; 0: the system's */
    unsigned bytes_per_second;   /* how fast it reads; 0: as fast as it comes */
    bool never_reads;            /* but for the handshake */
    bool mute;                   /* it answers no pings */
    bool takes_any;              /* binary messages that are no frames, too */
    viewer_callback *on_message; /* for each message; may be NULL */
    void *opaque;
};

/* Frames that one who keeps up may miss. Under the thread sanitizer the tests' own viewers do not always. */
#if defined(__SANITIZE_THREAD__)
#define VIEWER_GAPS_FORGIVEN 10
#else
#define VIEWER_GAPS_FORGIVEN 0
#endif

struct viewer {
    struct viewer_options options;
    int fd; /* -1 once closed by us */

    uint64_t messages;
    uint64_t pictures;            /* binary messages among them */
    uint64_t first_seq, last_seq; /* of those */
    uint64_t gaps;                /* seqs missing between first and last */
    int64_t lag_us, max_lag_us;   /* from captured_us to the whole message's arrival */
    size_t largest;               /* message, in bytes */
    unsigned pings, pongs;
    int close_code; /* of a close frame: 1005 when it had none; 0: not received */
    char close_reason[124];
    bool ended;   /* the server closed the connection */
    bool reset;   /* … with a reset */
    bool invalid; /* it broke the protocol; `fault` says how */
    const char *fault;

    /* the viewer's own */
    struct mr_buffer input;
    size_t used; /* of input */
    int64_t budget_at_us;
    double budget_bytes;
};

/* Connect to 127.0.0.1:port and shake hands.
 * return: the status of the answer, 101 when it watches; *viewer is always made */
int viewer_open(struct viewer *viewer, int port, const struct viewer_options *options);

/* Make one of a socket on which the handshake is over, or never took place. */
void viewer_adopt(struct viewer *viewer, int fd, const struct viewer_options *options);

void viewer_close(struct viewer *viewer);

/* Close with a reset instead of an orderly end. */
void viewer_abort(struct viewer *viewer);

/* Send one frame, masked, whole. head: the frame's first byte (FIN, reserved bits, opcode). */
void viewer_send(struct viewer *viewer, unsigned head, const void *bytes, size_t size);
void viewer_send_raw(struct viewer *viewer, const void *bytes, size_t size);

/* Read what comes to `count` viewers until done(opaque) or until `deadline_us` (monotonic).
 * done: NULL: never, only the deadline; asked after every turn
 * return: whether done said so */
bool viewers_run(struct viewer *viewers, size_t count, int64_t deadline_us,
                 bool (*done)(void *opaque), void *opaque);

#endif
