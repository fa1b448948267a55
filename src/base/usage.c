#include "base/usage.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define STAT_MAX_BYTES 4096

/* Fields 14, 15, 20, 22, 23 and 24 of /proc/self/stat, counted from behind the name, which may hold
 * anything. */
static int parse_stat(const char *text, struct mr_usage *usage)
{
    unsigned long user, system, pages_virtual;
    long threads, pages;
    unsigned long long start;
    const char *end = strrchr(text, ')');
    if (end == NULL ||
        sscanf(end + 1,
               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d "
               "%ld %*d %llu %lu %ld",
               &user, &system, &threads, &start, &pages_virtual, &pages) != 6)
        return -EPROTO;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    struct timespec boot;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    double since_boot = (double)boot.tv_sec + (double)boot.tv_nsec / 1e9;
    usage->cpu_seconds = (double)(user + system) / ticks;
    usage->start_seconds = (double)mr_clock_wall_us() / 1e6 - since_boot + (double)start / ticks;
    usage->threads = (int)threads;
    usage->virtual_bytes = (int64_t)pages_virtual;
    usage->resident_bytes = pages * sysconf(_SC_PAGESIZE);
    return 0;
}

/* Without the one that is open for counting. */
static int count_descriptors(void)
{
    int count = -3; /* "." and ".." */
    DIR *listing = opendir("/proc/self/fd");
    if (listing == NULL)
        return 0;
    while (readdir(listing) != NULL)
        count++;
    closedir(listing);
    return count;
}

int mr_usage_get(struct mr_usage *usage)
{
    struct mr_buffer text = { 0 };
    struct rlimit limit;
    *usage = (struct mr_usage){ .descriptors = count_descriptors(), .max_descriptors = -1 };
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        usage->max_descriptors = (int64_t)limit.rlim_cur;
    int result = mr_file_read("/proc/self/stat", STAT_MAX_BYTES, &text);
    if (result == 0)
        result = parse_stat((char *)text.data, usage);
    mr_buffer_finish(&text);
    return result;
}
