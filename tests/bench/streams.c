/* What running servers use, by the second and by the frame:
 *
 *     streams idle SECONDS COMMAND…          CPU while nobody watches, of one core
 *     streams many ROUNDS SECONDS COUNT COMMAND-OF-ONE… -- COMMAND-OF-COUNT…
 *                                            CPU a frame, of a server of one stream and one of COUNT
 *
 * CPU is that of a server and its scripts' processes. Servers write where they listen to standard
 * output; frames are those that /metrics counts. */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS 99
#define SETTLE_S   3

static void die(const char *what)
{
    fprintf(stderr, "streams: %s\n", what);
    exit(1);
}

static void wait_seconds(double seconds)
{
    struct timespec time = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&time, NULL);
}

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- a server ---- */

struct server {
    pid_t pid;
    int out, port;
};

static struct server start(char **command)
{
    struct server server = { 0 };
    char text[1024];
    size_t size = 0;
    const char *found = NULL;
    server.pid = server_start(command, &server.out);
    while (found == NULL && size < sizeof(text) - 1) {
        ssize_t got = read(server.out, text + size, sizeof(text) - 1 - size);
        if (got <= 0)
            die("the server did not start");
        size += (size_t)got;
        text[size] = '\0';
        found = strchr(text, '\n') != NULL ? strstr(text, "http://127.0.0.1:") : NULL;
    }
    if (found == NULL)
        die("the server does not say where it listens");
    server.port = atoi(found + strlen("http://127.0.0.1:"));
    return server;
}

static void stop(struct server *server)
{
    server_stop(server->pid, 2);
    close(server->out);
}

static size_t fetch(int port, const char *path, char *text, size_t size)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    char request[256];
    size_t total = 0;
    ssize_t got;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int length =
        snprintf(request, sizeof(request),
                 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n", path, port);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        write(fd, request, (size_t)length) != length)
        die("the server does not answer");
    while (total < size - 1 && (got = read(fd, text + total, size - 1 - total)) > 0)
        total += (size_t)got;
    text[total] = '\0';
    close(fd);
    return total;
}

/* Published so far, by all streams. */
static double count_frames(const struct server *server)
{
    static char text[512 * 1024];
    static const char name[] = "\nmoonreel_frames_out_total{";
    double frames = 0;
    fetch(server->port, "/metrics", text, sizeof(text));
    for (const char *at = text; (at = strstr(at, name)) != NULL; at++) {
        const char *value = strchr(at, '}');
        frames += value != NULL ? atof(value + 1) : 0;
    }
    return frames;
}

/* ---- what is measured ---- */

static void idle(double seconds, char **command)
{
    struct server server = start(command);
    wait_seconds(SETTLE_S);
    double cpu = server_cpu(server.pid), from = now_seconds();
    wait_seconds(seconds);
    cpu = server_cpu(server.pid) - cpu;
    printf("%.3f %% of a core over %.0f s\n", 100 * cpu / (now_seconds() - from), seconds);
    stop(&server);
}

static double us_a_frame(char **command, double seconds)
{
    struct server server = start(command);
    wait_seconds(SETTLE_S);
    double frames = count_frames(&server), cpu = server_cpu(server.pid);
    wait_seconds(seconds);
    cpu = server_cpu(server.pid) - cpu;
    frames = count_frames(&server) - frames;
    stop(&server);
    if (frames < 1)
        die("no frames came");
    return cpu * 1e6 / frames;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void many(int rounds, double seconds, int count, char **one, char **several)
{
    double ratios[MAX_ROUNDS];
    for (int i = 0; i < rounds; i++) {
        double single = us_a_frame(one, seconds), each = us_a_frame(several, seconds);
        ratios[i] = each / single;
        printf("%d streams %.1f us a frame, one stream %.1f us: ratio %.3f\n", count, each, single,
               ratios[i]);
    }
    qsort(ratios, (size_t)rounds, sizeof(*ratios), ascending);
    printf("median ratio %.3f\n", ratios[rounds / 2]);
}

int main(int argc, char **argv)
{
    int split = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 3 && strcmp(argv[1], "idle") == 0) {
        idle(atof(argv[2]), argv + 3);
        return 0;
    }
    for (int i = 5; i < argc && split == 0; i++)
        split = strcmp(argv[i], "--") == 0 ? i : 0;
    int rounds = argc > 5 ? atoi(argv[2]) : 0;
    if (split == 0 || split + 1 >= argc || rounds < 1 || rounds > MAX_ROUNDS ||
        strcmp(argv[1], "many") != 0) {
        fprintf(stderr, "usage: streams idle SECONDS COMMAND…\n"
                        "       streams many ROUNDS SECONDS COUNT COMMAND… -- COMMAND…\n");
        return 2;
    }
    argv[split] = NULL;
    many(rounds, atof(argv[3]), atoi(argv[4]), argv + 5, argv + split + 1);
    return 0;
}
