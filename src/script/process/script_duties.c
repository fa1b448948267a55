/* The requests to a script process about its script, and its answers. */
#include "script/process/script_duties.h"

#include "media/picture/picture.h"
#include "script/process/script_host_leave.h"
#include "script/process/script_host_link.h"
#include "script/process/script_host_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

static void answer(struct mr_script_host *host, struct mr_wire_message *message, const void *body,
                   size_t size)
{
    message->kind = MR_WIRE_ANSWER;
    message->answer.next_timer_us = -1;
    if (host->instance != NULL) {
        const struct mr_aftermath *aftermath = mr_instance_aftermath(host->instance);
        if (aftermath->lost && host->started)
            mr_script_host_link_save_state(host); /* before the host ends this process */
        if (aftermath->lost)
            mr_script_log_settle(host->log);
        message->answer.next_timer_us = aftermath->next_timer_us;
        message->answer.lost = aftermath->lost;
        message->answer.limits_met = aftermath->limits_met;
    }
    mr_script_host_link_must(mr_wire_send(host->fd, message, body, size, -1));
}

static void answer_error(struct mr_script_host *host, int result, const struct mr_error *error)
{
    struct mr_wire_message message = { .answer = { .result = result } };
    struct mr_buffer body = { 0 };
    mr_buffer_append_text(&body, error->text);
    message.first_bytes = (uint32_t)body.size;
    if (host->instance != NULL)
        mr_buffer_append_text(&body, mr_instance_aftermath(host->instance)->traceback);
    answer(host, &message, body.data, body.size);
    mr_buffer_finish(&body);
}

void mr_script_duties_answer_result(struct mr_script_host *host, int result,
                                    const struct mr_error *error)
{
    struct mr_wire_message message = { 0 };
    if (result < 0)
        answer_error(host, result, error);
    else
        answer(host, &message, NULL, 0);
}

/* ---- pictures ---- */

/* return: the frame that was asked about, with one reference; its canvas can be had */
static struct mr_picture *open_frame(struct mr_script_host *host)
{
    const struct mr_wire_message *asked = &host->asked;
    struct mr_picture *picture = NULL, *canvas = NULL;
    if (host->planes != NULL)
        picture = mr_picture_pool_at(host->planes, asked->frame.slot);
    if (picture == NULL)
        mr_script_host_leave(1);
    if (asked->frame.canvas >= 0 && host->canvas_pool != NULL)
        canvas = mr_picture_pool_at(host->canvas_pool, (unsigned)asked->frame.canvas);
    mr_canvases_lend(host->canvases, canvas);
    picture->seq = asked->frame.seq;
    picture->pts_us = asked->frame.pts_us;
    picture->captured_us = asked->frame.captured_us;
    picture->recorded = host->recorded;
    host->recorded = NULL;
    const struct mr_pending_options pending = { .fill = mr_script_host_link_want_pixels,
                                                .opaque = host };
    if (asked->frame.pending && picture->pending == NULL)
        mr_script_host_link_must(mr_picture_postpone(picture, &pending));
    return picture;
}

static void close_frame(struct mr_script_host *host, struct mr_picture *picture)
{
    mr_canvases_lend(host->canvases, NULL);
    mr_picture_unref(&picture);
}

/* ---- what is asked ---- */

static void load(struct mr_script_host *host)
{
    const struct mr_wire_message *asked = &host->asked;
    const char *body = (const char *)host->body.data;
    size_t first = asked->first_bytes;
    struct mr_error error = { 0 };
    struct mr_trial trial = { .viewers = asked->frame.viewers };
    char *name = strndup(body, first);
    struct mr_bundle *bundle = name == NULL
                                   ? NULL
                                   : mr_bundle_create(name, body + first, host->body.size - first,
                                                      mr_script_host_link_fetch, host);
    free(name);
    if (bundle == NULL || host->instance != NULL)
        mr_script_host_leave(1);
    mr_script_host_link_must(mr_instance_create(&host->options, &host->instance, &error));
    if (asked->frame.trial)
        trial.picture = open_frame(host);
    int result = mr_instance_load(host->instance, bundle, &host->heritage, &trial, &error);
    if (trial.picture != NULL)
        close_frame(host, trial.picture);
    mr_bundle_unref(&bundle);
    host->loaded = result == 0;
    mr_script_duties_answer_result(host, result, &error);
}

