/* moonreel --test FILE...: the tests of a script. */
#include "app/tests.h"

#include "app/app.h"
#include "script/trial/trial_run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* An endless call into C, which the watchdog cannot stop, ends the run. */
static char under_way[512];

static void give_up(int signal_number)
{
    (void)signal_number;
    ssize_t written = write(STDOUT_FILENO, under_way, strlen(under_way));
    (void)written;
    _exit(EXIT_FAILURE);
}

static void set_alarm(int64_t limit_ms)
{
    const struct itimerval limit = { .it_value = { limit_ms / 1000, limit_ms % 1000 * 1000 } };
    setitimer(ITIMER_REAL, &limit, NULL);
}

/* Twice what a test may take: the watchdog is to come first. */
static void begin(void *opaque, const char *name)
{
    const struct mr_options *options = opaque;
    int64_t limit_ms = (int64_t)options->limits.deadline_ms * 2 * MR_TRIAL_DEADLINES + 1000;
    set_alarm(0);
    snprintf(
        under_way, sizeof(under_way),
        "FAILED %s\n    one call of a C function did not return in %lld ms; the run ends here\n",
        name, (long long)limit_ms);
    set_alarm(limit_ms);
}

int mr_tests_run(const struct mr_options *options, struct mr_error *error)
{
    const struct mr_trial_options test_options = {
        .limits = options->limits,
        .out = stdout,
        .begin = begin,
        .opaque = (void *)options,
    };
    struct mr_trial_counts counts;
    struct sigaction action = { .sa_handler = give_up };
    sigaction(SIGALRM, &action, NULL);
    int result = mr_trial_run(&test_options, options->files, options->file_count, &counts, error);
    set_alarm(0);
    if (result < 0)
        return result;
    printf("%u passed, %u failed\n", counts.passed, counts.failed);
    if (fflush(stdout) != 0)
        return mr_error_set(error, -errno, "cannot write results: %s", strerror(errno));
    if (counts.failed > 0)
        return mr_error_set(error, -EINVAL, "%u of %u tests failed", counts.failed,
                            counts.failed + counts.passed);
    return 0;
}
