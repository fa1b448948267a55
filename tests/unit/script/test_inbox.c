/* The inbox: order, copies, limits. */
#include "script/runner/inbox.h"
#include "script/runner/runner.h"
#include "support/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put_message(struct mr_inbox *inbox, uint64_t client, const char *json)
{
    return mr_inbox_put(inbox, &(struct mr_script_event){ .kind = MR_SCRIPT_MESSAGE,
                                                          .client = client,
                                                          .json = json,
                                                          .size = strlen(json) });
}

static int put_arrival(struct mr_inbox *inbox, enum mr_script_event_kind kind, uint64_t client)
{
    return mr_inbox_put(inbox, &(struct mr_script_event){ .kind = kind, .client = client });
}

static void what_comes_first_is_told_first(void **state)
{
    (void)state;
    struct mr_inbox inbox;
    struct mr_script_event event;
    char text[] = "[1]";
    mr_inbox_init(&inbox);
    assert_true(mr_inbox_is_empty(&inbox));
    assert_null(mr_inbox_take(&inbox, &event));
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, 3), 0);
    assert_int_equal(put_message(&inbox, 3, text), 0);
    text[1] = '9'; /* it was copied */
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_LEAVE, 3), 0);

    static const enum mr_script_event_kind order[] = { MR_SCRIPT_JOIN, MR_SCRIPT_MESSAGE,
                                                       MR_SCRIPT_LEAVE };
    for (int i = 0; i < 3; i++) {
        struct mr_inbox_entry *entry = mr_inbox_take(&inbox, &event);
        assert_non_null(entry);
        assert_int_equal(event.kind, order[i]);
        assert_int_equal(event.client, 3);
        if (i == 1)
            assert_string_equal(event.json, "[1]");
        else
            assert_null(event.json);
        mr_inbox_free(entry);
    }
    assert_true(mr_inbox_is_empty(&inbox));
    mr_inbox_finish(&inbox);
}

static void a_flood_is_refused_and_counted(void **state)
{
    (void)state;
    struct mr_inbox inbox;
    struct mr_script_event event;
    mr_inbox_init(&inbox);
    for (int i = 0; i < MR_RUNNER_MESSAGES; i++)
        assert_int_equal(put_message(&inbox, 1, "1"), 0);
    assert_int_equal(put_message(&inbox, 1, "2"), -EAGAIN);
    for (int i = 0; i < MR_RUNNER_ARRIVALS; i++) /* those have room of their own */
        assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, (uint64_t)i + 1), 0);
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, 9999), -EAGAIN);
    assert_int_equal(mr_inbox_refused(&inbox), 2);
    mr_inbox_free(mr_inbox_take(&inbox, &event));
    assert_int_equal(put_message(&inbox, 1, "3"), 0); /* there is room again */
    mr_inbox_finish(&inbox);                          /* with what is in it */
}

/* Take everything out. return: how many events were of the kind */
static int drain(struct mr_inbox *inbox, enum mr_script_event_kind kind)
{
    struct mr_script_event event;
    struct mr_inbox_entry *entry;
    int count = 0;
    while ((entry = mr_inbox_take(inbox, &event)) != NULL) {
        count += event.kind == kind;
        mr_inbox_free(entry);
    }
    return count;
}

#define CROWD (4 * MR_RUNNER_ARRIVALS)

static void the_leave_of_a_client_that_was_told_of_is_never_refused(void **state)
{
    (void)state;
    struct mr_inbox inbox;
    uint64_t client = 0;
    int joined = 0;
    mr_inbox_init(&inbox);
    for (int i = 0; i < CROWD / MR_RUNNER_ARRIVALS; i++) {
        for (int k = 0; k < MR_RUNNER_ARRIVALS; k++)
            assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, ++client), 0);
        joined += drain(&inbox, MR_SCRIPT_JOIN);
    }
    assert_int_equal(joined, CROWD);
    for (int i = 0; i < MR_RUNNER_MESSAGES; i++)
        assert_int_equal(put_message(&inbox, 1, "1"), 0);
    for (int i = 0; i < MR_RUNNER_ARRIVALS; i++)
        assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, ++client), 0);
    for (int i = 1; i <= CROWD; i++)
        assert_int_equal(put_arrival(&inbox, MR_SCRIPT_LEAVE, (uint64_t)i), 0);
    assert_int_equal(mr_inbox_refused(&inbox), 0);
    assert_int_equal(drain(&inbox, MR_SCRIPT_LEAVE), CROWD);
    mr_inbox_finish(&inbox);
}

static void a_join_and_its_leave_that_both_wait_cancel_out(void **state)
{
    (void)state;
    struct mr_inbox inbox;
    mr_inbox_init(&inbox);
    for (int i = 0; i < CROWD; i++) { /* each makes room for the next one */
        assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, (uint64_t)i + 1), 0);
        assert_int_equal(put_arrival(&inbox, MR_SCRIPT_LEAVE, (uint64_t)i + 1), 0);
    }
    assert_true(mr_inbox_is_empty(&inbox));
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, 9001), 0);
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, 9002), 0);
    assert_int_equal(put_message(&inbox, 9001, "1"), 0); /* this one has said something */
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_LEAVE, 9002), 0);
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_LEAVE, 9001), 0);
    static const enum mr_script_event_kind told[] = { MR_SCRIPT_JOIN, MR_SCRIPT_MESSAGE,
                                                      MR_SCRIPT_LEAVE };
    for (int i = 0; i < 3; i++) {
        struct mr_script_event event;
        struct mr_inbox_entry *entry = mr_inbox_take(&inbox, &event);
        assert_non_null(entry);
        assert_int_equal(event.kind, told[i]);
        assert_int_equal(event.client, 9001);
        mr_inbox_free(entry);
    }
    assert_true(mr_inbox_is_empty(&inbox));
    assert_int_equal(put_arrival(&inbox, MR_SCRIPT_JOIN, 9003), 0); /* the queue's end is right */
    assert_int_equal(drain(&inbox, MR_SCRIPT_JOIN), 1);
    mr_inbox_finish(&inbox);
}

static void a_message_has_a_longest_size(void **state)
{
    (void)state;
    struct mr_inbox inbox;
    mr_inbox_init(&inbox);
    char *text = malloc(MR_SCRIPT_MESSAGE_MAX_BYTES + 2);
    assert_non_null(text);
    memset(text, '1', MR_SCRIPT_MESSAGE_MAX_BYTES + 1);
    text[MR_SCRIPT_MESSAGE_MAX_BYTES + 1] = '\0';
    assert_int_equal(put_message(&inbox, 1, text), -EMSGSIZE);
    assert_int_equal(put_message(&inbox, 1, text + 1), 0);
    free(text);
    mr_inbox_finish(&inbox);
}

RUN_TESTS(cmocka_unit_test(what_comes_first_is_told_first),
          cmocka_unit_test(a_flood_is_refused_and_counted),
          cmocka_unit_test(the_leave_of_a_client_that_was_told_of_is_never_refused),
          cmocka_unit_test(a_join_and_its_leave_that_both_wait_cancel_out),
          cmocka_unit_test(a_message_has_a_longest_size))
