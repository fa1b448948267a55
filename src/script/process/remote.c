#include "script/process/remote.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/picture/picture.h"
#include "script/lua/json_string.h"
#include "script/lua/rate.h"
#include "script/lua/script_log.h"
#include "script/lua/state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define HELLO_MS      10000 /* to be loaded and confined, under a sanitizer on a busy machine, too */
#define LOOK_MS       50    /* how often a waiting call looks whether it is given up */
#define SEND_LIMIT_S  1
#define MAX_DRAINED   1000
#define MAX_FILE_NAME 1024        /* the host keeps them; image() and require() allow less */
#define MAX_TRACEBACK (16 * 1024) /* twice of what the engine makes */

static struct mr_script_log *log_of(const struct mr_remote *remote)
{
    return remote->instance.options.engine.log;
}

/* ---- losing it ---- */

static int lose(struct mr_remote *remote, bool died)
{
    struct mr_aftermath *aftermath = &remote->instance.aftermath;
    if (!aftermath->lost && remote->process.pid > 0)
        kill(remote->process.pid, SIGKILL); /* it is reaped by destroy */
    aftermath->died |= died && !aftermath->lost;
    aftermath->lost = true;
    aftermath->next_timer_us = -1;
    return died ? -EPIPE : -ETIMEDOUT;
}

static const char *name_of(const struct mr_remote *remote)
{
    struct mr_bundle *bundle = remote->instance.bundle;
    return bundle != NULL ? mr_bundle_main(bundle)->name : "script";
}

static int lose_to_death(struct mr_remote *remote, struct mr_error *error)
{
    return mr_error_set(error, lose(remote, true), "%s: the script's process has ended",
                        name_of(remote));
}

int mr_remote_refuse(struct mr_remote *remote, struct mr_error *error)
{
    return mr_error_set(error, lose(remote, true), "%s: the script's process broke the protocol",
                        name_of(remote));
}

static int lose_to_delay(struct mr_remote *remote, struct mr_error *error)
{
    return mr_error_set(error, lose(remote, false), "%s: stopped after %d ms (deadline)",
                        name_of(remote), remote->instance.options.engine.limits.deadline_ms);
}

/* ---- what the process sends while it works ---- */

static void take_log(struct mr_remote *remote, const struct mr_wire_message *message)
{
    struct mr_script_log *log = remote->instance.options.engine.log;
    int level = message->log.level;
    if (message->log.left_out > 0) {
        mr_script_log_add_excess(log, message->log.left_out);
        return;
    }
    if (level < MR_LOG_ERROR || level > MR_LOG_TRACE)
        level = MR_LOG_ERROR;
    mr_script_log_line(log, (enum mr_log_level)level, (const char *)remote->body.data,
                       remote->body.size);
}

bool mr_remote_sent_json(const struct mr_remote *remote, size_t most)
{
    return remote->body.size <= most &&
           mr_json_string_is_sound(remote->body.data, remote->body.size);
}

/* The engine over there bounds what scripts broadcast. Its seconds are others than ours, and what it
 * sent may have waited: three of them can fall into one. */
static int take_broadcast(struct mr_remote *remote, const struct mr_wire_message *message)
{
    const struct mr_engine_options *options = &remote->instance.options.engine;
    if (!mr_remote_sent_json(remote, MR_SCRIPT_MESSAGE_MAX_BYTES) ||
        !mr_rate_allows(&remote->broadcasts, mr_clock_now_us(), remote->body.size,
                        3 * MR_SCRIPT_BROADCASTS, 3 * MR_SCRIPT_BROADCAST_BYTES))
        return -EPROTO;
    if (options->broadcast != NULL)
        options->broadcast(options->broadcast_opaque, message->broadcast.client,
                           (const char *)remote->body.data, remote->body.size);
    return 0;
}

static void take_snapshot(struct mr_remote *remote)
{
    struct mr_buffer before = remote->snapshot;
    if (remote->body.size > MR_STATE_MAX_BYTES)
        return;
    remote->snapshot = remote->body;
    remote->body = before;
}

