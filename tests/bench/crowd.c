#include "crowd.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)
#define TURN_MS    5 /* of the slow viewer */

/* What a slow link's receiver has room for (the kernel doubles it); grown to megabytes, as loopback
 * lets it, it would hold many frames that no server could take back. */
#define SLOW_RECEIVE_BYTES (32 * 1024)
#define SLOW_BURST_BYTES   (16 * 1024)

#define RECENT 8192 /* frames of viewer 0 that are remembered; a power of two */

struct recent {
    uint64_t hash;
    int64_t at_us;
};

struct member {
    struct watcher watcher;
    struct crowd_viewer *account;
};

/* the crowd's process */
struct run {
    struct crowd *crowd; /* shared */
    const struct crowd_options *options;
    struct member *member; /* the slow one is the last */
    int epoll;
    uint8_t *scratch;
    struct recent *recent;
    uint64_t recent_end, recent_seen; /* of the slow viewer: the next to look at */
    bool slow_connected;
    int64_t budget_at_us;
    double budget_bytes;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void nap(long ms)
{
    nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* ---- the age of frames ---- */

static void remember(struct run *run, uint64_t hash)
{
    run->recent[run->recent_end++ % RECENT] = (struct recent){ hash, mr_clock_now_us() };
}

static void look_up(struct run *run, uint64_t hash)
{
    uint64_t oldest = run->recent_end > RECENT ? run->recent_end - RECENT : 0;
    uint64_t i = run->recent_seen > oldest ? run->recent_seen : oldest;
    while (i < run->recent_end && run->recent[i % RECENT].hash != hash)
        i++;
    int count = atomic_load(&run->crowd->age_count);
    if (i == run->recent_end || count == CROWD_MAX_AGES)
        return; /* the slow one was first, or viewer 0 has skipped it */
    run->crowd->age_ms[count] = (int)((mr_clock_now_us() - run->recent[i % RECENT].at_us) / 1000);
    atomic_store(&run->crowd->age_count, count + 1);
    run->recent_seen = i + 1;
}

/* ---- reading ---- */

static void on_frame(void *opaque, struct watcher *watcher)
{
    struct run *run = opaque;
    if (watcher == &run->member[0].watcher)
        remember(run, watcher->hash);
    else if (watcher == &run->member[run->options->viewers].watcher)
        look_up(run, watcher->hash);
}

static void end_member(struct run *run, struct member *member, const char *why)
{
    if (member == &run->member[run->options->viewers]) {
        atomic_store(&run->crowd->slow_ended, true);
    } else {
        snprintf(run->crowd->fault, sizeof(run->crowd->fault), "%s", why);
        atomic_store(&run->crowd->broken, true);
    }
    close(member->watcher.fd);
    member->watcher.fd = -1;
}

/* return: bytes read */
static size_t read_some(struct run *run, struct member *member, size_t limit)
{
    struct watcher *watcher = &member->watcher;
    ssize_t got = recv(watcher->fd, run->scratch, limit, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        end_member(run, member, got == 0 ? "the server ended a connection" : strerror(errno));
        return 0;
    }
    if (!watcher_take(watcher, run->scratch, (size_t)got, on_frame, run))
        end_member(run, member, watcher->fault);
    atomic_fetch_add_explicit(&member->account->bytes, (unsigned long)got, memory_order_relaxed);
    atomic_store_explicit(&member->account->frames, watcher->frames, memory_order_relaxed);
    atomic_store_explicit(&member->account->gaps, watcher->gaps, memory_order_relaxed);
    return (size_t)got;
}

static bool connect_member(struct run *run, int index, int receive_bytes)
{
    const struct crowd_options *options = run->options;
    struct member *member = &run->member[index];
    member->account = &run->crowd->viewer[index];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)options->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (receive_bytes > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    bool well =
        fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        watcher_start(&member->watcher, options->protocol, fd, options->port, options->path);
    member->watcher.fd = fd;
    member->watcher.hashing =
        options->slow_bytes_per_second > 0 && (index == 0 || index == options->viewers);
    if (!well)
        end_member(run, member, strerror(errno));
    return well;
}

static void tend_slow(struct run *run)
{
    struct member *slow = &run->member[run->options->viewers];
    int64_t now_us = mr_clock_now_us();
    if (!run->slow_connected) {
        if (!atomic_load(&run->crowd->slow_wanted))
            return;
        run->slow_connected = true;
        connect_member(run, run->options->viewers, SLOW_RECEIVE_BYTES);
        run->budget_at_us = now_us;
    }
    run->budget_bytes +=
        (double)(now_us - run->budget_at_us) / 1e6 * run->options->slow_bytes_per_second;
    run->budget_at_us = now_us;
    if (run->budget_bytes > SLOW_BURST_BYTES)
        run->budget_bytes = SLOW_BURST_BYTES;
    if (slow->watcher.fd >= 0 && run->budget_bytes >= 1)
        run->budget_bytes -= (double)read_some(run, slow, (size_t)run->budget_bytes);
}

static void watch(struct run *run)
{
    bool may_be_slow = run->options->slow_bytes_per_second > 0;
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(run->epoll, events, 64, may_be_slow ? TURN_MS : -1);
        for (int i = 0; i < ready; i++) {
            struct member *member = events[i].data.ptr;
            if (member->watcher.fd >= 0)
                read_some(run, member, READ_BYTES);
        }
        if (may_be_slow)
            tend_slow(run);
    }
}

/* ---- the process ---- */

static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void be_crowd(struct crowd *crowd, const struct crowd_options *options)
{
    struct run run = { .crowd = crowd, .options = options, .epoll = epoll_create1(EPOLL_CLOEXEC) };
    raise_descriptors();
    run.member = calloc((size_t)options->viewers + 1, sizeof(*run.member));
    run.recent = calloc(RECENT, sizeof(*run.recent));
    run.scratch = malloc(READ_BYTES);
    if (run.member == NULL || run.recent == NULL || run.scratch == NULL || run.epoll < 0)
        die("crowd");
    for (int i = 0; i < options->viewers; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &run.member[i] };
        if (connect_member(&run, i, 0) &&
            epoll_ctl(run.epoll, EPOLL_CTL_ADD, run.member[i].watcher.fd, &event) < 0)
            die("crowd: epoll_ctl");
    }
    watch(&run);
}

