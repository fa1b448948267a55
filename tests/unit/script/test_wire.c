/* Messages between host and script process: what is sent arrives, and nonsense is refused without a
 * trace. */
#include "script/process/wire.h"
#include "support/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair {
    int near, far;
    uint8_t scratch[MR_WIRE_SCRATCH];
    struct mr_wire_message message;
    struct mr_buffer body;
    int attached;
};

static int open_pair(void **state)
{
    int fds[2];
    struct pair *pair = calloc(1, sizeof(*pair));
    assert_non_null(pair);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    pair->near = fds[0];
    pair->far = fds[1];
    *state = pair;
    return 0;
}

static int close_pair(void **state)
{
    struct pair *pair = *state;
    close(pair->near);
    close(pair->far);
    mr_buffer_finish(&pair->body);
    free(pair);
    return 0;
}

static int receive(struct pair *pair)
{
    return mr_wire_receive(pair->far, pair->scratch, &pair->message, &pair->body, &pair->attached);
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void bodies_of_every_size_arrive(void **state)
{
    struct pair *pair = *state;
    static const size_t sizes[] = { 0, 1, 1000, MR_WIRE_INLINE, MR_WIRE_INLINE + 1, 1 << 20, 3 };
    int before = count_descriptors();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        char *sent = malloc(sizes[i] + 1);
        assert_non_null(sent);
        for (size_t j = 0; j < sizes[i]; j++)
            sent[j] = (char)(j * 7 + i);
        struct mr_wire_message message = { .kind = MR_WIRE_FRAME, .frame = { .seq = 40 + i } };
        assert_int_equal(mr_wire_send(pair->near, &message, sent, sizes[i], -1), 0);
        assert_int_equal(receive(pair), 0);
        assert_int_equal(pair->message.kind, MR_WIRE_FRAME);
        assert_int_equal(pair->message.frame.seq, 40 + i);
        assert_int_equal(pair->message.first_bytes, sizes[i]);
        assert_int_equal(pair->attached, -1);
        assert_int_equal(pair->body.size, sizes[i]);
        assert_memory_equal(pair->body.data, sent, sizes[i]);
        assert_int_equal(pair->body.data[sizes[i]], 0); /* it can be read as a string */
        free(sent);
    }
    assert_int_equal(count_descriptors(), before);
}

static void a_body_can_have_two_parts_and_a_message_a_descriptor(void **state)
{
    struct pair *pair = *state;
    int fd = memfd_create("test", MFD_CLOEXEC);
    struct mr_wire_message message = { .kind = MR_WIRE_MEMORY, .first_bytes = 3 };
    assert_int_equal(mr_wire_send(pair->near, &message, "onetwo", 6, fd), 0);
    assert_int_equal(receive(pair), 0);
    assert_int_equal(pair->message.first_bytes, 3);
    assert_int_equal(pair->body.size, 6);
    assert_true(pair->attached >= 0 && pair->attached != fd);
    assert_true(fcntl(pair->attached, F_GETFD) & FD_CLOEXEC);
    close(pair->attached);
    close(fd);
}

static void what_is_too_long_is_not_sent(void **state)
{
    struct pair *pair = *state;
    struct mr_wire_message message = { .kind = MR_WIRE_LOG };
    assert_int_equal(mr_wire_send(pair->near, &message, "", (size_t)MR_WIRE_MAX + 1, -1),
                     -EMSGSIZE);
}

