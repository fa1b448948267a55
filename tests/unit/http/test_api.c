#include "http/api/api.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server_fixture.h"
#include "support/viewer.h"

#define AUTHORIZATION "\r\nAuthorization: Bearer " TOKEN

/* ---- state ---- */

static json_t *fetch_json(const char *request, int status)
{
    struct fetched answer;
    assert_int_equal(fetch(port, request, &answer), status);
    assert_string_equal(fetched_header(&answer, "Cache-Control"), "no-store");
    json_t *value = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    assert_non_null(value);
    fetched_finish(&answer);
    return value;
}

static void a_streams_state(void **state)
{
    (void)state;
    struct mr_stream_state *s = &live->state;
    s->source = (struct mr_source_info){
        .codec = "h264", .width = 768, .height = 432, .fps = 12.5, .live = true
    };
    s->width = 400;
    s->height = 300;
    s->damaged = 3;
    s->reconnects = 2;
    s->lost_s = 7.25;
    s->texts_sent = 13;
    s->texts_dropped = 12;
    s->stats.frames_in = 10;
    s->stats.frames_out = 8;
    s->stats.bytes_out = 160000;
    s->stats.drops[MR_DROP_SKIP] = 2;
    s->stats.fps_in = 12.4567;
    s->stats.recent_us[MR_STAGE_DECODE] = 570.25;
    s->script_us = (struct mr_spread){ .frames = 9, .p50_us = 41, .p99_us = 812 };
    s->recording = (struct mr_recorder_state){
        .wanted = true,
        .off = true,
        .file = "rec/a.mkv",
        .frames = 21,
        .bytes = 22,
        .dropped = 23,
        .error = { .text = "cannot write to \"rec/a.mkv\": No space left on device" },
    };
    s->script = (struct mr_runner_state){ .generation = 2,
                                          .frames = 9,
                                          .errors = 1,
                                          .reloads = 1,
                                          .rejected = 4,
                                          .starts = 6,
                                          .kills = 2,
                                          .deaths = 3,
                                          .messages = 11,
                                          .refused = 5,
                                          .running = true,
                                          .failing = true,
                                          .trial = true,
                                          .last_error = "process.lua:3: caf\xe9" };
    json_t *all = fetch_json("GET /api/streams/live" AUTHORIZATION, 200);
    json_t *expected = json_loads(
        "{\"name\":\"live\",\"phase\":\"running\",\"error\":null,\"url\":\"test:\","
        "\"source\":{\"codec\":\"h264\",\"width\":768,\"height\":432,\"fps\":12.5,\"live\":true},"
        "\"size\":{\"width\":400,\"height\":300},\"fps_in\":12.46,\"fps_out\":0.0,"
        "\"frames_in\":10,\"frames_out\":8,\"bytes_out\":160000,"
        "\"drops\":{\"rate\":0,\"script\":0,\"pool\":0,\"skip\":2,\"failed\":0},\"damaged\":3,"
        "\"reconnects\":2,\"lost_s\":7.25,"
        "\"stages_us\":{\"decode\":570.3,\"convert\":0.0,\"script\":0.0,\"encode\":0.0,"
        "\"latency\":0.0},\"script_us\":{\"p50\":41,\"p99\":812},"
        "\"viewers\":{\"websocket\":0,\"websocket-json\":0,\"socketio\":0,\"websocket-data\":0,"
        "\"mjpeg\":0,\"snapshot\":0,\"events\":0,\"total\":0},"
        "\"texts\":{\"sent\":13,\"dropped\":12},"
        "\"script\":{\"name\":\"process.lua\",\"generation\":2,\"frames\":9,\"errors\":1,"
        "\"reloads\":1,\"rejected\":4,"
        "\"starts\":6,\"kills\":2,\"deaths\":3,\"messages\":11,\"refused\":5,\"running\":true,"
        "\"failing\":true,\"trial\":true,\"last_error\":\"process.lua:3: caf?\"},"
        "\"recording\":{\"active\":false,\"file\":\"rec/a.mkv\",\"frames\":21,\"bytes\":22,"
        "\"dropped\":23,\"error\":\"cannot write to \\\"rec/a.mkv\\\": No space left on device\"}}",
        0, NULL);
    assert_non_null(expected);
    if (!json_equal(all, expected)) {
        char *text = json_dumps(all, JSON_INDENT(1));
        print_error("%s\n", text);
        free(text);
        fail();
    }
    json_decref(expected);
    json_decref(all);
}

