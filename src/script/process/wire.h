/* The wire between a stream's host and its script process: messages over a SOCK_SEQPACKET socket.
 *
 * Both ends are the same binary on the same machine, so numbers are sent as they lie in memory.
 * The host asks (first group) and waits for the answer; while it answers, the script process may
 * send any number of the second group, and ask for files. Neither end trusts the sizes, the bytes or
 * the order that the other sends.
 *
 * A message is struct mr_wire_message, then its body. A body of more than MR_WIRE_INLINE bytes
 * travels in a memfd of its own. A body can have two parts (an error and its traceback). */
#ifndef MR_SCRIPT_WIRE_H
#define MR_SCRIPT_WIRE_H

#include "base/buffer.h"
#include "media/picture/tiles.h"

#include <stdint.h>

#define MR_WIRE_INLINE (16 * 1024)
#define MR_WIRE_MAX    (64 * 1024 * 1024) /* of a body: an image file */

enum mr_wire_kind {
    /* host to script */
    MR_WIRE_HELLO = 1, /* body: the stream's name. Answered when confined and ready */
    MR_WIRE_MEMORY,    /* with a descriptor; no answer */
    MR_WIRE_STATE,     /* body: what MR_WIRE_LOAD (trial) and MR_WIRE_START begin with; no answer */
    MR_WIRE_SETTINGS,  /* likewise */
    MR_WIRE_LOAD,      /* body: the script's name, its text */
    MR_WIRE_START,
    MR_WIRE_FRAME, /* answer: the payload */
    MR_WIRE_EVENT, /* body: a message's JSON */
    MR_WIRE_TIMERS,
    MR_WIRE_GET_STATE,       /* answer: state, what was left out */
    MR_WIRE_GET_SETTINGS,    /* answer: JSON */
    MR_WIRE_CHANGE_SETTINGS, /* body: JSON */
    MR_WIRE_SHUTDOWN,        /* body: the reason */
    MR_WIRE_CONTENT,         /* the answer to MR_WIRE_FILE; body: the content, or the error */

    /* script to host */
    MR_WIRE_ANSWER,    /* to every one above that has one; body on error: text, traceback */
    MR_WIRE_FILE,      /* body: the name of a file that is wanted */
    MR_WIRE_LOG,       /* body: a line */
    MR_WIRE_BROADCAST, /* body: JSON */
    MR_WIRE_SNAPSHOT,  /* body: state, at most a second old when the process ends */
    MR_WIRE_PIXELS,    /* the planes of the frame, which is pending, are wanted */

    /* host to script, too */
    MR_WIRE_FILLED,   /* the answer to MR_WIRE_PIXELS */
    MR_WIRE_RECORDED, /* body: JSON, of the frame of the MR_WIRE_FRAME or MR_WIRE_LOAD that comes
                         next; no answer */

    /* with the process that runs a configuration */
    MR_WIRE_LINE,   /* with a descriptor: an int, the line that runs; answer: the same without one,
                       when the text of MR_WIRE_CONFIG begins to run */
    MR_WIRE_CONFIG, /* body: the path, a NUL, the text; answer: MR_WIRE_VALUES */
    MR_WIRE_VALUES, /* content.result; body: JSON, or the error */
};

struct mr_wire_message {
    uint32_t kind;
    uint32_t body_bytes;
    uint32_t first_bytes; /* of a body in two parts, the first's; otherwise body_bytes */
    uint32_t in_memfd;    /* 1: the body is in the descriptor that came with it */
    union {
        struct {
            int32_t deadline_ms, memory_mib, quality, log_level, parent;
        } hello;
        struct {
            uint32_t canvas; /* 1: to draw on, 0: frames */
            int32_t format, width, height;
            uint32_t slots;
        } memory;
        struct {
            uint32_t trial; /* of MR_WIRE_LOAD: 1: try it on the frame first */
            uint32_t slot;
            int32_t canvas; /* slot; -1: none is free */
            uint32_t viewers;
            uint64_t seq;
            int64_t pts_us, captured_us;
            uint32_t pending; /* 1: the planes may not be there before MR_WIRE_PIXELS is answered */
        } frame;
        struct {
            uint32_t kind; /* enum mr_script_event_kind */
            uint64_t client;
        } event;
        struct {
            int64_t now_us;
        } timers;
        struct {
            int32_t result; /* 0 or -errno */
            int32_t quality;
            uint32_t skip, changed;
            uint32_t lost;        /* the script is not to be called again */
            uint32_t quality_set; /* by the script */
            int64_t next_timer_us;
            uint32_t drawn[MR_TILES_MAX]; /* of the canvas, if changed: struct mr_tiles */
            uint64_t limits_met;          /* how often the script met its memory limit so far */
        } answer;
        struct {
            uint32_t text; /* 1: Lua code */
            uint32_t limit_bytes;
        } file;
        struct {
            int32_t parent;
        } config;
        struct {
            int32_t result; /* 0 or -errno */
        } content;
        struct {
            int32_t level;
            uint32_t left_out; /* not 0: no line, but so many that were too many */
        } log;
        struct {
            uint64_t client;
        } broadcast;
    };
};

/* Send one message.
 * in:     fd: the socket; body: may be NULL when there is none; kind, what belongs to it and, for a
 *         body in two parts, first_bytes are filled in (0 means one part); attached: a descriptor
 *         to send along, -1: none
 * return: 0; -EPIPE and the like when the other end is gone; -ENOMEM
 * Blocks while the other end does not read. */
int mr_wire_send(int fd, struct mr_wire_message *message, const void *body, size_t size,
                 int attached);

/* Receive one message.
 * in:     scratch: at least MR_WIRE_SCRATCH bytes, the caller's
 * out:    *message; body: its content is replaced; *attached: a descriptor that came with it, the
 *         caller's, or -1
 * return: 0; -EAGAIN when the socket's own time-out has passed; -EPIPE: the other end is gone;
 *         -EPROTO: it sent what is no message; -ENOMEM; nothing is left open on error */
#define MR_WIRE_SCRATCH (sizeof(struct mr_wire_message) + MR_WIRE_INLINE)
int mr_wire_receive(int fd, uint8_t *scratch, struct mr_wire_message *message,
                    struct mr_buffer *body, int *attached);

#endif
