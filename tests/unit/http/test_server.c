#include "http/server.h"

#include "base/clock.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_stream.h"
#include "support/fetch.h"
#include "support/viewer.h"

#define MAX_CLIENTS 3

static struct mr_registry *registry;
static struct mr_stream *live, *yard;
static struct mr_server *server;
static int port;
static char web_dir[] = TEST_WORK_DIR "/server-XXXXXX";

static void write_page(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", web_dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int setup(void **state)
{
    (void)state;
    struct mr_error error;
    struct mr_server_options options = {
        .listen = "127.0.0.1:0",
        .web_dir = web_dir,
        .max_clients = MAX_CLIENTS,
    };
    strcpy(web_dir + strlen(web_dir) - 6, "XXXXXX");
    assert_non_null(mkdtemp(web_dir));
    registry = mr_registry_create();
    live = fake_stream("live", MR_STREAM_RUNNING);
    yard = fake_stream("yard-2", MR_STREAM_IDLE);
    mr_registry_add(registry, live);
    mr_registry_add(registry, yard);
    if (mr_server_create(&options, registry, &server, &error) < 0) {
        print_error("%s\n", error.text);
        return -1;
    }
    port = atoi(strchr(mr_server_address(server), ':') + 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[600];
    int64_t begin_us = mr_clock_now_us();
    mr_server_destroy(server);
    assert_in_range(mr_clock_now_us() - begin_us, 0, 1500000);
    assert_int_equal(mr_hub_viewers(live->hub, NULL), 0);
    mr_registry_destroy(registry);
    mr_stream_unref(&live);
    mr_stream_unref(&yard);
    snprintf(command, sizeof(command), "rm -r '%s'", web_dir);
    return system(command);
}

static void assert_fetch(const char *request, int status, const char *type, const char *body)
{
    struct fetched answer;
    assert_int_equal(fetch(port, request, &answer), status);
    assert_string_equal(fetched_header(&answer, "Content-Type"), type);
    assert_string_equal(fetched_header(&answer, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(fetched_header(&answer, "Connection"), "close");
    assert_null(fetched_header(&answer, "Access-Control-Allow-Origin"));
    assert_string_equal((char *)answer.body.data, body);
    char length[32];
    snprintf(length, sizeof(length), "%zu", strlen(body));
    assert_string_equal(fetched_header(&answer, "Content-Length"), length);
    fetched_finish(&answer);
}

static void assert_error(const char *request, int status, const char *error)
{
    char body[256];
    snprintf(body, sizeof(body), "{\"error\":\"%s\"}", error);
    assert_fetch(request, status, "application/json", body);
}

/* ---- pages ---- */

static void the_front_page(void **state)
{
    (void)state;
    struct fetched page, again, head;
    char request[200];
    assert_int_equal(fetch(port, "GET /", &page), 200);
    assert_string_equal(fetched_header(&page, "Content-Type"), "text/html; charset=utf-8");
    assert_string_equal(fetched_header(&page, "Cache-Control"), "no-cache");
    assert_non_null(strstr((char *)page.head.data,
                           "Content-Security-Policy: default-src 'self'; img-src 'self' blob: "
                           "data:; connect-src 'self' ws: wss:;"));
    assert_memory_equal(page.body.data, "<!doctype html>", 15);

    snprintf(request, sizeof(request), "GET /\r\nIf-None-Match: %s",
             fetched_header(&page, "ETag"));
    assert_int_equal(fetch(port, request, &again), 304);
    assert_int_equal(again.body.size, 0);

    assert_int_equal(fetch(port, "HEAD /", &head), 200);
    assert_int_equal(head.body.size, 0);
    assert_int_equal(atoi(fetched_header(&head, "Content-Length")), page.body.size);
    fetched_finish(&page);
    fetched_finish(&again);
    fetched_finish(&head);
}

static void scripts_have_their_type(void **state)
{
    (void)state;
    struct fetched script;
    assert_int_equal(fetch(port, "GET /viewer.js", &script), 200);
    assert_string_equal(fetched_header(&script, "Content-Type"),
                        "text/javascript; charset=utf-8");
    fetched_finish(&script);
}

static void the_users_files_come_first(void **state)
{
    (void)state;
    struct fetched page;
    write_page("index.html", "mine");
    write_page("data.txt", "");
    assert_fetch("GET /", 200, "text/html; charset=utf-8", "mine");
    assert_fetch("GET /data.txt", 200, "text/plain; charset=utf-8", "");
    assert_int_equal(fetch(port, "GET /viewer.css", &page), 200);
    fetched_finish(&page);

    assert_int_equal(fetch(port, "GET /", &page), 200);
    assert_null(fetched_header(&page, "Content-Security-Policy"));
    char request[200];
    snprintf(request, sizeof(request), "GET /\r\nIf-None-Match: %s",
             fetched_header(&page, "ETag"));
    fetched_finish(&page);
    assert_int_equal(fetch(port, request, &page), 304);
    fetched_finish(&page);
    write_page("index.html", "other");
    assert_int_equal(fetch(port, request, &page), 200);
    fetched_finish(&page);
}

static void a_large_file_arrives_whole(void **state)
{
    (void)state;
    struct fetched answer;
    char *text = malloc(3000001);
    memset(text, 'x', 3000000);
    text[3000000] = '\0';
    write_page("large.bin", text);
    assert_int_equal(fetch(port, "GET /large.bin", &answer), 200);
    assert_int_equal(answer.body.size, 3000000);
    assert_string_equal((char *)answer.body.data, text);
    fetched_finish(&answer);
    free(text);
}

static void nothing_outside_is_served(void **state)
{
    (void)state;
    assert_error("GET /nothing.html", 404, "there is no page \\\"/nothing.html\\\"");
    assert_error("GET /../../../../etc/passwd", 404, "there is no page \\\"/etc/passwd\\\"");
    assert_error("GET /%2e%2e/%2e%2e/etc/passwd", 404, "there is no page \\\"/etc/passwd\\\"");
    assert_error("GET /..%2f..%2fetc/passwd", 404, "there is no page \\\"/etc/passwd\\\"");
    assert_error("GET /%ff", 404, "there is no page \\\"/?\\\"");
}

static void only_reading_is_possible(void **state)
{
    (void)state;
    static const char *const requests[] = { "POST /", "DELETE /api/streams/live", "PUT /ws/live",
                                            "OPTIONS /", "POST /x\r\nContent-Length: 5\r\n\r\nhell",
                                            "POST /\r\nContent-Length: 99999999" };
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        struct fetched answer;
        assert_int_equal(fetch(port, requests[i], &answer), 405);
        assert_string_equal(fetched_header(&answer, "Allow"), "GET, HEAD");
        fetched_finish(&answer);
    }
}

static void nonsense_is_answered_with_json(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "GARBAGE", &answer), 400);
    assert_memory_equal(answer.body.data, "{\"error\":", 9);
    fetched_finish(&answer);
    assert_error("GET /x HTTP/9.9\r\nX: y", 400, "Bad request");
}

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
    s->source = (struct mr_source_info){ .codec = "h264", .width = 768, .height = 432,
                                         .fps = 12.5, .live = true };
    s->width = 400;
    s->height = 300;
    s->damaged = 3;
    s->stats.frames_in = 10;
    s->stats.frames_out = 8;
    s->stats.bytes_out = 160000;
    s->stats.drops[MR_DROP_SKIP] = 2;
    s->stats.fps_in = 12.4567;
    s->stats.recent_us[MR_STAGE_DECODE] = 570.25;
    s->script = (struct mr_runner_state){ .generation = 2, .frames = 9, .errors = 1, .reloads = 1,
                                          .rejected = 4, .last_error = "process.lua:3: caf\xe9" };
    json_t *all = fetch_json("GET /api/streams/live", 200);
    json_t *expected = json_loads(
        "{\"name\":\"live\",\"phase\":\"running\",\"error\":null,\"url\":\"test:\","
        "\"source\":{\"codec\":\"h264\",\"width\":768,\"height\":432,\"fps\":12.5,\"live\":true},"
        "\"size\":{\"width\":400,\"height\":300},\"fps_in\":12.46,\"fps_out\":0.0,"
        "\"frames_in\":10,\"frames_out\":8,\"bytes_out\":160000,"
        "\"drops\":{\"rate\":0,\"script\":0,\"pool\":0,\"skip\":2,\"failed\":0},\"damaged\":3,"
        "\"stages_us\":{\"decode\":570.3,\"convert\":0.0,\"script\":0.0,\"encode\":0.0,"
        "\"latency\":0.0},"
        "\"viewers\":{\"websocket\":0,\"websocket-json\":0,\"websocket-data\":0,\"socketio\":0,"
        "\"mjpeg\":0,\"events\":0,\"snapshot\":0,\"total\":0},"
        "\"script\":{\"generation\":2,\"frames\":9,\"errors\":1,\"reloads\":1,\"rejected\":4,"
        "\"last_error\":\"process.lua:3: caf?\"}}",
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
    assert_fetch("GET /healthz", 200, "application/json", "{\"status\":\"ok\",\"failed\":[]}");
    yard->state.phase = MR_STREAM_FINISHED;
    live->state.phase = MR_STREAM_OPENING;
    assert_fetch("GET /healthz", 200, "application/json", "{\"status\":\"ok\",\"failed\":[]}");
    yard->state.phase = MR_STREAM_FAILED;
    strcpy(yard->state.error.text, "x.mp4: gone");
    assert_fetch("GET /healthz", 503, "application/json",
                 "{\"status\":\"failing\",\"failed\":[{\"name\":\"yard-2\",\"error\":\"x.mp4: "
                 "gone\"}]}");
}

/* ---- WebSocket ---- */

static void publish(uint64_t seq)
{
    static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0xd9 };
    mr_hub_publish(live->hub, mr_packet_create(&(struct mr_packet_content){
                                  .seq = seq, .captured_us = mr_clock_wall_us(),
                                  .payload = "{\"n\":1}", .payload_size = 7,
                                  .jpeg = jpeg, .jpeg_size = sizeof(jpeg) }));
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
    struct viewer viewer, json;
    struct mr_buffer text = { 0 };
    assert_int_equal(viewer_open(&viewer, port, &(struct viewer_options){ 0 }), 101);
    assert_int_equal(viewer_open(&json, port,
                                 &(struct viewer_options){ .path = "/ws/live?format=json",
                                                           .on_message = keep_text,
                                                           .opaque = &text }),
                     101);
    json_t *all = fetch_json("GET /api/streams/live", 200);
    json_t *kinds = json_object_get(all, "viewers");
    assert_int_equal(json_integer_value(json_object_get(kinds, "websocket")), 1);
    assert_int_equal(json_integer_value(json_object_get(kinds, "websocket-json")), 1);
    assert_int_equal(json_integer_value(json_object_get(kinds, "total")), 2);
    json_decref(all);

    publish(7);
    int64_t deadline_us = mr_clock_now_us() + 5000000;
    assert_true(viewers_run(&viewer, 1, deadline_us, has_message, &viewer));
    assert_int_equal(viewer.last_seq, 7);
    assert_true(viewers_run(&json, 1, deadline_us, has_message, &json));
    static const char start[] = "{\"data\":{\"n\":1},\"image\":\"data:image/jpeg;base64,/9j/2Q==\"";
    assert_memory_equal(text.data, start, strlen(start));
    viewer_close(&viewer);
    viewer_close(&json);
    mr_buffer_finish(&text);
}

