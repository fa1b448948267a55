/* What both ends of the control protocol are fuzzed with: messages made of an input, sent by the end
 * that the fuzzer plays. See wire.h.
 *
 * One message in an input:
 *     u8  form: 0 … 31 the end of a turn; 32 … 47 raw bytes (u8 size, bytes); else a message:
 *     u8  kind; u8 flags; u8 n and n bytes of what belongs to the kind; u16 size and the body
 *     u32 body_bytes, u32 first_bytes, if the flags say so */
#ifndef TEST_FUZZ_MESSAGES_H
#define TEST_FUZZ_MESSAGES_H

#include "fuzz.h"
#include "script/process/wire.h"

enum fuzz_flag {
    FUZZ_MEMFD = 1,      /* the body is in a memfd, and in_memfd is set */
    FUZZ_LONG = 2,       /* the body doubled until it is above FUZZ_LONG_BYTES */
    FUZZ_WRONG_SIZE = 4, /* body_bytes is in the input */
    FUZZ_TWO_PARTS = 8,  /* first_bytes is in the input */
};

#define FUZZ_LONG_BYTES (1200 * 1024) /* above every limit of 1 MiB */

/* What is attached, in the flags' upper half. */
enum fuzz_attached {
    FUZZ_AS_FLAGS_SAY, /* the body's memfd, or nothing */
    FUZZ_NOTHING,
    FUZZ_HALF, /* a memfd with half of the body */
    FUZZ_PIPE,
    FUZZ_SOCKET,
    FUZZ_NULL, /* /dev/null */
    FUZZ_TWO,  /* the body's memfd twice */
    FUZZ_THREE,
    FUZZ_PICTURES, /* the memory of a pool of BGRX pictures */
    FUZZ_PLANES,   /* the same, I420 */
    FUZZ_ATTACHED_COUNT
};

#define FUZZ_WIDTH  48 /* of the pictures */
#define FUZZ_HEIGHT 32
#define FUZZ_SLOTS  2

/* Make what is attached later. Once. */
void fuzz_messages_prepare(void);

/* Take one message from the input and send it. Never blocks.
 * out:    *kind: what was sent: enum mr_wire_kind, or 0 for
 *         raw bytes and what had no room
 * return: false when the turn is over: the form that said so in *kind, 0 at the input's end */
bool fuzz_messages_send(int fd, struct fuzz_input *input, uint32_t *kind);

/* Take what the other end has sent so far.
 * in: look: called with each body, which may be cut; NULL for none */
void fuzz_messages_take(int fd, void (*look)(const uint8_t *packet, size_t size));

#endif
