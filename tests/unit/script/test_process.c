/* A script process as the system sees it: what it has, what it has not, and how it ends. */
#include "base/clock.h"
#include "script/process/process.h"
#include "script/process/wire.h"
#include "support/check.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Start one and let it say hello: after its answer it is confined and waits. */
static void start(struct mr_process *process, const char *stream)
{
    static uint8_t scratch[MR_WIRE_SCRATCH];
    struct mr_buffer body = { 0 };
    int attached;
    struct mr_wire_message answer, hello = {
        .kind = MR_WIRE_HELLO,
        .hello = { .deadline_ms = 1000, .memory_mib = 64, .quality = 80, .parent = getpid() },
    };
    assert_int_equal(mr_process_start(TEST_BINARY, MR_PROCESS_SCRIPT, stream, process), 0);
    assert_int_equal(mr_wire_send(process->fd, &hello, stream, strlen(stream), -1), 0);
    assert_int_equal(mr_wire_receive(process->fd, scratch, &answer, &body, &attached), 0);
    assert_int_equal(answer.kind, MR_WIRE_ANSWER);
    assert_string_equal(body.data, "");
    assert_int_equal(answer.answer.result, 0);
    mr_buffer_finish(&body);
}

/* /proc/PID/NAME, its zeros made line breaks; finish the buffer. */
static struct mr_buffer read_proc(const struct mr_process *process, const char *name)
{
    char path[64];
    struct mr_buffer text = { 0 };
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)process->pid, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        mr_buffer_append(&text, c == 0 ? "\n" : (char[]){ (char)c }, 1);
    fclose(file);
    mr_buffer_append(&text, "", 0);
    return text;
}

static void it_has_a_socket_and_standard_error_only(void **state)
{
    (void)state;
    struct mr_process process;
    char path[64], how[96];
    int stray = dup(STDERR_FILENO); /* without close-on-exec */
    start(&process, "yard");
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)process.pid);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.') {
            assert_in_range(atoi(entry->d_name), 0, MR_PROCESS_SOCKET);
            count++;
        }
    closedir(folder);
    assert_int_equal(count, 4);
    close(stray);

    struct mr_buffer stat = read_proc(&process, "stat");
    int session = 0, terminal = -1;
    const char *after_name = strrchr((char *)stat.data, ')');
    assert_non_null(after_name);
    assert_int_equal(sscanf(after_name, ") %*c %*d %*d %d %d", &session, &terminal), 2);
    assert_int_equal(session, process.pid); /* its own */
    assert_int_equal(terminal, 0);          /* none */
    mr_buffer_finish(&stat);

    struct mr_buffer command = read_proc(&process, "cmdline");
    assert_string_equal(command.data, "moonreel\n--script-host\nyard\n"); /* what ps shows */
    mr_buffer_finish(&command);
    mr_process_end(&process, how, sizeof(how));
    assert_string_equal(how, "was ended by signal 9 (Killed)");
    assert_int_equal(process.pid, 0);
    assert_int_equal(process.fd, -1);
    mr_process_end(&process, how, sizeof(how)); /* empty by now */
    assert_string_equal(how, "");
}

/* Read before it confines itself: after that nobody may look. */
static void it_gets_no_secrets_from_the_environment(void **state)
{
    (void)state;
    struct mr_process process;
    char how[96];
    setenv("SECRET_TOKEN", "hunter2", 1);
    setenv("LC_TEST", "kept", 1);
    assert_int_equal(mr_process_start(TEST_BINARY, MR_PROCESS_SCRIPT, "yard", &process), 0);
    struct mr_buffer environment;
    int64_t deadline_us = mr_clock_now_us() + 10000000;
    while ((environment = read_proc(&process, "environ")).size == 0 &&
           mr_clock_now_us() < deadline_us)
        mr_buffer_finish(&environment); /* the kernel has not set it up yet */
    assert_null(strstr((char *)environment.data, "hunter2"));
    assert_non_null(strstr((char *)environment.data, "LC_TEST=kept"));
    mr_buffer_finish(&environment);
    mr_process_end(&process, how, sizeof(how));
    unsetenv("SECRET_TOKEN");
    unsetenv("LC_TEST");
}

static void it_ends_with_its_host(void **state)
{
    (void)state;
    struct mr_process process;
    char how[96], byte;
    start(&process, "yard");
    shutdown(process.fd, SHUT_WR); /* all that it sees when the host is gone */
    assert_int_equal(recv(process.fd, &byte, 1, 0), 0);
    mr_process_end(&process, how, sizeof(how));
    assert_true(strcmp(how, "ended with status 0") == 0 || strstr(how, "signal 9") != NULL);
}

static void signals_meant_for_the_host_do_not_end_it(void **state)
{
    (void)state;
    struct mr_process process;
    char how[96];
    static uint8_t scratch[MR_WIRE_SCRATCH];
    struct mr_buffer body = { 0 };
    int attached;
    start(&process, "yard");
    kill(process.pid, SIGTERM);
    kill(process.pid, SIGINT);
    kill(process.pid, SIGHUP);
    struct mr_wire_message answer, load = { .kind = MR_WIRE_LOAD, .first_bytes = 5 };
    assert_int_equal(mr_wire_send(process.fd, &load, "x.luafunction process() end", 27, -1), 0);
    assert_int_equal(mr_wire_receive(process.fd, scratch, &answer, &body, &attached), 0);
    assert_int_equal(answer.answer.result, 0);
    mr_buffer_finish(&body);
    mr_process_end(&process, how, sizeof(how));
}

static void a_program_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct mr_process process;
    assert_int_equal(mr_process_start("/nonexistent/moonreel", MR_PROCESS_SCRIPT, "yard", &process),
                     -ENOENT);
    assert_int_equal(process.pid, 0);
    assert_int_equal(process.fd, -1);
}

RUN_TESTS(cmocka_unit_test(it_has_a_socket_and_standard_error_only),
          cmocka_unit_test(it_gets_no_secrets_from_the_environment),
          cmocka_unit_test(it_ends_with_its_host),
          cmocka_unit_test(signals_meant_for_the_host_do_not_end_it),
          cmocka_unit_test(a_program_that_is_not_there_is_told))
