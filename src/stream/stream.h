/* One stream: source → script → encoder → hub, with its threads, pace and statistics.
 *
 * A source that comes and goes (a camera, the network) may end, break or stall: then the stream is
 * lost, not failed. It tries to open the source again until that succeeds or it is stopped; viewers
 * stay, and get once a second a small picture that says so, with the payload
 * {"signal":false,"reason":…}, of which the script knows nothing. Headless, everything is final.
 *
 * Its threads are "source NAME" (reads, converts, paces) and "script NAME" (script, hands over to
 * the encoder pool; between frames it tells the script what viewers do and say). When the source has
 * ended, the script still hears viewers, until the stream is stopped. Reference-counted, since a request may look at a stream that is being removed;
 * started and stopped once, by whoever made it. */
#ifndef MR_STREAM_STREAM_H
#define MR_STREAM_STREAM_H

#include "base/error.h"
#include "media/picture/geometry.h"
#include "media/source/source.h"
#include "script/runner/runner.h"
#include "stream/encoder.h"
#include "stream/hub.h"
#include "stream/recorder.h"
#include "stream/stats.h"

#include <stdbool.h>

#define MR_STREAM_NAME_MAX 64

struct mr_stream;

/* Where finished packets go when it is not the hub: the headless runner's files. Called by encoder
 * threads, one call at a time, in order; the packet is borrowed. `error`: the script's, or NULL. */
typedef void mr_stream_sink(void *opaque, struct mr_packet *packet, const char *error);

struct mr_stream_options {
    const char *name; /* [a-z0-9_-]{1,64} */
    const char *url;
    struct mr_input_options input;
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
    int deadline_ms;
    int memory_mib;
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

/* return: "opening", …; lives for ever */
const char *mr_stream_phase_name(enum mr_stream_phase phase);

/* The state that the API shows; a copy. */
struct mr_stream_state {
    enum mr_stream_phase phase;
    struct mr_error error; /* when failed or lost */
    char url[256];         /* without passwords */
    struct mr_source_info source;
    int width, height; /* of the output; 0 before the first frame */
    struct mr_stats stats;
    struct mr_spread script_us; /* of the newest frames */
    uint64_t damaged;
    uint64_t reconnects; /* times that a lost source came back */
    double lost_s;       /* how long it was lost, all in all */
    struct mr_runner_state script;
    unsigned viewers[MR_VIEWER_KINDS];
    struct mr_hub_sent sent[MR_VIEWER_KINDS];
    uint64_t texts_sent;    /* by the script */
    uint64_t texts_dropped; /* of a text, for one viewer */
    struct mr_recorder_state recording;
};

/* Load the script; nothing runs yet.
 * in:     options, strings are copied; encoder, must outlive the stream
 * out:    *stream, one reference; with options.wait_for_script it may be in phase MR_STREAM_FAILED and
 *         not ready
 * return: 0; -errno with *error */
int mr_stream_create(const struct mr_stream_options *options, struct mr_encoder *encoder,
                     struct mr_stream **stream, struct mr_error *error);
struct mr_stream *mr_stream_ref(struct mr_stream *stream);
void mr_stream_unref(struct mr_stream **stream); /* clears it; the last one stops and frees */

/* Whether its script was loaded, so that it can be started; options.changed is called when that comes to
 * pass. Any thread. */
bool mr_stream_is_ready(struct mr_stream *stream);

/* Start the threads; once, when the stream is ready. return: 0; -errno of pthread_create */
int mr_stream_start(struct mr_stream *stream);

/* Begin to stop: what mr_stream_stop does before it waits, so that several streams can end at a time.
 * Any thread, returns at once. */
void mr_stream_ask_to_stop(struct mr_stream *stream, const char *reason);

/* End the threads, wait for frames on their way, close the hub with `reason`. Returns within about
 * a second whatever source and script do. Takes a stream that was not started or is stopped. */
void mr_stream_stop(struct mr_stream *stream, const char *reason);

void mr_stream_reload(struct mr_stream *stream); /* the script; any thread, returns at once */

/* The script's settings, and changing them: as mr_runner_get_settings and mr_runner_change_settings.
 * return: 0; -errno with *error, as those say
 * thread: any but the stream's own; waits for the frame under way */
int mr_stream_get_settings(struct mr_stream *stream, struct mr_buffer *json,
                           struct mr_error *error);
int mr_stream_change_settings(struct mr_stream *stream, const char *json, size_t size,
                              struct mr_error *error);

/* The script's text, putting another one in its place, and its log: as mr_runner_read_script,
 * mr_runner_propose, mr_runner_refuse_proposals and mr_runner_log, which say what they return. The log is
 * borrowed and lives as long as the stream.
 * return: see there
 * thread: any but the stream's own */
int mr_stream_read_script(struct mr_stream *stream, struct mr_buffer *text, struct mr_error *error);
enum mr_verdict mr_stream_propose(struct mr_stream *stream,
                                  const struct mr_script_proposal *proposal, uint32_t *generation,
                                  struct mr_error *error);
void mr_stream_refuse_proposals(struct mr_stream *stream);
struct mr_log_ring *mr_stream_log(struct mr_stream *stream);

/* return: the stream's name, its script's path, its hub; borrowed, they live as long as the stream.
 * Any thread. */
const char *mr_stream_name(const struct mr_stream *stream);
const char *mr_stream_script(const struct mr_stream *stream);
struct mr_hub *mr_stream_hub(struct mr_stream *stream);
void mr_stream_get_state(struct mr_stream *stream, struct mr_stream_state *state); /* any thread */

#endif
