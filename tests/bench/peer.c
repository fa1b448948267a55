/* One server with 1, 10 and 50 viewers, each with a server started afresh: rows of a Markdown table.
 *
 *     peer LABEL PROTOCOL PATH SECONDS VIEWERS[,VIEWERS...] COMMAND [ARG...]
 *
 * PROTOCOL is native, mjpeg or socketio; the command gets a free port of 127.0.0.1 as PORT in its
 * environment. Measured first for SECONDS with healthy viewers only: CPU (user and system, the whole
 * process tree) by frames that arrived, memory (PSS of the tree), bytes received a frame, frames a
 * second. Then one more viewer comes that reads SLOW_BYTES a second through a small receive buffer,
 * and for SECONDS again: what the healthy ones get beside it, memory at the end, what it gets itself and
 * how old that is (crowd.h says how that is known): the median of the second half of what it saw, and
 * the last. */
#include "crowd.h"
#include "server.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOW_BYTES    50000
#define START_SECONDS 10
#define JOIN_SECONDS  20
#define SETTLE_MS     2000
#define STOP_SECONDS  3

struct window {
    double cpu_us_per_frame, cores, mib, kb_per_frame, fps;
};

struct slow {
    double fps, median_s, last_s;
    bool ended;
};

static pid_t server; /* running, or 0 */

static void end(int number)
{
    if (server > 0)
        kill(server, SIGKILL); /* the rest dies with us */
    _exit(128 + number);
}

static void nap_ms(long ms)
{
    nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* ---- ports ---- */

static int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&address, length) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        perror("peer: port");
        exit(1);
    }
    close(fd);
    return ntohs(address.sin_port);
}

static bool answers(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return there;
}

static bool has_frame(struct crowd_options options, char why[128])
{
    options.viewers = 1;
    struct crowd *crowd = crowd_start(&options);
    bool there = crowd_wait(crowd, 2);
    snprintf(why, 128, "%s", crowd->fault[0] != '\0' ? crowd->fault : "no frame came");
    crowd_stop(crowd);
    return there;
}

/* Some listen before they have a picture to show: try again until one comes. */
static bool wait_for_stream(const struct crowd_options *options, char why[128])
{
    int64_t deadline_us = mr_clock_now_us() + START_SECONDS * 1000000LL;
    snprintf(why, 128, "it does not listen");
    while (!answers(options->port) || !has_frame(*options, why)) {
        if (mr_clock_now_us() > deadline_us)
            return false;
        nap_ms(50);
    }
    return true;
}

/* ---- figures ---- */

static struct window watch(const struct crowd *crowd, double seconds)
{
    struct crowd_totals first = crowd_totals(crowd);
    double cpu = server_cpu(server);
    int64_t start_us = mr_clock_now_us();
    nap_ms((long)(seconds * 1000));
    cpu = server_cpu(server) - cpu;
    double took = (double)(mr_clock_now_us() - start_us) / 1e6;
    struct crowd_totals last = crowd_totals(crowd);
    double frames = (double)(last.frames - first.frames);
    if (frames < 1)
        frames = 1;
    return (struct window){
        .cpu_us_per_frame = cpu * 1e6 / frames,
        .cores = cpu / took,
        .mib = server_pss_kib(server) / 1024,
        .kb_per_frame = (double)(last.bytes - first.bytes) / frames / 1000,
        .fps = frames / took / crowd->viewers,
    };
}

static int ascending(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static struct slow slow_figures(struct crowd *crowd, double seconds)
{
    static int ages[CROWD_MAX_AGES];
    struct slow slow = { .ended = atomic_load(&crowd->slow_ended) };
    int count = atomic_load(&crowd->age_count);
    slow.fps = (double)atomic_load(&crowd->viewer[crowd->viewers].frames) / seconds;
    if (count == 0)
        return slow;
    memcpy(ages, crowd->age_ms, (size_t)count * sizeof(*ages));
    slow.last_s = ages[count - 1] / 1e3;
    int half = count / 2, rest = count - half;
    qsort(ages + half, (size_t)rest, sizeof(*ages), ascending);
    slow.median_s = ages[half + rest / 2] / 1e3;
    return slow;
}

static void print_row(const char *label, int viewers, const struct window *alone,
                      const struct window *beside, const struct slow *slow)
{
    printf("| %s | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | ", label, viewers,
           alone->cpu_us_per_frame, alone->cores * 100, alone->mib, alone->kb_per_frame, alone->fps,
           beside->fps, beside->mib);
    if (slow->ended)
        printf("%.1f | dropped |\n", slow->fps);
    else if (slow->fps > 0)
        printf("%.1f | %.2f / %.2f |\n", slow->fps, slow->median_s, slow->last_s);
    else
        printf("0 | no frame |\n");
    fflush(stdout);
}

/* ---- one run ---- */

/* return: whether it came to figures; else the crowd says why not */
static bool measure(const char *label, struct crowd *crowd, double seconds)
{
    if (!crowd_wait(crowd, JOIN_SECONDS))
        return false;
    nap_ms(SETTLE_MS);
    struct window alone = watch(crowd, seconds);
    atomic_store(&crowd->slow_wanted, true);
    struct window beside = watch(crowd, seconds);
    struct slow slow = slow_figures(crowd, seconds);
    if (atomic_load(&crowd->broken))
        return false;
    print_row(label, crowd->viewers, &alone, &beside, &slow);
    return true;
}

static bool run(const char *label, struct crowd_options *options, double seconds, char **command)
{
    char port[16], why[128];
    options->port = free_port();
    snprintf(port, sizeof(port), "%d", options->port);
    setenv("PORT", port, 1);
    server = server_start(command, NULL);
    bool well = wait_for_stream(options, why);
    if (well) {
        struct crowd *crowd = crowd_start(options);
        well = measure(label, crowd, seconds);
        snprintf(why, sizeof(why), "%s",
                 crowd->fault[0] != '\0' ? crowd->fault : "not every viewer had a frame");
        crowd_stop(crowd);
    }
    if (!well)
        printf("| %s | %d | %s | | | | | | | | |\n", label, options->viewers, why);
    fflush(stdout);
    server_stop(server, STOP_SECONDS);
    server = 0;
    return well;
}

static bool parse_protocol(const char *text, enum watcher_protocol *protocol)
{
    static const char *const names[] = {
        [WATCHER_NATIVE] = "native", [WATCHER_MJPEG] = "mjpeg", [WATCHER_SOCKETIO] = "socketio"
    };
    for (int i = WATCHER_NATIVE; i <= WATCHER_SOCKETIO; i++) {
        *protocol = (enum watcher_protocol)i;
        if (strcmp(text, names[i]) == 0)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct crowd_options options = { .slow_bytes_per_second = SLOW_BYTES };
    double seconds = argc > 6 ? atof(argv[4]) : 0;
    if (seconds <= 0 || !parse_protocol(argv[2], &options.protocol)) {
        fprintf(stderr, "usage: peer LABEL native|mjpeg|socketio PATH SECONDS VIEWERS[,VIEWERS...] "
                        "COMMAND [ARG...]\n");
        return 2;
    }
    signal(SIGINT, end);
    signal(SIGTERM, end);
    signal(SIGHUP, end);
    options.path = argv[3];
    bool well = true;
    for (char *count = strtok(argv[5], ","); count != NULL && well; count = strtok(NULL, ",")) {
        options.viewers = atoi(count);
        well = options.viewers > 0 && run(argv[1], &options, seconds, argv + 6);
    }
    return well ? 0 : 1;
}
