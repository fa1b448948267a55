/* An instance: one version of a script, loaded in this process (instance_local.c) or in one of its
 * own (instance_remote.c). Both follow the same rules; the runner does not know which it has, and a
 * script process has a local one itself.
 *
 * Used by one thread at a time. Its life: create, load, start, then any number of calls, shutdown,
 * destroy. Calls return 0 or -errno with *error, which begins with file and line where there is one.
 * After any of them the instance may be *lost*: it was stopped at its deadline, ran out of memory, or
 * its process died. It is of no use then but for mr_instance_salvage. */
#ifndef MR_SCRIPT_INSTANCE_H
#define MR_SCRIPT_INSTANCE_H

#include "script/process/instance_types.h"

struct mr_instance;

/* in:  options: strings and what is borrowed outlive the instance
 * out: *instance; NULL on error
 * return: 0; -errno with *error */
int mr_instance_create(const struct mr_instance_options *options, struct mr_instance **instance,
                       struct mr_error *error);

/* Without a shutdown. Takes NULL. */
void mr_instance_destroy(struct mr_instance *instance);

/* Read the script's text, first in an engine that is thrown away again: given the heritage, init and
 * one frame must go well in it (if trial->picture is there). What that one logs is for debugging.
 * return: 0; -errno with *error: file and line where there is one */
int mr_instance_load(struct mr_instance *instance, struct mr_bundle *bundle,
                     const struct mr_heritage *heritage, const struct mr_trial *trial,
                     struct mr_error *error);

/* Hand over the heritage and call init. return: 0; -errno with *error */
int mr_instance_start(struct mr_instance *instance, const struct mr_heritage *heritage,
                      struct mr_error *error);

/* Calls into the script, as those of engine.h.
 * return: 0; -errno with *error; mr_instance_aftermath tells the rest
 * thread: the one that has the turn */
int mr_instance_process(struct mr_instance *instance, struct mr_picture *picture, unsigned viewers,
                        struct mr_engine_result *result, struct mr_error *error);
int mr_instance_deliver(struct mr_instance *instance, const struct mr_script_event *event,
                        struct mr_error *error);
int mr_instance_run_timers(struct mr_instance *instance, int64_t now_us, struct mr_error *error);
int mr_instance_shutdown(struct mr_instance *instance, const char *reason, struct mr_error *error);

/* As those of engine.h; the buffers' content is replaced. return: 0; -errno with *error */
int mr_instance_get_state(struct mr_instance *instance, struct mr_buffer *state,
                          struct mr_error *left_out, struct mr_error *error);
int mr_instance_get_settings(struct mr_instance *instance, struct mr_buffer *json,
                             struct mr_error *error);
int mr_instance_change_settings(struct mr_instance *instance, const char *json, size_t size,
                                struct mr_error *error);

/* The state of a lost instance, as far as it is known: at most a second old. Empty if none is. */
void mr_instance_salvage(struct mr_instance *instance, struct mr_buffer *state);

/* return: the facts that the last call left; borrowed, valid until the next call */
const struct mr_aftermath *mr_instance_aftermath(const struct mr_instance *instance);

/* return: the bundle with all files that its script has looked for, so that a watcher knows when there are
 *         new ones; borrowed; NULL before it was loaded */
struct mr_bundle *mr_instance_bundle(struct mr_instance *instance);

/* return: the pid of its process; 0: it has none */
int mr_instance_pid(const struct mr_instance *instance);

#endif
