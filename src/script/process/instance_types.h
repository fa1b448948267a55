/* The options of an instance, what it inherits and leaves, and the facts after a call. Plain data. */
#ifndef MR_SCRIPT_INSTANCE_TYPES_H
#define MR_SCRIPT_INSTANCE_TYPES_H

#include "script/engine/engine_options.h"
#include "script/lua/bundle.h"

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

#endif
