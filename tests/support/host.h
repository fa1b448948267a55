/* A running moonreel, for integration tests: starts the real binary, learns where it listens, stops
 * it. Failures of the test's own making end the test through cmocka. */
#ifndef MR_TESTS_HOST_H
#define MR_TESTS_HOST_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct host {
    pid_t pid;     /* 0 once it has ended */
    int status;    /* of waitpid, once it has ended */
    int port;      /* 0 when it ended before it said where it listens */
    int out;       /* what it writes to standard output after that line */
    char log[512]; /* the file that holds its standard error */
};

/* What may come and go as the heap is used. Sanitizers keep a part or a multiple of it about memory and
 * locks, and let go of it slowly. */
#if defined(__SANITIZE_THREAD__)
#define HOST_MEMORY_SLACK_KIB (32 * 1024)
#elif defined(__SANITIZE_ADDRESS__)
#define HOST_MEMORY_SLACK_KIB (16 * 1024)
#else
#define HOST_MEMORY_SLACK_KIB (4 * 1024)
#endif

/* AddressSanitizer holds freed memory back, 256 MiB of it: that is not growth of ours. Before
 * host_start. */
void host_bound_quarantine(void);

/* Start TEST_BINARY with `arguments` (ended by NULL; `--listen 127.0.0.1:0` comes before them) and
 * wait until it listens or ends. return: whether it listens */
bool host_start(struct host *host, const char *const arguments[]);

/* Send `signal` (0: none) and wait until it has ended, at most `limit_us`; then it is killed.
 * return: its exit status; 128 + the signal that ended it; -1 when it had to be killed */
int host_stop(struct host *host, int signal, int64_t limit_us);

/* Everything it wrote to standard error so far; finish the buffer. */
void host_read_log(const struct host *host, struct mr_buffer *log);

int64_t host_resident_kib(const struct host *host);
int64_t host_cpu_us(const struct host *host); /* user and system, of all its threads */
int host_descriptors(const struct host *host);
int host_threads(const struct host *host);

/* The processes that it started and has not waited for, at most `max` of them. return: how many */
int host_children(const struct host *host, pid_t *children, int max);

/* Processes whose parent it is. */
struct host_children {
    int alive;
    int dead; /* ended and not waited for */
};
struct host_children host_count_children(const struct host *host);

#endif
