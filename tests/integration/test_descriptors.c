/* Running out of descriptors: newcomers are refused, who watches notices nothing, and when there are
 * some again all goes on. */
#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define VIEWERS    4
#define NEWCOMERS  100
#define ROOM       20
#define SPARE      32
#define LIMIT_US   10000000
#define HAMMER_US  2000000
#define AFFORDABLE 50 /* percent of a processor, besides what the stream takes */

static struct host host;
static struct viewer viewers[VIEWERS], newcomers[NEWCOMERS];

static int start(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size", "320x240", "--fps", "10", "test:", NULL };
    return host_start(&host, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, HANGS_US) == 0 ? 0 : -1;
}

static bool have_frames(void *opaque)
{
    for (int i = 0; i < VIEWERS; i++)
        if (viewers[i].pictures < *(uint64_t *)opaque)
            return false;
    return true;
}

static void watch_for(uint64_t frames)
{
    uint64_t wanted = viewers[0].pictures + frames;
    assert_true(viewers_run(viewers, VIEWERS, mr_clock_now_us() + LIMIT_US, have_frames, &wanted));
}

static void begin_watching(void)
{
    for (int i = 0; i < VIEWERS; i++)
        assert_int_equal(viewer_open(&viewers[i], host.port, &(struct viewer_options){ 0 }), 101);
    watch_for(2);
}

static void end_watching(void)
{
    for (int i = 0; i < VIEWERS; i++) {
        assert_false(viewers[i].invalid);
        assert_in_range(viewers[i].gaps, 0, VIEWER_GAPS_FORGIVEN);
        viewer_close(&viewers[i]);
    }
}

/* return: the soft limit before */
static rlim_t allow(rlim_t descriptors)
{
    struct rlimit limit, before;
    assert_int_equal(prlimit(host.pid, RLIMIT_NOFILE, NULL, &before), 0);
    limit = before;
    limit.rlim_cur = descriptors;
    assert_int_equal(prlimit(host.pid, RLIMIT_NOFILE, &limit, NULL), 0);
    return before.rlim_cur;
}

static int count_complaints(void)
{
    int count = 0;
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    mr_buffer_append(&log, "", 0);
    for (const char *at = (char *)log.data; (at = strstr(at, "no descriptors are left")) != NULL;)
        count++, at++;
    assert_null(strstr((char *)log.data, "cannot take over"));
    mr_buffer_finish(&log);
    return count;
}

/* A place comes free once the engine has seen that a viewer left. */
static void await_a_place(void)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    struct viewer viewer;
    int status;
    do {
        assert_true(mr_clock_now_us() < deadline_us);
        status = viewer_open(&viewer, host.port, &(struct viewer_options){ 0 });
        viewer_close(&viewer);
    } while (status != 101);
}

static void the_last_ones_are_kept(void **state)
{
    (void)state;
    int let_in = 0, refused = 0;
    begin_watching();
    rlim_t before = allow((rlim_t)host_descriptors(&host) + ROOM + SPARE);
    for (int i = 0; i < NEWCOMERS; i++) {
        int status = viewer_open(&newcomers[i], host.port, &(struct viewer_options){ 0 });
        let_in += status == 101;
        refused += status == 503;
    }
    assert_in_range(let_in, ROOM / 2, ROOM + SPARE);
    assert_int_equal(let_in + refused, NEWCOMERS);
    watch_for(5);
    for (int i = 0; i < NEWCOMERS; i++)
        viewer_close(&newcomers[i]);
    await_a_place();
    assert_in_range(count_complaints(), 1, 2); /* not one for each */
    allow(before);
    end_watching();
}

/* How much of a processor it has taken since then. */
static int64_t percent_of(int64_t cpu_us, int64_t begin_us)
{
    return (host_cpu_us(&host) - cpu_us) * 100 / (mr_clock_now_us() - begin_us);
}

static void there_is_none_at_all(void **state)
{
    (void)state;
    begin_watching();
    int64_t begin_us = mr_clock_now_us(), cpu_us = host_cpu_us(&host);
    watch_for(20);
    int64_t usual = percent_of(cpu_us, begin_us);
    rlim_t before = allow((rlim_t)host_descriptors(&host));
    begin_us = mr_clock_now_us();
    cpu_us = host_cpu_us(&host);
    int refused = 0;
    while (mr_clock_now_us() - begin_us < HAMMER_US) {
        int status = viewer_open(&newcomers[0], host.port, &(struct viewer_options){ 0 });
        assert_true(status == 503 || status == 0);
        viewer_close(&newcomers[0]);
        refused++;
        watch_for(1); /* frames go on; ten of them a second */
    }
    assert_true(refused > 5);
    assert_in_range(percent_of(cpu_us, begin_us), 0, usual + AFFORDABLE);
    allow(before);
    await_a_place();
    end_watching();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_ones_are_kept, start, stop),
        cmocka_unit_test_setup_teardown(there_is_none_at_all, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