/* Only what the bundle gives: files of the script's folder. */
static int send_file(struct mr_remote *remote, const struct mr_wire_message *message)
{
    struct mr_wire_message answer = { .kind = MR_WIRE_CONTENT };
    struct mr_bundle *bundle = remote->instance.bundle;
    const char *name = (const char *)remote->body.data;
    struct mr_buffer content = { 0 };
    struct mr_error error = { 0 };
    const struct mr_bundle_text *text = NULL;
    int result = -EINVAL;
    size_t limit =
        message->file.limit_bytes < MR_WIRE_MAX ? message->file.limit_bytes : MR_WIRE_MAX;

    if (remote->body.size > 0 && remote->body.size <= MAX_FILE_NAME &&
        strlen(name) == remote->body.size && bundle != NULL)
        result = message->file.text ? mr_bundle_get(bundle, name, &text, &error)
                                    : mr_bundle_read(bundle, name, limit, &content, &error);
    answer.content.result = result;
    if (result < 0)
        result = mr_wire_send(remote->process.fd, &answer, error.text, strlen(error.text), -1);
    else
        result = mr_wire_send(remote->process.fd, &answer,
                              text != NULL ? text->data : (char *)content.data,
                              text != NULL ? text->size : content.size, -1);
    mr_buffer_finish(&content);
    return result;
}

/* Decode a pending frame, whose memory the process shares. */
static int fill_frame(struct mr_remote *remote)
{
    struct mr_wire_message answer = { .kind = MR_WIRE_FILLED };
    if (remote->frame == NULL)
        return -EPROTO;
    mr_picture_need(remote->frame);
    return mr_wire_send(remote->process.fd, &answer, NULL, 0, -1);
}

/* return: 0; -errno: it is lost */
static int take_other(struct mr_remote *remote, const struct mr_wire_message *message)
{
    switch (message->kind) {
    case MR_WIRE_LOG:
        take_log(remote, message);
        return 0;
    case MR_WIRE_BROADCAST:
        return take_broadcast(remote, message);
    case MR_WIRE_SNAPSHOT:
        take_snapshot(remote);
        return 0;
    case MR_WIRE_FILE:
        return send_file(remote, message);
    case MR_WIRE_PIXELS:
        return fill_frame(remote);
    default:
        return -EPROTO;
    }
}

/* ---- asking ---- */

static int receive(struct mr_remote *remote, struct mr_wire_message *message)
{
    int attached;
    int result =
        mr_wire_receive(remote->process.fd, remote->scratch, message, &remote->body, &attached);
    if (attached >= 0)
        close(attached); /* nothing that it sends has one */
    return result;
}

/* Wait for the answer; whatever else comes is seen to.
 * return: 0; -errno with *error: lost */
static int wait_for_answer(struct mr_remote *remote, struct mr_wire_message *answer, int limit_ms,
                           struct mr_error *error)
{
    int64_t deadline_us = mr_clock_now_us() + limit_ms * (int64_t)1000;
    for (;;) {
        int result = receive(remote, answer);
        if (result == 0 && answer->kind == MR_WIRE_ANSWER)
            return 0;
        if (result == 0)
            result = take_other(remote, answer);
        if (result == -EPROTO)
            return mr_remote_refuse(remote, error);
        if (result < 0 && result != -EAGAIN)
            return lose_to_death(remote, error);
        if (mr_clock_now_us() >= deadline_us || atomic_load(remote->instance.options.hurry))
            return lose_to_delay(remote, error);
    }
}

int mr_remote_send(struct mr_remote *remote, struct mr_wire_message *message, const void *body,
                   size_t size, int attached, struct mr_error *error)
{
    if (remote->instance.aftermath.lost)
        return lose_to_death(remote, error);
    int result = mr_wire_send(remote->process.fd, message, body, size, attached);
    return result < 0 ? lose_to_death(remote, error) : 0;
}

/* An error's text and traceback are the two parts of the body. */
static int take_error(struct mr_remote *remote, const struct mr_wire_message *answer,
                      struct mr_error *error)
{
    size_t first = answer->first_bytes, size = remote->body.size;
    const char *text = (const char *)remote->body.data;
    if (size - first > MAX_TRACEBACK)
        size = first + MAX_TRACEBACK;
    mr_buffer_append(&remote->traceback, text + first, size - first);
    if (remote->traceback.size > 0)
        remote->instance.aftermath.traceback = (const char *)remote->traceback.data;
    int code = answer->answer.result;
    return mr_error_set(error, code < -4095 ? -EINVAL : code, "%.*s", (int)first, text);
}