static void the_end_of_the_other_side_is_told(void **state)
{
    struct pair *pair = *state;
    struct mr_wire_message message = { .kind = MR_WIRE_LOG };
    struct timeval soon = { .tv_usec = 1000 };
    setsockopt(pair->far, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
    assert_int_equal(receive(pair), -EAGAIN);
    assert_int_equal(mr_wire_send(pair->near, &message, "last", 4, -1), 0);
    close(pair->near);
    assert_int_equal(receive(pair), 0);
    assert_string_equal(pair->body.data, "last");
    assert_int_equal(receive(pair), -EPIPE);
    message = (struct mr_wire_message){ .kind = MR_WIRE_LOG };
    assert_int_equal(mr_wire_send(pair->far, &message, "x", 1, -1), -EPIPE);
    pair->near = -1;
}

/* ---- nonsense ---- */

/* Send bytes as they are, with up to two descriptors. */
static void send_raw(int fd, const void *bytes, size_t size, const int *attached, size_t count)
{
    char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
    struct iovec part = { .iov_base = (void *)bytes, .iov_len = size };
    struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
    if (count > 0) {
        packet.msg_control = control;
        packet.msg_controllen = sizeof(control);
        struct cmsghdr *head = CMSG_FIRSTHDR(&packet);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(head), attached, count * sizeof(int));
    }
    assert_int_equal(sendmsg(fd, &packet, 0), size);
}

static void messages_that_lie_are_refused(void **state)
{
    struct pair *pair = *state;
    const struct mr_wire_message right = { .kind = MR_WIRE_LOG };
    struct mr_wire_message wrong[6] = { right, right, right, right, right, right };
    wrong[0].body_bytes = 5;                        /* there are none */
    wrong[1].in_memfd = 1, wrong[1].body_bytes = 5; /* there is none */
    wrong[2].in_memfd = 2;
    wrong[3].first_bytes = 1; /* more than all */
    wrong[4].body_bytes = UINT32_MAX;
    wrong[5].in_memfd = 1, wrong[5].body_bytes = MR_WIRE_MAX + 1;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        send_raw(pair->near, &wrong[i], sizeof(wrong[i]), NULL, 0);
        assert_int_equal(receive(pair), -EPROTO);
    }
    send_raw(pair->near, &right, sizeof(right) - 1, NULL, 0);
    assert_int_equal(receive(pair), -EPROTO);
    static const uint8_t long_packet[MR_WIRE_SCRATCH + 1];
    send_raw(pair->near, long_packet, sizeof(long_packet), NULL, 0);
    assert_int_equal(receive(pair), -EPROTO);
}

/* A pipe that nobody writes to would keep a reader waiting for ever. */
static void a_body_must_be_in_memory_and_complete(void **state)
{
    struct pair *pair = *state;
    int pipes[2], before = count_descriptors();
    assert_int_equal(pipe(pipes), 0);
    int memory = memfd_create("test", MFD_CLOEXEC);
    int folder = open("/", O_RDONLY | O_DIRECTORY);
    assert_int_equal(write(memory, "1234", 4), 4);
    const int bad[] = { pipes[0], memory, folder };
    const struct mr_wire_message message = { .kind = MR_WIRE_LOG, .in_memfd = 1, .body_bytes = 5 };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        send_raw(pair->near, &message, sizeof(message), &bad[i], 1);
        assert_int_equal(receive(pair), -EPROTO);
        assert_int_equal(pair->attached, -1);
    }
    close(pipes[0]);
    close(pipes[1]);
    close(memory);
    close(folder);
    assert_int_equal(count_descriptors(), before);
}

static void more_descriptors_than_one_are_not_kept(void **state)
{
    struct pair *pair = *state;
    const struct mr_wire_message message = { .kind = MR_WIRE_LOG };
    int before = count_descriptors();
    const int two[] = { STDERR_FILENO, STDERR_FILENO };
    send_raw(pair->near, &message, sizeof(message), two, 2);
    if (receive(pair) == 0 && pair->attached >= 0)
        close(pair->attached);
    assert_int_equal(count_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pair, close_pair)
        TEST(bodies_of_every_size_arrive),
        TEST(a_body_can_have_two_parts_and_a_message_a_descriptor),
        TEST(what_is_too_long_is_not_sent),
        TEST(the_end_of_the_other_side_is_told),
        TEST(messages_that_lie_are_refused),
        TEST(a_body_must_be_in_memory_and_complete),
        TEST(more_descriptors_than_one_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
