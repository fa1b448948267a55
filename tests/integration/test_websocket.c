/* The native WebSocket against the real program: what messages look like, how connections end. */
#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CROWD 50

static struct host host;

static int start(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size", "400x300", "--fps", "25", "test:", NULL };
    return host_start(&host, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, HANGS_US) == 0 || host.pid == 0 ? 0 : -1;
}

static int64_t in_seconds(int seconds)
{
    return mr_clock_now_us() + seconds * 1000000LL;
}

struct crowd {
    struct viewer *viewers;
    size_t count;
    uint64_t wanted;
};

static bool have_messages(void *opaque)
{
    const struct crowd *crowd = opaque;
    for (size_t i = 0; i < crowd->count; i++)
        if (!crowd->viewers[i].options.never_reads && crowd->viewers[i].messages < crowd->wanted)
            return false;
    return true;
}

static bool have_ended(void *opaque)
{
    const struct crowd *crowd = opaque;
    for (size_t i = 0; i < crowd->count; i++)
        if (!crowd->viewers[i].options.never_reads && !crowd->viewers[i].ended)
            return false;
    return true;
}

static void wait_for_messages(struct viewer *viewers, size_t count, uint64_t wanted)
{
    struct crowd crowd = { viewers, count, wanted };
    assert_true(viewers_run(viewers, count, in_seconds(20), have_messages, &crowd));
}

static void wait_for_end(struct viewer *viewers, size_t count)
{
    struct crowd crowd = { viewers, count, 0 };
    assert_true(viewers_run(viewers, count, in_seconds(10), have_ended, &crowd));
}

/* ---- messages ---- */

static void take_binary(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    int64_t *last_pts_us = opaque;
    json_t *payload = json_loadb(message->payload, message->payload_size, JSON_DECODE_ANY, NULL);
    assert_non_null(payload);
    json_decref(payload);
    assert_int_equal(message->opcode, 2);
    assert_memory_equal(message->image + message->image_size - 2, "\xff\xd9", 2);
    assert_true(viewer->messages == 1 || message->pts_us > *last_pts_us);
    *last_pts_us = message->pts_us;
}

static void binary_messages(void **state)
{
    (void)state;
    int64_t last_pts_us = 0;
    struct viewer viewer;
    assert_int_equal(
        viewer_open(&viewer, host.port,
                    &(struct viewer_options){ .on_message = take_binary, .opaque = &last_pts_us }),
        101);
    wait_for_messages(&viewer, 1, 30);
    assert_false(viewer.invalid);
    viewer_close(&viewer);
}

static void take_json(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    static const char start[] = "data:image/jpeg;base64,/9j/";
    (void)opaque;
    (void)viewer;
    json_error_t error;
    json_t *value = json_loadb((const char *)message->bytes, message->size, 0, &error);
    assert_int_equal(message->opcode, 1);
    assert_non_null(value);
    assert_non_null(json_object_get(value, "data"));
    assert_memory_equal(json_string_value(json_object_get(value, "image")), start, strlen(start));
    assert_true(json_is_integer(json_object_get(value, "seq")));
    assert_true(json_is_integer(json_object_get(value, "pts_us")));
    assert_true(json_integer_value(json_object_get(value, "captured_us")) > 1600000000000000);
    assert_int_equal(json_object_size(value), 5);
    json_decref(value);
}

static void json_messages(void **state)
{
    (void)state;
    struct viewer viewer;
    assert_int_equal(viewer_open(&viewer, host.port,
                                 &(struct viewer_options){ .path = "/ws/live?format=json",
                                                           .on_message = take_json }),
                     101);
    wait_for_messages(&viewer, 1, 10);
    viewer_close(&viewer);
}

static void state_is_told(void **state)
{
    (void)state;
    struct viewer viewer;
    struct fetched answer;
    assert_int_equal(viewer_open(&viewer, host.port, &(struct viewer_options){ 0 }), 101);
    wait_for_messages(&viewer, 1, 10);
    assert_int_equal(fetch(host.port, "GET /api/streams/live", &answer), 200);
    json_t *value = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(value, "phase")), "running");
    json_t *viewers = json_object_get(value, "viewers");
    assert_true(json_integer_value(json_object_get(viewers, "websocket")) >= 1);
    assert_true(json_integer_value(json_object_get(value, "frames_out")) >= 10);
    json_decref(value);
    fetched_finish(&answer);
    assert_int_equal(fetch(host.port, "GET /healthz", &answer), 200);
    fetched_finish(&answer);
    viewer_close(&viewer);
}

