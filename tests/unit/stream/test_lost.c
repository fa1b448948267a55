/* A source that goes away, falls silent or talks rubbish, and comes back. */
#include "stream/backoff.h"
#include "support/camera.h"
#include "unit/stream/watched_stream.h"

#include <errno.h>

#define INTERVAL_US 40000
#define STALL_S     0.5
#define SIGNAL      "\"signal\":false"

#define CLIP(size) "-f lavfi -i testsrc2=size=" size ":rate=25 -frames:v 10 -f mpjpeg"

static const char counting[] =
    "function process(frame, state)\n"
    "  state.n = (state.n or 0) + 1\n"
    "  return { n = state.n, width = frame.width, height = frame.height }\n"
    "end\n";

static struct camera *camera;

static void start(struct watched *watched, struct mr_stream_options options)
{
    char url[100];
    snprintf(url, sizeof(url), "http://user:secret@127.0.0.1:%d/x.mjpg", camera_port(camera));
    options.stall_s = STALL_S;
    watched_start(watched, url, counting, options);
}

static long number_of(const struct mr_packet *packet)
{
    const char *n = strstr(packet->payload, "\"n\":");
    assert_non_null(n);
    return strtol(n + 4, NULL, 10);
}

static void viewers_stay_and_are_told(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, (struct mr_stream_options){ .size = { 160, 0 } });
    watched_join(&watched);
    watched_see(&watched, "\"n\":5,");

    camera_set(camera, CAMERA_GONE);
    struct mr_stream_state lost = watched_phase(&watched, MR_STREAM_LOST);
    assert_true(lost.error.code < 0);
    struct mr_packet *notice = watched_until(&watched, SIGNAL);
    assert_int_equal(notice->width, 160);
    assert_int_equal(notice->height, 120);
    int64_t made_us = notice->captured_us;
    mr_packet_unref(&notice);
    notice = watched_until(&watched, SIGNAL);
    assert_in_range(notice->captured_us - made_us, 700000, 3000000); /* one a second */
    assert_in_range(watched.since_us, 900000, 2500000);
    assert_non_null(strstr(notice->payload, "\"reason\":\"cannot open"));
    assert_non_null(strstr(notice->payload, "Connection refused"));
    assert_null(strstr(notice->payload, "secret"));
    mr_packet_unref(&notice);
    lost = watched_state(&watched);
    assert_true(lost.lost_s > 1);
    assert_int_equal(lost.reconnects, 0);

    camera_set(camera, CAMERA_SENDS);
    int64_t at_us = mr_clock_now_us();
    struct mr_packet *back = watched_until(&watched, "\"n\":");
    int64_t took_us = mr_clock_now_us() - at_us;
    assert_true(took_us < MR_BACKOFF_LAST_US * 2);
    assert_in_range(number_of(back), 6, 30); /* the script is the one from before */
    mr_packet_unref(&back);
    assert_int_equal(watched.gaps, 0);
    struct mr_stream_state now = watched_state(&watched);
    assert_int_equal(now.phase, MR_STREAM_RUNNING);
    assert_int_equal(now.reconnects, 1);
    assert_int_equal(now.error.code, 0);
    watched_leave(&watched);
    watched_stop(&watched);
}

/* It must not matter whether bytes come, if no frames do. */
static void loses_and_finds(enum camera_mood mood)
{
    struct watched watched;
    start(&watched, (struct mr_stream_options){ .always = true });
    watched_see(&watched, "\"n\":3,");
    int64_t at_us = mr_clock_now_us();
    camera_set(camera, mood);
    watched_see(&watched, SIGNAL);
    assert_true(mr_clock_now_us() - at_us >= (int64_t)(STALL_S * 1e6) - 2 * INTERVAL_US);
    camera_set(camera, CAMERA_SENDS);
    watched_see(&watched, "\"n\":");
    assert_int_equal(watched.gaps, 0);
    watched_stop(&watched);
}

static void silence_is_a_loss(void **state)
{
    (void)state;
    loses_and_finds(CAMERA_SILENT);
}

static void rubbish_is_a_loss(void **state)
{
    (void)state;
    loses_and_finds(CAMERA_RUBBISH);
}

static void what_is_not_there_at_first_is_waited_for_if_asked(void **state)
{
    (void)state;
    struct watched watched;
    camera_set(camera, CAMERA_GONE);
    start(&watched, (struct mr_stream_options){ .always = true });
    struct mr_stream_state failed = watched_phase(&watched, MR_STREAM_FAILED);
    assert_non_null(strstr(failed.error.text, "Connection refused"));
    watched_stop(&watched);

    start(&watched, (struct mr_stream_options){ .patient = true });
    watched_phase(&watched, MR_STREAM_LOST);
    watched_join(&watched);
    struct mr_packet *notice = watched_until(&watched, SIGNAL);
    assert_int_equal(notice->width, 640);
    assert_int_equal(notice->height, 360);
    mr_packet_unref(&notice);
    camera_set(camera, CAMERA_SENDS);
    watched_see(&watched, "\"n\":1,");
    assert_int_equal(watched.gaps, 0);
    watched_leave(&watched);
    watched_stop(&watched);
}

static void what_no_waiting_mends_is_told_at_once(void **state)
{
    (void)state;
    camera_stop(camera);
    camera = camera_start(camera_answer("HTTP/1.0 401 Unauthorized\r\n"
                                        "WWW-Authenticate: Basic realm=\"x\"\r\n\r\n"),
                          INTERVAL_US);
    struct watched watched;
    start(&watched, (struct mr_stream_options){ .patient = true });
    struct mr_stream_state failed = watched_phase(&watched, MR_STREAM_FAILED);
    assert_int_equal(failed.error.code, -EACCES);
    watched_stop(&watched);
}

static void pictures_change_their_size_in_the_middle(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, (struct mr_stream_options){ .always = true });
    watched_see(&watched, "\"n\":5,");
    camera_replace(camera, camera_jpegs(CLIP("256x144")));
    struct mr_packet *other = watched_until(&watched, "\"width\":256");
    assert_int_equal(other->width, 256);
    assert_int_equal(other->height, 144);
    assert_true(number_of(other) > 5);
    mr_packet_unref(&other);
    struct mr_stream_state now = watched_state(&watched);
    assert_int_equal(now.reconnects, 0);
    assert_int_equal(now.height, 144);
    watched_stop(&watched);
}

static void stops_while_it_is_lost(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, (struct mr_stream_options){ .always = true });
    watched_see(&watched, "\"n\":1,");
    camera_set(camera, CAMERA_SILENT);
    watched_phase(&watched, MR_STREAM_LOST);
    watched_stop(&watched); /* looks at the clock */
}

static int set_up(void **state)
{
    (void)state;
    camera = camera_start(camera_jpegs(CLIP("320x240")), INTERVAL_US);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    camera_stop(camera);
    return 0;
}

#define WITH_CAMERA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

RUN_TESTS(WITH_CAMERA(viewers_stay_and_are_told), WITH_CAMERA(silence_is_a_loss),
          WITH_CAMERA(rubbish_is_a_loss),
          WITH_CAMERA(what_is_not_there_at_first_is_waited_for_if_asked),
          WITH_CAMERA(what_no_waiting_mends_is_told_at_once),
          WITH_CAMERA(pictures_change_their_size_in_the_middle),
          WITH_CAMERA(stops_while_it_is_lost))
