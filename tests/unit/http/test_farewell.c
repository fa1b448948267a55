/* How the fan-out engine parts from its clients. */
#include "http/engine/fanout.h"

#include "base/thread.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "support/check.h"

#include "fanout_fixture.h"

static void an_ended_stream_says_goodbye_after_its_last_packet(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++)
        add(f);
    publish(f, 1000);
    wait_for(f, 1);
    publish(f, 1000);
    mr_hub_close(f->hub, "removed");
    assert_true(viewers_run(f->viewers, f->count, in_seconds(5), have_ended, f));
    for (size_t i = 0; i < f->count; i++) {
        assert_int_equal(f->viewers[i].messages, 2);
        assert_int_equal(f->viewers[i].close_code, 1001);
        assert_string_equal(f->viewers[i].close_reason, "removed");
        viewer_close(&f->viewers[i]);
    }
    wait_for_clients(f, 0);
}

static void *stop(void *argument)
{
    struct fixture *f = argument;
    mr_fanout_stop(f->engine, "the server is going away", in_seconds(5));
    return NULL;
}

static void stopping_tells_everybody_and_waits_for_nobody_long(void **state)
{
    struct fixture *f = *state;
    pthread_t stopper;
    add_with(f, NULL, &(struct viewer_options){ .never_reads = true });
    for (int i = 0; i < 5; i++)
        add(f);
    for (int i = 1; i <= 100; i++) {
        publish(f, 50000);
        wait_for(f, (uint64_t)i);
    }
    publish(f, 8 << 20); /* in flight when the end comes */
    int64_t begin_us = mr_clock_now_us();
    assert_int_equal(mr_thread_start(&stopper, "stop", stop, f), 0);
    assert_true(viewers_run(f->viewers, f->count, in_seconds(20), have_ended, f));
    pthread_join(stopper, NULL);
    assert_in_range(mr_clock_now_us() - begin_us, 0, HANGS_US);
    for (size_t i = 1; i < f->count; i++) {
        assert_int_equal(f->viewers[i].messages, 101);
        assert_int_equal(f->viewers[i].close_code, 1001);
        assert_string_equal(f->viewers[i].close_reason, "the server is going away");
        assert_false(f->viewers[i].reset);
    }
}

static void stopping_is_quick_when_clients_answer(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++)
        viewer_close(add(f));
    f->count = 0;
    int64_t begin_us = mr_clock_now_us();
    mr_fanout_stop(f->engine, "over", in_seconds(60));
    assert_in_range(mr_clock_now_us() - begin_us, 0, HANGS_US);
}

static void nobody_is_added_after_the_end(void **state)
{
    struct fixture *f = *state;
    int client, server;
    tcp_pair(&client, &server, 0);
    mr_fanout_stop(f->engine, "over", in_seconds(1));
    assert_true(mr_fanout_admit(f->engine, false));
    assert_int_equal(
        mr_fanout_add(f->engine, &(struct mr_arrival){ .fd = server,
                                                       .protocol = mr_native_protocol(NULL),
                                                       .hub = f->hub }),
        -ESHUTDOWN);
    close(client);
}

static void places_are_limited(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++)
        assert_true(mr_fanout_admit(f->engine, false));
    assert_false(mr_fanout_admit(f->engine, false));
    for (int i = 0; i < MR_FANOUT_AUTHORS; i++) /* who has the token gets in */
        assert_true(mr_fanout_admit(f->engine, true));
    assert_false(mr_fanout_admit(f->engine, true));
    for (int i = 0; i < MR_FANOUT_AUTHORS; i++)
        mr_fanout_dismiss(f->engine);
    mr_fanout_dismiss(f->engine);
    assert_true(mr_fanout_admit(f->engine, false));
    for (int i = 0; i < 100; i++)
        mr_fanout_dismiss(f->engine);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_ended_stream_says_goodbye_after_its_last_packet),
        TEST(stopping_tells_everybody_and_waits_for_nobody_long),
        TEST(stopping_is_quick_when_clients_answer),
        TEST(nobody_is_added_after_the_end),
        TEST(places_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
