#include "http/engine/client_pump.h"

#include <linux/sockios.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#include "tcp_pair.h"

#define SECOND   1000000LL
#define FRAME_US (SECOND / 50)

/* ---- a protocol that sends the bare JPEG, and notes what it is asked ---- */

static int pings, closes;

static int make_bare(struct mr_packet *packet, struct mr_form *form)
{
    form->part[0] = (struct iovec){ (uint8_t *)packet->jpeg, packet->jpeg_size };
    form->parts = 1;
    form->size_bytes = packet->jpeg_size;
    return 0;
}

static void echo(struct mr_client *client, const uint8_t *bytes, size_t size)
{
    mr_client_write(client, bytes, size);
    if (memchr(bytes, '!', size) != NULL)
        mr_client_end(client);
}

static void ping(struct mr_client *client, const struct mr_mark *mark)
{
    (void)mark;
    pings++;
    mr_client_write(client, "p", 1);
}

static void goodbye(struct mr_client *client, const char *reason)
{
    mr_client_write(client, reason, strlen(reason));
    mr_client_end(client);
}

static void text(struct mr_client *client, const char *json, size_t size)
{
    mr_client_write(client, json, size);
}

static void closed(void *session)
{
    (void)session;
    closes++;
}

static const struct mr_form_maker bare = { .slot = 0, .make = make_bare };
static const struct mr_protocol protocol = {
    .kind = MR_VIEWER_WEBSOCKET,
    .maker = &bare,
    .text = text,
    .receive = echo,
    .ping = ping,
    .goodbye = goodbye,
    .close = closed,
};

/* ---- the same for clients that answer pings ---- */

static struct mr_mark marks[8];

static void ping_with_mark(struct mr_client *client, const struct mr_mark *mark)
{
    marks[pings % 8] = *mark;
    pings++;
    mr_client_write(client, mark->number == 0 ? "?" : "!", 1);
}

static const struct mr_protocol answering = {
    .kind = MR_VIEWER_WEBSOCKET,
    .maker = &bare,
    .receive = echo,
    .ping = ping_with_mark,
    .has_answers = true,
    .close = closed,
};

/* ---- one client, and the other end of its connection ---- */

struct fixture {
    struct mr_hub *hub;
    struct mr_recent recent;
    struct mr_client *client;
    int peer;
    int64_t now_us;
};

static int setup_with(void **state, int receive_buffer_bytes, const struct mr_protocol *of)
{
    int fd;
    struct fixture *f = calloc(1, sizeof(*f));
    *state = f;
    pings = closes = 0;
    f->hub = mr_hub_create();
    f->now_us = 1000 * SECOND;
    tcp_pair(&f->peer, &fd, receive_buffer_bytes);
    f->client = mr_client_create(&(struct mr_arrival){
        .fd = fd, .protocol = of, .hub = f->hub, .session = f, .head = "head", .head_size = 4 });
    assert_non_null(f->client);
    mr_client_start(f->client, f->now_us);
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, 4096, &protocol);
}

static int setup_answering(void **state)
{
    return setup_with(state, 4096, &answering);
}

static void refresh(struct fixture *f)
{
    for (int i = 0; i < f->recent.count; i++)
        mr_packet_unref(&f->recent.packet[i]);
    f->recent.count = mr_hub_recent(f->hub, f->recent.packet);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    mr_client_destroy(f->client);
    assert_int_equal(closes, 1);
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 0);
    mr_hub_clear(f->hub);
    refresh(f);
    mr_hub_unref(&f->hub);
    close(f->peer);
    free(f);
    return 0;
}

/* Publish a packet of `size` bytes, all of them `letter`. */
static void publish(struct fixture *f, char letter, size_t size)
{
    char *jpeg = malloc(size);
    memset(jpeg, letter, size);
    mr_hub_publish(f->hub, mr_packet_create(&(struct mr_packet_content){
                               .payload = "", .jpeg = (uint8_t *)jpeg, .jpeg_size = size }));
    free(jpeg);
    refresh(f);
    f->now_us += FRAME_US;
}

static void pump(struct fixture *f)
{
    mr_client_pump(f->client, &f->recent, f->now_us);
}

static void receive(struct fixture *f)
{
    uint8_t scratch[512];
    mr_client_receive(f->client, scratch, sizeof(scratch));
}

/* Read what has come; the text's runs of one letter are shortened to one. */
static const char *read_runs(struct fixture *f)
{
    static char runs[256];
    char got[65536];
    size_t used = 0;
    ssize_t size;
    while ((size = recv(f->peer, got, sizeof(got), MSG_DONTWAIT)) > 0)
        for (ssize_t i = 0; i < size; i++)
            if ((used == 0 || runs[used - 1] != got[i]) && used < sizeof(runs) - 1)
                runs[used++] = got[i];
    runs[used] = '\0';
    return runs;
}

