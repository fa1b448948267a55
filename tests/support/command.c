#include "support/command.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t spawn(const char *const argv[], int out, int err)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    pid_t pid;
    int failed = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed ? -1 : pid;
}

/* return: whether the other end is still open */
static bool read_some(int fd, struct mr_buffer *buffer)
{
    uint8_t *end = mr_buffer_reserve(buffer, 65536);
    ssize_t got = end != NULL ? read(fd, end, 65536) : -1;
    if (got <= 0)
        return got < 0 && errno == EINTR;
    buffer->size += (size_t)got;
    end[got] = 0;
    return true;
}

static bool collect(struct command *command, int out, int err, int64_t deadline_us)
{
    struct pollfd fds[] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        int64_t left_us = deadline_us - mr_clock_now_us();
        if (left_us <= 0 || poll(fds, 2, (int)(left_us / 1000) + 1) == 0)
            return false;
        if (fds[0].revents != 0 && !read_some(out, &command->out))
            fds[0].fd = -1;
        if (fds[1].revents != 0 && !read_some(err, &command->err))
            fds[1].fd = -1;
    }
    return true;
}

void command_run(struct command *command, const char *const argv[], int limit_ms)
{
    int out[2], err[2];
    *command = (struct command){ .status = -1 };
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        abort();
    pid_t pid = spawn(argv, out[1], err[1]);
    close(out[1]);
    close(err[1]);

    if (pid > 0) {
        int64_t deadline_us = mr_clock_now_us() + (int64_t)limit_ms * 1000;
        bool ended = collect(command, out[0], err[0], deadline_us);
        if (!ended)
            kill(pid, SIGKILL);
        int status;
        waitpid(pid, &status, 0);
        if (ended)
            command->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    close(out[0]);
    close(err[0]);
    mr_buffer_append_text(&command->out, "");
    mr_buffer_append_text(&command->err, "");
}

void command_finish(struct command *command)
{
    mr_buffer_finish(&command->out);
    mr_buffer_finish(&command->err);
}

const char *command_last_line(struct command *command)
{
    char *text = (char *)command->err.data;
    size_t size = command->err.size;
    if (size > 0 && text[size - 1] == '\n')
        text[--size] = '\0';
    char *line = strrchr(text, '\n');
    return line != NULL ? line + 1 : text;
}
