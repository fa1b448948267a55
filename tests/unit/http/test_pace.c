#include "http/engine/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS      1000LL
#define FAR_US  (300 * MS)
#define STEP_US (40 * MS)

static void send_one(struct mr_pace *pace, int64_t now_us, struct mr_mark *mark)
{
    assert_true(mr_pace_allows(pace, now_us));
    assert_true(mr_pace_mark(pace, now_us, mark));
}

/* A client with much bandwidth, far away: after a while it is sent a packet every 40 ms again. */
static void distance_is_no_slowness(void **state)
{
    (void)state;
    struct mr_pace pace = { 0 };
    struct mr_mark marks[1000];
    size_t sent = 0, read = 0, refused = 0;
    mr_pace_start(&pace, FAR_US);
    for (int64_t now_us = STEP_US; now_us < 1000 * STEP_US; now_us += STEP_US) {
        while (read < sent && marks[read].sent_us + FAR_US <= now_us)
            mr_pace_answer(&pace, &marks[read++], now_us);
        if (mr_pace_allows(&pace, now_us))
            send_one(&pace, now_us, &marks[sent++]);
        else if (now_us > 100 * STEP_US)
            refused++;
    }
    assert_int_equal(refused, 0);
}

/* One that reads a packet in 200 ms has one on its way, so that none is older. */
static void a_slow_reader_has_one_on_its_way(void **state)
{
    (void)state;
    struct mr_pace pace = { 0 };
    struct mr_mark mark;
    mr_pace_start(&pace, 0);
    for (int64_t now_us = 200 * MS; now_us < 10000 * MS; now_us += 200 * MS) {
        send_one(&pace, now_us, &mark);
        assert_false(mr_pace_allows(&pace, now_us));
        assert_false(mr_pace_allows(&pace, now_us + 199 * MS));
        mr_pace_answer(&pace, &mark, now_us + 200 * MS);
    }
}

static void one_that_answers_is_waited_for(void **state)
{
    (void)state;
    struct mr_pace pace = { 0 };
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
    struct mr_pace pace = { 0 };
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

static void made_up_answers_count_for_nothing(void **state)
{
    (void)state;
    struct mr_pace pace = { 0 };
    struct mr_mark mark;
    mr_pace_start(&pace, 0);
    send_one(&pace, 1000 * MS, &mark);
    mr_pace_answer(&pace, &(struct mr_mark){ .number = 2, .sent_us = 1000 * MS }, 1001 * MS);
    mr_pace_answer(&pace, &(struct mr_mark){ .number = 0, .sent_us = 1000 * MS }, 1001 * MS);
    assert_false(pace.answers);
    assert_false(mr_pace_allows(&pace, 1001 * MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_is_no_slowness),
        cmocka_unit_test(a_slow_reader_has_one_on_its_way),
        cmocka_unit_test(one_that_answers_is_waited_for),
        cmocka_unit_test(one_that_never_answers_is_waited_for_once),
        cmocka_unit_test(made_up_answers_count_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
