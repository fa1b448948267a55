#include "support/watch.h"

#include "base/clock.h"
#include "support/fetch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HANDSHAKE                                                                                  \
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

enum step { STEP_HEAD, STEP_BODY };
enum poll_step { POLL_HANDSHAKE, POLL_CONNECT, POLL_GET, POLL_PONG, POLL_CLOSE };

const char *watch_kind_name(enum watch_kind kind)
{
    static const char *const names[WATCH_KINDS] = { "native", "socketio", "mjpeg", "events",
                                                    "polling" };
    return names[kind];
}

static size_t break_off(struct watch *watch, const char *fault)
{
    watch->fault = fault;
    return 0;
}

/* Whoever sends more later than the server closes learns of it when it reads. */
static void send_all(struct watch *watch, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert_in_range(size, 1, sizeof(text) - 1);
    ssize_t sent = send(watch->fd, text, (size_t)size, MSG_NOSIGNAL);
    (void)sent;
}

/* A masked text frame of at most 125 bytes; the mask is zero. */
static void send_text(struct watch *watch, const char *text)
{
    uint8_t frame[6 + 125] = { 0x81, (uint8_t)(0x80 | strlen(text)) };
    memcpy(frame + 6, text, strlen(text));
    ssize_t sent = send(watch->fd, frame, 6 + strlen(text), MSG_NOSIGNAL);
    (void)sent;
}

/* {"n":…,"t":…} somewhere in `text`, which ends with a 0 somewhere. */
static void note_frame(struct watch *watch, const char *text)
{
    int64_t now_us = mr_clock_now_us();
    const char *n = strstr(text, "\"n\":"), *t = strstr(text, "\"t\":");
    if (n == NULL || t == NULL) {
        break_off(watch, "a frame without its payload");
        return;
    }
    uint64_t number = strtoull(n + 4, NULL, 10);
    if (watch->frames > 0 && number > watch->last)
        watch->gaps += number - watch->last - 1;
    else if (watch->frames > 0)
        break_off(watch, "frames do not go forwards");
    watch->last = number;
    watch->frames++;
    if (watch->on_frame != NULL)
        watch->on_frame(watch->opaque, watch, now_us - (int64_t)(strtod(t + 4, NULL) * 1e6));
}

/* ---- pieces: each returns the bytes it took from the front, 0 while it wants more ---- */

/* Take a response's head. */
static size_t take_head(struct watch *watch, const char *text, int status)
{
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL)
        return 0;
    if (atoi(text + strlen("HTTP/1.1 ")) != status)
        return break_off(watch, "an answer with another status");
    watch->step = STEP_BODY;
    watch->watching = watch->kind != WATCH_SOCKETIO;
    return (size_t)(end + 4 - text);
}

static void take_socketio(struct watch *watch, char *text)
{
    if (text[0] == '0')
        send_text(watch, "40");
    else if (text[0] == '2')
        send_text(watch, "3");
    else if (strncmp(text, "40", 2) == 0)
        watch->watching = true;
    else if (strncmp(text, "42[\"stream\"", 11) == 0)
        note_frame(watch, text);
    else
        break_off(watch, "not an Engine.IO packet");
}

static void take_message(struct watch *watch, unsigned opcode, uint8_t *bytes, size_t size)
{
    uint8_t after = bytes[size]; /* the buffer ends with a 0 */
    if (opcode == 9) {
        uint8_t pong[6 + 125] = { 0x8a, (uint8_t)(0x80 | size) };
        memcpy(pong + 6, bytes, size);
        ssize_t sent = send(watch->fd, pong, 6 + size, MSG_NOSIGNAL);
        (void)sent;
        return;
    }
    if (opcode == 8) {
        watch->ended = true;
        return;
    }
    bytes[size] = 0;
    if (watch->kind == WATCH_NATIVE)
        note_frame(watch, (const char *)bytes + 40);
    else
        take_socketio(watch, (char *)bytes);
    bytes[size] = after;
}

static size_t take_frame(struct watch *watch, uint8_t *bytes, size_t size)
{
    size_t length = size < 2 ? 0 : bytes[1] & 0x7f;
    size_t head = length == 126 ? 4 : length == 127 ? 10 : 2;
    if (size < head)
        return 0;
    if (head > 2) {
        length = 0;
        for (size_t i = 2; i < head; i++)
            length = length << 8 | bytes[i];
    }
    if (size - head < length)
        return 0;
    take_message(watch, bytes[0] & 0x0f, bytes + head, length);
    return head + length;
}

/* A part of a multipart response: head with X-Payload, body by Content-Length. */
static size_t take_part(struct watch *watch, char *text, size_t size)
{
    char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");
    if (end == NULL)
        return 0;
    if (length == NULL || length > end)
        return break_off(watch, "a part without a length");
    size_t whole = (size_t)(end + 4 - text) + strtoul(length + 16, NULL, 10);
    if (size < whole)
        return 0;
    *end = '\0';
    note_frame(watch, text);
    return whole;
}

/* Lines up to an empty one. */
static size_t take_event(struct watch *watch, char *text)
{
    char *end = strstr(text, "\n\n");
    if (end == NULL)
        return 0;
    *end = '\0';
    if (strstr(text, "data:") != NULL)
        note_frame(watch, text);
    return (size_t)(end + 2 - text);
}

/* ---- polling ---- */