static void start(struct mr_script_host *host)
{
    struct mr_error error = { 0 };
    int result = mr_instance_start(host->instance, &host->heritage, &error);
    host->started = result == 0;
    mr_script_duties_answer_result(host, result, &error);
}

static void process(struct mr_script_host *host)
{
    struct mr_engine_result made;
    struct mr_error error = { 0 };
    struct mr_picture *picture = open_frame(host);
    int result =
        mr_instance_process(host->instance, picture, host->asked.frame.viewers, &made, &error);
    if (result < 0) {
        close_frame(host, picture);
        answer_error(host, result, &error);
        return;
    }
    struct mr_wire_message message = { .answer = { .quality = made.quality,
                                                   .quality_set = made.quality_set,
                                                   .skip = made.skip,
                                                   .changed = made.picture != picture } };
    if (message.answer.changed)
        memcpy(message.answer.drawn, made.picture->drawn.row, sizeof(message.answer.drawn));
    mr_picture_unref(&made.picture);
    close_frame(host, picture);
    answer(host, &message, made.payload.data, made.payload.size);
    mr_buffer_finish(&made.payload);
}

static void deliver(struct mr_script_host *host)
{
    const struct mr_wire_message *asked = &host->asked;
    struct mr_error error = { 0 };
    const struct mr_script_event event = {
        .kind = (enum mr_script_event_kind)asked->event.kind,
        .client = asked->event.client,
        .json = (const char *)host->body.data,
        .size = host->body.size,
    };
    if (asked->event.kind > MR_SCRIPT_LEAVE)
        mr_script_host_leave(1);
    mr_script_duties_answer_result(host, mr_instance_deliver(host->instance, &event, &error),
                                   &error);
}

static void run_timers(struct mr_script_host *host)
{
    struct mr_error error = { 0 };
    int result = mr_instance_run_timers(host->instance, host->asked.timers.now_us, &error);
    mr_script_duties_answer_result(host, result, &error);
}

static void get_state(struct mr_script_host *host)
{
    struct mr_wire_message message = { 0 };
    struct mr_error left_out = { 0 }, error = { 0 };
    int result = mr_instance_get_state(host->instance, &host->state, &left_out, &error);
    if (result < 0) {
        answer_error(host, result, &error);
        return;
    }
    message.first_bytes = (uint32_t)host->state.size;
    if (left_out.code != 0)
        mr_buffer_append_text(&host->state, left_out.text);
    answer(host, &message, host->state.data, host->state.size);
}

static void get_settings(struct mr_script_host *host)
{
    struct mr_wire_message message = { 0 };
    struct mr_error error = { 0 };
    struct mr_buffer json = { 0 };
    int result = mr_instance_get_settings(host->instance, &json, &error);
    if (result < 0)
        answer_error(host, result, &error);
    else
        answer(host, &message, json.data, json.size);
    mr_buffer_finish(&json);
}

static void change_settings(struct mr_script_host *host)
{
    struct mr_error error = { 0 };
    int result = mr_instance_change_settings(host->instance, (const char *)host->body.data,
                                             host->body.size, &error);
    mr_script_duties_answer_result(host, result, &error);
}

static void shut_down(struct mr_script_host *host)
{
    struct mr_error error = { 0 };
    int result = mr_instance_shutdown(host->instance, (const char *)host->body.data, &error);
    mr_script_duties_answer_result(host, result, &error);
}

static void (*const calls[])(struct mr_script_host *) = {
    [MR_WIRE_LOAD] = load,
    [MR_WIRE_START] = start,
    [MR_WIRE_FRAME] = process,
    [MR_WIRE_EVENT] = deliver,
    [MR_WIRE_TIMERS] = run_timers,
    [MR_WIRE_GET_STATE] = get_state,
    [MR_WIRE_GET_SETTINGS] = get_settings,
    [MR_WIRE_CHANGE_SETTINGS] = change_settings,
    [MR_WIRE_SHUTDOWN] = shut_down,
};

void mr_script_duties_do(struct mr_script_host *host)
{
    uint32_t kind = host->asked.kind;
    bool known = kind < sizeof(calls) / sizeof(*calls) && calls[kind] != NULL;
    if (!known || (kind != MR_WIRE_LOAD && !host->loaded))
        mr_script_host_leave(1);
    calls[kind](host);
}