/* Send a message and wait for its answer, whose body is then in remote->body.
 * return: what the script's side returned, or lost */
int mr_remote_ask_within(struct mr_remote *remote, int limit_ms, struct mr_wire_message *message,
                         const void *body, size_t size, struct mr_wire_message *answer,
                         struct mr_error *error)
{
    struct mr_aftermath *aftermath = &remote->instance.aftermath;
    *answer = (struct mr_wire_message){ 0 };
    aftermath->traceback = "";
    mr_buffer_clear(&remote->traceback);
    int result = mr_remote_send(remote, message, body, size, -1, error);
    if (result == 0)
        result = wait_for_answer(remote, answer, limit_ms, error);
    if (result < 0)
        return result;
    if (answer->answer.next_timer_us < -1)
        return mr_remote_refuse(remote, error);
    aftermath->next_timer_us = answer->answer.next_timer_us;
    aftermath->limits_met = answer->answer.limits_met;
    if (answer->answer.lost)
        lose(remote, false);
    return answer->answer.result < 0 ? take_error(remote, answer, error) : 0;
}

int mr_remote_ask(struct mr_remote *remote, struct mr_wire_message *message, const void *body,
                  size_t size, struct mr_wire_message *answer, struct mr_error *error)
{
    int limit_ms = remote->instance.options.engine.limits.deadline_ms + MR_REMOTE_GRACE_MS;
    return mr_remote_ask_within(remote, limit_ms, message, body, size, answer, error);
}

void mr_remote_drain(struct mr_remote *remote)
{
    struct mr_wire_message message;
    for (int i = 0; i < MAX_DRAINED && receive(remote, &message) == 0; i++)
        if (message.kind == MR_WIRE_SNAPSHOT)
            take_snapshot(remote);
        else if (message.kind == MR_WIRE_LOG)
            take_log(remote, &message);
}

/* ---- starting and ending ---- */

static int say_hello(struct mr_remote *remote, struct mr_error *error)
{
    const struct mr_engine_options *options = &remote->instance.options.engine;
    enum mr_log_level level = MR_LOG_TRACE;
    while (level > MR_LOG_ERROR && !mr_log_enabled(level))
        level--;
    struct mr_wire_message answer, message = {
        .kind = MR_WIRE_HELLO,
        .hello = { .deadline_ms = options->limits.deadline_ms,
                   .memory_mib = options->limits.memory_mib,
                   .quality = options->quality,
                   .log_level = (int32_t)level,
                   .parent = getpid() },
    };
    return mr_remote_ask_within(remote, HELLO_MS, &message, options->stream,
                                strlen(options->stream), &answer, error);
}

static void set_patience(int fd)
{
    struct timeval look = { .tv_usec = LOOK_MS * 1000 };
    struct timeval sending = { .tv_sec = SEND_LIMIT_S };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof(look));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &sending, sizeof(sending));
}

int mr_remote_start(struct mr_remote *remote, struct mr_error *error)
{
    const struct mr_instance_options *options = &remote->instance.options;
    int result = mr_process_start(options->host, MR_PROCESS_SCRIPT, options->engine.stream,
                                  &remote->process);
    if (result < 0)
        return mr_error_set(error, result, "cannot start a process for the script: %s: %s",
                            options->host, strerror(-result));
    remote->instance.pid = (int)remote->process.pid;
    set_patience(remote->process.fd);
    mr_script_log_say(log_of(remote), MR_LOG_INFO, "script process %d started",
                      remote->instance.pid);
    return say_hello(remote, error);
}

void mr_remote_end(struct mr_remote *remote)
{
    char how[96];
    mr_process_end(&remote->process, how, sizeof(how));
    if (how[0] != '\0')
        mr_script_log_say(log_of(remote),
                          remote->instance.aftermath.died ? MR_LOG_ERROR : MR_LOG_DEBUG,
                          "script process %d %s", remote->instance.pid, how);
    mr_buffer_finish(&remote->body);
    mr_buffer_finish(&remote->snapshot);
    mr_buffer_finish(&remote->traceback);
}
