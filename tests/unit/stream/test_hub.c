#include "stream/hub.h"

#include "base/clock.h"
#include "base/thread.h"
#include "support/check.h"

#include <poll.h>
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

static void *join_later(void *hub)
{
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET_JSON);
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
    mr_hub_join(hub, MR_VIEWER_WEBSOCKET);
    assert_int_equal(mr_hub_viewers(hub, kinds), 2);
    assert_int_equal(kinds[MR_VIEWER_WEBSOCKET_JSON], 1);
    assert_int_equal(kinds[MR_VIEWER_WEBSOCKET], 1);
    mr_hub_leave(hub, MR_VIEWER_WEBSOCKET_JSON);
    mr_hub_leave(hub, MR_VIEWER_WEBSOCKET);
    assert_int_equal(mr_hub_viewers(hub, NULL), 0);
    mr_hub_close(hub, "end");
    assert_false(mr_hub_wait_wanted(hub, -1));
    mr_hub_unref(&hub);
}

RUN_TESTS(cmocka_unit_test(keeps_the_newest_in_order), cmocka_unit_test(wakes_deliverers),
          cmocka_unit_test(knows_whether_somebody_watches))
