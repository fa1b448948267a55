/* The options of a stream, as whoever makes it gives them, and the phases of its life. Plain data. */
#ifndef MR_STREAM_OPTIONS_H
#define MR_STREAM_OPTIONS_H

#include "base/error.h"
#include "media/picture/geometry.h"
#include "media/source/source.h"
#include "script/runner/runner.h"
#include "stream/packet.h"

#include <stdbool.h>

#define MR_STREAM_NAME_MAX 64

/* Where finished packets go when it is not the hub: the headless runner's files. Called by encoder
 * threads, one call at a time, in order; the packet is borrowed. `error`: the script's, or NULL. */
typedef void mr_stream_sink(void *opaque, struct mr_packet *packet, const char *error);

struct mr_stream_options {
    const char *name; /* [a-z0-9_-]{1,64} */
    const char *url;
    struct mr_input_options input;
    uint32_t background;      /* 0xRRGGBB, under transparent pictures */
    double poll_s;            /* how often a still picture is looked at again */
    double stall_s;           /* a live source that has no frame for so long is opened again */
    double idle_disconnect_s; /* … is closed when nobody has watched for so long; 0: never */
    const char *script;
    const char *settings; /* JSON object: what the script's settings begin with; NULL: defaults */
    bool wait_for_script; /* one that cannot be loaded fails the stream until it can, not its
                             making */
    struct mr_size size;
    enum mr_fit fit;
    double fps;            /* upper bound of the output rate; 0: none */
    int quality;           /* 1 … 100 */
    bool keep_jpeg;        /* frames that come as JPEG and are not changed keep their own quality */
    const char *record;    /* file to record to, a pattern for strftime; NULL: none */
    double record_split_s; /* a new file after so long; 0: never */
    bool loop;
    bool always;     /* run although nobody watches; so it does when it records */
    bool patient;    /* a camera or a remote source that is not there at first is waited for: it is
                        lost, not failed */
    bool lossless;   /* headless: no pacing, nothing is ever dropped */
    uint64_t frames; /* end after so many; 0: no limit */
    struct mr_script_limits limits;
    enum mr_on_error on_error;
    const char *host; /* program that runs the script in a process of its own (runner.h); NULL: this
                             process does */
    mr_stream_sink *sink; /* NULL: the hub */
    void *sink_opaque;
    void (*changed)(void *opaque); /* the phase is another one; called by the stream's threads; must
                                      not block; may be NULL */
    void *changed_opaque;
};

enum mr_stream_phase {
    MR_STREAM_OPENING,
    MR_STREAM_RUNNING,
    MR_STREAM_IDLE,     /* nobody watches */
    MR_STREAM_LOST,     /* a live source is gone, see error; it is tried again */
    MR_STREAM_FINISHED, /* the source ended, the last packet is out */
    MR_STREAM_FAILED,   /* see error */
};

#endif
