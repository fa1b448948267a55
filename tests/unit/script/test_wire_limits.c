/* What the kernel allows of descriptors on their way, for a user without privileges. */
#include "script/process/wire.h"

#include "support/check.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT    16
#define MESSAGES 100
#define LARGE    (MR_WIRE_INLINE + 1) /* travels in a descriptor */

/* Send large messages, and announce each before. */
static _Noreturn void send_all(int fd, int announce)
{
    static char body[LARGE];
    const struct rlimit limit = { LIMIT, LIMIT };
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || (getuid() == 0 && setuid(65534) < 0))
        _exit(3);
    for (int i = 0; i < MESSAGES; i++) {
        struct mr_wire_message message = { .kind = MR_WIRE_BROADCAST };
        char number = (char)i;
        memset(body, i, sizeof(body));
        if (write(announce, &number, 1) != 1)
            _exit(4);
        if (mr_wire_send(fd, &message, body, sizeof(body), -1) < 0)
            _exit(5);
    }
    _exit(0);
}

static void wait_for(int announce, int number)
{
    for (char at = -1; at != number;) {
        struct pollfd ready = { .fd = announce, .events = POLLIN };
        assert_int_equal(poll(&ready, 1, 10000), 1);
        assert_int_equal(read(announce, &at, 1), 1);
    }
}

static void too_many_on_their_way_are_waited_out(void **state)
{
    (void)state;
    static uint8_t scratch[MR_WIRE_SCRATCH];
    struct timeval patience = { .tv_sec = 10 };
    int pair[2], announce[2], attached, status;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(pipe(announce), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        send_all(pair[1], announce[1]);
    close(pair[1]);
    close(announce[1]);
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));

    wait_for(announce[0], LIMIT + 1); /* this one is one too many */
    struct mr_buffer body = { 0 };
    for (int i = 0; i < MESSAGES; i++) {
        struct mr_wire_message message;
        assert_int_equal(mr_wire_receive(pair[0], scratch, &message, &body, &attached), 0);
        assert_int_equal(body.size, LARGE);
        assert_int_equal(body.data[LARGE - 1], i);
    }
    mr_buffer_finish(&body);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(pair[0]);
    close(announce[0]);
}

RUN_TESTS(cmocka_unit_test(too_many_on_their_way_are_waited_out))
