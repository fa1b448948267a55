/* What a script costs a frame of 1280x720, in turn with the same frame without one, so that a machine
 * that changes its speed does so for all:
 *
 *     script ROUNDS MOONREEL CLIP NOOP-SCRIPT OVERLAY-SCRIPT
 *
 * Time is that of the call (wall) and that of both processes together (CPU). The overlay's includes the
 * encoding of what it drew on, less the encoding of the untouched frame. */
#include "base/log.h"
#include "media/convert/converter.h"
#include "media/jpeg/jpeg.h"
#include "media/source/source.h"
#include "script/runner/runner.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WIDTH      1280
#define HEIGHT     720
#define FRAMES     150 /* of each measure in a round */
#define MAX_ROUNDS 99

struct cost {
    double wall_us, cpu_us;
};

enum measure { ROUND_TRIP, ENCODING, NOOP_HERE, NOOP_APART, OVERLAY_HERE, OVERLAY_APART, MEASURES };

static const char *const names[MEASURES] = {
    "a bare message to a process and back",
    "encoding, no script",
    "no-op, in this process",
    "no-op, in its own process",
    "label + 5 boxes + encoding, in this process",
    "label + 5 boxes + encoding, in its own process",
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "script: %s: %s\n", what, why);
    exit(1);
}

/* The fifth frame of the clip, at the size that is asked for. */
static struct mr_picture *read_picture(const char *clip)
{
    static const atomic_bool never;
    struct mr_source *source;
    struct mr_converter *converter;
    struct mr_decoded decoded;
    struct mr_picture *picture = NULL;
    struct mr_error error = { 0 };
    if (mr_source_open(&(struct mr_source_options){ .url = clip, .interrupt = &never }, &source,
                       &error) < 0)
        fail(clip, error.text);
    if (mr_converter_create(&(struct mr_converter_options){ .size = { WIDTH, HEIGHT }, .slots = 2 },
                            &converter) < 0)
        fail("converter", "no memory");
    for (int i = 0; i < 5; i++)
        if (mr_source_read(source, &decoded, &error) != 0)
            fail(clip, error.text);
    if (mr_converter_run(converter, &decoded, &picture, &error) < 0)
        fail(clip, error.text);
    mr_converter_destroy(converter);
    mr_source_close(source);
    return picture;
}

