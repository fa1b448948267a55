/* The lines that are kept of a stream's log. */
#include "script/lua/log_ring.h"

#include "base/clock.h"
#include "script/lua/script_log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WRITERS 3
#define LINES   2000

static struct mr_log_line *lines[MR_LOG_RING_LINES];

static void release(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        mr_log_ring_unref_line(&lines[i]);
}

static void put_number(struct mr_log_ring *ring, int number)
{
    char text[32];
    snprintf(text, sizeof(text), "line %d", number);
    mr_log_ring_put(ring, MR_LOG_INFO, text);
}

static void lines_are_kept_in_order(void **state)
{
    (void)state;
    struct mr_log_ring *ring = mr_log_ring_create();
    uint64_t last = 0, missed = 7;
    assert_int_equal(mr_log_ring_fetch(ring, &last, lines, &missed), 0);
    assert_int_equal(missed, 0);

    int64_t before_us = mr_clock_wall_us();
    mr_log_ring_put(ring, MR_LOG_WARN, "one\ntwo");
    mr_log_ring_put(ring, MR_LOG_ERROR, "a.lua:3: bad\nstack traceback:\n\t[C]: in ?");
    assert_int_equal(mr_log_ring_fetch(ring, &last, lines, &missed), 2);
    assert_int_equal(last, 2);
    assert_int_equal(lines[0]->level, MR_LOG_WARN);
    assert_in_range(lines[0]->time_us, before_us, mr_clock_wall_us());
    assert_string_equal(lines[0]->text, "one\ntwo");
    assert_null(lines[0]->traceback);
    assert_string_equal(lines[1]->text, "a.lua:3: bad");
    assert_string_equal(lines[1]->traceback, "stack traceback:\n\t[C]: in ?");
    release(2);

    put_number(ring, 3);
    assert_int_equal(mr_log_ring_fetch(ring, &last, lines, &missed), 1);
    assert_int_equal(lines[0]->number, 3);
    release(1);
    last = 99; /* of a ring before this one */
    assert_int_equal(mr_log_ring_fetch(ring, &last, lines, &missed), 3);
    release(3);
    mr_log_ring_unref(&ring);
}

static void the_oldest_make_room(void **state)
{
    (void)state;
    struct mr_log_ring *ring = mr_log_ring_create();
    for (int i = 1; i <= MR_LOG_RING_LINES + 10; i++)
        put_number(ring, i);
    assert_int_equal(mr_log_ring_dropped(ring), 10);
    uint64_t last = 4, missed;
    assert_int_equal(mr_log_ring_fetch(ring, &last, lines, &missed), MR_LOG_RING_LINES);
    assert_int_equal(missed, 6);
    assert_string_equal(lines[0]->text, "line 11");

    char *large = malloc(MR_LOG_RING_BYTES + 1); /* they are bounded by their bytes as well */
    memset(large, 'x', MR_LOG_RING_BYTES);
    large[MR_LOG_RING_BYTES] = '\0';
    mr_log_ring_put(ring, MR_LOG_INFO, large);
    assert_string_equal(lines[0]->text, "line 11"); /* who holds one keeps it */
    release(MR_LOG_RING_LINES);
    last = 0;
    assert_int_equal(mr_log_ring_fetch(ring, &last, lines, &missed), 1);
    assert_int_equal(missed, MR_LOG_RING_LINES + 10);
    assert_int_equal(lines[0]->size, MR_LOG_RING_BYTES);
    release(1);
    free(large);
    mr_log_ring_unref(&ring);
}

static void what_is_said_goes_there(void **state)
{
    (void)state;
    struct mr_script_log *log = mr_script_log_create("live");
    uint64_t last = 0, missed;
    mr_script_log_say(log, MR_LOG_INFO, "version %d", 2);
    mr_script_log_say(log, MR_LOG_TRACE, "below the log's level");
    mr_script_log_line(log, MR_LOG_WARN, "said by the script!", 18);
    assert_int_equal(mr_log_ring_fetch(mr_script_log_ring(log), &last, lines, &missed), 2);
    assert_string_equal(lines[0]->text, "version 2");
    assert_string_equal(lines[1]->text, "said by the script");
    assert_int_equal(lines[1]->level, MR_LOG_WARN);
    release(2);
    for (int i = 0; i < MR_SCRIPT_LOG_RATE + 5; i++)
        mr_script_log_line(log, MR_LOG_INFO, "x", 1);
    mr_script_log_settle(log);
    unsigned count = mr_log_ring_fetch(mr_script_log_ring(log), &last, lines, &missed);
    assert_non_null(strstr(lines[count - 1]->text, "lines of the script left out"));
    release(count);
    mr_script_log_destroy(log);
}

static void *write_lines(void *ring)
{
    for (int i = 0; i < LINES; i++)
        put_number(ring, i);
    return NULL;
}

/* For the thread sanitizer, and: a reader sees every number once, or is told how many it missed. */
static void many_write_while_one_reads(void **state)
{
    (void)state;
    struct mr_log_ring *ring = mr_log_ring_create();
    pthread_t threads[WRITERS];
    uint64_t last = 0, seen = 0, missed;
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, ring), 0);
    while (seen < (uint64_t)WRITERS * LINES) {
        uint64_t before = last;
        unsigned count = mr_log_ring_fetch(ring, &last, lines, &missed);
        seen += missed + count;
        for (unsigned i = 0; i < count; i++)
            assert_int_equal(lines[i]->number, before + missed + i + 1);
        release(count);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(last, WRITERS * LINES);
    mr_log_ring_unref(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_kept_in_order),
        cmocka_unit_test(the_oldest_make_room),
        cmocka_unit_test(what_is_said_goes_there),
        cmocka_unit_test(many_write_while_one_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