static const char *text_of(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* Files, lines and addresses are for who has the token. */
static void errors_are_for_the_author(void **state)
{
    (void)state;
    struct mr_stream_state *s = &live->state;
    s->phase = MR_STREAM_LOST;
    strcpy(s->url, "rtsp://user:***@10.0.0.9/yard");
    strcpy(s->error.text, "\"rtsp://user:***@10.0.0.9/yard\": refused");
    strcpy(s->reason, "the source: refused");
    s->script = (struct mr_runner_state){ .failing = true, .last_error = "process.lua:3: x" };

    json_t *all = fetch_json("GET /api/streams/live", 200);
    json_t *script = json_object_get(all, "script");
    assert_string_equal(text_of(all, "error"), "the source: refused");
    assert_string_equal(text_of(all, "url"), "rtsp://…");
    assert_true(json_is_true(json_object_get(script, "failing")));
    assert_true(json_is_null(json_object_get(script, "last_error")));
    json_decref(all);

    all = fetch_json("GET /api/streams/live" AUTHORIZATION, 200);
    assert_string_equal(text_of(all, "error"), s->error.text);
    assert_string_equal(text_of(all, "url"), s->url);
    assert_string_equal(text_of(json_object_get(all, "script"), "last_error"), "process.lua:3: x");
    json_decref(all);
}

static void the_list_of_streams(void **state)
{
    (void)state;
    json_t *all = fetch_json("GET /api/streams", 200);
    json_t *streams = json_object_get(all, "streams");
    assert_int_equal(json_array_size(streams), 2);
    json_t *second = json_array_get(streams, 1);
    assert_string_equal(json_string_value(json_object_get(second, "name")), "yard-2");
    assert_string_equal(json_string_value(json_object_get(second, "phase")), "idle");
    assert_true(json_is_null(json_object_get(second, "size")));
    assert_true(json_is_null(json_object_get(second, "recording")));
    assert_string_equal(json_string_value(json_object_get(all, "version")), MR_VERSION);
    double uptime_s = json_real_value(json_object_get(all, "uptime_s"));
    assert_true(uptime_s >= 0 && uptime_s < 60);
    json_decref(all);
}

static void streams_that_do_not_exist(void **state)
{
    (void)state;
    assert_error("GET /api/streams/nope", 404, "there is no stream \\\"nope\\\"");
    assert_error("GET /ws/nope\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                 404, "there is no stream \\\"nope\\\"");
    assert_error("GET /api/streams/BAD", 404, "there is no page \\\"/api/streams/BAD\\\"");
    assert_error("GET /api/streams/", 404, "there is no page \\\"/api/streams/\\\"");
    assert_error("GET /ws/live/", 404, "there is no page \\\"/ws/live/\\\"");
}

static void health(void **state)
{
    (void)state;
    live->state.recording = (struct mr_recorder_state){ .off = true, .error.text = "disk full" };
    assert_fetch(
        "GET /healthz", 503, "application/json",
        "{\"status\":\"failing\",\"failed\":[{\"name\":\"live\",\"error\":\"disk full\"}]}");
    live->state.recording.off = false;
    assert_fetch("GET /healthz", 200, "application/json", "{\"status\":\"ok\",\"failed\":[]}");
    yard->state.phase = MR_STREAM_FINISHED;
    assert_fetch("GET /healthz", 200, "application/json", "{\"status\":\"ok\",\"failed\":[]}");
    yard->state.phase = MR_STREAM_FAILED;
    strcpy(yard->state.error.text, "x.mp4: gone");
    strcpy(yard->state.reason, "the source: gone");
    assert_fetch("GET /healthz" AUTHORIZATION, 503, "application/json",
                 "{\"status\":\"failing\",\"failed\":[{\"name\":\"yard-2\",\"error\":\"x.mp4: "
                 "gone\"}]}");
    assert_fetch("GET /healthz", 503, "application/json",
                 "{\"status\":\"failing\",\"failed\":[{\"name\":\"yard-2\",\"error\":\"the source: "
                 "gone\"}]}");
    live->state.phase = MR_STREAM_OPENING;
    yard->state.phase = MR_STREAM_IDLE;
    assert_fetch("GET /healthz", 503, "application/json",
                 "{\"status\":\"failing\",\"failed\":[{\"name\":\"live\",\"error\":\"the "
                 "source is not open yet\"}]}");
}

/* ---- WebSocket ---- */

static void publish(uint64_t seq)
{
    static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0xd9 };
    mr_hub_publish(live->hub,
                   mr_packet_create(&(struct mr_packet_content){ .seq = seq,
                                                                 .captured_us = mr_clock_wall_us(),
                                                                 .payload = "{\"n\":1}",
                                                                 .payload_size = 7,
                                                                 .jpeg = jpeg,
                                                                 .jpeg_size = sizeof(jpeg) }));
}

static bool has_message(void *opaque)
{
    return ((struct viewer *)opaque)->messages > 0;
}

static void keep_text(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    (void)viewer;
    mr_buffer_append(opaque, message->bytes, message->size);
}

