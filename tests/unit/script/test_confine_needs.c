/* What a confined process needs to live still works, and it ends with its parent. */
#include "confine_support.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define WAIT_MS 30000

static void make_memfds(void)
{
    const off_t most = (off_t)MR_CONFINE_MAX_FILE_MIB * 1024 * 1024;
    int fd = memfd_create("body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(fd >= 0);
    CHECK(ftruncate(fd, most) == 0);
    REFUSED(ftruncate(fd, most + 1), EFBIG);
    REFUSED(pwrite(fd, "x", 1, most), EFBIG);
    CHECK(pwrite(fd, "x", 1, most - 1) == 1);
    CHECK(ftruncate(fd, 4096) == 0);
    char *bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(bytes != MAP_FAILED);
    bytes[0] = 'x';
    CHECK(munmap(bytes, 4096) == 0);
    CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_SEAL) == 0);
    CHECK((fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE) != 0);
    close(fd);
}

static void memfds_are_made_of_4_mib_at_most(void **state)
{
    (void)state;
    expect_fine(make_memfds);
}

/* ---- descriptors pass the socket ---- */

static int outside; /* the socket's other end */
static int inside;

static int pass(int socket, int fd)
{
    char byte = 'x', control[CMSG_SPACE(sizeof(int))] = { 0 };
    struct iovec vector = { &byte, 1 };
    struct msghdr message = { .msg_iov = &vector,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = sizeof(control) };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
    return (int)sendmsg(socket, &message, MSG_NOSIGNAL);
}

static int take(int socket)
{
    char byte, control[CMSG_SPACE(sizeof(int))];
    struct iovec vector = { &byte, 1 };
    struct msghdr message = { .msg_iov = &vector,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = sizeof(control) };
    int fd = -1;
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message) != NULL)
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    return fd;
}

static void exchange_memfds(void)
{
    struct pollfd readable = { .fd = inside, .events = POLLIN };
    CHECK(poll(&readable, 1, WAIT_MS) == 1);
    int fd = take(inside);
    CHECK(fd >= 0);
    char *bytes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(bytes != MAP_FAILED && strcmp(bytes, "question") == 0);
    int made = memfd_create("answer", MFD_CLOEXEC);
    CHECK(made >= 0 && write(made, "answer", 7) == 7);
    CHECK(pass(inside, made) == 1);
}

static void memfds_come_and_go(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    outside = ends[0];
    inside = ends[1];
    int fd = memfd_create("question", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, 4096), 0);
    assert_int_equal(write(fd, "question", 9), 9);
    assert_int_equal(pass(outside, fd), 1);
    close(fd);
    expect_fine(exchange_memfds);
    fd = take(outside);
    char text[16] = "";
    assert_int_equal(pread(fd, text, sizeof(text), 0), 7);
    assert_string_equal(text, "answer");
    close(fd);
    close(outside);
    close(inside);
}

/* ---- threads and signals ---- */

static void *set_flag(void *flag)
{
    *(int *)flag = 1;
    return NULL;
}

static void start_threads(void)
{
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        int flag = 0;
        CHECK(pthread_create(&thread, NULL, set_flag, &flag) == 0);
        pthread_setname_np(thread, "worker");
        CHECK(pthread_join(thread, NULL) == 0 && flag == 1);
    }
}

static volatile sig_atomic_t signalled;

static void note_signal(int number)
{
    signalled = number;
}

static void signal_itself(void)
{
    signal(SIGUSR1, note_signal);
    CHECK(raise(SIGUSR1) == 0);
    CHECK(signalled == SIGUSR1);
    signal(SIGUSR2, note_signal);
    CHECK(kill(getpid(), SIGUSR2) == 0);
    CHECK(signalled == SIGUSR2);
}

static void end_by_abort(void)
{
    signal(SIGABRT, SIG_DFL);
    abort();
}

static void threads_and_own_signals_work(void **state)
{
    (void)state;
    expect_fine(start_threads);
    expect_fine(signal_itself);
    int status = status_of(end_by_abort);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && !WCOREDUMP(status));
}

/* ---- the parent's death ---- */

static void wait_for_end(int ready)
{
    CHECK(write(ready, "r", 1) == 1);
    for (;;)
        poll(NULL, 0, -1);
}

/* A parent that ends as soon as its child is confined, having told the child's number. */
static void end_before_child(int report)
{
    int ready[2];
    pid_t self = getpid();
    CHECK(pipe(ready) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        confine(self);
        wait_for_end(ready[1]);
    }
    char byte;
    CHECK(read(ready[0], &byte, 1) == 1);
    CHECK(write(report, &child, sizeof(child)) == sizeof(child));
    _exit(0);
}

static void ends_with_its_parent(void **state)
{
    (void)state;
    int report[2];
    assert_int_equal(pipe(report), 0);
    fflush(NULL);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0)
        end_before_child(report[1]);
    close(report[1]);
    pid_t child;
    assert_int_equal(read(report[0], &child, sizeof(child)), sizeof(child));
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    /* the child holds the pipe's other end as long as it lives */
    struct pollfd ended = { .fd = report[0], .events = POLLIN };
    assert_int_equal(poll(&ended, 1, WAIT_MS), 1);
    char byte;
    assert_int_equal(read(report[0], &byte, 1), 0);
    close(report[0]);
}

static void ends_at_once_if_the_parent_is_gone(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        confine(getpid()); /* certainly not the parent */
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memfds_are_made_of_4_mib_at_most),
        cmocka_unit_test(memfds_come_and_go),
        cmocka_unit_test(threads_and_own_signals_work),
        cmocka_unit_test(ends_with_its_parent),
        cmocka_unit_test(ends_at_once_if_the_parent_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
