/* Confinement: each case is a child that confines itself and then tries. */
#include "confine_support.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* ---- what is refused ---- */

static int landlock_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
                        LANDLOCK_CREATE_RULESET_VERSION);
}

static void try_network(void)
{
    int pair[2];
    REFUSED(socket(AF_INET, SOCK_STREAM, 0), EPERM);
    REFUSED(socket(AF_INET6, SOCK_DGRAM, 0), EPERM);
    REFUSED(socket(AF_UNIX, SOCK_STREAM, 0), EPERM);
    REFUSED(socket(AF_NETLINK, SOCK_RAW, 0), EPERM);
    REFUSED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), EPERM);
    struct sockaddr address = { .sa_family = AF_UNIX };
    REFUSED(connect(0, &address, sizeof(address)), EPERM);
    REFUSED(bind(0, &address, sizeof(address)), EPERM);
    REFUSED(listen(0, 1), EPERM);
    REFUSED(accept(0, NULL, NULL), EPERM);
}

static void try_processes(void)
{
    char *const arguments[] = { "true", NULL };
    pid_t pid;
    REFUSED(fork(), EPERM);
    REFUSED(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM);
    REFUSED(syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0), EPERM);
    REFUSED(syscall(SYS_clone3, NULL, 0), ENOSYS);
    REFUSED(execv("/bin/true", arguments), EPERM);
    REFUSED(syscall(SYS_execveat, 0, "", arguments, NULL, 0), EPERM);
    CHECK(posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, NULL) == EPERM);
    REFUSED(unshare(CLONE_NEWUSER), EPERM);
    REFUSED(setns(0, 0), EPERM);
    REFUSED(setsid(), EPERM);
}

static void try_other_processes(void)
{
    pid_t parent = getppid();
    struct iovec vector = { &parent, sizeof(parent) };
    REFUSED(kill(parent, 0), EPERM);
    REFUSED(kill(-1, 0), EPERM);
    REFUSED(kill(0, 0), EPERM);
    REFUSED(syscall(SYS_tgkill, parent, parent, 0), EPERM);
    REFUSED(syscall(SYS_tkill, parent, 0), EPERM);
    REFUSED(syscall(SYS_pidfd_open, parent, 0), EPERM);
    REFUSED(ptrace(PTRACE_TRACEME, 0, NULL, NULL), EPERM);
    REFUSED(ptrace(PTRACE_SEIZE, parent, NULL, NULL), EPERM);
    REFUSED(process_vm_readv(parent, &vector, 1, &vector, 1, 0), EPERM);
    REFUSED(process_vm_writev(parent, &vector, 1, &vector, 1, 0), EPERM);
    REFUSED(fcntl(0, F_SETOWN, parent), EPERM);
    REFUSED(fcntl(0, F_SETSIG, SIGKILL), EPERM);
    REFUSED(setpriority(PRIO_PROCESS, parent, 5), EPERM);
#if !CONFINE_ASAN /* its leak checker needs these */
    REFUSED(ptrace(PTRACE_ATTACH, parent, NULL, NULL), EPERM);
    REFUSED(prctl(PR_SET_PDEATHSIG, 0), EPERM);
    REFUSED(prctl(PR_SET_DUMPABLE, 1), EPERM);
#endif
}

static void try_writing(void)
{
    REFUSED(open("/dev/null", O_WRONLY), EPERM);
    REFUSED(open("/dev/null", O_RDWR), EPERM);
    REFUSED(open(TEST_WORK_DIR "/confine-new", O_RDONLY | O_CREAT, 0600), EPERM);
    REFUSED(open(TEST_WORK_DIR, O_TMPFILE | O_RDWR, 0600), EPERM);
    REFUSED(open("/proc/self/mem", O_RDWR), EPERM);
    REFUSED(syscall(SYS_openat2, AT_FDCWD, "/dev/null", NULL, 0), ENOSYS);
    REFUSED(mkdir(TEST_WORK_DIR "/confine-new", 0700), EPERM);
    REFUSED(unlink(TEST_WORK_DIR "/confine-none"), EPERM);
    REFUSED(rename(TEST_WORK_DIR, TEST_WORK_DIR "-x"), EPERM);
    REFUSED(symlink("x", TEST_WORK_DIR "/confine-new"), EPERM);
    REFUSED(chmod(TEST_WORK_DIR, 0700), EPERM);
    REFUSED(truncate("/dev/null", 0), EPERM);
    REFUSED(chdir("/"), EPERM);
}

static void try_kernel(void)
{
    REFUSED(syscall(SYS_io_uring_setup, 1, NULL), EPERM);
    REFUSED(syscall(SYS_userfaultfd, 0), EPERM);
    REFUSED(syscall(SYS_bpf, 0, NULL, 0), EPERM);
    REFUSED(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0), EPERM);
    REFUSED(syscall(SYS_keyctl, 0, 0), EPERM);
    REFUSED(syscall(SYS_mount, "", "/", "", 0, NULL), EPERM);
    REFUSED(syscall(SYS_inotify_init1, 0), EPERM);
    REFUSED(ioctl(0, TIOCSTI, "x"), EPERM);
    REFUSED(prctl(PR_SET_MM, 0, 0, 0, 0), EPERM);
    REFUSED(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EPERM);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    REFUSED(mprotect(page, 4096, PROT_READ | PROT_EXEC), EPERM);
    CHECK(munmap(page, 4096) == 0);
    REFUSED(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), EPERM);
    REFUSED(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600), EPERM);
}

