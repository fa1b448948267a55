/* Viewers that are gone without a word: no FIN, no reset, no acknowledgement. A filter on the viewer's
 * socket that drops whatever comes makes one of any, without rights or a network of its own. */
#include "base/clock.h"
#include "support/check.h"
#include "support/drops.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <linux/filter.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define GONE_US (30 * 1000000LL)

static struct host busy, quiet;

static void go_silent(const struct viewer *viewer)
{
    struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
    struct sock_fprog filter = { .len = 1, .filter = nothing };
    assert_int_equal(setsockopt(viewer->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)),
                     0);
}

static bool have_frames(void *opaque)
{
    const struct viewer *viewers = opaque;
    return viewers[0].pictures > 0 && viewers[1].pictures > 0;
}

/* As the host counts them. */
static int count_viewers(const struct host *host)
{
    struct fetched state;
    assert_int_equal(fetch(host->port, "GET /api/streams/live", &state), 200);
    const char *viewers = strstr((char *)state.body.data, "\"viewers\"");
    const char *total = viewers != NULL ? strstr(viewers, "\"total\":") : NULL;
    assert_non_null(total);
    int count = atoi(total + strlen("\"total\":"));
    fetched_finish(&state);
    return count;
}

static void are_gone_within_half_a_minute(void **state)
{
    (void)state;
    static const char *const often[] = { "--size", "320x240", "--fps", "25", "test:", NULL };
    static const char *const seldom[] = { "--size", "320x240", "--always", "--fps",
                                          "0.01",   "test:",   NULL };
    struct viewer viewers[2], healthy;
    assert_true(host_start(&busy, often));
    assert_true(host_start(&quiet, seldom));
    assert_int_equal(viewer_open(&healthy, busy.port, &(struct viewer_options){ 0 }), 101);

    /* one has packets on their way to it, the other waits for a picture that does not come */
    assert_int_equal(viewer_open(&viewers[0], busy.port, &(struct viewer_options){ 0 }), 101);
    assert_int_equal(viewer_open(&viewers[1], quiet.port, &(struct viewer_options){ 0 }), 101);
    assert_true(viewers_run(viewers, 2, mr_clock_now_us() + 5000000, have_frames, viewers));
    assert_int_equal(count_viewers(&busy), 2);
    assert_int_equal(count_viewers(&quiet), 1);
    go_silent(&viewers[0]);
    go_silent(&viewers[1]);

    int64_t begin_us = mr_clock_now_us();
    int64_t gone_us[2] = { 0 };
    int left[2];
    do {
        assert_in_range(mr_clock_now_us() - begin_us, 0, GONE_US);
        viewers_run(&healthy, 1, mr_clock_now_us() + 200000, NULL, NULL);
        left[0] = count_viewers(&busy) - 1;
        left[1] = count_viewers(&quiet);
        for (int i = 0; i < 2; i++)
            if (left[i] == 0 && gone_us[i] == 0)
                gone_us[i] = mr_clock_now_us() - begin_us;
    } while (left[0] + left[1] > 0);
    print_message("           busy: gone after %.1f s, quiet: %.1f s\n",
                  (double)gone_us[0] / 1000000, (double)gone_us[1] / 1000000);
    assert_in_range(healthy.gaps, 0, drops_of(busy.port, "live"));
    assert_false(healthy.invalid);
    viewer_close(&healthy);
    viewer_close(&viewers[0]);
    viewer_close(&viewers[1]);
    assert_int_equal(host_stop(&busy, SIGTERM, HANGS_US), 0);
    assert_int_equal(host_stop(&quiet, SIGTERM, HANGS_US), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(are_gone_within_half_a_minute) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
