/* An instance in a process of its own. The frames' memory is announced to it once; the canvas of each
 * call is lent from a pool of this instance, so that no other version of the script draws on it. */
#include "script/process/instance_remote.h"

#include "script/process/remote.h"

#include "media/picture/picture.h"
#include "script/draw/canvas.h"
#include "script/lua/json_write.h"
#include "script/lua/state.h"

#include <errno.h>
#include <string.h>

/* Calls into the script, each with a deadline of its own. */
#define LOAD_CALLS  8
#define START_CALLS 3 /* settings, state, init */

static struct mr_remote *remote_of(struct mr_instance *instance)
{
    return (struct mr_remote *)instance;
}

/* ---- memory ---- */

static int announce(struct mr_remote *remote, const struct mr_picture *picture, uint64_t *announced,
                    struct mr_error *error)
{
    struct mr_picture_memory memory = mr_picture_memory_of(picture);
    if (memory.id == *announced)
        return 0;
    struct mr_wire_message message = {
        .kind = MR_WIRE_MEMORY,
        .memory = { .canvas = announced == &remote->canvas_id,
                    .format = (int32_t)memory.format,
                    .width = memory.width,
                    .height = memory.height,
                    .slots = memory.slots },
    };
    int result = mr_remote_send(remote, &message, NULL, 0, memory.fd, error);
    if (result == 0)
        *announced = memory.id;
    return result;
}

static void make_canvases(struct mr_remote *remote, const struct mr_picture *like)
{
    mr_picture_unref(&remote->lent);
    mr_picture_pool_destroy(remote->canvases);
    remote->canvases = NULL;
    remote->width = like->width;
    remote->height = like->height;
    mr_picture_pool_create(MR_PICTURE_BGRX, like->width, like->height, MR_CANVAS_SLOTS,
                           &remote->canvases);
}

/* See to it that remote->lent is a canvas for this picture, if there is one. */
static int lend_canvas(struct mr_remote *remote, const struct mr_picture *picture,
                       struct mr_error *error)
{
    if (remote->width != picture->width || remote->height != picture->height ||
        remote->canvases == NULL)
        make_canvases(remote, picture);
    if (remote->lent == NULL && remote->canvases != NULL)
        remote->lent = mr_picture_pool_take(remote->canvases);
    return remote->lent != NULL ? announce(remote, remote->lent, &remote->canvas_id, error) : 0;
}

/* The payload that a frame was recorded with goes before it. */
static int send_recorded(struct mr_remote *remote, const struct mr_blob *recorded,
                         struct mr_error *error)
{
    struct mr_wire_message message = { .kind = MR_WIRE_RECORDED };
    if (recorded == NULL || recorded->size > MR_JSON_MAX_BYTES)
        return 0;
    return mr_remote_send(remote, &message, recorded->data, recorded->size, -1, error);
}

static int describe_frame(struct mr_remote *remote, const struct mr_picture *picture,
                          unsigned viewers, struct mr_wire_message *message, struct mr_error *error)
{
    int result = announce(remote, picture, &remote->planes_id, error);
    if (result == 0)
        result = lend_canvas(remote, picture, error);
    if (result == 0)
        result = send_recorded(remote, picture->recorded, error);
    message->frame.slot = picture->slot;
    message->frame.canvas = remote->lent != NULL ? (int32_t)remote->lent->slot : -1;
    message->frame.viewers = viewers;
    message->frame.pending = mr_picture_is_pending(picture) || !mr_picture_was_needed(picture);
    message->frame.seq = picture->seq;
    message->frame.pts_us = picture->pts_us;
    message->frame.captured_us = picture->captured_us;
    return result;
}

/* ---- loading ---- */

static int send_heritage(struct mr_remote *remote, const struct mr_heritage *heritage,
                         struct mr_error *error)
{
    struct mr_wire_message state = { .kind = MR_WIRE_STATE };
    struct mr_wire_message settings = { .kind = MR_WIRE_SETTINGS };
    int result =
        mr_remote_send(remote, &state, heritage->state.data, heritage->state.size, -1, error);
    if (result == 0)
        result = mr_remote_send(remote, &settings, heritage->settings.data, heritage->settings.size,
                                -1, error);
    return result;
}