static void try_limits(void)
{
    static const int resources[] = { RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CORE, RLIMIT_NPROC,
                                     RLIMIT_DATA };
    for (int i = 0; i < 5; i++) {
        struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY }, now;
        REFUSED(setrlimit((__rlimit_resource_t)resources[i], &unlimited), EPERM);
        CHECK(getrlimit((__rlimit_resource_t)resources[i], &now) == 0);
        CHECK(CONFINE_SANITIZED || now.rlim_max != RLIM_INFINITY);
        REFUSED(setrlimit((__rlimit_resource_t)resources[i], &now), EPERM);
    }
    int last = -1, fd;
    while ((fd = dup(2)) >= 0)
        last = fd;
    CHECK(errno == EMFILE && last == MR_CONFINE_MAX_FILES - 1);
    close(last); /* the leak checker opens some */
    close(last - 1);
    close(last - 2);
    close(last - 3);
}

static void forbidden_things_fail(void **state)
{
    (void)state;
    expect_fine(try_network);
    expect_fine(try_processes);
    expect_fine(try_other_processes);
    expect_fine(try_writing);
    expect_fine(try_kernel);
    expect_fine(try_limits);
}

static void try_reading(void)
{
    REFUSED(open("/etc/passwd", O_RDONLY), EACCES);
    REFUSED(open("/", O_RDONLY | O_DIRECTORY), EACCES);
    REFUSED(open("/dev/zero", O_RDONLY), EACCES);
    REFUSED(open(TEST_WORK_DIR, O_RDONLY | O_DIRECTORY), EACCES);
    char parent[64];
    snprintf(parent, sizeof(parent), "/proc/%d/environ", getppid());
    REFUSED(open(parent, O_RDONLY), EACCES);
#if !CONFINE_SANITIZED
    REFUSED(open("/proc/self/environ", O_RDONLY), EACCES);
#endif
    int fd = open("/usr/share/fonts", O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0);
    close(fd);
}

/* Without Landlock in the kernel confinement works, too, and files can be read. */
static void try_reading_freely(void)
{
    int fd = open("/etc/passwd", O_RDONLY);
    CHECK(fd >= 0);
    close(fd);
}

static void only_fonts_and_time_zones_are_read(void **state)
{
    (void)state;
    int version = landlock_version();
    print_message("Landlock: version %d%s\n", version,
                  version > 0 ? "" : ": not in this kernel, files stay readable");
    expect_fine(version > 0 ? try_reading : try_reading_freely);
}

/* ---- memory ---- */

#if !CONFINE_SANITIZED
static void take_too_much(void)
{
    const size_t mib = 1024 * 1024;
    void *most = malloc((MEMORY_MIB + MR_CONFINE_HEADROOM_MIB / 2) * mib);
    CHECK(most != NULL);
    errno = 0;
    void *more = malloc(MR_CONFINE_HEADROOM_MIB / 2 * mib);
    CHECK(more == NULL && errno == ENOMEM);
    free(most);
}

static void memory_is_limited(void **state)
{
    (void)state;
    expect_fine(take_too_much);
}
#endif

/* ---- the corners ---- */

/* As on a kernel without it. */
static void confine_without_landlock(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    CHECK(filter != NULL);
    CHECK(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SYS_landlock_create_ruleset, 0) == 0);
    CHECK(seccomp_load(filter) == 0);
    seccomp_release(filter);
    confine(getppid());
    try_reading_freely();
    try_writing();
    try_network();
}

static void landlock_is_optional(void **state)
{
    (void)state;
    assert_int_equal(status_in_child(confine_without_landlock), 0);
}

static void confine_without_seccomp(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    CHECK(filter != NULL);
    CHECK(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SYS_seccomp, 0) == 0);
    CHECK(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SYS_prctl, 1,
                           SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) == 0);
    CHECK(seccomp_load(filter) == 0);
    seccomp_release(filter);
    struct mr_error error = { 0 };
    struct mr_confine_options options = { .parent = getppid(), .memory_mib = MEMORY_MIB };
    CHECK(mr_confine(&options, &error) < 0);
    CHECK(strstr(error.text, "seccomp: the filter is refused: ") != NULL);
}

static void seccomp_is_not(void **state)
{
    (void)state;
    assert_int_equal(status_in_child(confine_without_seccomp), 0);
}

static atomic_bool confined;

static void *try_in_thread(void *unused)
{
    while (!atomic_load(&confined))
        sched_yield();
    try_network();
    return unused;
}

static void confine_after_a_thread_began(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, try_in_thread, NULL) == 0);
    confine(getppid());
    atomic_store(&confined, true);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void threads_that_run_are_covered(void **state)
{
    (void)state;
    assert_int_equal(status_in_child(confine_after_a_thread_began), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forbidden_things_fail),
        cmocka_unit_test(only_fonts_and_time_zones_are_read),
        cmocka_unit_test(landlock_is_optional),
        cmocka_unit_test(seccomp_is_not),
        cmocka_unit_test(threads_that_run_are_covered),
#if !CONFINE_SANITIZED
        cmocka_unit_test(memory_is_limited),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
