/* What it costs to come in, and whether it costs more when many are there: CPU of a join by WebSocket
 * and of a GET of the newest picture while 1, 1,000 and 3,000 viewers watch.
 *
 *     door ROUNDS TIMES MOONREEL [ARG...]
 *
 * A join is a connection, the handshake, the first frame, and the leave. CPU is that of the server and
 * its script's process; what streaming to the viewers takes in the meantime is measured while nobody
 * comes, before and after, and subtracted. */
#include "crowd.h"
#include "server.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS     99
#define WATCHING       "/ws/live"
#define JOIN_SECONDS   120
#define SETTLE_SECONDS 2
#define QUIET_SECONDS  4

static const int crowds[] = { 1, 1000, 3000 };
#define CROWDS (int)(sizeof(crowds) / sizeof(*crowds))

enum { JOIN, SNAPSHOT, VISITS };
static const char *const visit_names[VISITS] = { "join", "snapshot" };

static void die(const char *why)
{
    fprintf(stderr, "door: %s\n", why);
    exit(1);
}

static void wait_seconds(double seconds)
{
    struct timespec time = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&time, NULL);
}

/* ---- one visit ---- */

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval limit = { .tv_sec = 10 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        die("the server takes no connection");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return fd;
}

static void on_frame(void *opaque, struct watcher *watcher)
{
    (void)opaque;
    (void)watcher;
}

static void join(int port)
{
    struct watcher watcher;
    uint8_t bytes[16 * 1024];
    int fd = connect_to(port);
    if (!watcher_start(&watcher, WATCHER_NATIVE, fd, port, WATCHING))
        die("the handshake cannot be sent");
    while (watcher.frames == 0) {
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
        if (got <= 0 || !watcher_take(&watcher, bytes, (size_t)got, on_frame, NULL))
            die(watcher.fault != NULL ? watcher.fault : "no frame came");
    }
    close(fd);
}

static void fetch_snapshot(int port)
{
    static const char request[] = "GET /snapshot/live.jpg HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                  "Connection: close\r\n\r\n";
    static const char good[] = "HTTP/1.1 200 ";
    char bytes[16 * 1024] = "";
    size_t total = 0;
    ssize_t got;
    int fd = connect_to(port);
    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) != (ssize_t)sizeof(request) - 1)
        die("the request cannot be sent");
    while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
        if (total == 0 &&
            ((size_t)got < sizeof(good) - 1 || memcmp(bytes, good, sizeof(good) - 1) != 0))
            die("no picture came");
        total += (size_t)got;
    }
    if (got < 0 || total == 0)
        die("the answer did not end");
    close(fd);
}

/* ---- what is measured ---- */

/* CPU seconds a second while nobody comes. */
static double quiet_share(pid_t server)
{
    double cpu = server_cpu(server);
    int64_t begin_us = mr_clock_now_us();
    wait_seconds(QUIET_SECONDS);
    cpu = server_cpu(server) - cpu;
    return cpu * 1e6 / (double)(mr_clock_now_us() - begin_us);
}

/* CPU of a visit, streaming included. out: *seconds, how long all of them took */
static double us_a_visit(pid_t server, int port, int visit, int times, double *seconds)
{
    double cpu = server_cpu(server);
    int64_t begin_us = mr_clock_now_us();
    for (int i = 0; i < times; i++) {
        if (visit == JOIN)
            join(port);
        else
            fetch_snapshot(port);
    }
    *seconds = (double)(mr_clock_now_us() - begin_us) / 1e6;
    return (server_cpu(server) - cpu) * 1e6 / times;
}

static pid_t start(char *const command[], int *port)
{
    int out;
    pid_t server = server_start(command, &out);
    FILE *lines = fdopen(out, "r");
    if (lines == NULL || fscanf(lines, "moonreel listening on http://127.0.0.1:%d/", port) != 1)
        die("moonreel does not listen");
    fclose(lines);
    return server;
}

static void measure(char *const command[], int times, double us[VISITS][CROWDS])
{
    struct crowd *parts[CROWDS];
    int port, present = 0;
    pid_t server = start(command, &port);
    for (int i = 0; i < CROWDS; i++) {
        parts[i] = crowd_start(&(struct crowd_options){ .protocol = WATCHER_NATIVE,
                                                        .port = port,
                                                        .path = WATCHING,
                                                        .viewers = crowds[i] - present });
        present = crowds[i];
        if (!crowd_wait(parts[i], JOIN_SECONDS))
            die(parts[i]->fault[0] != '\0' ? parts[i]->fault : "not every viewer had a frame");
        wait_seconds(SETTLE_SECONDS);
        double quiet = quiet_share(server), seconds[VISITS];
        for (int visit = 0; visit < VISITS; visit++)
            us[visit][i] = us_a_visit(server, port, visit, times, &seconds[visit]);
        quiet = (quiet + quiet_share(server)) / 2;
        for (int visit = 0; visit < VISITS; visit++)
            us[visit][i] -= quiet * seconds[visit] * 1e6 / times;
        printf("  %4d viewers: join %.0f us, snapshot %.0f us; streaming %.1f %% of a core\n",
               present, us[JOIN][i], us[SNAPSHOT][i], 100 * quiet);
    }
    for (int i = 0; i < CROWDS; i++) {
        if (atomic_load(&parts[i]->broken))
            die(parts[i]->fault);
        crowd_stop(parts[i]);
    }
    server_stop(server, 3);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double ratios[VISITS][CROWDS][MAX_ROUNDS];
    int rounds = argc > 3 ? atoi(argv[1]) : 0, times = argc > 3 ? atoi(argv[2]) : 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (rounds < 1 || rounds > MAX_ROUNDS || times < 1) {
        fprintf(stderr, "usage: door ROUNDS TIMES MOONREEL [ARG...]\n");
        return 2;
    }
    for (int round = 0; round < rounds; round++) {
        double us[VISITS][CROWDS];
        measure(argv + 3, times, us);
        for (int visit = 0; visit < VISITS; visit++)
            for (int i = 0; i < CROWDS; i++)
                ratios[visit][i][round] = us[visit][i] / us[visit][0];
    }
    for (int visit = 0; visit < VISITS; visit++)
        for (int i = 1; i < CROWDS; i++) {
            double *sorted = ratios[visit][i];
            qsort(sorted, (size_t)rounds, sizeof(*sorted), ascending);
            printf("%s with %d viewers against 1: ratio %.3f (%.3f to %.3f in %d rounds)\n",
                   visit_names[visit], crowds[i], sorted[rounds / 2], sorted[0], sorted[rounds - 1],
                   rounds);
        }
    return 0;
}
