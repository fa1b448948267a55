/* The calls into a script: init, process, shutdown; its state and settings. As engine.h says: by one thread at a time, and
 * every call is protected, watched and bounded. */
#ifndef MR_SCRIPT_CALLS_H
#define MR_SCRIPT_CALLS_H

#include "base/error.h"
#include "script/engine/engine_options.h"

struct mr_engine;

/* Call init(state), process(frame, state), shutdown(reason), if they are there.
 * return: 0; -EINVAL with *error; -ETIMEDOUT when stopped at the deadline; -ENOMEM
 * out:    *result, zeroed on error */
int mr_calls_init(struct mr_engine *engine, struct mr_error *error);
int mr_calls_process(struct mr_engine *engine, struct mr_picture *picture, unsigned viewers,
                     struct mr_engine_result *result, struct mr_error *error);
int mr_calls_shutdown(struct mr_engine *engine, const char *reason, struct mr_error *error);

/* Copy `state` out as bytes, see state.h; *left_out.code is set when a part of it is no plain data.
 * return: 0; -EFBIG, -EINVAL, -ETIMEDOUT, -ENOMEM with *error */
int mr_calls_get_state(struct mr_engine *engine, struct mr_buffer *bytes, struct mr_error *left_out,
                       struct mr_error *error);

/* Replace `state` by what the bytes hold. return: 0; -EINVAL, -ENOMEM with *error */
int mr_calls_set_state(struct mr_engine *engine, const void *bytes, size_t size,
                       struct mr_error *error);

/* Append the declared settings with their values, as a JSON list in order of their names:
 * [{"name":"label","type":"text","default":"moonreel","value":"moonreel","help":"…"}, …]
 * return: 0; -errno with *error */
int mr_calls_get_settings(struct mr_engine *engine, struct mr_buffer *json, struct mr_error *error);

/* Change settings and tell the script: on_settings(changed), with the new values of those that were
 * named; a button is true in it. All or none are changed.
 * in:     json: an object, {"label":"Yard","opacity":0.5}
 * return: 0; -EINVAL with *error, which names the setting, the value and what is allowed: nothing
 *         was changed; another -errno: they were changed, and on_settings failed (-ECANCELED: it
 *         raised an error) */
int mr_calls_change_settings(struct mr_engine *engine, const char *json, size_t size,
                             struct mr_error *error);

/* Take the values of another version's settings, before init: those that differ from its default,
 * whose name and type agree, and that are allowed here. What nobody changed is left to the new
 * version's defaults, so that editing those shows.
 * in:     json: what mr_calls_get_settings gave; or an object of values to begin with, all of which
 *         must be declared and allowed
 * return: 0; -EINVAL, -ENOMEM with *error: nothing was taken */
int mr_calls_adopt_settings(struct mr_engine *engine, const char *json, size_t size,
                            struct mr_error *error);

#endif