static void viewers_watch(void **state)
{
    (void)state;
    struct viewer viewer, json, data;
    struct mr_buffer text = { 0 }, payload = { 0 };
    assert_int_equal(viewer_open(&viewer, port, &(struct viewer_options){ 0 }), 101);
    assert_int_equal(viewer_open(&json, port,
                                 &(struct viewer_options){ .path = "/ws/live?format=json",
                                                           .on_message = keep_text,
                                                           .opaque = &text }),
                     101);
    assert_int_equal(viewer_open(&data, port,
                                 &(struct viewer_options){ .path = "/ws/live?format=data",
                                                           .on_message = keep_text,
                                                           .opaque = &payload }),
                     101);
    json_t *all = fetch_json("GET /api/streams/live", 200);
    json_t *kinds = json_object_get(all, "viewers");
    assert_int_equal(json_integer_value(json_object_get(kinds, "websocket")), 1);
    assert_int_equal(json_integer_value(json_object_get(kinds, "websocket-json")), 1);
    assert_int_equal(json_integer_value(json_object_get(kinds, "websocket-data")), 1);
    assert_int_equal(json_integer_value(json_object_get(kinds, "total")), 3);
    json_decref(all);

    publish(7);
    int64_t deadline_us = mr_clock_now_us() + 5000000;
    assert_true(viewers_run(&viewer, 1, deadline_us, has_message, &viewer));
    assert_int_equal(viewer.last_seq, 7);
    assert_true(viewers_run(&json, 1, deadline_us, has_message, &json));
    static const char start[] = "{\"data\":{\"n\":1},\"image\":\"data:image/jpeg;base64,/9j/2Q==\"";
    assert_memory_equal(text.data, start, strlen(start));
    struct mr_hub_sent sent[MR_VIEWER_KINDS]; /* it is counted after it was sent */
    do {
        assert_true(mr_clock_now_us() < deadline_us);
        mr_hub_sent(live->hub, sent);
    } while (sent[MR_VIEWER_WEBSOCKET].packets < 1 || sent[MR_VIEWER_WEBSOCKET_JSON].packets < 1);
    assert_true(sent[MR_VIEWER_WEBSOCKET].bytes > viewer.largest);
    assert_true(viewers_run(&data, 1, deadline_us, has_message, &data));
    assert_string_equal((char *)payload.data, "{\"n\":1}");
    viewer_close(&viewer);
    viewer_close(&json);
    viewer_close(&data);
    mr_buffer_finish(&text);
    mr_buffer_finish(&payload);
}

static void handshakes_that_are_refused(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "GET /ws/live", &answer), 426);
    assert_string_equal(fetched_header(&answer, "Upgrade"), "websocket");
    fetched_finish(&answer);
    assert_error("GET /ws/nosuch", 404, "there is no stream \\\"nosuch\\\"");
    assert_int_equal(
        fetch(port,
              "GET /ws/live\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
              &answer),
        426);
    assert_string_equal(fetched_header(&answer, "Sec-WebSocket-Version"), "13");
    fetched_finish(&answer);
    assert_error("GET /ws/live\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x",
                 400, "Sec-WebSocket-Key is not 16 bytes in base64");
    assert_error("GET /ws/live?format=xml\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                 400,
                 "there is no format \\\"xml\\\", only \\\"binary\\\", \\\"json\\\" "
                 "and \\\"data\\\"");
}

static void too_many_viewers(void **state)
{
    (void)state;
    struct viewer viewers[MAX_CLIENTS + 1];
    for (int i = 0; i < MAX_CLIENTS; i++)
        assert_int_equal(viewer_open(&viewers[i], port, &(struct viewer_options){ 0 }), 101);
    assert_int_equal(viewer_open(&viewers[MAX_CLIENTS], port, &(struct viewer_options){ 0 }), 503);
    viewer_close(&viewers[MAX_CLIENTS]);
    struct fetched answer;
    assert_int_equal(
        fetch(port,
              "GET /ws/live\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
              &answer),
        503);
    assert_string_equal(fetched_header(&answer, "Retry-After"), "10");
    fetched_finish(&answer);

    viewer_close(&viewers[0]); /* and there is room again, soon */
    int64_t deadline_us = mr_clock_now_us() + 5000000;
    while (viewer_open(&viewers[0], port, &(struct viewer_options){ 0 }) != 101) {
        assert_true(mr_clock_now_us() < deadline_us);
        viewer_close(&viewers[0]);
    }
    for (int i = 0; i < MAX_CLIENTS; i++)
        viewer_close(&viewers[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_streams_state),
        TEST(errors_are_for_the_author),
        TEST(the_list_of_streams),
        TEST(streams_that_do_not_exist),
        TEST(health),
        TEST(viewers_watch),
        TEST(handshakes_that_are_refused),
        TEST(too_many_viewers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
