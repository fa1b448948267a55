#include "script/process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_VARIABLES 64

static bool is_passed_on(const char *variable)
{
    static const char *const names[] = {
        "LANG",   "LC_",   "TZ",    "HOME=", "XDG_",  "FONTCONFIG",     "ASAN_",
        "UBSAN_", "TSAN_", "LSAN_", "LLVM_", "GCOV_", "LD_LIBRARY_PATH"
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static void select_environment(char *selected[MAX_VARIABLES + 1])
{
    int count = 0;
    for (char **variable = environ; *variable != NULL && count < MAX_VARIABLES; variable++)
        if (is_passed_on(*variable))
            selected[count++] = *variable;
    selected[count] = NULL;
}

/* The socket first: its number may be any. Should it be MR_PROCESS_SOCKET already, dup2 takes its
 * close-on-exec flag away. */
static int prepare_descriptors(posix_spawn_file_actions_t *actions, int socket)
{
    int failed = posix_spawn_file_actions_adddup2(actions, socket, MR_PROCESS_SOCKET);
    if (failed == 0)
        failed = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDWR, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(actions, 0, 1);
    if (failed == 0)
        failed = posix_spawn_file_actions_addclosefrom_np(actions, MR_PROCESS_SOCKET + 1);
    return failed;
}

static int prepare_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failed = posix_spawnattr_setsigmask(attributes, &none);
    if (failed == 0)
        failed = posix_spawnattr_setsigdefault(attributes, &all);
    if (failed == 0)
        failed = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    return failed;
}

static int spawn(const char *program, enum mr_process_role role, const char *name, int socket,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char *selected[MAX_VARIABLES + 1];
    bool config = role == MR_PROCESS_CONFIG;
    char *const arguments[] = { "moonreel", config ? "--config-host" : "--script-host",
                                (char *)name, NULL };
    char **environment = config ? environ : selected;
    select_environment(selected);

    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return -failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed == 0) {
        failed = prepare_descriptors(&actions, socket);
        if (failed == 0)
            failed = prepare_attributes(&attributes);
        if (failed == 0)
            failed = posix_spawn(pid, program, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return -failed;
}

int mr_process_start(const char *program, enum mr_process_role role, const char *name,
                     struct mr_process *process)
{
    int pair[2];
    *process = (struct mr_process){ .fd = -1 };
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    int result = spawn(program, role, name, pair[1], &process->pid);
    close(pair[1]);
    if (result < 0) {
        close(pair[0]);
        process->pid = 0;
        return result;
    }
    process->fd = pair[0];
    return 0;
}

static void describe(int status, char *how, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(how, size, "was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(how, size, "ended with status %d", WEXITSTATUS(status));
}

void mr_process_end(struct mr_process *process, char *how, size_t size)
{
    how[0] = '\0';
    if (process->pid > 0)
        kill(process->pid, SIGKILL); /* not reaped yet: the number is still its own */
    if (process->fd >= 0)
        close(process->fd);
    process->fd = -1;
    if (process->pid == 0)
        return;
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        ;
    describe(status, how, size);
    process->pid = 0;
}
