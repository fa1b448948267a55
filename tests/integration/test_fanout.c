/* 51 viewers of a 25 fps stream for 20 s: one never reads, two read 100 KB/s; the other 48 get
 * every frame, the slow ones recent ones, and the host's memory stays where it was. */
#include "base/clock.h"
#include "support/check.h"
#include "support/drops.h"
#include "support/host.h"
#include "support/viewer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VIEWERS 51
#define DEAF    0 /* never reads */
#define LINK    1 /* slow by its link, which holds little; answers no pings */
#define READER  2 /* slow by itself; the system's receive buffer would hold a second and more */
#define FIRST   3 /* of those who keep up */
#define FPS     25
#define SECONDS 20

#define SLOW_RATE   100000
#define LINK_BUFFER 4096
#define LAG_MAX_US  500000

/* A sanitizer on a busy machine may not keep the stream's own pace: what matters then is that what
 * was published reaches everybody. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define FRAMES_MIN (SECONDS * 5)
#else
#define FRAMES_MIN (SECONDS * FPS - FPS)
#endif

static struct host host;
static struct viewer viewers[VIEWERS];

static int64_t in_ms(int ms)
{
    return mr_clock_now_us() + ms * 1000LL;
}

static bool all_watch(void *opaque)
{
    (void)opaque;
    for (int i = FIRST; i < VIEWERS; i++)
        if (viewers[i].messages == 0)
            return false;
    return viewers[LINK].messages > 0 && viewers[READER].messages > 0;
}

static void connect_all(void)
{
    for (int i = 0; i < VIEWERS; i++) {
        struct viewer_options options = {
            .never_reads = i == DEAF,
            .bytes_per_second = i == LINK || i == READER ? SLOW_RATE : 0,
            .receive_buffer_bytes = i == LINK ? LINK_BUFFER : 0,
            .mute = i == LINK,
        };
        assert_int_equal(viewer_open(&viewers[i], host.port, &options), 101);
    }
    assert_true(viewers_run(viewers, VIEWERS, in_ms(10000), all_watch, NULL));
}

static void assert_no_gaps(void)
{
    uint64_t dropped = drops_of(host.port, "live"); /* no viewer can have got these */
    for (int i = FIRST; i < VIEWERS; i++) {
        if (viewers[i].invalid)
            fail_msg("viewer %d: %s", i, viewers[i].fault);
        assert_false(viewers[i].ended);
        assert_in_range(viewers[i].gaps, 0, dropped);
    }
}

/* What held up those who keep up was the machine, and it held up the slow ones as well. */
static int64_t machine_lag_us(void)
{
    int64_t lag_us = 0;
    for (int i = FIRST; i < VIEWERS; i++)
        if (viewers[i].max_lag_us > lag_us)
            lag_us = viewers[i].max_lag_us;
    print_message("frames at most %d ms old with the others\n", (int)(lag_us / 1000));
    return lag_us;
}

static void assert_slow_ones_see_recent_frames(const uint64_t before[FIRST])
{
    int64_t limit_us = LAG_MAX_US + machine_lag_us();
    for (int i = LINK; i <= READER; i++) {
        int frames = (int)(viewers[i].messages - before[i]);
        print_message("slow viewer %d: %d frames, at most %d ms old\n", i, frames,
                      (int)(viewers[i].max_lag_us / 1000));
        assert_false(viewers[i].invalid);
        assert_true(frames > SECONDS);
        assert_in_range(viewers[i].max_lag_us, 0, limit_us);
    }
}

static void fast_viewers_lose_nothing_by_slow_ones(void **state)
{
    (void)state;
    static const char *const arguments[] = { "lavfi:testsrc2=size=640x360:rate=25", NULL };
    uint64_t before[FIRST + 1];
    host_bound_quarantine();
    assert_true(host_start(&host, arguments));
    connect_all();
    viewers_run(viewers, VIEWERS, in_ms(5000), NULL, NULL); /* everything finds its size */

    int64_t before_kib = host_resident_kib(&host);
    for (int i = 0; i <= FIRST; i++)
        before[i] = viewers[i].messages;
    for (int i = 0; i < VIEWERS; i++)
        viewers[i].max_lag_us = 0;
    viewers_run(viewers, VIEWERS, in_ms(SECONDS * 1000), NULL, NULL);
    int64_t grown_kib = host_resident_kib(&host) - before_kib;
    int frames = (int)(viewers[FIRST].messages - before[FIRST]);
    print_message("%zu bytes a message, %d frames; memory %+d KiB\n", viewers[FIRST].largest,
                  frames, (int)grown_kib);

    assert_no_gaps();
    assert_in_range(frames, FRAMES_MIN, SECONDS * FPS + FPS);
    assert_true(viewers[FIRST].largest * FPS > 2 * SLOW_RATE); /* or slow is not slow */
    assert_slow_ones_see_recent_frames(before);
    assert_true(grown_kib < HOST_MEMORY_SLACK_KIB);

    for (int i = 0; i < VIEWERS; i++)
        viewer_close(&viewers[i]);
    assert_int_equal(host_stop(&host, SIGTERM, HANGS_US), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_viewers_lose_nothing_by_slow_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
