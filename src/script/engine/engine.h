/* An engine: one Lua state with one version of a script, and the calls into it.
 *
 * Used by one thread at a time; callers take turns. No call fails other than by its return value:
 * every one is protected, watched (options.watchdog) and bounded in memory. Messages begin with
 * file and line: "process.lua:12: …". */
#ifndef MR_SCRIPT_ENGINE_H
#define MR_SCRIPT_ENGINE_H

#include "base/buffer.h"
#include "base/error.h"
#include "media/picture/picture.h"
#include "script/engine/bundle.h"
#include "script/engine/event.h"

#include <stdbool.h>

struct mr_canvases;
struct mr_engine;
struct mr_script_log;
struct mr_watchdog;

struct mr_engine_options {
    const char *stream; /* `frame.stream`; copied */
    int deadline_ms;    /* of one call */
    int memory_mib;     /* of all that the script holds */
    int quality;        /* default of frame.quality */
    bool trial;         /* to be thrown away: what it logs is for debugging only */

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

/* Make a state and run the script's text in it.
 * in:     bundle: an own reference is taken
 * out:    *engine; NULL on error
 * return: 0; -EINVAL with *error: syntax, an error while it was run, wrong settings, no `process`;
 *         -ETIMEDOUT; -ENOMEM */
int mr_engine_create(const struct mr_engine_options *options, struct mr_bundle *bundle,
                     struct mr_engine **engine, struct mr_error *error);

/* Close the state. What the script's own __gc does is not bounded in time. Takes NULL. */
void mr_engine_destroy(struct mr_engine *engine);

/* Call init(state), process(frame, state), shutdown(reason), if they are there.
 * return: 0; -EINVAL with *error; -ETIMEDOUT when stopped at the deadline; -ENOMEM
 * out:    *result, zeroed on error */
int mr_engine_init(struct mr_engine *engine, struct mr_error *error);
int mr_engine_process(struct mr_engine *engine, struct mr_picture *picture, unsigned viewers,
                      struct mr_engine_result *result, struct mr_error *error);
int mr_engine_shutdown(struct mr_engine *engine, const char *reason, struct mr_error *error);

/* return: where the last failed call was, as several lines; "" when there is nothing to tell; valid
 *         until the next call */
const char *mr_engine_traceback(const struct mr_engine *engine);

/* return: how often the script has met its memory limit so far, errors that it caught included
 * thread: the one that runs the script */
uint64_t mr_engine_limits_met(const struct mr_engine *engine);

/* Say that a script met its memory limit and caught the error.
 * in:  name: the script's file; memory_mib: its limit
 * out: *error */
void mr_engine_describe_caught_limit(const char *name, int memory_mib, struct mr_error *error);

/* Copy `state` out as bytes, see state.h; *left_out.code is set when a part of it is no plain data.
 * return: 0; -EFBIG, -EINVAL, -ETIMEDOUT, -ENOMEM with *error */
int mr_engine_get_state(struct mr_engine *engine, struct mr_buffer *bytes,
                        struct mr_error *left_out, struct mr_error *error);

/* Replace `state` by what the bytes hold. return: 0; -EINVAL, -ENOMEM with *error */
int mr_engine_set_state(struct mr_engine *engine, const void *bytes, size_t size,
                        struct mr_error *error);

/* Append the declared settings with their values, as a JSON list in order of their names:
 * [{"name":"label","type":"text","default":"moonreel","value":"moonreel","help":"…"}, …]
 * return: 0; -errno with *error */
int mr_engine_get_settings(struct mr_engine *engine, struct mr_buffer *json,
                           struct mr_error *error);

/* Change settings and tell the script: on_settings(changed), with the new values of those that were
 * named; a button is true in it. All or none are changed.
 * in:     json: an object, {"label":"Yard","opacity":0.5}
 * return: 0; -EINVAL with *error, which names the setting, the value and what is allowed: nothing
 *         was changed; another -errno: they were changed, and on_settings failed (-ECANCELED: it
 *         raised an error) */
int mr_engine_change_settings(struct mr_engine *engine, const char *json, size_t size,
                              struct mr_error *error);

/* Take the values of another version's settings, before init: those that differ from its default,
 * whose name and type agree, and that are allowed here. What nobody changed is left to the new
 * version's defaults, so that editing those shows.
 * in:     json: what mr_engine_get_settings gave; or an object of values to begin with, all of which
 *         must be declared and allowed
 * return: 0; -EINVAL, -ENOMEM with *error: nothing was taken */
int mr_engine_adopt_settings(struct mr_engine *engine, const char *json, size_t size,
                             struct mr_error *error);

/* Call on_message or on_client, if it is there. return: as process */
int mr_engine_deliver(struct mr_engine *engine, const struct mr_script_event *event,
                      struct mr_error *error);

/* Call what after() and every() have due at `now_us` (mr_clock_now_us).
 * out:    *next_us: when to call again, -1: no timer is set
 * return: 0; -errno with *error when one of them failed: the rest is run by the next call, so
 *         *next_us is `now_us` then or later */
int mr_engine_run_timers(struct mr_engine *engine, int64_t now_us, int64_t *next_us,
                         struct mr_error *error);

/* return: when the next timer is due, in µs of the script's clock; -1: none is set */
int64_t mr_engine_next_timer_us(const struct mr_engine *engine);

/* Take the fonts and texts that `from` has rendered, so that the first frame need not. */
void mr_engine_take_text(struct mr_engine *engine, struct mr_engine *from);

/* return: the bundle that it was made from; borrowed */
struct mr_bundle *mr_engine_bundle(struct mr_engine *engine);

#endif
