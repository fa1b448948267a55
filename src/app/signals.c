#include "app/signals.h"

#include "base/clock.h"
#include "base/thread.h"
#include "base/wake.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

#define LOOK_MS 100

static void end_at_once(int signal_number)
{
    static const char line[] =
        "moonreel: a script or source did not stop in time; ended by force\n";
    (void)signal_number;
    ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);
    (void)written;
    _exit(EXIT_FAILURE);
}

/* Main's thread may be held up itself, by a stream that does not end: whoever has asked for the end
 * and was not heard for so long gets it. */
static void *guard(void *argument)
{
    struct pollfd signals = { (int)(intptr_t)argument, POLLIN, 0 };
    for (int waited_ms = 0; waited_ms < MR_SIGNALS_SHUTDOWN_MS;) {
        poll(&signals, 1, -1);
        usleep(LOOK_MS * 1000);
        waited_ms = mr_signals_is_stop_asked() ? waited_ms + LOOK_MS : 0;
    }
    end_at_once(0);
    return NULL;
}

static int start_guard(int signal_fd)
{
    pthread_t thread;
    int result = mr_thread_start(&thread, "guard", guard, (void *)(intptr_t)signal_fd);
    return result < 0 ? result : -pthread_detach(thread);
}

int mr_signals_init(struct mr_signals *signals)
{
    sigset_t taken;
    int result = 0;
    sigemptyset(&taken);
    sigaddset(&taken, SIGINT);
    sigaddset(&taken, SIGTERM);
    sigaddset(&taken, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &taken, NULL);
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of write, not our end */
    signal(SIGXFSZ, SIG_IGN); /* likewise a recording that has reached the limit of a file's size */

    signals->signal_fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->signal_fd < 0)
        result = -errno;
    signals->watch_fd = -1;
    signals->notify_fd = mr_wake_create();
    if (signals->notify_fd < 0)
        result = signals->notify_fd;
    return result < 0 ? result : start_guard(signals->signal_fd);
}

void mr_signals_finish(struct mr_signals *signals)
{
    if (signals->signal_fd >= 0)
        close(signals->signal_fd);
    if (signals->notify_fd >= 0)
        close(signals->notify_fd);
}

static int remaining_ms(int64_t deadline_us)
{
    if (deadline_us < 0)
        return -1;
    int64_t left_us = deadline_us - mr_clock_now_us();
    return left_us <= 0 ? 0 : (int)((left_us + 999) / 1000);
}

/* A SIGHUP that somebody sent; one from the kernel tells that the terminal is gone. */
static bool is_reload(const struct signalfd_siginfo *info)
{
    return info->ssi_signo == SIGHUP && info->ssi_code != SI_KERNEL;
}

enum mr_event mr_signals_wait(struct mr_signals *signals, int64_t deadline_us)
{
    for (;;) {
        struct signalfd_siginfo info;
        if (read(signals->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
            return is_reload(&info) ? MR_EVENT_RELOAD : MR_EVENT_STOP;
        if (mr_wake_hush(signals->notify_fd))
            return MR_EVENT_CHANGED;

        struct pollfd fds[] = { { signals->signal_fd, POLLIN, 0 },
                                { signals->notify_fd, POLLIN, 0 },
                                { signals->watch_fd, POLLIN, 0 } };
        int ready = poll(fds, 3, remaining_ms(deadline_us));
        if (ready == 0)
            return MR_EVENT_TIMEOUT;
        if (ready > 0 && fds[2].revents != 0)
            return MR_EVENT_WATCH;
    }
}

bool mr_signals_is_stop_asked(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

void mr_signals_notify(void *argument)
{
    struct mr_signals *signals = argument;
    mr_wake_ring(signals->notify_fd);
}

void mr_signals_limit_shutdown(int limit_ms)
{
    struct sigaction action = { .sa_handler = end_at_once };
    sigaction(SIGALRM, &action, NULL);
    struct itimerval limit = { .it_value = { limit_ms / 1000, limit_ms % 1000 * 1000L } };
    setitimer(ITIMER_REAL, &limit, NULL);
}