/* Read and send in turns until nothing moves any more, as epoll would have it. */
static const char *drain(struct fixture *f)
{
    static char all[1024];
    all[0] = '\0';
    for (int idle = 0; idle < 50;) {
        const char *runs = read_runs(f);
        strcat(all, all[0] != '\0' && runs[0] == all[strlen(all) - 1] ? runs + 1 : runs);
        idle = runs[0] == '\0' ? idle + 1 : 0;
        f->client->blocked = false;
        pump(f);
        usleep(runs[0] == '\0' ? 1000 : 0); /* the window's update may be on its way */
    }
    return all;
}

/* Publish and send packets of `size` bytes until the socket takes no more. */
static void fill(struct fixture *f, size_t size)
{
    while (!f->client->blocked) {
        publish(f, 'a', size);
        pump(f);
    }
}

/* Who skips and cannot answer is sent nothing before all is acknowledged. */
static void wait_for_acknowledgement(struct fixture *f)
{
    int left = 1;
    for (int i = 0; left > 0; i++) {
        assert_true(i < 5000);
        assert_int_equal(ioctl(f->client->fd, SIOCOUTQ, &left), 0);
        usleep(left > 0 ? 1000 : 0);
    }
}

/* Say `size` bytes, all of them `letter`. */
static uint64_t last_text;

static void say(struct fixture *f, char letter, size_t size, uint64_t client)
{
    char *json = malloc(size);
    memset(json, letter, size);
    struct mr_hub_text *said = mr_text_ring_create_text(client, json, size);
    said->number = ++last_text;
    mr_client_tell(f->client, said);
    mr_text_ring_unref_text(&said);
    free(json);
}

static void sends_its_head_then_packets_in_order(void **state)
{
    struct fixture *f = *state;
    pump(f);
    assert_string_equal(read_runs(f), "head");
    for (char letter = 'a'; letter < 'g'; letter++) {
        publish(f, letter, 10);
        pump(f);
    }
    assert_string_equal(read_runs(f), "abcdef");
    assert_int_equal(f->client->viewer->last_packet, 6);
}

static void begins_with_the_newest(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 10);
    publish(f, 'b', 10);
    publish(f, 'c', 10);
    pump(f);
    assert_string_equal(read_runs(f), "headc");
}

static void a_short_hiccup_loses_nothing(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 10);
    pump(f);
    for (char letter = 'b'; letter < 'b' + MR_HUB_RECENT; letter++)
        publish(f, letter, 10);
    pump(f);
    assert_string_equal(read_runs(f), "headabcdefg");
}

static void a_long_one_goes_on_with_the_newest(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 10);
    pump(f);
    for (char letter = 'b'; letter <= 'b' + MR_HUB_RECENT; letter++)
        publish(f, letter, 10);
    pump(f);
    assert_string_equal(read_runs(f), "headah");

    /* and it stays with the newest as long as it has not proved that it keeps up */
    wait_for_acknowledgement(f);
    publish(f, 'i', 10);
    publish(f, 'j', 10);
    pump(f);
    assert_string_equal(read_runs(f), "j");
    assert_true(f->client->skipping);
    for (int i = 0; i < 60; i++) {
        wait_for_acknowledgement(f);
        publish(f, 'k', 10);
        pump(f);
    }
    assert_false(f->client->skipping);
    publish(f, 'l', 10);
    publish(f, 'm', 10);
    pump(f);
    assert_string_equal(read_runs(f), "klm");
}

static void a_blocked_client_finishes_its_packet_and_takes_the_newest(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 8 << 20); /* more than any socket holds */
    pump(f);
    assert_true(f->client->blocked);
    assert_non_null(f->client->packet);
    for (char letter = 'b'; letter < 'k'; letter++)
        publish(f, letter, 10);
    pump(f);
    assert_string_equal(drain(f), "headaj");
    assert_null(f->client->packet);
}

static void a_packet_of_which_nothing_was_taken_is_not_in_flight(void **state)
{
    struct fixture *f = *state;
    fill(f, 1); /* a packet of one byte is taken, or is not */
    assert_null(f->client->packet);
    uint64_t last = f->client->viewer->last_packet;
    for (char digit = '1'; digit < '2' + MR_HUB_RECENT; digit++)
        publish(f, digit, 10);
    assert_int_equal(f->client->viewer->last_packet, last);
    assert_string_equal(drain(f), "heada7");
}

