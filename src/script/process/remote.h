/* Talking with a script process: what instance_remote.c asks of it goes through here. Whatever the
 * process sends besides its answer (lines for the log, texts for viewers, snapshots of its state, wishes
 * for files) is seen to while the answer is waited for. One that does not answer in time, ends, or
 * sends what it should not is *lost* (instance.h), and killed at once. */
#ifndef MR_SCRIPT_REMOTE_H
#define MR_SCRIPT_REMOTE_H

#include "script/lua/rate.h"
#include "script/process/instance_private.h"
#include "script/process/process.h"
#include "script/process/wire.h"

struct mr_remote {
    struct mr_instance instance; /* first: an instance's address is its remote's */
    struct mr_process process;
    uint8_t scratch[MR_WIRE_SCRATCH];
    struct mr_buffer body;     /* of the message received last */
    struct mr_buffer snapshot; /* the newest state that was sent */
    struct mr_buffer traceback;
    struct mr_rate broadcasts;

    /* instance_remote.c's */
    uint64_t planes_id, canvas_id; /* of the memory that was announced */
    struct mr_picture_pool *canvases;
    int width, height; /* of the canvases */
    struct mr_picture *lent;
    struct mr_picture *frame; /* borrowed: what is asked about; NULL: no frame */
};

/* Start the process, let it confine itself, wait until it is ready.
 * in:     remote: zeroed, its instance's options set
 * return: 0; -errno with *error; mr_remote_end is to be called in any case */
int mr_remote_start(struct mr_remote *remote, struct mr_error *error);
void mr_remote_end(struct mr_remote *remote);

/* Send a message that has no answer. attached: a descriptor to go along, or -1
 * return: 0; lost */
int mr_remote_send(struct mr_remote *remote, struct mr_wire_message *message, const void *body,
                   size_t size, int attached, struct mr_error *error);

/* Send a message and wait for its answer, for a call of the usual deadline or for `limit_ms`.
 * out:    *answer; its body is in remote->body
 * return: what the script's side returned, with its error and traceback; or lost */
int mr_remote_ask(struct mr_remote *remote, struct mr_wire_message *message, const void *body,
                  size_t size, struct mr_wire_message *answer, struct mr_error *error);
int mr_remote_ask_within(struct mr_remote *remote, int limit_ms, struct mr_wire_message *message,
                         const void *body, size_t size, struct mr_wire_message *answer,
                         struct mr_error *error);

/* return: whether the body is what a writer of JSON can have made, up to `most` bytes: viewers hang up
 * on a text that is not UTF-8, and a control character would break out of the formats it is put into */
bool mr_remote_sent_json(const struct mr_remote *remote, size_t most);

/* Its answer makes no sense: lost. return: -EPIPE */
int mr_remote_refuse(struct mr_remote *remote, struct mr_error *error);

/* Take what a lost process had sent before it ended. */
void mr_remote_drain(struct mr_remote *remote);

#define MR_REMOTE_GRACE_MS 200 /* beyond the deadline, at which the process ends a call by itself */

#endif