static int load(struct mr_instance *instance, const struct mr_heritage *heritage,
                const struct mr_trial *trial, struct mr_error *error)
{
    struct mr_remote *remote = remote_of(instance);
    const struct mr_bundle_text *text = mr_bundle_main(instance->bundle);
    struct mr_wire_message answer, message = { .kind = MR_WIRE_LOAD };
    struct mr_buffer body = { 0 };
    int result = send_heritage(remote, heritage, error);
    if (result == 0 && trial->picture != NULL) {
        message.frame.trial = 1;
        result = describe_frame(remote, trial->picture, trial->viewers, &message, error);
    }
    if (result < 0)
        return result;
    mr_buffer_append_text(&body, text->name);
    message.first_bytes = (uint32_t)body.size;
    mr_buffer_append(&body, text->data, text->size);
    int limit_ms = LOAD_CALLS * instance->options.engine.limits.deadline_ms + MR_REMOTE_GRACE_MS;
    remote->frame = trial->picture;
    if (body.failed)
        result = mr_error_set(error, -ENOMEM, "%s: out of memory", text->name);
    else
        result =
            mr_remote_ask_within(remote, limit_ms, &message, body.data, body.size, &answer, error);
    remote->frame = NULL;
    mr_buffer_finish(&body);
    return result;
}

static int start(struct mr_instance *instance, const struct mr_heritage *heritage,
                 struct mr_error *error)
{
    struct mr_remote *remote = remote_of(instance);
    struct mr_wire_message answer, message = { .kind = MR_WIRE_START };
    int limit_ms = START_CALLS * instance->options.engine.limits.deadline_ms + MR_REMOTE_GRACE_MS;
    int result = send_heritage(remote, heritage, error);
    if (result == 0)
        result = mr_remote_ask_within(remote, limit_ms, &message, NULL, 0, &answer, error);
    if (result == 0) { /* until it sends one of its own */
        mr_buffer_clear(&remote->snapshot);
        mr_buffer_append(&remote->snapshot, heritage->state.data, heritage->state.size);
    }
    return result;
}

/* ---- calls ---- */

static bool is_result(const struct mr_remote *remote, const struct mr_wire_message *answer)
{
    return mr_remote_sent_json(remote, MR_JSON_MAX_BYTES) && answer->answer.quality >= 1 &&
           answer->answer.quality <= 100 && (!answer->answer.changed || remote->lent != NULL);
}

/* The canvas, drawn on in parts, over the frame; or the frame. */
static struct mr_picture *take_picture(struct mr_remote *remote, struct mr_picture *picture,
                                       const struct mr_wire_message *answer)
{
    if (!answer->answer.changed)
        return mr_picture_ref(picture);
    struct mr_picture *canvas = remote->lent;
    remote->lent = NULL;
    canvas->seq = picture->seq;
    canvas->pts_us = picture->pts_us;
    canvas->captured_us = picture->captured_us;
    mr_tiles_init(&canvas->drawn, canvas->width, canvas->height);
    memcpy(canvas->drawn.row, answer->answer.drawn, sizeof(canvas->drawn.row));
    mr_tiles_trim(&canvas->drawn);
    canvas->under = mr_picture_ref(picture);
    return canvas;
}

static int process(struct mr_instance *instance, struct mr_picture *picture, unsigned viewers,
                   struct mr_engine_result *result, struct mr_error *error)
{
    struct mr_remote *remote = remote_of(instance);
    struct mr_wire_message answer = { 0 }, message = { .kind = MR_WIRE_FRAME };
    *result = (struct mr_engine_result){ 0 };
    int failed = describe_frame(remote, picture, viewers, &message, error);
    remote->frame = picture;
    if (failed == 0)
        failed = mr_remote_ask(remote, &message, NULL, 0, &answer, error);
    remote->frame = NULL;
    if (failed < 0)
        return failed;
    if (!is_result(remote, &answer))
        return mr_remote_refuse(remote, error);
    result->picture = take_picture(remote, picture, &answer);
    result->payload = remote->body;
    remote->body = (struct mr_buffer){ 0 };
    result->quality = answer.answer.quality;
    result->quality_set = answer.answer.quality_set;
    result->skip = answer.answer.skip;
    return 0;
}

