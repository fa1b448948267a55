#include "http/engine/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define MS      1000LL
#define SECOND  (1000 * MS)
#define FAR_US  (300 * MS)
#define STEP_US (40 * MS)

static void send_one(struct mr_pace *pace, int64_t now_us, struct mr_mark *mark)
{
    assert_true(mr_pace_allows(pace, now_us));
    assert_true(mr_pace_mark(pace, now_us, mark));
    mr_pace_marked(pace, mark);
}

/* ---- a link with a queue that takes everything, as behind a proxy ---- */

#define PACKETS 4000

struct link {
    int64_t way_us;     /* of a ping or its answer, besides the queue */
    int64_t packet_us;  /* what a packet takes of the link */
    int64_t free_us;    /* when the link has sent all that it was given */
    int sent, answered; /* of the pings below */
    struct {
        struct mr_mark mark;
        int64_t answer_us;
    } ping[2 * PACKETS];
    int packets; /* that were sent */
    int64_t
        worst_us; /* age of a packet when it came, besides its own transmission and way; since last looked */
    int64_t last_due_us; /* when the newest packet came or will come */
};

static void put_ping(struct link *link, const struct mr_mark *mark, int64_t now_us)
{
    int64_t begin_us = link->free_us > now_us ? link->free_us : now_us;
    link->ping[link->sent].mark = *mark;
    link->ping[link->sent++].answer_us = begin_us + 2 * link->way_us;
}

static void put_packet(struct link *link, int64_t now_us)
{
    int64_t begin_us = link->free_us > now_us ? link->free_us : now_us;
    link->free_us = begin_us + link->packet_us;
    link->last_due_us = link->free_us + link->way_us;
    if (begin_us - now_us > link->worst_us)
        link->worst_us = begin_us - now_us;
    link->packets++;
}

/* A packet is made every 40 ms from `from_us` on, and sent if it may be. */
static void run(struct mr_pace *pace, struct link *link, int64_t from_us, int64_t until_us)
{
    for (int64_t now_us = from_us; now_us < until_us; now_us += STEP_US) {
        struct mr_mark mark;
        while (link->answered < link->sent && link->ping[link->answered].answer_us <= now_us) {
            mr_pace_answer(pace, &link->ping[link->answered].mark,
                           link->ping[link->answered].answer_us);
            link->answered++;
        }
        if (!mr_pace_allows(pace, now_us))
            continue;
        if (mr_pace_probe(pace, now_us, &mark))
            put_ping(link, &mark, now_us);
        put_packet(link, now_us);
        if (mr_pace_mark(pace, now_us, &mark)) {
            put_ping(link, &mark, now_us);
            mr_pace_marked(pace, &mark);
        }
    }
}

/* What a packet waited for, worst, while the link was `name`. */
static int64_t take_worst(struct link *link, const char *name)
{
    int64_t worst_us = link->worst_us;
    printf("%s: a packet waited for %lld ms at most\n", name, (long long)worst_us / 1000);
    link->worst_us = 0;
    return worst_us;
}

/* It begins with no packet waiting for another one, and that is how it stays. */
static void lag_is_bounded_from_the_first_packet_on(void **state)
{
    (void)state;
    static struct link link;
    for (int64_t packet_us = 50 * MS; packet_us <= 800 * MS; packet_us *= 2) {
        struct mr_pace pace;
        link = (struct link){ .way_us = 30 * MS, .packet_us = packet_us };
        mr_pace_start(&pace, 0);
        run(&pace, &link, SECOND, 60 * SECOND);
        assert_in_range(take_worst(&link, "slow"), 0, 200 * MS);
        assert_true(link.packets >= 59 * SECOND / (packet_us + 2 * link.way_us + STEP_US));
    }
}

/* A link that becomes slow is noticed within a second, and what it was given till then is waited for once. */
static void a_link_that_becomes_slow(void **state)
{
    (void)state;
    static struct link link;
    struct mr_pace pace;
    link = (struct link){ .way_us = 30 * MS, .packet_us = 1 * MS };
    mr_pace_start(&pace, 0);
    run(&pace, &link, SECOND, 20 * SECOND);
    assert_in_range(take_worst(&link, "fast"), 0, 10 * MS);
    assert_true(link.packets > 19 * 25 - 10);
    mr_pace_relax(&pace);
    run(&pace, &link, 20 * SECOND, 30 * SECOND);
    assert_true(link.sent - link.answered <= 1);
    link.packet_us = 320 * MS;
    run(&pace, &link, 30 * SECOND, 45 * SECOND);
    assert_in_range(take_worst(&link, "slow since just now"), 0, 32 * 320 * MS);
    run(&pace, &link, 45 * SECOND, 60 * SECOND);
    assert_in_range(take_worst(&link, "still slow"), 0, 200 * MS);
}