struct crowd *crowd_start(const struct crowd_options *options)
{
    size_t accounts = (size_t)options->viewers + 1;
    size_t bytes = sizeof(struct crowd) + accounts * sizeof(struct crowd_viewer);
    struct crowd *crowd =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crowd == MAP_FAILED)
        die("crowd: mmap");
    crowd->mapped_bytes = bytes;
    crowd->viewers = options->viewers;
    pid_t child = fork();
    if (child < 0)
        die("crowd: fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        be_crowd(crowd, options);
    }
    crowd->pid = child;
    return crowd;
}

void crowd_stop(struct crowd *crowd)
{
    kill(crowd->pid, SIGKILL);
    waitpid(crowd->pid, NULL, 0);
    munmap(crowd, crowd->mapped_bytes);
}

bool crowd_wait(struct crowd *crowd, double seconds)
{
    int64_t deadline_us = mr_clock_now_us() + (int64_t)(seconds * 1e6);
    int seen = 0;
    while (seen < crowd->viewers) {
        if (atomic_load(&crowd->viewer[seen].frames) > 0)
            seen++;
        else if (atomic_load(&crowd->broken) || mr_clock_now_us() > deadline_us)
            return false;
        else
            nap(10);
    }
    return true;
}

struct crowd_totals crowd_totals(const struct crowd *crowd)
{
    struct crowd_totals totals = { 0 };
    for (int i = 0; i < crowd->viewers; i++) {
        totals.frames += atomic_load(&crowd->viewer[i].frames);
        totals.bytes += atomic_load(&crowd->viewer[i].bytes);
        totals.gaps += atomic_load(&crowd->viewer[i].gaps);
    }
    return totals;
}

void crowd_each(const struct crowd *crowd, unsigned long *frames)
{
    for (int i = 0; i < crowd->viewers; i++)
        frames[i] = atomic_load(&crowd->viewer[i].frames);
}