static int deliver(struct mr_instance *instance, const struct mr_script_event *event,
                   struct mr_error *error)
{
    struct mr_wire_message answer, message = {
        .kind = MR_WIRE_EVENT,
        .event = { .kind = event->kind, .client = event->client },
    };
    return mr_remote_ask(remote_of(instance), &message, event->json, event->size, &answer, error);
}

static int run_timers(struct mr_instance *instance, int64_t now_us, struct mr_error *error)
{
    struct mr_wire_message answer,
        message = { .kind = MR_WIRE_TIMERS, .timers = { .now_us = now_us } };
    int limit_ms = instance->options.engine.limits.deadline_ms * LOAD_CALLS + MR_REMOTE_GRACE_MS;
    return mr_remote_ask_within(remote_of(instance), limit_ms, &message, NULL, 0, &answer, error);
}

static int shut_down(struct mr_instance *instance, const char *reason, struct mr_error *error)
{
    struct mr_wire_message answer, message = { .kind = MR_WIRE_SHUTDOWN };
    return mr_remote_ask(remote_of(instance), &message, reason, strlen(reason), &answer, error);
}

static int get_state(struct mr_instance *instance, struct mr_buffer *state,
                     struct mr_error *left_out, struct mr_error *error)
{
    struct mr_remote *remote = remote_of(instance);
    struct mr_wire_message answer, message = { .kind = MR_WIRE_GET_STATE };
    int result = mr_remote_ask(remote, &message, NULL, 0, &answer, error);
    if (result < 0)
        return result;
    size_t first = answer.first_bytes, size = remote->body.size;
    if (first > MR_STATE_MAX_BYTES)
        return mr_remote_refuse(remote, error);
    mr_buffer_append(state, remote->body.data, first);
    if (size > first)
        mr_error_set(left_out, -EINVAL, "%.*s", (int)(size - first),
                     (const char *)remote->body.data + first);
    return state->failed ? mr_error_set(error, -ENOMEM, "state: out of memory") : 0;
}

static int get_settings(struct mr_instance *instance, struct mr_buffer *json,
                        struct mr_error *error)
{
    struct mr_remote *remote = remote_of(instance);
    struct mr_wire_message answer, message = { .kind = MR_WIRE_GET_SETTINGS };
    int result = mr_remote_ask(remote, &message, NULL, 0, &answer, error);
    if (result < 0)
        return result;
    if (!mr_remote_sent_json(remote, MR_JSON_MAX_BYTES))
        return mr_remote_refuse(remote, error);
    mr_buffer_append(json, remote->body.data, remote->body.size);
    return 0;
}

static int change_settings(struct mr_instance *instance, const char *json, size_t size,
                           struct mr_error *error)
{
    struct mr_wire_message answer, message = { .kind = MR_WIRE_CHANGE_SETTINGS };
    return mr_remote_ask(remote_of(instance), &message, json, size, &answer, error);
}

static void salvage(struct mr_instance *instance, struct mr_buffer *state)
{
    struct mr_remote *remote = remote_of(instance);
    mr_remote_drain(remote);
    mr_buffer_append(state, remote->snapshot.data, remote->snapshot.size);
}

/* ---- making and destroying ---- */

static void destroy(struct mr_instance *instance)
{
    struct mr_remote *remote = remote_of(instance);
    mr_remote_end(remote);
    mr_picture_unref(&remote->lent);
    mr_picture_pool_destroy(remote->canvases);
}

static const struct mr_instance_calls calls = {
    .destroy = destroy,
    .load = load,
    .start = start,
    .process = process,
    .deliver = deliver,
    .run_timers = run_timers,
    .shutdown = shut_down,
    .get_state = get_state,
    .get_settings = get_settings,
    .change_settings = change_settings,
    .salvage = salvage,
};

int mr_instance_remote_create(const struct mr_instance_options *options, struct mr_instance **out,
                              struct mr_error *error)
{
    *out = NULL;
    struct mr_instance *instance = mr_instance_allocate(sizeof(struct mr_remote), &calls, options);
    if (instance == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    struct mr_remote *remote = remote_of(instance);
    remote->process.fd = -1;
    int result = mr_remote_start(remote, error);
    if (result < 0)
        mr_instance_free(instance);
    else
        *out = instance;
    return result;
}
