/* The events that main's thread waits for: signals, and news from the streams' threads. */
#ifndef MR_APP_SIGNALS_H
#define MR_APP_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

enum mr_event {
    MR_EVENT_STOP,    /* SIGINT, SIGTERM, or SIGHUP because the terminal was closed */
    MR_EVENT_RELOAD,  /* SIGHUP from anybody else */
    MR_EVENT_CHANGED, /* mr_signals_notify was called */
    MR_EVENT_WATCH,   /* watch_fd is readable */
    MR_EVENT_TIMEOUT,
};

struct mr_signals {
    int signal_fd;
    int notify_fd;
    int watch_fd; /* somebody else's, borrowed; -1: none */
};

/* Block the signals in this thread and those it makes from now on: call it first in main. A stop that
 * mr_signals_wait is not asked for in two seconds ends the process, with a line that says so.
 * return: 0, -errno */
int mr_signals_init(struct mr_signals *signals);
void mr_signals_finish(struct mr_signals *signals);

/* Wait for the next event.
 * in:     deadline_us: monotonic; below 0: none
 * return: what happened
 * thread: main's only */
enum mr_event mr_signals_wait(struct mr_signals *signals, int64_t deadline_us);

/* Whether MR_EVENT_STOP is what comes next because of SIGINT or SIGTERM: what takes long need not be
 * done any more. */
bool mr_signals_is_stop_asked(void);

/* Wake main's thread. `signals` is a struct mr_signals *; any thread, never blocks. */
void mr_signals_notify(void *signals);

/* How long the process has to end by itself, so that it is gone within 2 s. Sanitizers make everything several times
 * slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MR_SIGNALS_SHUTDOWN_MS 7600
#else
#define MR_SIGNALS_SHUTDOWN_MS 1900
#endif

/* From now on the process has `limit_ms` to end by itself; then it is ended with a line that says
 * so. For what cannot be interrupted, such as one endless call into C from a script. */
void mr_signals_limit_shutdown(int limit_ms);

#endif
