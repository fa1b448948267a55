#include "stream/hub.h"

#include "base/clock.h"
#include "base/thread.h"
#include "support/check.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct mr_packet *packet_of(uint64_t seq)
{
    return mr_packet_create(&(struct mr_packet_content){ .seq = seq,
                                                         .payload = "null",
                                                         .payload_size = 4,
                                                         .jpeg = (const uint8_t *)"J",
                                                         .jpeg_size = 1 });
}

static bool is_readable(int fd)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    return poll(&poll_fd, 1, 0) == 1;
}

static void keeps_the_newest_in_order(void **state)
{
    (void)state;
    struct mr_hub *hub = mr_hub_create();
    struct mr_packet *recent[MR_HUB_RECENT];
    assert_int_equal(mr_hub_recent(hub, recent), 0);

    for (uint64_t seq = 0; seq < 10; seq++)
        mr_hub_publish(hub, packet_of(seq * 2));
    assert_int_equal(mr_hub_recent(hub, recent), MR_HUB_RECENT);
    for (int i = 0; i < MR_HUB_RECENT; i++) {
        assert_int_equal(recent[i]->number, 10 - MR_HUB_RECENT + 1 + i);
        assert_int_equal(recent[i]->seq, (recent[i]->number - 1) * 2);
        mr_packet_unref(&recent[i]);
    }

    mr_hub_clear(hub);
    assert_int_equal(mr_hub_recent(hub, recent), 0);
    mr_hub_publish(hub, packet_of(99));
    assert_int_equal(mr_hub_recent(hub, recent), 1);
    assert_int_equal(recent[0]->number, 11);
    mr_packet_unref(&recent[0]);
    mr_hub_unref(&hub);
}

static void wakes_deliverers(void **state)
{
    (void)state;
    struct mr_hub *hub = mr_hub_create();
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_int_equal(mr_hub_add_waker(hub, fd), 0);
    assert_int_equal(mr_hub_add_waker(hub, fd), 0);
    assert_false(is_readable(fd));

    mr_hub_publish(hub, packet_of(0));
    uint64_t count;
    assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
    assert_int_equal(count, 1);

    assert_null(mr_hub_closed(hub));
    mr_hub_close(hub, "gone");
    assert_true(is_readable(fd));
    assert_string_equal(mr_hub_closed(hub), "gone");
    mr_hub_unref(&hub);
    close(fd);
}

static struct mr_viewer late;

static void *join_later(void *hub)
{
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET_JSON, &late);
    return NULL;
}

static void knows_whether_somebody_watches(void **state)
{
    (void)state;
    struct mr_hub *hub = mr_hub_create();
    assert_false(mr_hub_wait_wanted(hub, mr_clock_now_us() + 1000));

    pthread_t thread;
    assert_int_equal(mr_thread_start(&thread, "joiner", join_later, hub), 0);
    assert_true(mr_hub_wait_wanted(hub, -1));
    pthread_join(thread, NULL);

    unsigned kinds[MR_VIEWER_KINDS];
    struct mr_viewer viewer;
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &viewer);
    assert_int_equal(mr_hub_viewers(hub, kinds), 2);
    assert_int_equal(kinds[MR_VIEWER_WEBSOCKET_JSON], 1);
    assert_int_equal(kinds[MR_VIEWER_WEBSOCKET], 1);
    mr_hub_leave(hub, &late);
    mr_hub_leave(hub, &viewer);
    assert_int_equal(mr_hub_viewers(hub, NULL), 0);
    mr_hub_close(hub, "end");
    assert_false(mr_hub_wait_wanted(hub, -1));
    mr_hub_unref(&hub);
}

/* ---- what viewers do and say ---- */

struct inbox {
    char told[256]; /* "+1 -1 1:text " */
    uint64_t first;
    int answer;
    atomic_bool called, go_on;
    bool waited_for; /* the test slept until the call was over */
};

static int note(void *opaque, const struct mr_script_event *event)
{
    struct inbox *inbox = opaque;
    size_t used = strlen(inbox->told);
    char *end = inbox->told + used;
    size_t left = sizeof(inbox->told) - used;
    if (inbox->first == 0)
        inbox->first = event->client;
    int client = (int)(event->client - inbox->first);
    if (event->kind == MR_SCRIPT_MESSAGE)
        snprintf(end, left, "%d:%.*s ", client, (int)event->size, event->json);
    else
        snprintf(end, left, "%c%d ", event->kind == MR_SCRIPT_JOIN ? '+' : '-', client);
    return inbox->answer;
}

