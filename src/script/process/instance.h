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

#include "script/engine/bundle.h"
#include "script/engine/engine.h"

#include <stdatomic.h>

struct mr_instance_options {
    struct mr_engine_options engine; /* trial and what it borrows: of a local one only, but log */
    const char *host;                /* program for a process of its own; NULL: a local one */
    const atomic_bool *hurry;        /* while set, a call into a process is given up at once */
};

/* The things that a version leaves to the next one: state (state.h) and settings (engine.h); may be empty. */
struct mr_heritage {
    struct mr_buffer state, settings;
};

/* A frame to try a version on before it is let loose; picture NULL: it is not tried. */
struct mr_trial {
    struct mr_picture *picture; /* borrowed */
    unsigned viewers;
};

/* Facts about the instance after a call; every call fills them. */
struct mr_aftermath {
    bool lost;
    bool died;             /* lost since its process ended or went mad by itself */
    int64_t next_timer_us; /* when mr_instance_run_timers is due; -1: no timer is set */
    uint64_t limits_met;   /* how often the script met its memory limit so far, caught or not */
    const char *traceback; /* of the error, "" if there is none; until the next call */
};

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
