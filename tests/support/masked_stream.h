/* A stream whose script hides a region (mask_watch.h), for tests that make it fail: the running program,
 * two viewers that look at every picture, and versions of the script that fail when they are told to, by
 * messages: "raise" (five frames long), "hang", "memory", "payload", "deaf" (in on_message), "timer"; or
 * by a setting, label = "hang". There is one at a time; whatever goes wrong fails the running test. */
#ifndef TEST_SUPPORT_MASKED_STREAM_H
#define TEST_SUPPORT_MASKED_STREAM_H

#include "support/clip.h"
#include "support/host.h"
#include "support/mask_watch.h"
#include "support/viewer.h"

#include <jansson.h>

#define MASKED_TOKEN "let-me-in"

enum { MASKED_BINARY, MASKED_JSON, MASKED_VIEWERS };

struct masked_stream {
    /* the test's, before masked_begin */
    const char *policy, *deadline, *isolation; /* as on the command line */

    struct host host;
    struct viewer viewers[MASKED_VIEWERS];
    struct mask_watch seen;
    char script[CLIP_PATH];
    int version; /* saved last */
};
extern struct masked_stream masked;

/* Pieces of Lua that a version is made of: where it is loaded, in init, process, shutdown. In init and
 * process, `handed_over` tells whether there was a shutdown before: not on trial, nor after a loss. */
struct masked_pieces {
    const char *load, *init, *process, *shutdown;
};

void masked_begin(const char *source);
int masked_end(void); /* return: the program's exit status */

void masked_watch(void);
void masked_leave(void);

/* Save the next version, NULL: one without fault. */
void masked_save(const struct masked_pieces *pieces);

/* Save one without fault, and wait for it: it begins with a clean record. */
void masked_renew(void);

/* Send a message to the script. */
void masked_say(const char *word);

/* Look at pictures until `done` says so. */
void masked_run(bool (*done)(void *), void *opaque, const char *what);

void masked_await_version(void);          /* what was saved last */
void masked_await_masked(unsigned more);  /* frames that the script made */
void masked_await_without(unsigned more); /* frames without it */
void masked_await_log(const char *text);

/* A part of what the API says; to be let go of. And a number among its "script". */
json_t *masked_get_state(const char *name);
int masked_count(const char *name);

/* The script's process, once the one before is gone. */
pid_t masked_pid(void);

#endif
