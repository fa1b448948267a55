/* The options of a runner, and its state for the API. Plain data. */
#ifndef MR_SCRIPT_RUNNER_OPTIONS_H
#define MR_SCRIPT_RUNNER_OPTIONS_H

#include "script/engine/event.h"
#include "script/lua/limits.h"

#include <stdbool.h>
#include <stdint.h>

/* The picture that viewers see in place of a frame on which the script failed. */
enum mr_on_error {
    MR_ON_ERROR_PASS,  /* the frame as it came */
    MR_ON_ERROR_HOLD,  /* the last good picture again; blank before the first one */
    MR_ON_ERROR_BLANK, /* a plain picture that says why */
};

struct mr_runner_options {
    const char *stream; /* the stream's name, for `frame.stream` and the log */
    const char *path;   /* the script's file */
    enum mr_on_error on_error;
    struct mr_script_limits limits;
    int quality;      /* default of frame.quality */
    const char *host; /* program to run the script in as `HOST --script-host`, a process of its own;
                         NULL: in this process */
    const char *settings; /* JSON object: what they begin with; NULL: the script's defaults */
    bool wait;    /* a script that cannot be loaded is no failure: it is tried again whenever its
                         files change or a text is proposed, and state.running is false until then */
    bool patient; /* a script that was lost is waited for, so that no frame goes without it */

    mr_script_broadcast *broadcast; /* text for viewers; may be NULL */
    void (*wake)(void *opaque);     /* mr_runner_tend has something to do, or is to be asked when;
                                       any thread, must not block; may be NULL */
    void *opaque;                   /* of both */
};

/* Counters and state for the API; a copy. */
struct mr_runner_state {
    uint32_t generation;
    uint64_t frames;       /* given to the script */
    uint64_t errors;       /* frames on which it failed */
    uint64_t reloads;      /* swaps that took place */
    uint64_t rejected;     /* versions that did not pass probation */
    uint64_t starts;       /* of script processes */
    uint64_t kills;        /* of script processes that took too long or too much memory */
    uint64_t deaths;       /* script processes that ended by themselves */
    uint64_t messages;     /* told to the script */
    uint64_t refused;      /* messages and joins for which the queue had no room */
    int pid;               /* of the script's process; 0: none */
    bool running;          /* false while a lost script is being started again */
    bool failing;          /* it failed on the newest frame */
    bool trial;            /* what runs is a proposal that was not to be saved */
    char last_error[1024]; /* the newest error of a frame or a reload, "" if the running version has
                              none; with file and line */
};

#endif