/* ---- ends ---- */

static void a_close_is_answered_between_messages(void **state)
{
    (void)state;
    struct viewer viewer;
    assert_int_equal(viewer_open(&viewer, host.port, &(struct viewer_options){ 0 }), 101);
    wait_for_messages(&viewer, 1, 3);
    viewer_send(&viewer, 0x88,
                "\x03\xe8"
                "bye",
                5);
    wait_for_end(&viewer, 1);
    assert_int_equal(viewer.close_code, 1000);
    assert_string_equal(viewer.close_reason, "bye");
    assert_false(viewer.reset);
    assert_false(viewer.invalid);
    viewer_close(&viewer);
}

static void what_breaks_the_rules_is_closed_and_others_go_on(void **state)
{
    (void)state;
    struct viewer viewers[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(viewer_open(&viewers[i], host.port, &(struct viewer_options){ 0 }), 101);
    wait_for_messages(viewers, 2, 3);
    viewer_send_raw(&viewers[0], "\x81\x02{}", 4); /* unmasked */
    wait_for_end(viewers, 1);
    assert_int_equal(viewers[0].close_code, 1002);
    wait_for_messages(viewers + 1, 1, viewers[1].messages + 10);
    assert_false(viewers[1].invalid);
    for (int i = 0; i < 2; i++)
        viewer_close(&viewers[i]);
}

static void the_end_under_load(void **state)
{
    (void)state;
    struct viewer viewers[CROWD];
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(viewer_open(&viewers[i], host.port,
                                     &(struct viewer_options){
                                         .path = i % 5 == 4 ? "/ws/live?format=json" : NULL }),
                         101);
    wait_for_messages(viewers, CROWD, 10);

    int64_t begin_us = mr_clock_now_us();
    assert_int_equal(kill(host.pid, SIGTERM), 0);
    wait_for_end(viewers, CROWD);
    assert_int_equal(host_stop(&host, 0, ENDS_US - (mr_clock_now_us() - begin_us)), 0);
    for (int i = 0; i < CROWD; i++) {
        if (viewers[i].invalid)
            fail_msg("viewer %d: %s", i, viewers[i].fault);
        assert_int_equal(viewers[i].close_code, 1001);
        assert_string_equal(viewers[i].close_reason, "the server is going away");
        assert_false(viewers[i].reset);
        viewer_close(&viewers[i]);
    }
}

static void the_end_does_not_wait_for_the_deaf(void **state)
{
    (void)state;
    struct viewer viewers[10];
    for (int i = 0; i < 10; i++)
        assert_int_equal(viewer_open(&viewers[i], host.port,
                                     &(struct viewer_options){ .never_reads = i < 5,
                                                               .receive_buffer_bytes = 4096 }),
                         101);
    wait_for_messages(viewers, 10, 25);
    assert_int_equal(host_stop(&host, SIGTERM, ENDS_US), 0);
    for (int i = 0; i < 10; i++)
        viewer_close(&viewers[i]);
}

static void no_descriptor_is_left_behind(void **state)
{
    (void)state;
    struct viewer viewers[20];
    int before = host_descriptors(&host);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 20; i++)
            viewer_open(&viewers[i], host.port, &(struct viewer_options){ 0 });
        for (int i = 0; i < 20; i++) {
            if (i % 2)
                viewer_abort(&viewers[i]);
            else
                viewer_close(&viewers[i]);
        }
    }
    int64_t deadline_us = in_seconds(10);
    while (host_descriptors(&host) > before + 4) /* what the first viewer opens for good */
        assert_true(mr_clock_now_us() < deadline_us);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(binary_messages),
        TEST(json_messages),
        TEST(state_is_told),
        TEST(a_close_is_answered_between_messages),
        TEST(what_breaks_the_rules_is_closed_and_others_go_on),
        TEST(the_end_under_load),
        TEST(the_end_does_not_wait_for_the_deaf),
        TEST(no_descriptor_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
