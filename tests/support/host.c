#include "support/host.h"

#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define START_LIMIT_US (20 * 1000000LL) /* sanitizers are slow starters */
#define ARGUMENTS_MAX  64

static bool has_config(const char *const arguments[])
{
    for (; *arguments != NULL; arguments++)
        if (strcmp(*arguments, "--config") == 0 || strncmp(*arguments, "--config=", 9) == 0 ||
            strncmp(*arguments, "-c", 2) == 0)
            return true;
    return false;
}

static void run_child(const struct host *host, int out, const char *const arguments[])
{
    const char *all[ARGUMENTS_MAX] = { TEST_BINARY, "--listen", "127.0.0.1:0" };
    int count = 3, error = open(host->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (!has_config(arguments)) { /* a busy machine may take longer than a second for a frame */
        all[count++] = "--deadline";
        all[count++] = "20000";
    }
    while (*arguments != NULL && count < ARGUMENTS_MAX - 1)
        all[count++] = *arguments++;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    execv(TEST_BINARY, (char **)all);
    perror("execv " TEST_BINARY);
    _exit(127);
}

/* Read up to the end of the first line. return: whether there was one */
static bool read_line(int fd, char *line, size_t size, int64_t deadline_us)
{
    size_t used = 0;
    while (used < size - 1) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        int64_t left_us = deadline_us - mr_clock_now_us();
        if (left_us <= 0 || poll(&ready, 1, (int)(left_us / 1000) + 1) < 0)
            return false;
        if (ready.revents != 0 && read(fd, line + used, 1) != 1)
            return false;
        if (ready.revents != 0 && line[used++] == '\n') {
            line[used] = '\0';
            return true;
        }
    }
    return false;
}

void host_bound_quarantine(void)
{
    char options[1024];
    const char *given = getenv("ASAN_OPTIONS");
    snprintf(options, sizeof(options), "%s:quarantine_size_mb=2", given != NULL ? given : "");
    setenv("ASAN_OPTIONS", options, 1);
}

bool host_start(struct host *host, const char *const arguments[])
{
    int ends[2], log;
    char line[256];
    *host = (struct host){ .out = -1 };
    snprintf(host->log, sizeof(host->log), "%s/host-XXXXXX", TEST_WORK_DIR);
    log = mkstemp(host->log);
    assert_true(log >= 0);
    close(log);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    host->pid = fork();
    assert_true(host->pid >= 0);
    if (host->pid == 0)
        run_child(host, ends[1], arguments);
    close(ends[1]);
    host->out = ends[0];
    if (read_line(host->out, line, sizeof(line), mr_clock_now_us() + START_LIMIT_US) &&
        sscanf(line, "moonreel listening on http://127.0.0.1:%d/\n", &host->port) == 1)
        return true;
    host->port = 0;
    return false;
}

static bool has_ended(struct host *host, int64_t deadline_us)
{
    while (waitpid(host->pid, &host->status, WNOHANG) == 0) {
        if (mr_clock_now_us() >= deadline_us)
            return false;
        usleep(1000);
    }
    return true;
}

int host_stop(struct host *host, int signal, int64_t limit_us)
{
    bool killed = false;
    if (host->pid == 0)
        return -1;
    if (signal != 0)
        kill(host->pid, signal);
    if (!has_ended(host, mr_clock_now_us() + limit_us)) {
        killed = true;
        kill(host->pid, SIGKILL);
        waitpid(host->pid, &host->status, 0);
    }
    host->pid = 0;
    close(host->out);

    struct mr_buffer log = { 0 };
    host_read_log(host, &log);
    if (killed || !WIFEXITED(host->status) || WEXITSTATUS(host->status) != 0 ||
        strstr((char *)log.data, "Sanitizer") != NULL ||
        strstr((char *)log.data, "runtime error:") != NULL)
        print_message("--- what the host said:\n%s---\n", (char *)log.data);
    mr_buffer_finish(&log);
    unlink(host->log);
    if (killed)
        return -1;
    return WIFEXITED(host->status) ? WEXITSTATUS(host->status) : 128 + WTERMSIG(host->status);
}

void host_read_log(const struct host *host, struct mr_buffer *log)
{
    assert_int_equal(mr_file_read(host->log, 64 << 20, log), 0);
    mr_buffer_append(log, "", 0);
}

/* Read /proc/PID/name; finish the buffer. */
static struct mr_buffer read_proc(const struct host *host, const char *name)
{
    char path[64];
    struct mr_buffer text = { 0 };
    snprintf(path, sizeof(path), "/proc/%d/%s", host->pid, name);
    assert_int_equal(mr_file_read(path, 1 << 20, &text), 0);
    return text;
}

static int64_t read_status(const struct host *host, const char *field)
{
    struct mr_buffer text = read_proc(host, "status");
    const char *at = strstr((char *)text.data, field);
    assert_non_null(at);
    int64_t value = atoll(at + strlen(field));
    mr_buffer_finish(&text);
    return value;
}

int64_t host_resident_kib(const struct host *host)
{
    return read_status(host, "\nVmRSS:");
}

int host_threads(const struct host *host)
{
    return (int)read_status(host, "\nThreads:");
}

int64_t host_cpu_us(const struct host *host)
{
    struct mr_buffer text = read_proc(host, "stat");
    unsigned long user, system;
    const char *after_name = strrchr((char *)text.data, ')');
    assert_int_equal(
        sscanf(after_name, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system),
        2);
    mr_buffer_finish(&text);
    return (int64_t)(user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

int host_descriptors(const struct host *host)
{
    char path[64];
    int count = -2; /* "." and ".." */
    snprintf(path, sizeof(path), "/proc/%d/fd", host->pid);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

/* return: the process's parent, 0 when it is gone; *state as in proc(5) */
static pid_t parent_of(const char *process, char *state)
{
    char path[300], text[512] = "";
    int parent = 0;
    snprintf(path, sizeof(path), "/proc/%s/stat", process);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    const char *after_name = size > 0 ? strrchr(text, ')') : NULL;
    return after_name != NULL && sscanf(after_name, ") %c %d", state, &parent) == 2 ? parent : 0;
}

struct host_children host_count_children(const struct host *host)
{
    struct host_children children = { 0 };
    struct dirent *entry;
    DIR *directory = opendir("/proc");
    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        char state = 0;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
            parent_of(entry->d_name, &state) != host->pid)
            continue;
        children.alive += state != 'Z';
        children.dead += state == 'Z';
    }
    closedir(directory);
    return children;
}

int host_children(const struct host *host, pid_t *children, int max)
{
    int count = 0;
    char state;
    DIR *directory = opendir("/proc");
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL && count < max;)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
            parent_of(entry->d_name, &state) == host->pid)
            children[count++] = (pid_t)atoi(entry->d_name);
    closedir(directory);
    return count;
}
