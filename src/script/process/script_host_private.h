/* The state that the files of a script process share: script_host.c (its life) and script_duties.c
 * (what it is asked). No other file includes this header. */
#ifndef MR_SCRIPT_SCRIPT_HOST_PRIVATE_H
#define MR_SCRIPT_SCRIPT_HOST_PRIVATE_H

#include "script/draw/canvas.h"
#include "script/engine/watchdog.h"
#include "script/lua/script_log.h"
#include "script/process/instance.h"
#include "script/process/script_host.h"
#include "script/process/wire.h"

struct mr_script_host {
    int fd;
    uint8_t scratch[MR_WIRE_SCRATCH];
    struct mr_wire_message asked;
    struct mr_buffer body; /* of what is asked */
    char *stream;

    struct mr_watchdog *watchdog;
    struct mr_canvases *canvases;
    struct mr_script_log *log;
    struct mr_instance_options options;
    struct mr_instance *instance;
    struct mr_heritage heritage;
    struct mr_picture_pool *planes, *canvas_pool;
    struct mr_blob *recorded; /* of the next frame; NULL: none */

    bool loaded, started;
    bool dirty; /* a call was made since the last snapshot */
    bool too_large;
    int64_t snapshot_us;
    struct mr_buffer snapshot, state; /* sent last, and the one being looked at */
};

/* Do what is asked over host->fd, of a host that is zeroed but for it, until one of the ends leaves. */
_Noreturn void mr_script_host_serve(struct mr_script_host *host);

/* The host is gone, or does not make sense: nothing is left to do, and nobody to tell.
 * script_host_leave.c, so that a test can do something else than to end its process */
_Noreturn void mr_script_host_leave(int status);

/* Leave if `result` is an error. */
void mr_script_host_must(int result);

/* A mr_bundle_fetch: ask the host for a file. */
mr_bundle_fetch mr_script_host_fetch;

/* Fills pending pictures by asking the host. opaque: the script host */
void mr_script_host_want_pixels(void *opaque, struct mr_picture *picture);

/* Answer what was asked: with nothing, or with the error. */
void mr_script_host_answer_result(struct mr_script_host *host, int result,
                                  const struct mr_error *error);

/* Send the state if it is not what was sent last. */
void mr_script_host_save_state(struct mr_script_host *host);

/* Do what host->asked says about the script; leaves when that makes no sense. */
void mr_script_host_do(struct mr_script_host *host);

#endif
