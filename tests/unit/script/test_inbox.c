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
          cmocka_unit_test(a_message_has_a_longest_size))
