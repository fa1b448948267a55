/* The options of an engine, and the result that `process` makes of a frame. Plain data. */
#ifndef MR_SCRIPT_ENGINE_OPTIONS_H
#define MR_SCRIPT_ENGINE_OPTIONS_H

#include "base/buffer.h"
#include "media/picture/picture.h"
#include "script/engine/event.h"
#include "script/lua/limits.h"

#include <stdbool.h>

struct mr_canvases;
struct mr_script_log;
struct mr_watchdog;

struct mr_engine_options {
    const char *stream; /* `frame.stream`; copied */
    struct mr_script_limits limits;
    int quality; /* default of frame.quality */
    bool trial;  /* to be thrown away: what it logs is for debugging only */
    bool
        owns_heap; /* this process runs nothing else, so that what its heap grows by is the script's */

    /* borrowed, outlive the engine */
    struct mr_watchdog *watchdog; /* NULL: no deadline */
    struct mr_canvases *canvases;
    struct mr_script_log *log;
    const int64_t *clock_us; /* of timers and broadcasts; NULL: mr_clock_now_us */

    mr_script_broadcast *broadcast; /* NULL: nobody is told; never called for a trial */
    void *broadcast_opaque;
};

/* The result of `process` for a frame. */
struct mr_engine_result {
    struct mr_picture *picture; /* a reference, the caller's: the one given, or the canvas */
    struct mr_buffer payload;   /* JSON text, the caller's to finish */
    int quality;
    bool quality_set; /* by the script */
    bool skip;
};

#endif