static void answers_go_between_packets(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 8 << 20);
    pump(f);
    assert_int_equal(send(f->peer, "?", 1, 0), 1);
    receive(f);
    publish(f, 'b', 10);
    pump(f);
    assert_string_equal(drain(f), "heada?b");
}

static void who_floods_is_not_read_until_the_answers_are_out(void **state)
{
    struct fixture *f = *state;
    char flood[4096];
    memset(flood, 'x', sizeof(flood));
    fill(f, 50000);
    for (int i = 0; i < 16; i++)
        send(f->peer, flood, sizeof(flood), MSG_DONTWAIT);
    for (int i = 0; i < 50; i++)
        receive(f);
    assert_true(f->client->unread);
    assert_true(f->client->queue.size <= MR_CLIENT_QUEUE_LIMIT + 512);
    drain(f);
    assert_true(f->client->rearm);
}

static void ends_when_all_is_out(void **state)
{
    struct fixture *f = *state;
    pump(f);
    assert_int_equal(send(f->peer, "bye!", 4, 0), 4);
    receive(f);
    assert_int_equal(f->client->phase, MR_CLIENT_ENDING);
    publish(f, 'a', 10);
    pump(f);
    assert_int_equal(f->client->phase, MR_CLIENT_PARTED);
    char got[32] = { 0 };
    assert_int_equal(recv(f->peer, got, sizeof(got), MSG_WAITALL), 8);
    assert_string_equal(got, "headbye!");
    shutdown(f->peer, SHUT_WR);
    receive(f);
    assert_int_equal(f->client->phase, MR_CLIENT_GONE);
}

static void a_goodbye_waits_for_the_packet_in_flight(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 8 << 20);
    pump(f);
    publish(f, 'b', 10);
    mr_client_farewell(f->client, "<end>", f->now_us + SECOND);
    assert_string_equal(drain(f), "heada<end>");
    assert_int_equal(f->client->phase, MR_CLIENT_PARTED);
}

static void a_goodbye_does_not_wait_for_ever(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 8 << 20);
    pump(f);
    mr_client_farewell(f->client, "<end>", f->now_us + SECOND);
    mr_client_tick(f->client, f->now_us + SECOND - 1);
    assert_int_equal(f->client->phase, MR_CLIENT_ENDING);
    mr_client_tick(f->client, f->now_us + SECOND);
    assert_int_equal(f->client->phase, MR_CLIENT_GONE);
}

static void silence_is_pinged(void **state)
{
    struct fixture *f = *state;
    pump(f);
    f->now_us += MR_CLIENT_PING_US;
    mr_client_tick(f->client, f->now_us);
    assert_int_equal(pings, 0);
    f->now_us += 1;
    mr_client_tick(f->client, f->now_us);
    pump(f);
    assert_int_equal(pings, 1);
    mr_client_tick(f->client, f->now_us + SECOND);
    assert_int_equal(pings, 1);
    assert_string_equal(read_runs(f), "headp");
}

/* Motion JPEG has nothing to ping with: the last picture comes again. */
static void silence_repeats_the_last_packet(void **state)
{
    struct fixture *f = *state;
    static const struct mr_protocol repeating = {
        .kind = MR_VIEWER_MJPEG, .maker = &bare, .repeats = true, .close = closed
    };
    f->client->protocol = &repeating;
    pump(f);
    mr_client_tick(f->client, f->now_us + 2 * MR_CLIENT_PING_US); /* there is none to be repeated */
    publish(f, 'a', 3);
    publish(f, 'b', 3);
    pump(f);
    for (int i = 0; i < 2; i++) {
        f->now_us += MR_CLIENT_PING_US + 1;
        mr_client_tick(f->client, f->now_us);
        mr_client_tick(f->client, f->now_us + SECOND);
        pump(f);
    }
    publish(f, 'c', 3);
    pump(f);
    char got[64] = "";
    assert_int_equal(recv(f->peer, got, strlen("headbbbbbbbbbccc"), MSG_WAITALL),
                     strlen("headbbbbbbbbbccc"));
    assert_string_equal(got, "headbbbbbbbbbccc");
    assert_true(f->client->viewer->last_packet == 3);
}

static void a_stalled_client_is_dropped_without_a_ping(void **state)
{
    struct fixture *f = *state;
    fill(f, 50000);
    f->now_us += MR_CLIENT_STALL_US;
    mr_client_tick(f->client, f->now_us);
    assert_int_equal(f->client->phase, MR_CLIENT_OPEN);
    mr_client_tick(f->client, f->now_us + 1);
    assert_int_equal(f->client->phase, MR_CLIENT_GONE);
    assert_int_equal(pings, 0);
}

