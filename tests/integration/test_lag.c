/* Viewers who read 50 KB/s, directly and behind one and two hops that take whatever comes: what they see is recent from
 * the first frame on, and a viewer behind the same hops who keeps up misses nothing. */
#include "base/clock.h"
#include "support/check.h"
#include "support/drops.h"
#include "support/hop.h"
#include "support/host.h"
#include "support/viewer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOPS    2
#define VIEWERS (2 * (HOPS + 1)) /* a slow one and one that keeps up behind 0, 1, 2 hops */
#define SECONDS 12
#define RATE    50000

/* Above the newest message's own transmission time; a hop adds more. */
#define LAG_US     200000
#define HOP_LAG_US 500000

/* What one read of the viewers may fetch before they sleep to keep their rate. */
#define BURST_US 100000

static struct viewer viewers[VIEWERS];
static int64_t excess_us[VIEWERS]; /* worst age of a frame less its own transmission time */

static bool is_slow(int viewer)
{
    return viewer % 2 == 0;
}

static void note_age(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    int64_t *worst_us = opaque;
    int64_t own_us =
        viewer->options.bytes_per_second > 0 ? (int64_t)message->size * 1000000 / RATE : 0;
    if (message->opcode == 2 && viewer->lag_us - own_us > *worst_us)
        *worst_us = viewer->lag_us - own_us;
}

static void frames_are_recent_behind_any_hop(void **state)
{
    (void)state;
    static const char *const arguments[] = { "lavfi:testsrc2=size=640x360:rate=25", NULL };
    struct host host;
    struct hop *hops[HOPS];
    int ports[HOPS + 1];
    assert_true(host_start(&host, arguments));
    ports[0] = host.port;
    for (int i = 0; i < HOPS; i++)
        hops[i] = hop_start(ports[i], &ports[i + 1]);
    for (int i = 0; i < VIEWERS; i++) {
        struct viewer_options options = { .bytes_per_second = is_slow(i) ? RATE : 0,
                                          .on_message = note_age,
                                          .opaque = &excess_us[i] };
        assert_int_equal(viewer_open(&viewers[i], ports[i / 2], &options), 101);
    }
    viewers_run(viewers, VIEWERS, mr_clock_now_us() + SECONDS * 1000000LL, NULL, NULL);

    uint64_t dropped = drops_of(host.port, "live");
    assert_true(viewers[1].largest * 25 > 3 * RATE); /* or slow is not slow */
    for (int i = 0; i < VIEWERS; i++) {
        int behind = i / 2;
        int64_t machine_us = excess_us[2 * behind + 1]; /* what held up who keeps up */
        print_message("%s, %d hops: %d frames, %d missed, at most %d ms above their own time\n",
                      is_slow(i) ? "slow" : "fast", behind, (int)viewers[i].pictures,
                      (int)viewers[i].gaps, (int)(excess_us[i] / 1000));
        assert_false(viewers[i].invalid);
        assert_true(viewers[i].pictures > 0 && viewers[i].pings > 0);
        if (is_slow(i))
            assert_in_range(excess_us[i], 0, LAG_US + behind * HOP_LAG_US + BURST_US + machine_us);
        else
            assert_in_range(viewers[i].gaps, 0, dropped);
        viewer_close(&viewers[i]);
    }
    print_message("a hop held %zu bytes at most\n", hop_held_most(hops[1]));
    for (int i = 0; i < HOPS; i++)
        hop_stop(hops[HOPS - 1 - i]);
    assert_int_equal(host_stop(&host, SIGTERM, HANGS_US), 0);
}

RUN_TESTS(cmocka_unit_test(frames_are_recent_behind_any_hop))
