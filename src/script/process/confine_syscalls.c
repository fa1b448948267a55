#include "script/process/confine_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

/* Calls that an architecture lacks have negative numbers, which libseccomp leaves out. */

/* Allowed with any arguments. */
static const int allowed[] = {
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    /* threads and time */
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getattr), SCMP_SYS(getcpu), SCMP_SYS(arch_prctl),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrusage), SCMP_SYS(exit),
    SCMP_SYS(exit_group), SCMP_SYS(restart_syscall),
    /* signals to itself */
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack),
    /* descriptors it has: the socket, memfds, fonts */
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(close),
    SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg),
    SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(shutdown), SCMP_SYS(getsockopt),
    SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fadvise64),
    SCMP_SYS(fstat), SCMP_SYS(fstatfs),
    /* files, by name: what may be read is Landlock's */
    SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
    /* who and where it is */
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname),
    SCMP_SYS(sysinfo), SCMP_SYS(getrandom), SCMP_SYS(getrlimit),
#if CONFINE_ASAN
    SCMP_SYS(wait4), SCMP_SYS(getdents), /* LeakSanitizer, see below */
#endif
};

/* A call that is allowed when the argument number `index`, of which only the bits of `mask` count,
 * is `value`. Several rows of a call are alternatives. */
struct conditional {
    int call;
    unsigned index;
    scmp_datum_t mask;
    scmp_datum_t value;
};

#define INT_MASK UINT32_MAX /* the kernel looks at no more of an int */
#define ALL_MASK UINT64_MAX

/* A thread shares everything and is in no namespace of its own. */
#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND)
#define CLONE_FORBIDDEN                                                                            \
    (CLONE_VFORK | CLONE_PTRACE | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |    \
     CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* O_TMPFILE is a bit of its own and O_DIRECTORY, which reading folders needs. */
#define OPEN_FORBIDDEN (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))

static const struct conditional conditionals[] = {
    { SCMP_SYS(clone), 0, THREAD_FLAGS | CLONE_FORBIDDEN, THREAD_FLAGS },
    { SCMP_SYS(open), 1, OPEN_FORBIDDEN, O_RDONLY },
    { SCMP_SYS(openat), 2, OPEN_FORBIDDEN, O_RDONLY },
    /* no new code: libraries are loaded by now */
    { SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
    /* not F_SETOWN and F_SETSIG: they signal other processes */
    { SCMP_SYS(fcntl), 1, INT_MASK, F_DUPFD },
    { SCMP_SYS(fcntl), 1, INT_MASK, F_DUPFD_CLOEXEC },
    { SCMP_SYS(fcntl), 1, INT_MASK, F_GETFD },
    { SCMP_SYS(fcntl), 1, INT_MASK, F_SETFD },
    { SCMP_SYS(fcntl), 1, INT_MASK, F_GETFL },
    { SCMP_SYS(fcntl), 1, INT_MASK, F_SETFL },
    { SCMP_SYS(fcntl), 1, INT_MASK, F_ADD_SEALS },
    { SCMP_SYS(fcntl), 1, INT_MASK, F_GET_SEALS },
    { SCMP_SYS(ioctl), 1, INT_MASK, TCGETS }, /* stdio: is it a terminal */
    { SCMP_SYS(ioctl), 1, INT_MASK, FIONREAD },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_SET_NAME },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_GET_NAME },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_GET_DUMPABLE },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_GET_PDEATHSIG },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_GET_NO_NEW_PRIVS },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_GET_SECCOMP },
    { SCMP_SYS(prlimit64), 2, ALL_MASK, 0 }, /* reading: there is no new limit */
#if CONFINE_ASAN
    /* LeakSanitizer, at the end: a process that shares all memory stops the threads and looks */
    { SCMP_SYS(clone), 0, CLONE_VM | CLONE_UNTRACED | CLONE_VFORK, CLONE_VM | CLONE_UNTRACED },
    { SCMP_SYS(ptrace), 0, INT_MASK, PTRACE_ATTACH },
    { SCMP_SYS(ptrace), 0, INT_MASK, PTRACE_DETACH },
    { SCMP_SYS(ptrace), 0, INT_MASK, PTRACE_CONT },
    { SCMP_SYS(ptrace), 0, INT_MASK, PTRACE_GETREGSET },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_SET_DUMPABLE },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_SET_PTRACER },
    { SCMP_SYS(prctl), 0, INT_MASK, PR_SET_PDEATHSIG },
#endif
};

/* With another error than EPERM: the C library then takes the older call, whose arguments a filter
 * can see. */
static const int absent[] = { SCMP_SYS(clone3), SCMP_SYS(openat2) };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int allow_if(scmp_filter_ctx filter, const struct conditional *row)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, row->call, 1,
                            SCMP_CMP64(row->index, SCMP_CMP_MASKED_EQ, row->mask, row->value));
}

/* Memory without code: private, or a descriptor's. Shared memory without a descriptor would count to no limit. */
static int allow_maps(scmp_filter_ctx filter)
{
    static const struct scmp_arg_cmp no_code = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    static const struct scmp_arg_cmp kinds[] = {
        SCMP_CMP64(3, SCMP_CMP_MASKED_EQ, MAP_TYPE, MAP_PRIVATE),
        SCMP_CMP64(3, SCMP_CMP_MASKED_EQ, MAP_TYPE | MAP_ANONYMOUS, MAP_SHARED),
    };
    int result = 0;
    for (size_t i = 0; i < COUNT(kinds) && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_code, kinds[i]);
    return result;
}

/* Signals: of its own threads, by the process's number, which stays the same as it cannot fork. */
static int allow_own_signals(scmp_filter_ctx filter)
{
    scmp_datum_t self = (scmp_datum_t)getpid();
    static const int calls[] = { SCMP_SYS(tgkill), SCMP_SYS(kill) };
    int result = 0;
    for (size_t i = 0; i < COUNT(calls) && result == 0; i++)
        result = allow_if(filter, &(struct conditional){ calls[i], 0, INT_MASK, self });
    return result;
}

static int add_rules(scmp_filter_ctx filter)
{
    int result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    for (size_t i = 0; i < COUNT(allowed) && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < COUNT(conditionals) && result == 0; i++)
        result = allow_if(filter, &conditionals[i]);
    for (size_t i = 0; i < COUNT(absent) && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), absent[i], 0);
    if (result == 0)
        result = allow_maps(filter);
    return result == 0 ? allow_own_signals(filter) : result;
}

int mr_confine_syscalls(struct mr_error *error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return mr_error_set(error, -ENOMEM, "seccomp: no memory for the filter");
    int result = add_rules(filter);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result < 0)
        return mr_error_set(
            error, result,
            "seccomp: the filter is refused: %s; a kernel with CONFIG_SECCOMP_FILTER "
            "expected",
            strerror(-result));
    return 0;
}
