/* The runner: give a picture, take a result. All that the host knows of scripts.
 *
 * One a stream. It loads the script, calls it frame by frame, watches its directory and swaps in
 * the new version between two frames, keeps `state` over reloads, and turns every failure into a
 * result: a call of mr_runner_process never fails. Where the script runs (in this process or
 * another) is the runner's business. */
#ifndef MR_SCRIPT_RUNNER_H
#define MR_SCRIPT_RUNNER_H

#include "base/buffer.h"
#include "base/error.h"
#include "media/picture/picture.h"
#include "script/engine/event.h"
#include "script/lua/log_ring.h"
#include "script/runner/inbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_runner;

/* What viewers see of a frame on which the script failed. */
enum mr_on_error {
    MR_ON_ERROR_PASS,  /* the frame as it came */
    MR_ON_ERROR_HOLD,  /* the last good picture again; blank before the first one */
    MR_ON_ERROR_BLANK, /* a plain picture that says why */
};

struct mr_runner_options {
    const char *stream; /* the stream's name, for `frame.stream` and the log */
    const char *path;   /* the script's file */
    enum mr_on_error on_error;
    int deadline_ms;  /* for one call into the script; it is stopped when it takes longer */
    int memory_mib;   /* for all that the script holds */
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

/* What the script made of one frame. Passed to mr_script_result_finish when used up. */
struct mr_script_result {
    struct mr_picture *picture; /* to encode: the one given, or a BGRX one; a reference */
    char *payload;              /* JSON text, never NULL ("null"); malloc'd */
    size_t payload_size;
    char *error;         /* NULL, or one line with file and line; malloc'd */
    int quality;         /* 1 … 100 */
    bool quality_set;    /* by the script, for this frame */
    bool skip;           /* do not send this frame */
    uint32_t generation; /* of the script: 1 for the first, one more for every swap */
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

/* Load the script and start watching its directory.
 * in:     options, strings are copied
 * out:    *runner; NULL on error
 * return: 0; -errno with *error: the file and what is wrong with it (absent, syntax error with
 *         line, error at load or in init, no function `process`), or with options.settings; with
 *         options.wait 0, and that is state.last_error
 * thread: any; the runner's own thread ("reload") is started here */
int mr_runner_create(const struct mr_runner_options *options, struct mr_runner **runner,
                     struct mr_error *error);

/* Stop the watching, call the script's shutdown("stop"), free everything. Takes NULL. */
void mr_runner_destroy(struct mr_runner *runner);

/* Give a frame to the script.
 * in:     picture, I420, borrowed: the script draws on a copy; a reference is kept until the next
 *         frame, for new versions to be tried on; viewers: how many watch now
 * out:    *result, always filled; finish it
 * thread: one thread, always the same (the stream's script thread) */
void mr_runner_process(struct mr_runner *runner, struct mr_picture *picture, unsigned viewers,
                       struct mr_script_result *result);

#define MR_NOTICE_REASON_MAX 1024

/* What is said while there are no frames. */
struct mr_notice {
    int width, height;
    uint64_t seq;
    int64_t pts_us, captured_us;
    char reason[MR_NOTICE_REASON_MAX];
};

/* Make a picture that says so, with the payload {"signal":false,"reason":…}, in place of a frame.
 * The script does not hear of it.
 * out:    *result, always filled; finish it; it is to be skipped when memory ran out
 * thread: that of mr_runner_process */
void mr_runner_give_notice(struct mr_runner *runner, const struct mr_notice *notice,
                           struct mr_script_result *result);

/* Unref and free what a result holds; it may be all zero. */
void mr_script_result_finish(struct mr_script_result *result);

/* ---- between frames ---- */

/* Queue something to be told to the script (inbox.h); a leave only for a client whose join was
 * queued.
 * return: 0; -EAGAIN when MR_RUNNER_MESSAGES messages (or MR_RUNNER_ARRIVALS joins) wait already,
 *         which is counted; -EMSGSIZE; -ENOMEM; a leave is never refused
 * thread: any; never blocks */
int mr_runner_post(struct mr_runner *runner, const struct mr_script_event *event);

/* Tell the script what is queued and run the timers that are due. Where viewers' messages and
 * timers are wanted it is called after options.wake was, and when the time it returns has come.
 * return: when to call it again at the latest (monotonic, µs); 0: at once, more is queued; -1: not
 *         until options.wake
 * thread: that of mr_runner_process */
int64_t mr_runner_tend(struct mr_runner *runner);

/* Append the settings as engine.h's JSON list; change some of them.
 * return: 0; -errno with *error: -EINVAL for settings that are not there or not allowed, -EAGAIN
 *         while the script is being started again, or was never loaded
 * thread: any but that of mr_runner_process; waits for the frame under way */
int mr_runner_get_settings(struct mr_runner *runner, struct mr_buffer *json,
                           struct mr_error *error);
int mr_runner_change_settings(struct mr_runner *runner, const char *json, size_t size,
                              struct mr_error *error);

/* A text that is to become the script. */
struct mr_script_proposal {
    const char *text;
    size_t size;
    const struct mr_buffer *expected; /* the file must still hold this; NULL: whatever it holds */
    bool
        trial; /* only run it: the file stays, and takes over again when one of the files changes */
};

enum mr_verdict {
    MR_VERDICT_RUNS,     /* and, if it is no trial, is saved */
    MR_VERDICT_REJECTED, /* it cannot run: the error begins with file and line where there is one */
    MR_VERDICT_CHANGED,  /* the file does not hold what was expected */
    MR_VERDICT_UNSAVED,  /* the file cannot be written */
    MR_VERDICT_BUSY,     /* another one is being tried, or everything ends */
    MR_VERDICT_FAILED,   /* something else; out of memory */
};

/* Put a text to the test that every new version has to pass, then save it as the script's file and let
 * it take over, all of it or nothing: file and running script are as they were unless the verdict is
 * MR_VERDICT_RUNS. The file's mode is kept, and symbolic links stay.
 * out:    *generation, when it runs; *error, when it does not
 * thread: any but those of mr_runner_process and "reload"; waits for the verdict, for as long as
 *         the script's own deadlines let loading, init and one frame take, or until
 *         mr_runner_refuse_proposals */
enum mr_verdict mr_runner_propose(struct mr_runner *runner,
                                  const struct mr_script_proposal *proposal, uint32_t *generation,
                                  struct mr_error *error);

/* Whoever waits for a verdict gets MR_VERDICT_BUSY at once, and so does everybody from now on. Any
 * thread; never blocks. */
void mr_runner_refuse_proposals(struct mr_runner *runner);

/* Append what the script's file holds now. return: 0; -errno with *error. thread: any */
int mr_runner_read_script(struct mr_runner *runner, struct mr_buffer *text, struct mr_error *error);

/* The newest lines of the script's log (log_ring.h); borrowed. Any thread. */
struct mr_log_ring *mr_runner_log(struct mr_runner *runner);

/* Load the script again even if no file changed (SIGHUP). Returns at once. Any thread. */
void mr_runner_reload(struct mr_runner *runner);

/* End the call that is under way, if any, as if its deadline had come, and every one after it but
 * shutdown: for those who want to stop and have waited. Any thread. */
void mr_runner_hurry(struct mr_runner *runner);

/* Any thread. */
void mr_runner_get_state(struct mr_runner *runner, struct mr_runner_state *state);

#endif