static struct mr_runner *make_runner(const char *script, const char *host)
{
    struct mr_runner *runner;
    struct mr_error error = { 0 };
    const struct mr_runner_options options = {
        .stream = "bench",
        .path = script,
        .limits.deadline_ms = 1000,
        .limits.memory_mib = 256,
        .quality = 80,
        .host = host,
    };
    if (mr_runner_create(&options, &runner, &error) < 0)
        fail(script, error.text);
    return runner;
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* This process and its script's. */
static double cpu_seconds(const struct mr_runner *runner)
{
    struct mr_runner_state state;
    clockid_t clock;
    double own = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (runner == NULL)
        return own;
    mr_runner_get_state((struct mr_runner *)runner, &state);
    if (state.pid > 0 && clock_getcpuclockid(state.pid, &clock) == 0)
        own += seconds(clock);
    return own;
}

static void encode(struct mr_jpeg_encoder *encoder, const struct mr_picture *picture)
{
    const uint8_t *jpeg;
    size_t size;
    if (mr_jpeg_encode(encoder, picture, 80, &jpeg, &size) < 0)
        fail("jpeg", "failed");
}

static void run_frame(struct mr_runner *runner, struct mr_jpeg_encoder *encoder,
                      struct mr_picture *picture)
{
    struct mr_script_result result = { 0 };
    if (runner == NULL) {
        encode(encoder, picture);
        return;
    }
    mr_runner_process(runner, picture, 1, &result);
    if (result.error != NULL)
        fail("script", result.error);
    if (encoder != NULL)
        encode(encoder, result.picture);
    mr_script_result_finish(&result);
    picture->seq++;
}

static struct cost measure(struct mr_runner *runner, struct mr_jpeg_encoder *encoder,
                           struct mr_picture *picture)
{
    for (int i = 0; i < 5; i++)
        run_frame(runner, encoder, picture);
    double wall = seconds(CLOCK_MONOTONIC), cpu = cpu_seconds(runner);
    for (int i = 0; i < FRAMES; i++)
        run_frame(runner, encoder, picture);
    return (struct cost){ (seconds(CLOCK_MONOTONIC) - wall) * 1e6 / FRAMES,
                          (cpu_seconds(runner) - cpu) * 1e6 / FRAMES };
}

/* ---- the floor: two processes that send each other as much ---- */

#define MESSAGE_BYTES 192

struct echo {
    pid_t pid;
    int fd;
};

static struct echo start_echo(void)
{
    int pair[2];
    char message[MESSAGE_BYTES];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        fail("socketpair", "failed");
    struct echo echo = { fork(), pair[0] };
    if (echo.pid == 0) {
        close(pair[0]);
        while (recv(pair[1], message, sizeof(message), 0) > 0)
            send(pair[1], message, sizeof(message), MSG_NOSIGNAL);
        _exit(0);
    }
    close(pair[1]);
    return echo;
}

static struct cost measure_echo(const struct echo *echo)
{
    char message[MESSAGE_BYTES] = { 0 };
    clockid_t clock;
    clock_getcpuclockid(echo->pid, &clock);
    double wall = seconds(CLOCK_MONOTONIC);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) + seconds(clock);
    for (int i = 0; i < FRAMES; i++) {
        send(echo->fd, message, sizeof(message), MSG_NOSIGNAL);
        recv(echo->fd, message, sizeof(message), 0);
    }
    return (struct cost){
        (seconds(CLOCK_MONOTONIC) - wall) * 1e6 / FRAMES,
        (seconds(CLOCK_PROCESS_CPUTIME_ID) + seconds(clock) - cpu) * 1e6 / FRAMES,
    };
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), ascending);
    return values[count / 2];
}

static double wall[MEASURES][MAX_ROUNDS], cpu[MEASURES][MAX_ROUNDS], extra[2][MAX_ROUNDS];

int main(int argc, char **argv)
{
    int rounds = argc == 6 ? atoi(argv[1]) : 0;
    if (rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: script ROUNDS MOONREEL CLIP NOOP-SCRIPT OVERLAY-SCRIPT\n");
        return 2;
    }
    mr_log_set_level(MR_LOG_ERROR);
    struct echo echo = start_echo();
    struct mr_picture *picture = read_picture(argv[3]);
    struct mr_jpeg_encoder *encoder;
    if (mr_jpeg_encoder_create(&encoder) < 0)
        fail("jpeg", "no memory");
    struct mr_runner *runners[MEASURES] = {
        [NOOP_HERE] = make_runner(argv[4], NULL),
        [NOOP_APART] = make_runner(argv[4], argv[2]),
        [OVERLAY_HERE] = make_runner(argv[5], NULL),
        [OVERLAY_APART] = make_runner(argv[5], argv[2]),
    };
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < MEASURES; i++) {
            bool encodes = i == ENCODING || i >= OVERLAY_HERE;
            struct cost cost = i == ROUND_TRIP
                                   ? measure_echo(&echo)
                                   : measure(runners[i], encodes ? encoder : NULL, picture);
            wall[i][round] = cost.wall_us;
            cpu[i][round] = cost.cpu_us;
        }
        extra[0][round] = wall[OVERLAY_APART][round] - wall[ENCODING][round];
        extra[1][round] = wall[OVERLAY_HERE][round] - wall[ENCODING][round];
    }
    for (int i = 0; i < MEASURES; i++)
        printf("  %-47s wall %7.1f us, CPU %7.1f us\n", names[i], median(wall[i], rounds),
               median(cpu[i], rounds));
    printf("  label + 5 boxes over none: %.0f us in its own process, %.0f us in this one\n",
           median(extra[0], rounds), median(extra[1], rounds));
    close(echo.fd);
    waitpid(echo.pid, NULL, 0);
    for (int i = 0; i < MEASURES; i++)
        mr_runner_destroy(runners[i]);
    mr_jpeg_encoder_destroy(encoder);
    mr_picture_unref(&picture);
    return 0;
}
