/* The state that the files of a script process share. From below: script_host_leave.c, the end; script_host_link.c, what it
 * asks of its host; script_duties.c, what it is asked; script_host.c, its life. No other file includes this header. */
#ifndef MR_SCRIPT_SCRIPT_HOST_PRIVATE_H
#define MR_SCRIPT_SCRIPT_HOST_PRIVATE_H

#include "script/draw/canvas.h"
#include "script/lua/script_log.h"
#include "script/lua/watchdog.h"
#include "script/process/instance.h"
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

#endif
