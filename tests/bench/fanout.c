/* CPU per delivered frame: moonreel's fan-out thread against a bare epoll loop that sends a
 * prepared buffer of the same size at the same rate to a crowd of the same size, in turn.
 *
 *     fanout VIEWERS SECONDS ROUNDS MOONREEL [ARG...]
 *
 * What is counted for moonreel is its thread "fanout" (what decoding and encoding cost is the other
 * benchmark's matter), for the bare loop its whole process: /proc/.../schedstat, nanoseconds. */
#include "crowd.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FPS        25
#define MAX_ROUNDS 99
#define PATH       "/ws/live"

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void sleep_seconds(double seconds)
{
    struct timespec time = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&time, NULL);
}

/* ---- the bare loop ---- */

struct client {
    int fd;
    size_t offset; /* of the buffer; == size: done with it */
};

static void send_rest(struct client *client, const uint8_t *buffer, size_t size)
{
    while (client->offset < size) {
        ssize_t sent = send(client->fd, buffer + client->offset, size - client->offset,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        client->offset += (size_t)sent;
    }
}

static void serve_bare(int listener, int viewers, size_t payload)
{
    static const uint8_t head_of_127[2] = { 0x82, 127 };
    size_t size = payload + 10;
    uint8_t *buffer = calloc(1, size);
    memcpy(buffer, head_of_127, 2);
    for (int i = 0; i < 8; i++)
        buffer[2 + i] = (uint8_t)((uint64_t)payload >> (56 - 8 * i));

    int epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct client *clients = calloc((size_t)viewers, sizeof(*clients));
    for (int i = 0; i < viewers; i++) {
        clients[i] = (struct client){ .fd = accept(listener, NULL, NULL), .offset = size };
        struct epoll_event event = { .events = EPOLLOUT | EPOLLET, .data.ptr = &clients[i] };
        epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
    }
    struct epoll_event tick = { .events = EPOLLIN };
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &tick);
    struct itimerspec period = { { 0, 1000000000 / FPS }, { 0, 1000000000 / FPS } };
    timerfd_settime(timer, 0, &period, NULL);

    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            uint64_t ticks;
            if (client != NULL) {
                send_rest(client, buffer, size);
            } else if (read(timer, &ticks, sizeof(ticks)) > 0) {
                for (int c = 0; c < viewers; c++) {
                    if (clients[c].offset < size)
                        continue;
                    clients[c].offset = 0;
                    send_rest(&clients[c], buffer, size);
                }
            }
        }
    }
}

static pid_t start_bare(int viewers, size_t payload, int *port)
{
    int one = 1, lowat = 16384;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(listener, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
    if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 4096) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        die("fanout: listen");
    *port = ntohs(address.sin_port);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve_bare(listener, viewers, payload);
    }
    close(listener);
    return child;
}

/* ---- moonreel ---- */

static pid_t start_moonreel(char **command, int *port)
{
    int out[2];
    if (pipe(out) < 0)
        die("fanout: pipe");
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        execvp(command[0], command);
        die(command[0]);
    }
    close(out[1]);
    FILE *lines = fdopen(out[0], "r");
    if (lines == NULL || fscanf(lines, "moonreel listening on http://127.0.0.1:%d/", port) != 1) {
        fprintf(stderr, "fanout: moonreel does not listen\n");
        exit(1);
    }
    fclose(lines);
    return child;
}

/* ---- measuring ---- */

/* CPU seconds of the threads called `name`, or of all if NULL. */
static double thread_cpu(pid_t pid, const char *name)
{
    char path[300], comm[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    double total = 0;
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", (int)pid, task->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL || fscanf(file, "%63[^\n]", comm) != 1)
            comm[0] = '\0';
        if (file != NULL)
            fclose(file);
        unsigned long long ns = 0;
        snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)pid, task->d_name);
        if ((name == NULL || strcmp(name, comm) == 0) && (file = fopen(path, "r")) != NULL) {
            if (fscanf(file, "%llu", &ns) == 1)
                total += (double)ns / 1e9;
            fclose(file);
        }
    }
    if (tasks != NULL)
        closedir(tasks);
    return total;
}

struct measured {
    double us_per_frame, bytes_per_frame, frames_per_second;
};

static struct measured measure(pid_t server, const char *thread, int port, const char *path,
                               int viewers, double seconds)
{
    struct crowd *crowd = crowd_start(port, path, viewers);
    sleep_seconds(1.5); /* everybody is in */
    unsigned long messages = atomic_load(&crowd->messages), bytes = atomic_load(&crowd->bytes);
    double cpu = thread_cpu(server, thread), start = now();
    sleep_seconds(seconds);
    cpu = thread_cpu(server, thread) - cpu;
    double took = now() - start;
    messages = atomic_load(&crowd->messages) - messages;
    bytes = atomic_load(&crowd->bytes) - bytes;
    if (messages == 0 || atomic_load(&crowd->broken)) {
        fprintf(stderr, "fanout: the crowd lost its connections\n");
        exit(1);
    }
    crowd_stop(crowd);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return (struct measured){ cpu * 1e6 / (double)messages, (double)bytes / (double)messages,
                              (double)messages / took / viewers };
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int viewers = argc > 4 ? atoi(argv[1]) : 0, rounds = argc > 4 ? atoi(argv[3]) : 0;
    double seconds = argc > 4 ? atof(argv[2]) : 0, ratios[MAX_ROUNDS];
    if (viewers < 1 || seconds <= 0 || rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: fanout VIEWERS SECONDS ROUNDS MOONREEL [ARG...]\n");
        return 2;
    }
    for (int i = 0; i < rounds; i++) {
        int port;
        pid_t server = start_moonreel(argv + 4, &port);
        struct measured ours = measure(server, "fanout", port, PATH, viewers, seconds);
        server = start_bare(viewers, (size_t)ours.bytes_per_frame, &port);
        struct measured bare = measure(server, NULL, port, NULL, viewers, seconds);
        ratios[i] = ours.us_per_frame / bare.us_per_frame;
        printf("  %d viewers, %.1f KB: %.2f us at %.1f fps against %.2f us at %.1f fps: %.3f\n",
               viewers, ours.bytes_per_frame / 1000, ours.us_per_frame, ours.frames_per_second,
               bare.us_per_frame, bare.frames_per_second, ratios[i]);
    }
    qsort(ratios, (size_t)rounds, sizeof(*ratios), ascending);
    printf("ratio %.3f (%.3f to %.3f in %d rounds)\n", ratios[rounds / 2], ratios[0],
           ratios[rounds - 1], rounds);
    return 0;
}
