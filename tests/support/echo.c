#include "support/echo.h"

#include "base/clock.h"

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

#define LIMIT_US (10 * 1000000LL)

void echo_start(struct echo *echo, int ping_interval_ms, int ping_timeout_ms)
{
    char interval[16], timeout[16];
    int ends[2];
    char line[64] = "";
    assert_int_equal(pipe(ends), 0);
    echo->pid = fork();
    assert_true(echo->pid >= 0);
    if (echo->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        snprintf(interval, sizeof(interval), "%d", ping_interval_ms);
        snprintf(timeout, sizeof(timeout), "%d", ping_timeout_ms);
        execl(TEST_ECHO, TEST_ECHO, "0", interval, timeout, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    assert_non_null(out);
    assert_non_null(fgets(line, sizeof(line), out));
    fclose(out);
    assert_int_equal(sscanf(line, "listening on %d", &echo->port), 1);
}

void echo_stop(struct echo *echo)
{
    int status;
    kill(echo->pid, SIGTERM);
    assert_int_equal(waitpid(echo->pid, &status, 0), echo->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- polling ---- */

int echo_send_poll(const struct echo *echo, const char *path, const char *sid)
{
    struct mr_buffer text = { 0 };
    int fd = fetch_connect(echo->port, 0);
    mr_buffer_printf(&text,
                     "GET %s?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                     path, sid);
    fetch_send(fd, text.data, text.size);
    mr_buffer_finish(&text);
    return fd;
}

int echo_read(int fd, struct mr_buffer *body)
{
    struct mr_buffer head = { 0 };
    char bytes[4096];
    ssize_t got;
    int status = fetch_read_head(fd, &head);
    mr_buffer_clear(body);
    while ((got = read(fd, bytes, sizeof(bytes))) > 0)
        mr_buffer_append(body, bytes, (size_t)got);
    mr_buffer_append(body, "", 0);
    mr_buffer_finish(&head);
    close(fd);
    return status;
}

int echo_poll(const struct echo *echo, const char *path, const char *sid, struct mr_buffer *body)
{
    return echo_read(echo_send_poll(echo, path, sid), body);
}

int echo_post(const struct echo *echo, const char *path, const char *sid, const char *payload)
{
    struct mr_buffer text = { 0 }, body = { 0 };
    int fd = fetch_connect(echo->port, 0);
    mr_buffer_printf(&text,
                     "POST %s?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     path, sid, strlen(payload), payload);
    fetch_send(fd, text.data, text.size);
    int status = echo_read(fd, &body);
    if (status == 200)
        assert_string_equal((char *)body.data, "ok");
    mr_buffer_finish(&text);
    mr_buffer_finish(&body);
    return status;
}

void echo_begin(const struct echo *echo, const char *path, char sid[ECHO_SID_SIZE])
{
    struct fetched answer;
    char request[128];
    snprintf(request, sizeof(request), "GET %s?EIO=4&transport=polling", path);
    assert_int_equal(fetch(echo->port, request, &answer), 200);
    assert_int_equal(sscanf((char *)answer.body.data, "0{\"sid\":\"%63[^\"]\"", sid), 1);
    fetched_finish(&answer);
}

/* ---- WebSockets ---- */

static void take(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    (void)viewer;
    struct echo_socket *socket = opaque;
    const char *text = (const char *)message->bytes;
    if (message->opcode == 1 && message->size == 1 && text[0] == '2') {
        socket->pings++;
        if (socket->answers_pings)
            echo_send(socket, "3");
        return;
    }
    if (message->opcode == 1 && message->size > 0 && text[0] == '0' && socket->open[0] == '\0') {
        snprintf(socket->open, sizeof(socket->open), "%.*s", (int)message->size, text);
        return;
    }
    mr_buffer_append_text(&socket->seen, message->opcode == 2 ? "[" : "");
    mr_buffer_append(&socket->seen, text, message->size);
    mr_buffer_append_text(&socket->seen, message->opcode == 2 ? "]|" : "|");
}

int echo_open(struct echo_socket *socket, const struct echo *echo, const char *path,
              const char *sid)
{
    char whole[256];
    *socket = (struct echo_socket){ 0 };
    snprintf(whole, sizeof(whole), "%s?EIO=4&transport=websocket%s%s", path,
             sid != NULL ? "&sid=" : "", sid != NULL ? sid : "");
    return viewer_open(
        &socket->viewer, echo->port,
        &(struct viewer_options){
            .path = whole, .takes_any = true, .on_message = take, .opaque = socket });
}

void echo_send(struct echo_socket *socket, const char *text)
{
    viewer_send(&socket->viewer, 0x81, text, strlen(text));
}

void echo_send_binary(struct echo_socket *socket, const void *bytes, size_t size)
{
    viewer_send(&socket->viewer, 0x82, bytes, size);
}

static const char *wanted;

static bool has_seen(void *opaque)
{
    const struct echo_socket *socket = opaque;
    return socket->seen.size >= strlen(wanted);
}

void echo_until(struct echo_socket *socket, const char *seen)
{
    wanted = seen;
    viewers_run(&socket->viewer, 1, mr_clock_now_us() + LIMIT_US, has_seen, socket);
    assert_string_equal(socket->seen.data != NULL ? (char *)socket->seen.data : "", seen);
}

static size_t had;

static bool has_more(void *opaque)
{
    const struct echo_socket *socket = opaque;
    return socket->seen.size > had;
}

void echo_wait(struct echo_socket *socket)
{
    had = socket->seen.size;
    assert_true(viewers_run(&socket->viewer, 1, mr_clock_now_us() + LIMIT_US, has_more, socket));
}

static bool has_ended(void *opaque)
{
    const struct echo_socket *socket = opaque;
    return socket->viewer.close_code != 0 || socket->viewer.ended;
}

void echo_until_closed(struct echo_socket *socket)
{
    assert_true(viewers_run(&socket->viewer, 1, mr_clock_now_us() + LIMIT_US, has_ended, socket));
    assert_false(socket->viewer.invalid);
}

void echo_close(struct echo_socket *socket)
{
    viewer_close(&socket->viewer);
    mr_buffer_finish(&socket->seen);
}
