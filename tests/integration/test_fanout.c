/* 50 viewers of a 25 fps stream for 20 s: one never reads, one reads 100 KB/s; the other 48 get
 * every frame, and the host's memory stays where it was. */
#include "base/clock.h"
#include "support/host.h"
#include "support/viewer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define VIEWERS 50
#define DEAF    0 /* never reads */
#define SLOW    1 /* reads SLOW_RATE, over a link that holds little */
#define FIRST   2 /* of those who keep up */
#define FPS     25
#define SECONDS 20

#define SLOW_RATE   100000
#define SLOW_BUFFER 4096 /* of its socket: what is in there was taken, but not yet read */

/* What may come and go as the heap is used, in sanitizer builds much more. */
#define MEMORY_SLACK_KIB (4 * 1024)

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
    return viewers[SLOW].messages > 0;
}

static void connect_all(void)
{
    for (int i = 0; i < VIEWERS; i++) {
        struct viewer_options options = { .never_reads = i == DEAF };
        if (i == SLOW) {
            options.bytes_per_second = SLOW_RATE;
            options.receive_buffer_bytes = SLOW_BUFFER;
        }
        assert_int_equal(viewer_open(&viewers[i], host.port, &options), 101);
    }
    assert_true(viewers_run(viewers, VIEWERS, in_ms(10000), all_watch, NULL));
}

static void assert_no_gaps(void)
{
    for (int i = FIRST; i < VIEWERS; i++) {
        if (viewers[i].invalid)
            fail_msg("viewer %d: %s", i, viewers[i].fault);
        assert_false(viewers[i].ended);
        assert_int_equal(viewers[i].gaps, 0);
    }
}

static void fast_viewers_lose_nothing_by_slow_ones(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size", "400x300", "--fps", "25", "test:", NULL };
    assert_true(host_start(&host, arguments));
    connect_all();
    viewers_run(viewers, VIEWERS, in_ms(3000), NULL, NULL); /* buffers and heap find their size */

    int64_t before_kib = host_resident_kib(&host);
    uint64_t before = viewers[FIRST].messages;
    uint64_t slow_before = viewers[SLOW].messages;
    viewers[SLOW].max_lag_us = 0;
    viewers_run(viewers, VIEWERS, in_ms(SECONDS * 1000), NULL, NULL);
    uint64_t frames = viewers[FIRST].messages - before;
    int64_t grown_kib = host_resident_kib(&host) - before_kib;

    assert_no_gaps();
    assert_in_range(frames, SECONDS * FPS - FPS, SECONDS * FPS + FPS);
    assert_false(viewers[SLOW].invalid);
    assert_true(viewers[SLOW].messages - slow_before > SECONDS);
    print_message("%zu bytes a message; the slow viewer got %d of %d frames, at most %d ms old; "
                  "memory %+d KiB\n",
                  viewers[FIRST].largest, (int)(viewers[SLOW].messages - slow_before),
                  (int)frames, (int)(viewers[SLOW].max_lag_us / 1000), (int)grown_kib);
    assert_in_range(viewers[SLOW].max_lag_us, 0, 500000);
    assert_true(grown_kib < MEMORY_SLACK_KIB);

    for (int i = 0; i < VIEWERS; i++)
        viewer_close(&viewers[i]);
    assert_int_equal(host_stop(&host, SIGTERM, 5000000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_viewers_lose_nothing_by_slow_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
