#include "script/config/config_process.h"

#include "base/clock.h"
#include "script/config/config_run.h"
#include "script/process/process.h"
#include "script/process/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* How long the process may take to begin; much more than a busy machine needs. */
#define BEGIN_MS 10000

/* A run; on the caller's stack. */
struct run {
    const char *path;
    struct mr_process process;
    int memory;         /* of *line; -1: none */
    volatile int *line; /* that runs, written by the process; NULL: not yet made */
    struct mr_error *error;
};

static int fail(struct run *run, int result, const char *what)
{
    return mr_error_set(run->error, result, "%s: %s: %s", run->path, what, strerror(-result));
}

static int share_line(struct run *run)
{
    run->memory = memfd_create("moonreel-line", MFD_CLOEXEC);
    if (run->memory < 0 || ftruncate(run->memory, sizeof(int)) < 0)
        return -errno;
    void *line = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, run->memory, 0);
    if (line == MAP_FAILED)
        return -errno;
    run->line = line;
    return 0;
}

static int ask(struct run *run, const struct mr_buffer *text)
{
    struct mr_buffer body = { 0 };
    struct mr_wire_message line = { .kind = MR_WIRE_LINE };
    struct mr_wire_message config = { .kind = MR_WIRE_CONFIG, .config.parent = getpid() };
    mr_buffer_append(&body, run->path, strlen(run->path) + 1);
    mr_buffer_append(&body, text->data, text->size);
    int result = body.failed ? -ENOMEM : mr_wire_send(run->process.fd, &line, NULL, 0, run->memory);
    if (result == 0)
        result = mr_wire_send(run->process.fd, &config, body.data, body.size, -1);
    mr_buffer_finish(&body);
    return result;
}

/* return: whether a message, or the process's end, came in time */
static bool wait_for_message(const struct run *run, int timeout_ms)
{
    int64_t until_us = mr_clock_now_us() + timeout_ms * INT64_C(1000), left_us;
    struct pollfd answer = { .fd = run->process.fd, .events = POLLIN };
    while ((left_us = until_us - mr_clock_now_us()) > 0)
        if (poll(&answer, 1, (int)(left_us / 1000) + 1) > 0)
            return true;
    return false;
}

static int say_hung(struct run *run)
{
    return mr_error_set(
        run->error, -ETIMEDOUT,
        "%s:%d: stopped after %d ms, in a call that does not end; a configuration only says "
        "what there is",
        run->path, *run->line, MR_CONFIG_PROCESS_MS);
}

/* Receive a message of one kind.
 * return: 0; -ETIMEDOUT; -EPIPE: the process ended instead */
static int receive(const struct run *run, uint32_t kind, int timeout_ms,
                   struct mr_wire_message *message, struct mr_buffer *body)
{
    static uint8_t scratch[MR_WIRE_SCRATCH];
    int attached;
    if (!wait_for_message(run, timeout_ms))
        return -ETIMEDOUT;
    int result = mr_wire_receive(run->process.fd, scratch, message, body, &attached);
    if (attached >= 0)
        close(attached);
    return result < 0 || message->kind != kind ? -EPIPE : 0;
}

/* return: 0; -EPIPE: the process ended without an answer; other -errno, with run->error or without */
static int take_answer(struct run *run, struct mr_buffer *values)
{
    struct mr_wire_message answer;
    int result = receive(run, MR_WIRE_LINE, BEGIN_MS, &answer, values);
    if (result < 0)
        return result;
    result = receive(run, MR_WIRE_VALUES, MR_CONFIG_PROCESS_MS, &answer, values);
    if (result == -ETIMEDOUT)
        return say_hung(run);
    if (result == 0 && answer.content.result < 0)
        return mr_error_set(run->error, answer.content.result, "%.*s", (int)values->size,
                            (const char *)values->data);
    return result;
}

static int run_process(struct run *run, const char *program, const struct mr_buffer *text,
                       struct mr_buffer *values)
{
    char how[128];
    int result = share_line(run);
    if (result == 0)
        result = mr_process_start(program, MR_PROCESS_CONFIG, run->path, &run->process);
    if (result < 0)
        return fail(run, result, "cannot start a process for it");
    result = ask(run, text);
    if (result == 0)
        result = take_answer(run, values);
    mr_process_end(&run->process, how, sizeof(how));
    if (result == -EPIPE)
        mr_error_set(run->error, result, "%s:%d: the process that ran it %s", run->path, *run->line,
                     how);
    else if (result < 0 && run->error->code == 0)
        fail(run, result, "cannot be run");
    return result;
}

int mr_config_process_run(const char *program, const char *path, const struct mr_buffer *text,
                          struct mr_buffer *values, struct mr_error *error)
{
    struct run run = { .path = path, .process = { .fd = -1 }, .memory = -1, .error = error };
    *error = (struct mr_error){ 0 };
    int result = run_process(&run, program, text, values);
    if (run.line != NULL)
        munmap((void *)run.line, sizeof(int));
    if (run.memory >= 0)
        close(run.memory);
    return result;
}