static void one_that_hangs_up_is_gone(void **state)
{
    struct fixture *f = *state;
    pump(f);
    shutdown(f->peer, SHUT_WR);
    receive(f);
    assert_int_equal(f->client->phase, MR_CLIENT_GONE);
}

static void texts_go_between_packets(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 10);
    say(f, 't', 10, 0);
    say(f, 'u', 10, f->client->viewer->id);
    say(f, 'v', 10, f->client->viewer->id + 1);
    pump(f);
    assert_string_equal(read_runs(f), "headtua");
}

static void texts_are_bounded(void **state)
{
    struct fixture *f = *state;
    uint64_t sent, dropped;
    fill(f, 100000);
    for (int i = 0; i < 100; i++)
        say(f, 't', 10000, 0);
    mr_hub_text_counts(f->hub, &sent, &dropped);
    assert_int_equal(dropped, 100 - MR_CLIENT_TEXTS_LIMIT / 10000);
    assert_in_range(f->client->queue.size, 250000, MR_CLIENT_TEXTS_LIMIT);

    /* a queue that is never empty does not grow */
    for (int i = 0; i < 1000; i++) {
        read_runs(f);
        f->client->blocked = false;
        pump(f);
        while (f->client->queue.size - f->client->queue_sent < 200000)
            say(f, 't', 10000, 0);
        assert_true(f->client->queue.size <= 2 * MR_CLIENT_TEXTS_LIMIT);
    }
    assert_non_null(strchr(drain(f), 't'));
}

/* A probe goes ahead of the first packet, and marks follow the packets, of which the next waits for the answer. */
static void one_packet_is_on_its_way_at_first(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 10);
    pump(f);
    assert_string_equal(read_runs(f), "head?a!");
    assert_int_equal(pings, 2);
    publish(f, 'b', 10);
    pump(f);
    publish(f, 'c', 10);
    pump(f);
    assert_string_equal(read_runs(f), "");
    mr_client_answered(f->client, &marks[0]);
    pump(f);
    assert_string_equal(read_runs(f), "");
    mr_client_answered(f->client, &marks[1]);
    pump(f);
    assert_string_equal(read_runs(f), "b!c"); /* in order: it has not fallen behind */
    assert_false(f->client->skipping);
}

/* After a while in which it kept up it is sent packets without marks. */
static void marks_become_rare(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 60; i++) {
        publish(f, 'a', 10);
        pump(f);
        if (pings > 0)
            mr_client_answered(f->client, &marks[(pings - 1) % 8]);
        read_runs(f);
    }
    int before = pings;
    assert_in_range(before, 50, 52);
    f->now_us += MR_PACE_EVERY_US;
    publish(f, 'b', 10);
    pump(f);
    mr_client_answered(f->client, &marks[(pings - 1) % 8]);
    publish(f, 'c', 10);
    pump(f);
    assert_string_equal(read_runs(f), "b!c");
    f->now_us += MR_PACE_EVERY_US;
    publish(f, 'd', 10);
    pump(f);
    assert_string_equal(read_runs(f), "d!");
}

/* A packet that is not taken as a whole is followed by its mark all the same, and by that only. */
static void a_mark_follows_its_packet(void **state)
{
    struct fixture *f = *state;
    publish(f, 'a', 8 << 20);
    pump(f);
    assert_true(f->client->blocked);
    publish(f, 'b', 10);
    assert_string_equal(drain(f), "head?a!");
    mr_client_answered(f->client, &marks[(pings - 1) % 8]);
    assert_string_equal(drain(f), "b!");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(texts_go_between_packets),
        TEST(texts_are_bounded),
        TEST(sends_its_head_then_packets_in_order),
        TEST(begins_with_the_newest),
        TEST(a_short_hiccup_loses_nothing),
        TEST(a_long_one_goes_on_with_the_newest),
        TEST(a_blocked_client_finishes_its_packet_and_takes_the_newest),
        TEST(a_packet_of_which_nothing_was_taken_is_not_in_flight),
        TEST(answers_go_between_packets),
        TEST(who_floods_is_not_read_until_the_answers_are_out),
        TEST(ends_when_all_is_out),
        TEST(a_goodbye_waits_for_the_packet_in_flight),
        TEST(a_goodbye_does_not_wait_for_ever),
        TEST(silence_is_pinged),
        TEST(silence_repeats_the_last_packet),
        TEST(a_stalled_client_is_dropped_without_a_ping),
        TEST(one_that_hangs_up_is_gone),
#define TEST_ANSWERING(name) cmocka_unit_test_setup_teardown(name, setup_answering, teardown)
        TEST_ANSWERING(one_packet_is_on_its_way_at_first),
        TEST_ANSWERING(marks_become_rare),
        TEST_ANSWERING(a_mark_follows_its_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
