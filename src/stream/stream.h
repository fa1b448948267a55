/* One stream: source → script → encoder → hub, with its threads, pace and statistics.
 *
 * A source that comes and goes (a camera, the network) may end, break or stall: then the stream is
 * lost, not failed. It tries to open the source again until that succeeds or it is stopped; viewers
 * stay, and get once a second a small picture that says so, with the payload
 * {"signal":false,"reason":…}, of which the script knows nothing. Headless, everything is final.
 *
 * Its threads are "source NAME" (reads, converts, paces) and "script NAME" (script, hands over to
 * the encoder pool; between frames it tells the script what viewers do and say). When the source has
 * ended, the script still hears viewers, until the stream is stopped. A stream is reference-counted, since a request may
 * look at one that is being removed; whoever made it starts and stops it once. */
#ifndef MR_STREAM_STREAM_H
#define MR_STREAM_STREAM_H

#include "stream/encoder.h"
#include "stream/hub.h"
#include "stream/phase.h"
#include "stream/recorder.h"
#include "stream/stats.h"
#include "stream/stream_options.h"

struct mr_stream;

/* The state that the API shows; a copy. */
struct mr_stream_state {
    enum mr_stream_phase phase;
    struct mr_error error; /* when failed or lost */
    char reason[256];      /* the same for everybody: without the source's address */
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
