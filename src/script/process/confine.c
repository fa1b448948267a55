#include "script/process/confine.h"

#include "base/log.h"
#include "script/process/confine_private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB ((rlim_t)1024 * 1024)

static int refused(struct mr_error *error, const char *what)
{
    int code = -errno;
    return mr_error_set(error, code, "%s: %s", what, strerror(-code));
}

static int die_with(pid_t parent, struct mr_error *error)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return refused(error, "PR_SET_PDEATHSIG");
    if (getppid() != parent) /* it was gone before */
        raise(SIGKILL);
    return 0;
}

/* Never up: what is lower already stays. */
static int limit(int resource, rlim_t value, const char *name, struct mr_error *error)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) < 0)
        return refused(error, name);
    if (now.rlim_max < value) /* RLIM_INFINITY is the largest there is */
        value = now.rlim_max;
    struct rlimit lower = { .rlim_cur = value, .rlim_max = value };
    return setrlimit((__rlimit_resource_t)resource, &lower) < 0 ? refused(error, name) : 0;
}

/* return: how many threads this machine (or container) has; 0: not to be had */
static rlim_t count_threads(void)
{
    unsigned long long threads = 0;
    FILE *file = fopen("/proc/loadavg", "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*f %*f %*f %*u/%llu", &threads) != 1)
        threads = 0;
    fclose(file);
    return threads;
}

static int set_limits(int memory_mib, struct mr_error *error)
{
    rlim_t threads = count_threads();
    const struct {
        int resource;
        rlim_t value;
        const char *name;
    } limits[] = {
        { RLIMIT_CORE, 0, "RLIMIT_CORE" },
        { RLIMIT_NOFILE, MR_CONFINE_MAX_FILES, "RLIMIT_NOFILE" },
        { RLIMIT_FSIZE, MR_CONFINE_MAX_FILE_MIB * MIB, "RLIMIT_FSIZE" },
        { RLIMIT_MSGQUEUE, 0, "RLIMIT_MSGQUEUE" },
        { RLIMIT_MEMLOCK, 0, "RLIMIT_MEMLOCK" },
        { RLIMIT_NPROC, threads > 0 ? threads + MR_CONFINE_MORE_THREADS : RLIM_INFINITY,
          "RLIMIT_NPROC" },
#if !CONFINE_SANITIZED /* their shadow memory is data, too */
        { RLIMIT_DATA, ((rlim_t)memory_mib + MR_CONFINE_HEADROOM_MIB) * MIB, "RLIMIT_DATA" },
#endif
    };
    (void)memory_mib;
    int result = 0;
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits) && result == 0; i++)
        result = limit(limits[i].resource, limits[i].value, limits[i].name, error);
    signal(SIGXFSZ, SIG_IGN); /* EFBIG instead */
    return result;
}

int mr_confine(const struct mr_confine_options *options, struct mr_error *error)
{
    int result = die_with(options->parent, error);
    if (result == 0)
        result = set_limits(options->memory_mib, error);
    if (result < 0)
        return result;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return refused(error, "PR_SET_NO_NEW_PRIVS");
#if !CONFINE_SANITIZED /* which read /proc/self and trace their own threads */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return refused(error, "PR_SET_DUMPABLE");
#endif
    int landlock = mr_confine_landlock_files(error);
    if (landlock < 0)
        return landlock;
    result = mr_confine_syscalls(error);
    if (result < 0)
        return result;
    mr_log(MR_LOG_DEBUG, "confine", "seccomp, Landlock version %d%s", landlock,
           landlock == 0 ? ": the kernel has none, files can be read" : "");
    return 0;
}
