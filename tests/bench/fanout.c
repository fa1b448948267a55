/* CPU per delivered frame: moonreel's fan-out thread against a bare epoll loop that sends a
 * prepared buffer of the same size at the same rate to a crowd of the same size, in turn.
 *
 *     fanout VIEWERS SECONDS ROUNDS MOONREEL [ARG...]
 *
 * What is counted for moonreel is its thread "fanout" (what decoding and encoding cost is the other
 * benchmark's matter), for the bare loop its whole process: /proc/.../schedstat, nanoseconds.
 * Whether every viewer got every frame is what the numbers in the messages say. Memory is what
 * moonreel and its script's process hold more with the crowd than with one viewer (server_data_kib),
 * sockets' buffers in the kernel not counted. */
#include "bare.h"
#include "crowd.h"
#include "server.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define FPS            25
#define MAX_ROUNDS     99
#define PATH           "/ws/live"
#define JOIN_SECONDS   60
#define SETTLE_SECONDS 1.5

struct measured {
    double us_per_frame, bytes_per_frame, fps, lowest_fps, kib;
    unsigned long gaps;
    int threads;
};

static void sleep_seconds(double seconds)
{
    struct timespec time = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&time, NULL);
}

static void give_up(const struct crowd *crowd, const char *why)
{
    fprintf(stderr, "fanout: %s%s%s\n", why, crowd != NULL && crowd->fault[0] != '\0' ? ": " : "",
            crowd != NULL ? crowd->fault : "");
    exit(1);
}

static pid_t start_moonreel(char *const command[], int *port)
{
    int out;
    pid_t server = server_start(command, &out);
    FILE *lines = fdopen(out, "r");
    if (lines == NULL || fscanf(lines, "moonreel listening on http://127.0.0.1:%d/", port) != 1)
        give_up(NULL, "moonreel does not listen");
    fclose(lines);
    return server;
}

static struct crowd *join(enum watcher_protocol protocol, int port, int viewers)
{
    struct crowd *crowd = crowd_start(&(struct crowd_options){
        .protocol = protocol, .port = port, .path = PATH, .viewers = viewers });
    if (!crowd_wait(crowd, JOIN_SECONDS))
        give_up(crowd, "not every viewer had a frame");
    sleep_seconds(SETTLE_SECONDS);
    return crowd;
}

static double lowest(const unsigned long *before, const unsigned long *after, int count)
{
    unsigned long least = after[0] - before[0];
    for (int i = 1; i < count; i++)
        least = after[i] - before[i] < least ? after[i] - before[i] : least;
    return (double)least;
}

static struct measured measure(pid_t server, const char *thread, struct crowd *crowd,
                               double seconds)
{
    int viewers = crowd->viewers;
    unsigned long *before = calloc((size_t)viewers * 2, sizeof(*before)), *after = before + viewers;
    if (before == NULL)
        give_up(crowd, "out of memory");
    crowd_each(crowd, before);
    struct crowd_totals first = crowd_totals(crowd);
    double cpu = server_thread_cpu(server, thread);
    int64_t start_us = mr_clock_now_us();
    sleep_seconds(seconds);
    cpu = server_thread_cpu(server, thread) - cpu;
    double took = (double)(mr_clock_now_us() - start_us) / 1e6;
    struct crowd_totals last = crowd_totals(crowd);
    crowd_each(crowd, after);
    if (last.frames == first.frames || atomic_load(&crowd->broken))
        give_up(crowd, "the crowd lost its connections");
    double frames = (double)(last.frames - first.frames);
    struct measured measured = {
        .us_per_frame = cpu * 1e6 / frames,
        .bytes_per_frame = (double)(last.bytes - first.bytes) / frames,
        .fps = frames / took / viewers,
        .lowest_fps = lowest(before, after, viewers) / took,
        .gaps = last.gaps - first.gaps,
        .kib = server_data_kib(server),
        .threads = server_threads(server),
    };
    free(before);
    return measured;
}

static struct measured measure_moonreel(char *const command[], int viewers, double seconds)
{
    int port;
    pid_t server = start_moonreel(command, &port);
    struct crowd *one = join(WATCHER_NATIVE, port, 1);
    double kib = server_data_kib(server);
    struct crowd *crowd = join(WATCHER_NATIVE, port, viewers);
    crowd_stop(one);
    struct measured measured = measure(server, "fanout", crowd, seconds);
    measured.kib -= kib;
    crowd_stop(crowd);
    server_stop(server, 3);
    return measured;
}

static struct measured measure_bare(int viewers, size_t payload, double seconds)
{
    int port;
    pid_t server = bare_start(viewers, payload, FPS, &port);
    struct crowd *crowd = join(WATCHER_BARE, port, viewers);
    struct measured measured = measure(server, NULL, crowd, seconds);
    crowd_stop(crowd);
    server_stop(server, 0);
    return measured;
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
        struct measured ours = measure_moonreel(argv + 4, viewers, seconds);
        struct measured bare = measure_bare(viewers, (size_t)ours.bytes_per_frame, seconds);
        ratios[i] = ours.us_per_frame / bare.us_per_frame;
        printf("  %d viewers, %.1f KB: %.2f us at %.1f fps against %.2f us at %.1f fps: %.3f\n",
               viewers, ours.bytes_per_frame / 1000, ours.us_per_frame, ours.fps, bare.us_per_frame,
               bare.fps, ratios[i]);
        printf("    the viewer with fewest frames: %.2f fps; frames missed by all together: %lu;\n"
               "    %d threads; %.1f KB of memory a viewer\n",
               ours.lowest_fps, ours.gaps, ours.threads, ours.kib * 1.024 / viewers);
        fflush(stdout);
    }
    qsort(ratios, (size_t)rounds, sizeof(*ratios), ascending);
    printf("ratio %.3f (%.3f to %.3f in %d rounds)\n", ratios[rounds / 2], ratios[0],
           ratios[rounds - 1], rounds);
    return 0;
}