/* A client with much bandwidth, far away: after a moment it is sent every packet again, although the kernel, which
 * knows the way to a proxy only, says that it is near. */
static void distance_is_no_slowness(void **state)
{
    (void)state;
    static struct link link;
    struct mr_pace pace;
    link = (struct link){ .way_us = FAR_US / 2, .packet_us = 1 * MS };
    mr_pace_start(&pace, 0);
    run(&pace, &link, SECOND, 3 * SECOND);
    assert_in_range(link.packets, 20, 50);
    link.packets = 0;
    run(&pace, &link, 3 * SECOND, 43 * SECOND);
    assert_int_equal(link.packets, 40 * 25);
}

/* Who keeps up has a mark a second. */
static void one_that_keeps_up_has_few_marks(void **state)
{
    (void)state;
    static struct link link;
    struct mr_pace pace;
    link = (struct link){ .way_us = 1 * MS };
    mr_pace_start(&pace, 0);
    run(&pace, &link, SECOND, 3 * SECOND);
    mr_pace_relax(&pace);
    int before = link.sent;
    run(&pace, &link, 3 * SECOND, 13 * SECOND);
    assert_in_range(link.sent - before, 9, 11);
}

/* ---- who answers late, wrongly or never ---- */

static void one_that_answers_is_waited_for(void **state)
{
    (void)state;
    struct mr_pace pace;
    struct mr_mark mark;
    mr_pace_start(&pace, 0);
    send_one(&pace, 1000 * MS, &mark);
    mr_pace_answer(&pace, &mark, 3000 * MS);
    send_one(&pace, 3000 * MS, &mark);
    assert_false(mr_pace_allows(&pace, 9000 * MS));
    mr_pace_answer(&pace, &mark, 9000 * MS);
    assert_true(mr_pace_allows(&pace, 9000 * MS));
}

static void one_that_never_answers_is_waited_for_once(void **state)
{
    (void)state;
    struct mr_pace pace;
    struct mr_mark first, second;
    mr_pace_start(&pace, 0);
    send_one(&pace, 1000 * MS, &first);
    assert_false(mr_pace_allows(&pace, 1500 * MS));
    assert_true(mr_pace_allows(&pace, 2001 * MS));
    assert_false(mr_pace_mark(&pace, 2001 * MS, &second));
    assert_true(mr_pace_allows(&pace, 9000 * MS));

    mr_pace_answer(&pace, &first, 9000 * MS); /* it was only very late */
    send_one(&pace, 9000 * MS, &second);
    assert_false(mr_pace_allows(&pace, 11000 * MS));
}

/* A first packet that takes seconds makes nobody deaf: the probe ahead of it was answered. */
static void a_probe_tells_that_it_answers(void **state)
{
    (void)state;
    struct mr_pace pace;
    struct mr_mark probe, mark;
    mr_pace_start(&pace, 0);
    assert_true(mr_pace_probe(&pace, 1000 * MS, &probe));
    send_one(&pace, 1000 * MS, &mark);
    mr_pace_answer(&pace, &probe, 1040 * MS);
    assert_int_equal(pace.round_trip_us, 40 * MS);
    assert_false(mr_pace_allows(&pace, 8000 * MS));
}

static void made_up_answers_count_for_nothing(void **state)
{
    (void)state;
    struct mr_pace pace;
    struct mr_mark mark;
    mr_pace_start(&pace, 0);
    send_one(&pace, 1000 * MS, &mark);
    mr_pace_answer(&pace, &(struct mr_mark){ .number = 2, .sent_us = 1000 * MS }, 1001 * MS);
    mr_pace_answer(&pace, &(struct mr_mark){ .number = 0, .sent_us = 1000 * MS }, 1001 * MS);
    mr_pace_answer(&pace, &(struct mr_mark){ 0 }, 1001 * MS);
    assert_false(pace.answers);
    assert_false(mr_pace_allows(&pace, 1001 * MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lag_is_bounded_from_the_first_packet_on),
        cmocka_unit_test(a_link_that_becomes_slow),
        cmocka_unit_test(distance_is_no_slowness),
        cmocka_unit_test(one_that_keeps_up_has_few_marks),
        cmocka_unit_test(one_that_answers_is_waited_for),
        cmocka_unit_test(one_that_never_answers_is_waited_for_once),
        cmocka_unit_test(a_probe_tells_that_it_answers),
        cmocka_unit_test(made_up_answers_count_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