static void ask(struct watch *watch, enum poll_step step)
{
    static const char *const posts[] = {
        [POLL_CONNECT] = "40", [POLL_PONG] = "3", [POLL_CLOSE] = "1"
    };
    watch->step = (int)step;
    watch->fd = fetch_connect(watch->port, 0);
    watch->connections++;
    if (step == POLL_HANDSHAKE)
        send_all(watch,
                 "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n\r\n");
    else if (step == POLL_GET)
        send_all(watch,
                 "GET /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: "
                 "localhost\r\n\r\n",
                 watch->sid);
    else
        send_all(watch,
                 "POST /socket.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: localhost\r\n"
                 "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
                 watch->sid, strlen(posts[step]), posts[step]);
}

static void take_packets(struct watch *watch, char *payload)
{
    for (char *save = NULL, *packet = strtok_r(payload, "\x1e", &save); packet != NULL;
         packet = strtok_r(NULL, "\x1e", &save)) {
        if (packet[0] == '2')
            watch->pong_due = true;
        else if (strncmp(packet, "40", 2) == 0)
            watch->watching = true;
        else if (strncmp(packet, "42[\"stream\"", 11) == 0)
            note_frame(watch, packet);
        else if (packet[0] != '6')
            break_off(watch, "not a packet for one who polls");
    }
}

static size_t take_answer(struct watch *watch, char *text, size_t size)
{
    char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");
    if (end == NULL)
        return 0;
    char *body = end + 4;
    if (atoi(text + strlen("HTTP/1.1 ")) != 200 || length == NULL || length > end)
        return break_off(watch, "a poll that was refused");
    size_t whole = (size_t)(body - text) + strtoul(length + 16, NULL, 10);
    if (size < whole)
        return 0;
    if (size > whole)
        return break_off(watch, "more than the answer's length");

    enum poll_step step = (enum poll_step)watch->step, next = POLL_GET;
    const char *sid = strstr(body, "\"sid\":\"");
    if (step == POLL_HANDSHAKE) {
        if (sid == NULL)
            return break_off(watch, "a handshake without a sid");
        snprintf(watch->sid, sizeof(watch->sid), "%.*s", (int)strcspn(sid + 7, "\""), sid + 7);
        next = POLL_CONNECT;
    } else if (step == POLL_GET) {
        take_packets(watch, body);
        next = watch->pong_due ? POLL_PONG : POLL_GET;
        watch->pong_due = false;
    }
    close(watch->fd);
    ask(watch, next);
    return whole;
}

static size_t take_piece(struct watch *watch, uint8_t *bytes, size_t size)
{
    char *text = (char *)bytes;
    bool by_websocket = watch->kind == WATCH_NATIVE || watch->kind == WATCH_SOCKETIO;
    if (watch->kind == WATCH_POLLING)
        return take_answer(watch, text, size);
    if (watch->step == STEP_HEAD)
        return take_head(watch, text, by_websocket ? 101 : 200);
    if (watch->kind == WATCH_MJPEG)
        return take_part(watch, text, size);
    return by_websocket ? take_frame(watch, bytes, size) : take_event(watch, text);
}

static void take_all(struct watch *watch)
{
    struct mr_buffer *in = &watch->in;
    size_t used = 0, taken = 1;
    while (taken > 0 && used < in->size && watch->fault == NULL && !watch->ended) {
        taken = take_piece(watch, in->data + used, in->size - used);
        used += taken;
    }
    memmove(in->data, in->data + used, in->size - used);
    in->size -= used;
    in->data[in->size] = 0;
}

/* ---- the outside ---- */

bool watch_open(struct watch *watch, enum watch_kind kind, int port)
{
    static const char *const requests[] = {
        [WATCH_NATIVE] = "GET /ws/live HTTP/1.1\r\n" HANDSHAKE,
        [WATCH_SOCKETIO] = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" HANDSHAKE,
        [WATCH_MJPEG] = "GET /stream/live.mjpg HTTP/1.1\r\n",
        [WATCH_EVENTS] = "GET /events/live HTTP/1.1\r\n",
    };
    watch->kind = kind;
    watch->port = port;
    watch->step = STEP_HEAD;
    mr_buffer_clear(&watch->in);
    if (kind == WATCH_POLLING) {
        ask(watch, POLL_HANDSHAKE);
    } else {
        watch->fd = fetch_connect(port, 0);
        send_all(watch, "%sHost: localhost\r\n\r\n", requests[kind]);
    }
    return watch->fd >= 0;
}

size_t watch_read(struct watch *watch, size_t limit)
{
    uint8_t *to = mr_buffer_reserve(&watch->in, limit + 1);
    assert_non_null(to);
    ssize_t got = recv(watch->fd, to, limit, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        watch->ended = true;
        return 0;
    }
    watch->in.size += (size_t)got;
    watch->in.data[watch->in.size] = 0;
    take_all(watch);
    return (size_t)got;
}

void watch_leave(struct watch *watch)
{
    struct mr_buffer head = { 0 };
    if (watch->kind == WATCH_POLLING && watch->sid[0] != '\0') {
        close(watch->fd);
        ask(watch, POLL_CLOSE);
        fetch_read_head(watch->fd, &head);
        mr_buffer_finish(&head);
    }
    watch_close(watch);
}

void watch_close(struct watch *watch)
{
    if (watch->fd >= 0)
        close(watch->fd);
    watch->fd = -1;
    mr_buffer_finish(&watch->in);
}

void watch_abort(struct watch *watch)
{
    struct linger now = { .l_onoff = 1 };
    setsockopt(watch->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    watch_close(watch);
}
