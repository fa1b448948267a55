#include "http/engine/fanout.h"

#include "http/engine/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#include "fanout_fixture.h"

static void everybody_gets_every_packet(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++)
        add(f);
    for (int i = 1; i <= 200; i++) {
        publish(f, 20000);
        wait_for(f, (uint64_t)i);
    }
    for (size_t i = 0; i < f->count; i++) {
        assert_false(f->viewers[i].invalid);
        assert_int_equal(f->viewers[i].messages, 200);
        assert_int_equal(f->viewers[i].gaps, 0);
        assert_int_equal(f->viewers[i].last_seq, 199);
    }
}

static void a_newcomer_gets_the_newest_at_once(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++)
        publish(f, 100);
    struct viewer *viewer = add(f);
    wait_for(f, 1);
    assert_int_equal(viewer->first_seq, 9);
    publish(f, 100);
    wait_for(f, 2);
    assert_int_equal(viewer->last_seq, 10);
}

static void one_that_never_reads_harms_nobody(void **state)
{
    struct fixture *f = *state;
    add_with(f, NULL, &(struct viewer_options){ .never_reads = true });
    for (int i = 0; i < 3; i++)
        add(f);
    for (int i = 1; i <= 300; i++) {
        publish(f, 50000);
        wait_for(f, (uint64_t)i);
    }
    for (size_t i = 1; i < f->count; i++)
        assert_int_equal(f->viewers[i].gaps, 0);
}

static void a_slow_one_skips_and_sees_whole_recent_frames(void **state)
{
    struct fixture *f = *state;
    struct viewer *slow = add_with(f, NULL,
                                   &(struct viewer_options){
                                       .receive_buffer_bytes = 8192,
                                       .bytes_per_second = 400000,
                                   });
    for (int i = 0; i < 100; i++) { /* 2 MB/s */
        publish(f, 20000);
        viewers_run(f->viewers, f->count, mr_clock_now_us() + 10000, NULL, NULL);
    }
    assert_false(slow->invalid);
    assert_true(slow->messages >= 5);
    assert_true(slow->gaps > 0);
    assert_true(slow->lag_us < 500000);
}

static bool has_closed(void *opaque)
{
    return ((struct viewer *)opaque)->close_code != 0;
}

static void a_close_is_answered_and_the_client_forgotten(void **state)
{
    struct fixture *f = *state;
    struct viewer *viewer = add(f);
    publish(f, 100);
    wait_for(f, 1);
    viewer_send(viewer, 0x88, "\x03\xe8", 2);
    assert_true(viewers_run(viewer, 1, in_seconds(5), has_closed, viewer));
    assert_int_equal(viewer->close_code, 1000);
    assert_true(viewers_run(f->viewers, 1, in_seconds(5), have_ended, f));
    assert_false(viewer->reset);
    viewer_close(viewer);
    wait_for_clients(f, 0);
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 0);
}

static bool has_pong(void *opaque)
{
    return ((struct viewer *)opaque)->pongs > 0;
}

static void a_ping_is_answered_without_any_packet(void **state)
{
    struct fixture *f = *state;
    struct viewer *viewer = add(f);
    viewer_send(viewer, 0x89, "x", 1);
    assert_true(viewers_run(viewer, 1, in_seconds(5), has_pong, viewer));
}

static void nonsense_is_closed_with_its_code(void **state)
{
    static const char fine[] = "{\"fine\":[1,\"\\u0000\"]}";
    struct fixture *f = *state;
    struct {
        unsigned head;
        const char *text;
        int code;
    } cases[] = {
        { 0x81, "{\"a\":", 1007 }, { 0x81, "\xff", 1007 }, { 0x82, "x", 1003 },
        { 0x83, "x", 1002 },       { 0xc1, "1", 1002 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct viewer *viewer = add(f);
        viewer_send(viewer, 0x81, fine, strlen(fine));
        viewer_send(viewer, cases[i].head, cases[i].text, strlen(cases[i].text));
        assert_true(viewers_run(viewer, 1, in_seconds(5), has_closed, viewer));
        assert_int_equal(viewer->close_code, cases[i].code);
    }
}

static void those_who_reset_are_counted_out(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < VIEWERS; i++)
            add_with(f, i % 2 ? "json" : NULL, &(struct viewer_options){ .never_reads = i % 3 });
        for (int i = 0; i < 10; i++)
            publish(f, 30000);
        for (int i = 0; i < VIEWERS; i++)
            viewer_abort(&f->viewers[i]);
        publish(f, 30000);
        f->count = 0;
        if (round % 5 == 4) /* there are 100 places */
            wait_for_clients(f, 0);
    }
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 0);
}

/* ---- forms are made once, and only for whom they are ---- */

static atomic_int made;

static int make_counted(struct mr_packet *packet, struct mr_form *form)
{
    made++;
    form->part[0] = (struct iovec){ (uint8_t *)packet->jpeg, packet->jpeg_size };
    form->parts = 1;
    form->size_bytes = packet->jpeg_size;
    return 0;
}

static void ignore_bytes(struct mr_client *client, const uint8_t *bytes, size_t size)
{
    (void)client;
    (void)bytes;
    (void)size;
}

static void end_without_words(struct mr_client *client, const char *reason)
{
    (void)reason;
    mr_client_end(client);
}

static const struct mr_form_maker counted = { .slot = 7, .make = make_counted };
static const struct mr_protocol counting = {
    .kind = MR_VIEWER_WEBSOCKET,
    .maker = &counted,
    .receive = ignore_bytes,
    .goodbye = end_without_words,
};

static void forms_are_made_once_a_packet_and_only_on_demand(void **state)
{
    struct fixture *f = *state;
    int clients[3];
    made = 0;
    add(f);
    publish(f, 1000);
    wait_for(f, 1);
    assert_int_equal(made, 0);
    for (int i = 0; i < 3; i++) {
        int server;
        uint8_t bytes[1000];
        tcp_pair(&clients[i], &server, 0);
        assert_true(mr_fanout_admit(f->engine, false));
        assert_int_equal(mr_fanout_add(f->engine, &(struct mr_arrival){ .fd = server,
                                                                        .protocol = &counting,
                                                                        .hub = f->hub }),
                         0);
        assert_int_equal(recv(clients[i], bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));
    }
    assert_int_equal(made, 1);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(everybody_gets_every_packet),
        TEST(a_newcomer_gets_the_newest_at_once),
        TEST(one_that_never_reads_harms_nobody),
        TEST(a_slow_one_skips_and_sees_whole_recent_frames),
        TEST(a_close_is_answered_and_the_client_forgotten),
        TEST(a_ping_is_answered_without_any_packet),
        TEST(nonsense_is_closed_with_its_code),
        TEST(those_who_reset_are_counted_out),
        TEST(forms_are_made_once_a_packet_and_only_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
