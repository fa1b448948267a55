#include "app/file_limit.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

/* Descriptors besides one socket a viewer: requests being answered, connections not yet accepted into
 * the engine, sources, scripts' processes and their pictures, libraries' files. 60 were counted with one
 * stream. */
#define OTHERS 256

#define FOR_STREAM 16 /* for each */

void mr_file_limit_raise(int max_clients, size_t streams)
{
    struct rlimit limit;
    rlim_t needed = (rlim_t)max_clients + OTHERS + streams * FOR_STREAM;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
        return;
    limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        mr_log(MR_LOG_WARN, "app", "cannot raise the limit of open files to %llu: %s",
               (unsigned long long)limit.rlim_cur, strerror(errno));
    else if (limit.rlim_cur < needed)
        mr_log(MR_LOG_WARN, "app",
               "the limit of open files is %llu, --max-clients %d needs %llu: raise the hard limit "
               "(ulimit -Hn, LimitNOFILE=) or lower --max-clients",
               (unsigned long long)limit.rlim_cur, max_clients, (unsigned long long)needed);
}
