/* Texts from scripts to viewers, and messages from viewers, through the engine. */
#include "http/engine/fanout.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#include "fanout_fixture.h"

/* ---- what viewers saw, and what the stream was told ---- */

struct seen {
    char texts[2048]; /* each followed by a space */
    unsigned count;
};

static struct seen seen[VIEWERS];

static void note_text(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    struct seen *mine = opaque;
    (void)viewer;
    if (message->opcode != 1)
        return;
    mine->count++;
    size_t used = strlen(mine->texts);
    if (message->size < 64)
        snprintf(mine->texts + used, sizeof(mine->texts) - used, "%.*s ", (int)message->size,
                 (const char *)message->bytes);
}

static struct {
    struct mr_hub *hub;
    atomic_ullong ids[VIEWERS];
    atomic_uint joins, leaves, messages;
    atomic_int answer; /* to messages */
    char last[64];     /* message; read once `messages` has counted it */
} inbox;

static int take(void *opaque, const struct mr_script_event *event)
{
    (void)opaque;
    if (event->kind == MR_SCRIPT_JOIN) {
        atomic_store(&inbox.ids[inbox.joins % VIEWERS], event->client);
        inbox.joins++;
        return mr_hub_broadcast(inbox.hub, event->client, "\"welcome\"", 9);
    }
    if (event->kind == MR_SCRIPT_LEAVE) {
        inbox.leaves++;
        return 0;
    }
    snprintf(inbox.last, sizeof(inbox.last), "%.*s", event->size < 64 ? (int)event->size : 0,
             event->json);
    inbox.messages++;
    return atomic_load(&inbox.answer);
}

static int setup_inbox(void **state)
{
    int result = setup(state);
    memset(seen, 0, sizeof(seen));
    memset(&inbox, 0, sizeof(inbox));
    inbox.hub = ((struct fixture *)*state)->hub;
    mr_hub_set_inbox(inbox.hub, take, NULL);
    return result;
}

static int teardown_inbox(void **state)
{
    int result = teardown(state);
    assert_int_equal(inbox.joins, inbox.leaves);
    return result;
}

static struct viewer *watch_texts(struct fixture *f, const char *format)
{
    return add_with(f, format,
                    &(struct viewer_options){ .on_message = note_text, .opaque = &seen[f->count] });
}

static void say(struct fixture *f, uint64_t client, const char *json)
{
    assert_int_equal(mr_hub_broadcast(f->hub, client, json, strlen(json)), 0);
}

struct wish {
    const struct fixture *f;
    unsigned texts;
};

static bool have_texts(void *opaque)
{
    const struct wish *wish = opaque;
    for (size_t i = 0; i < wish->f->count; i++)
        if (!wish->f->viewers[i].options.never_reads && seen[i].count < wish->texts)
            return false;
    return true;
}

static void wait_for_texts(struct fixture *f, unsigned texts)
{
    struct wish wish = { f, texts };
    assert_true(viewers_run(f->viewers, f->count, in_seconds(10), have_texts, &wish));
}

static bool were_told(void *messages)
{
    return inbox.messages >= *(unsigned *)messages;
}

static void wait_for_messages(struct fixture *f, unsigned messages)
{
    assert_true(viewers_run(f->viewers, f->count, in_seconds(10), were_told, &messages));
}

/* ---- the tests ---- */

static void all_or_the_one_addressed_are_told(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++) {
        watch_texts(f, i == 3 ? "json" : NULL);
        wait_for_texts(f, 1);
    }
    say(f, 0, "{\"a\":1}");
    for (int i = 0; i < 4; i++) {
        char json[16];
        snprintf(json, sizeof(json), "[%d]", i);
        say(f, inbox.ids[i], json);
    }
    say(f, 999999, "\"nobody\"");
    say(f, 0, "\"end\"");
    publish(f, 100);
    wait_for_texts(f, 4);
    for (int i = 0; i < 4; i++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "\"welcome\" {\"a\":1} [%d] \"end\" ", i);
        assert_memory_equal(seen[i].texts, expected, strlen(expected));
        assert_false(f->viewers[i].invalid);
    }
    wait_for(f, 5); /* and the picture */
}