static void passes_on_what_viewers_do_and_say(void **state)
{
    (void)state;
    struct inbox inbox = { 0 };
    struct mr_viewer one, two, other;
    struct mr_hub *hub = mr_hub_create(), *hub_2 = mr_hub_create();
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &one); /* nobody is told */
    assert_int_equal(mr_hub_post(hub, &one, "1", 1), 0);
    mr_hub_leave(hub, &one);
    assert_true(one.id >= 1);

    mr_hub_set_inbox(hub, note, &inbox);
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &one);
    mr_hub_join(hub_2, MR_VIEWER_WEBSOCKET, &other); /* ids are those of the process */
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET_JSON, &two);
    assert_int_equal(mr_hub_post(hub, &two, "{}", 2), 0);
    inbox.answer = -EAGAIN;
    assert_int_equal(mr_hub_post(hub, &one, "[7]", 3), -EAGAIN);
    mr_hub_leave(hub, &one);
    mr_hub_set_inbox(hub, NULL, NULL);
    assert_int_equal(mr_hub_post(hub, &two, "8", 1), 0);
    mr_hub_leave(hub, &two);
    mr_hub_leave(hub_2, &other);
    assert_string_equal(inbox.told, "+0 +2 2:{} 0:[7] -0 ");
    mr_hub_unref(&hub);
    mr_hub_unref(&hub_2);
}

static void a_script_that_heard_of_no_join_hears_of_no_leave(void **state)
{
    (void)state;
    struct inbox inbox = { .answer = -EAGAIN };
    struct mr_viewer refused, told;
    struct mr_hub *hub = mr_hub_create();
    mr_hub_set_inbox(hub, note, &inbox);
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &refused);
    inbox.answer = 0;
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &told);
    mr_hub_leave(hub, &refused);
    mr_hub_leave(hub, &told);
    mr_hub_set_inbox(hub, NULL, NULL);
    assert_string_equal(inbox.told, "+0 +1 -1 ");
    mr_hub_unref(&hub);
}

static int linger(void *opaque, const struct mr_script_event *event)
{
    struct inbox *inbox = opaque;
    (void)event;
    atomic_store(&inbox->called, true);
    while (!atomic_load(&inbox->go_on))
        sched_yield();
    inbox->answer = 1; /* a data race with the test if it did not wait */
    return 0;
}

/* Whether this process's first thread, which runs the tests, waits for something. */
static bool first_thread_sleeps(void)
{
    char path[64], state = '?';
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)getpid());
    FILE *file = fopen(path, "r");
    if (file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = '?';
    if (file != NULL)
        fclose(file);
    return state == 'S';
}

/* Let the call go on once the test waits for it, in taking the inbox away. */
static void *let_go(void *opaque)
{
    struct inbox *inbox = opaque;
    int64_t deadline_us = mr_clock_now_us() + 60 * 1000000LL;
    while (!(inbox->waited_for = first_thread_sleeps()) && mr_clock_now_us() < deadline_us)
        sched_yield();
    atomic_store(&inbox->go_on, true);
    return NULL;
}

static void an_inbox_is_not_taken_away_during_a_call(void **state)
{
    (void)state;
    struct inbox inbox = { 0 };
    struct mr_hub *hub = mr_hub_create();
    pthread_t joiner, releaser;
    mr_hub_set_inbox(hub, linger, &inbox);
    assert_int_equal(mr_thread_start(&joiner, "joiner", join_later, hub), 0);
    while (!atomic_load(&inbox.called))
        sched_yield();
    assert_int_equal(mr_thread_start(&releaser, "releaser", let_go, &inbox), 0);
    mr_hub_set_inbox(hub, NULL, NULL);
    assert_int_equal(inbox.answer, 1);
    pthread_join(joiner, NULL);
    pthread_join(releaser, NULL);
    assert_true(inbox.waited_for);
    mr_hub_leave(hub, &late);
    mr_hub_unref(&hub);
}

/* ---- texts ---- */