static void handshakes_that_are_refused(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "GET /ws/live", &answer), 426);
    assert_string_equal(fetched_header(&answer, "Upgrade"), "websocket");
    fetched_finish(&answer);
    assert_int_equal(fetch(port,
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
                 400, "there is no format \\\"xml\\\", only \\\"binary\\\" and \\\"json\\\"");
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
    assert_int_equal(fetch(port,
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

/* ---- start and end ---- */

static void the_port_is_taken(void **state)
{
    (void)state;
    struct mr_error error;
    struct mr_server *second;
    char expected[100];
    snprintf(expected, sizeof(expected), "cannot listen on %s: Address already in use",
             mr_server_address(server));
    assert_int_equal(mr_server_create(&(struct mr_server_options){
                                          .listen = mr_server_address(server), .max_clients = 1 },
                                      registry, &second, &error),
                     -EADDRINUSE);
    assert_null(second);
    assert_string_equal(error.text, expected);
}

static void idle_connections_do_not_delay_the_end(void **state)
{
    int idle[20];
    for (int i = 0; i < 20; i++)
        idle[i] = fetch_connect(port, 0);
    teardown(state); /* measures it */
    setup(state);
    for (int i = 0; i < 20; i++)
        close(idle[i]);
}

static void viewers_are_told_at_the_end(void **state)
{
    struct viewer viewer;
    assert_int_equal(viewer_open(&viewer, port, &(struct viewer_options){ 0 }), 101);
    teardown(state);
    assert_false(viewers_run(&viewer, 1, mr_clock_now_us() + 100000, NULL, NULL));
    assert_int_equal(viewer.close_code, 1001);
    assert_string_equal(viewer.close_reason, "the server is going away");
    assert_true(viewer.ended);
    viewer_close(&viewer);
    setup(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_front_page),
        TEST(scripts_have_their_type),
        TEST(the_users_files_come_first),
        TEST(a_large_file_arrives_whole),
        TEST(nothing_outside_is_served),
        TEST(only_reading_is_possible),
        TEST(nonsense_is_answered_with_json),
        TEST(a_streams_state),
        TEST(the_list_of_streams),
        TEST(streams_that_do_not_exist),
        TEST(health),
        TEST(viewers_watch),
        TEST(handshakes_that_are_refused),
        TEST(too_many_viewers),
        TEST(the_port_is_taken),
        TEST(idle_connections_do_not_delay_the_end),
        TEST(viewers_are_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
