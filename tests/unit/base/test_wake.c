/* Descriptors that wake a thread. */
#include "base/wake.h"

#include "support/check.h"

#include <poll.h>
#include <unistd.h>

static bool is_readable(int fd)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    return poll(&wait, 1, 0) == 1;
}

static void it_is_readable_from_ring_to_hush(void **state)
{
    (void)state;
    int fd = mr_wake_create();
    assert_true(fd >= 0);
    assert_false(is_readable(fd));
    assert_false(mr_wake_hush(fd)); /* does not block */
    for (int i = 0; i < 3; i++)
        mr_wake_ring(fd);
    assert_true(is_readable(fd));
    assert_true(mr_wake_hush(fd)); /* all three at once */
    assert_false(is_readable(fd));
    assert_false(mr_wake_hush(fd));
    close(fd);
}

RUN_TESTS(cmocka_unit_test(it_is_readable_from_ring_to_hush))
