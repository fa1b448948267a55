/* The runner: give a picture, take a result. All that the host knows of scripts.
 *
 * It has two halves: what the stream's script thread uses (live.h: the instance that runs, and what
 * it leaves behind), and the keeper's thread (keeper.h: watches the files, tests new versions, starts
 * a lost script again), which replaces the live instance between two frames (replace.h).
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
#include "script/runner/notice.h"
#include "script/runner/proposal.h"
#include "script/runner/runner_options.h"
#include "script/runner/script_result.h"

#include <stddef.h>
#include <stdint.h>

struct mr_runner;

/* Load the script and start watching its directory.
 * in:     options, strings are copied
 * out:    *runner; NULL on error
 * return: 0; -errno with *error, which names the file and says what is wrong with it (absent, syntax
 *         error with line, error at load or in init, no function `process`) or with
 *         options.settings. With options.wait a script that cannot be loaded is no error: 0 is
 *         returned, and state.last_error says what is wrong
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

/* Make a picture that says why there is no signal, with the payload {"signal":false,"reason":…}, in
 * place of a frame. The script is not called.
 * out:    *result, always filled; finish it; result->skip when memory ran out
 * thread: that of mr_runner_process */
void mr_runner_give_notice(struct mr_runner *runner, const struct mr_notice *notice,
                           struct mr_script_result *result);

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

/* Put a text to the test that every new version has to pass, then save it as the script's file and let
 * it take over, all of it or nothing: file and running script are as they were unless the verdict is
 * MR_VERDICT_RUNS. The file's mode is kept, and symbolic links stay.
 * out:    *generation, when it runs; *error, when it does not
 * return: the verdict
 * thread: any but those of mr_runner_process and "reload"; waits for the verdict, for as long as
 *         the script's own deadlines let loading, init and one frame take, or until
 *         mr_runner_refuse_proposals */
enum mr_verdict mr_runner_propose(struct mr_runner *runner,
                                  const struct mr_script_proposal *proposal, uint32_t *generation,
                                  struct mr_error *error);

/* All who wait for a verdict get MR_VERDICT_BUSY at once, and so does every proposal from now on. Any
 * thread; never blocks. */
void mr_runner_refuse_proposals(struct mr_runner *runner);

/* Append what the script's file holds now. return: 0; -errno with *error. thread: any */
int mr_runner_read_script(struct mr_runner *runner, struct mr_buffer *text, struct mr_error *error);

/* return: the newest lines of the script's log (log_ring.h); borrowed. Any thread. */
struct mr_log_ring *mr_runner_log(struct mr_runner *runner);

/* Load the script again even if no file changed (SIGHUP). Returns at once. Any thread. */
void mr_runner_reload(struct mr_runner *runner);

/* End the call that is under way, if any, as if its deadline had come, and every one after it but
 * shutdown: for those who want to stop and have waited. Any thread. */
void mr_runner_hurry(struct mr_runner *runner);

/* Any thread. */
void mr_runner_get_state(struct mr_runner *runner, struct mr_runner_state *state);

#endif
