/* The resources that this process uses. Any thread; reads /proc. */
#ifndef MR_BASE_USAGE_H
#define MR_BASE_USAGE_H

#include <stdint.h>

struct mr_usage {
    double cpu_seconds;   /* user and system, of all threads; not of script processes */
    double start_seconds; /* UNIX time of its start */
    int64_t resident_bytes, virtual_bytes;
    int threads, descriptors;
    int64_t max_descriptors; /* the limit; -1: none */
};

/* return: 0; -errno: what could not be read is 0 */
int mr_usage_get(struct mr_usage *usage);

#endif
