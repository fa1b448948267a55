/* What a stream does while nobody watches, and how soon it is there for whoever comes. */
#include "support/camera.h"
#include "unit/stream/watched_stream.h"

#define INTERVAL_US 40000

static const char counting[] = "local n = 0\n"
                               "function process(frame) n = n + 1 return { n = n } end\n";

static struct camera *camera;

static void start(struct watched *watched, struct mr_stream_options options)
{
    char url[100];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/x.mjpg", camera_port(camera));
    options.stall_s = 1;
    watched_start(watched, url, counting, options);
}

static void wait_for_connections(unsigned wanted)
{
    int64_t deadline_us = mr_clock_now_us() + WATCH_LIMIT_US;
    while (camera_connected(camera) != wanted) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(1000);
    }
}

/* Until so many pieces have gone by. */
static void let_pass(unsigned pieces)
{
    uint64_t before = camera_sent(camera);
    int64_t deadline_us = mr_clock_now_us() + WATCH_LIMIT_US;
    while (camera_sent(camera) < before + pieces) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(1000);
    }
}

/* return: how long the first picture after joining took */
static int64_t time_first_picture(struct watched *watched)
{
    int64_t start_us = mr_clock_now_us();
    watched_join(watched);
    struct mr_packet *packet = watched_next(watched);
    mr_packet_unref(&packet);
    return mr_clock_now_us() - start_us;
}

static void a_camera_stays_connected_and_nothing_is_decoded(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, (struct mr_stream_options){ 0 });
    watched_phase(&watched, MR_STREAM_IDLE);
    uint64_t before = watched_state(&watched).stats.frames_in;
    let_pass(60); /* longer than a stall */
    struct mr_stream_state now = watched_state(&watched);
    assert_int_equal(now.phase, MR_STREAM_IDLE);
    assert_int_equal(now.stats.frames_in, before);
    assert_int_equal(now.script.frames, 0);
    assert_int_equal(camera_connections(camera), 1);

    /* what comes now is new: its media time has gone on, too */
    assert_true(time_first_picture(&watched) < HANGS_US);
    watched_see(&watched, "\"n\":3");
    watched_leave(&watched);
    int64_t pts_us = watched.pts_us;
    watched_phase(&watched, MR_STREAM_IDLE);
    let_pass(25);
    time_first_picture(&watched);
    assert_in_range(watched.pts_us - pts_us, 900000, 4000000);
    assert_int_equal(watched_state(&watched).reconnects, 0);
    watched_leave(&watched);
    watched_stop(&watched);
}

static void a_loss_is_mended_though_nobody_looks(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, (struct mr_stream_options){ 0 });
    watched_phase(&watched, MR_STREAM_IDLE);
    camera_set(camera, CAMERA_GONE);
    watched_phase(&watched, MR_STREAM_LOST);
    camera_set(camera, CAMERA_SENDS);
    struct mr_stream_state now = watched_phase(&watched, MR_STREAM_IDLE);
    assert_int_equal(now.reconnects, 1);
    assert_int_equal(now.stats.frames_out, 0); /* no notices for nobody */
    assert_int_equal(now.error.code, 0);
    watched_stop(&watched);
}

static void who_comes_while_it_is_lost_is_told_at_once(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, (struct mr_stream_options){ 0 });
    watched_join(&watched);
    watched_see(&watched, "\"n\":3");
    watched_leave(&watched);
    watched_phase(&watched, MR_STREAM_IDLE);
    camera_set(camera, CAMERA_SILENT);
    watched_phase(&watched, MR_STREAM_LOST);
    watched_join(&watched);
    watched_see(&watched, "\"signal\":false");
    watched_leave(&watched);
    watched_stop(&watched);
}

static void a_camera_may_be_left_alone(void **state)
{
    (void)state;
    struct watched watched;
    start(&watched, (struct mr_stream_options){ .idle_disconnect_s = 0.3 });
    watched_phase(&watched, MR_STREAM_IDLE);
    wait_for_connections(0);
    assert_int_equal(watched_state(&watched).phase, MR_STREAM_IDLE);
    time_first_picture(&watched);
    assert_int_equal(camera_connections(camera), 2);
    int64_t pts_us = watched.pts_us;
    watched_leave(&watched);
    wait_for_connections(0);
    camera_set(camera, CAMERA_GONE);
    watched_join(&watched);
    watched_see(&watched, "\"signal\":false");
    camera_set(camera, CAMERA_SENDS);
    watched_see(&watched, "\"n\":");
    assert_true(watched.pts_us > pts_us + 300000);
    watched_leave(&watched);
    watched_stop(&watched);
}

static void a_file_is_there_at_once(void **state)
{
    (void)state;
    char cars[CLIP_PATH];
    clip_shared("cars.mp4", cars);
    struct watched watched;
    watched_start(&watched, cars, counting, (struct mr_stream_options){ 0 });
    int64_t best_us = INT64_MAX;
    for (int i = 0; i < 3; i++) { /* a busy machine may be late, but not always */
        watched_phase(&watched, MR_STREAM_IDLE);
        int64_t took_us = time_first_picture(&watched);
        best_us = took_us < best_us ? took_us : best_us;
        watched_leave(&watched);
    }
    assert_true(best_us < 300000);
    watched_stop(&watched);
}

static int set_up(void **state)
{
    (void)state;
    camera = camera_start(
        camera_jpegs("-f lavfi -i testsrc2=size=320x240:rate=25 -frames:v 10 -f mpjpeg"),
        INTERVAL_US);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    camera_stop(camera);
    return 0;
}

#define WITH_CAMERA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

RUN_TESTS(WITH_CAMERA(a_camera_stays_connected_and_nothing_is_decoded),
          WITH_CAMERA(a_loss_is_mended_though_nobody_looks),
          WITH_CAMERA(who_comes_while_it_is_lost_is_told_at_once),
          WITH_CAMERA(a_camera_may_be_left_alone), cmocka_unit_test(a_file_is_there_at_once))