static void say(struct mr_hub *hub, uint64_t client, const char *json)
{
    assert_int_equal(mr_hub_broadcast(hub, client, json, strlen(json)), 0);
}

/* Fetch, and spell what came: "1:one 2>7:two " (text 1 for all, text 2 for viewer 7). */
static const char *fetch(struct mr_hub *hub, uint64_t *last)
{
    static char all[8192];
    struct mr_hub_text *texts[MR_TEXTS_MAX];
    unsigned count = mr_hub_texts(hub, last, texts);
    all[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        size_t used = strlen(all);
        int number = (int)texts[i]->number, client = (int)texts[i]->client;
        assert_int_equal(strlen(texts[i]->json), texts[i]->size);
        if (client == 0)
            snprintf(all + used, sizeof(all) - used, "%d:%s ", number, texts[i]->json);
        else
            snprintf(all + used, sizeof(all) - used, "%d>%d:%s ", number, client, texts[i]->json);
        mr_text_ring_unref_text(&texts[i]);
    }
    return all;
}

static void texts_go_to_those_who_watch(void **state)
{
    (void)state;
    struct mr_hub *hub = mr_hub_create();
    struct mr_viewer one, two;
    uint64_t count, sent, dropped, last = 0;
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    mr_hub_add_waker(hub, fd);
    say(hub, 0, "nobody");
    assert_false(is_readable(fd));
    assert_string_equal(fetch(hub, &last), "");

    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &one);
    say(hub, 0, "one");
    assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
    assert_int_equal(mr_hub_newest_text(hub), 1);
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &two);
    say(hub, 7, "two");
    assert_int_equal(one.after_text, 0);
    assert_int_equal(two.after_text, 1);
    assert_string_equal(fetch(hub, &last), "1:one 2>7:two ");
    assert_string_equal(fetch(hub, &last), "");
    last = 1; /* another deliverer */
    assert_string_equal(fetch(hub, &last), "2>7:two ");

    mr_hub_leave(hub, &one);
    last = 1;
    assert_string_equal(fetch(hub, &last), "2>7:two ");
    mr_hub_leave(hub, &two); /* the last one: nobody is there to whom it was said */
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &one);
    say(hub, 0, "three");
    last = one.after_text;
    assert_string_equal(fetch(hub, &last), "3:three ");
    mr_hub_text_counts(hub, &sent, &dropped);
    assert_int_equal(sent, 3);
    assert_int_equal(dropped, 0);
    mr_hub_leave(hub, &one);
    mr_hub_unref(&hub);
    close(fd);
}

static void too_many_texts_push_out_the_oldest(void **state)
{
    (void)state;
    struct mr_hub *hub = mr_hub_create();
    struct mr_viewer viewer;
    uint64_t sent, dropped, last = 0;
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET, &viewer);
    for (int i = 0; i < MR_TEXTS_MAX; i++)
        say(hub, 0, "x");
    assert_int_equal(strncmp(fetch(hub, &last), "1:x 2:x ", 8), 0);
    for (int i = 0; i < MR_TEXTS_MAX + 10; i++) /* those that were fetched are not lost */
        say(hub, 0, "y");
    assert_int_equal(strncmp(fetch(hub, &last), "267:y 268:y ", 12), 0);
    assert_int_equal(last, 2 * MR_TEXTS_MAX + 10);
    mr_hub_drop_texts(hub, 2);
    mr_hub_text_counts(hub, &sent, &dropped);
    assert_int_equal(sent, 2 * MR_TEXTS_MAX + 10);
    assert_int_equal(dropped, 12);
    mr_hub_leave(hub, &viewer);
    mr_hub_unref(&hub);
}

RUN_TESTS(cmocka_unit_test(keeps_the_newest_in_order), cmocka_unit_test(wakes_deliverers),
          cmocka_unit_test(knows_whether_somebody_watches),
          cmocka_unit_test(passes_on_what_viewers_do_and_say),
          cmocka_unit_test(a_script_that_heard_of_no_join_hears_of_no_leave),
          cmocka_unit_test(an_inbox_is_not_taken_away_during_a_call),
          cmocka_unit_test(texts_go_to_those_who_watch),
          cmocka_unit_test(too_many_texts_push_out_the_oldest))