static void newcomers_get_what_was_said_since_they_came(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < VIEWERS; i++) {
        char json[16];
        watch_texts(f, NULL);
        snprintf(json, sizeof(json), "%d", i);
        say(f, 0, json);
    }
    struct wish wish = { f, 1 + 1 };
    assert_true(viewers_run(f->viewers, f->count, in_seconds(10), have_texts, &wish));
    say(f, 0, "\"end\"");
    for (int i = 0; i < VIEWERS; i++) {
        char expected[256] = "\"welcome\" ";
        for (int k = i; k < VIEWERS; k++)
            snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "%d ", k);
        strcat(expected, "\"end\" ");
        wish = (struct wish){ f, 0 };
        int64_t deadline_us = in_seconds(10);
        while (strstr(seen[i].texts, "end") == NULL && mr_clock_now_us() < deadline_us)
            viewers_run(f->viewers, f->count, mr_clock_now_us() + 20000, have_texts, &wish);
        assert_string_equal(seen[i].texts, expected);
    }
}

static void one_that_never_reads_loses_texts_and_nobody_else(void **state)
{
    struct fixture *f = *state;
    enum { TEXTS = 100, SIZE = 60000 };
    static char text[SIZE];
    memset(text, '1', SIZE);
    add_with(f, NULL,
             &(struct viewer_options){ .never_reads = true, .receive_buffer_bytes = 4096 });
    watch_texts(f, NULL);
    wait_for_texts(f, 1);
    for (unsigned i = 1; i <= TEXTS; i++) {
        assert_int_equal(mr_hub_broadcast(f->hub, 0, text, SIZE), 0);
        wait_for_texts(f, 1 + i);
    }
    uint64_t sent, dropped;
    mr_hub_text_counts(f->hub, &sent, &dropped);
    assert_int_equal(sent, TEXTS + 2);
    /* the rest is in its queue, and in the kernel's buffers */
    assert_in_range(dropped, TEXTS - (256 * 1024 + 4 * 1024 * 1024) / SIZE, TEXTS - 1);
    assert_false(f->viewers[1].invalid);
}

static void what_viewers_say_is_passed_on(void **state)
{
    struct fixture *f = *state;
    struct viewer *binary = watch_texts(f, NULL), *json = watch_texts(f, "json");
    viewer_send(binary, 0x81, "{\"x\":1}", 7);
    wait_for_messages(f, 1);
    assert_string_equal(inbox.last, "{\"x\":1}");
    viewer_send(json, 0x81, " \"\xc3\xa4\" ", 6);
    wait_for_messages(f, 2);
    assert_string_equal(inbox.last, " \"\xc3\xa4\" ");

    enum { LARGEST = 64 * 1024 };
    static char text[LARGEST + 1];
    memset(text, ' ', LARGEST);
    text[0] = '7';
    viewer_send(json, 0x81, text, LARGEST);
    wait_for_messages(f, 3);
    text[LARGEST] = ' ';
    viewer_send(json, 0x81, text, LARGEST + 1);
    viewer_send(binary, 0x81, "nonsense", 8);
    assert_true(viewers_run(f->viewers, f->count, in_seconds(10), have_ended, f));
    assert_int_equal(json->close_code, 1009);
    assert_int_equal(binary->close_code, 1007);
    assert_int_equal(inbox.messages, 3);
}

static void who_floods_is_told_once_a_second(void **state)
{
    struct fixture *f = *state;
    struct viewer *loud = watch_texts(f, NULL);
    watch_texts(f, NULL);
    wait_for_texts(f, 1);
    atomic_store(&inbox.answer, -EAGAIN);
    int64_t start_us = mr_clock_now_us();
    for (int i = 0; i < 50; i++)
        viewer_send(loud, 0x81, "1", 1);
    wait_for_messages(f, 50);
    say(f, 0, "\"end\"");
    wait_for_texts(f, 2);
    while (strstr(seen[0].texts, "end") == NULL)
        wait_for_texts(f, 0);
    int64_t seconds = (mr_clock_now_us() - start_us) / 1000000;
    assert_in_range(seen[0].count - 2, 1, 1 + seconds);
    assert_non_null(strstr(seen[0].texts, "\"welcome\" {\"error\":\"too many messages"));
    assert_string_equal(seen[1].texts, "\"welcome\" \"end\" ");
    assert_false(loud->ended);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_inbox, teardown_inbox)
    const struct CMUnitTest tests[] = {
        TEST(all_or_the_one_addressed_are_told),
        TEST(newcomers_get_what_was_said_since_they_came),
        TEST(one_that_never_reads_loses_texts_and_nobody_else),
        TEST(what_viewers_say_is_passed_on),
        TEST(who_floods_is_told_once_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
