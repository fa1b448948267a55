#include "watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

enum {
    IN_ANSWER, /* the HTTP answer's head */
    IN_PART,   /* the head of a part of multipart */
    IN_HEAD,   /* of a WebSocket frame */
    IN_BODY,
};

enum {
    TEXT = 1,
    BINARY = 2,
    CLOSE = 8,
    PING = 9,
    PONG = 10,
};

static bool fail(struct watcher *watcher, const char *fault)
{
    watcher->fault = fault;
    return false;
}

static bool is_websocket(const struct watcher *watcher)
{
    return watcher->protocol != WATCHER_MJPEG;
}

bool watcher_start(struct watcher *watcher, enum watcher_protocol protocol, int fd, int port,
                   const char *path)
{
    *watcher = (struct watcher){ .protocol = protocol, .fd = fd, .first_line = true };
    watcher->phase = protocol == WATCHER_BARE ? IN_HEAD : IN_ANSWER;
    if (protocol == WATCHER_BARE)
        return true;
    /* HTTP/1.0: no chunks between us and the parts */
    static const char mjpeg[] = "GET %s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\n\r\n";
    static const char upgrade[] = "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    char request[512];
    int size = is_websocket(watcher) ? snprintf(request, sizeof(request), upgrade, path, port)
                                     : snprintf(request, sizeof(request), mjpeg, path, port);
    return send(fd, request, (size_t)size, MSG_NOSIGNAL) == size;
}

/* ---- WebSocket ---- */

static bool answer(struct watcher *watcher, int opcode, const void *bytes, size_t size)
{
    uint8_t frame[6 + WATCHER_BEGIN_BYTES] = { (uint8_t)(0x80 | opcode), (uint8_t)(0x80 | size) };
    memcpy(frame + 6, bytes, size); /* the mask is 0 */
    return send(watcher->fd, frame, 6 + size, MSG_NOSIGNAL) == (ssize_t)(6 + size) ||
           fail(watcher, "an answer could not be sent");
}

static bool begins_with(const struct watcher *watcher, const char *text)
{
    size_t size = strlen(text);
    return watcher->begun >= size && memcmp(watcher->begin, text, size) == 0;
}

static void count_gaps(struct watcher *watcher)
{
    uint64_t seq = 0;
    for (int i = 7; i >= 0; i--)
        seq = seq << 8 | watcher->begin[8 + i];
    if (watcher->frames > 0 && seq > watcher->next_seq)
        watcher->gaps += seq - watcher->next_seq;
    watcher->next_seq = seq + 1;
}

/* return: whether the message is a frame; *well: whether all is well */
static bool take_message(struct watcher *watcher, bool *well)
{
    int opcode = watcher->head[0] & 0x0f;
    switch (opcode) {
    case PING:
        *well = answer(watcher, PONG, watcher->begin, watcher->begun);
        return false;
    case PONG:
        return false;
    case CLOSE:
        *well = fail(watcher, "the server closed");
        return false;
    default:
        break;
    }
    if (watcher->protocol == WATCHER_BARE)
        return true;
    if (watcher->protocol == WATCHER_NATIVE) {
        if (opcode == BINARY && begins_with(watcher, "MRF1"))
            count_gaps(watcher);
        return opcode == BINARY;
    }
    if (begins_with(watcher, "0"))
        *well = answer(watcher, TEXT, "40", 2);
    else if (begins_with(watcher, "2"))
        *well = answer(watcher, TEXT, "3", 1);
    return begins_with(watcher, "42[\"stream\"");
}

static bool take_head_byte(struct watcher *watcher, uint8_t byte)
{
    watcher->head[watcher->have++] = byte;
    unsigned length = watcher->have > 1 ? watcher->head[1] & 0x7f : 0;
    unsigned needed = watcher->have < 2 || length < 126 ? 2 : length == 126 ? 4 : 10;
    if (watcher->have < needed)
        return true;
    if ((watcher->head[0] & 0xf0) != 0x80 || (watcher->head[1] & 0x80) != 0)
        return fail(watcher, "a frame that is masked, compressed or one of several fragments");
    uint64_t size = length;
    if (needed > 2)
        size = 0;
    for (unsigned i = 2; i < needed; i++)
        size = size << 8 | watcher->head[i];
    watcher->remaining = watcher->body_size = size;
    watcher->have = 0;
    watcher->phase = IN_BODY;
    return true;
}

/* ---- HTTP ---- */

static bool end_line(struct watcher *watcher)
{
    const char *line = watcher->line;
    if (watcher->first_line) {
        const char *wanted = is_websocket(watcher) ? " 101" : " 200";
        watcher->first_line = false;
        const char *status = strchr(line, ' ');
        return (status != NULL && strncmp(status, wanted, 4) == 0) ||
               fail(watcher, "the server refused");
    }
    if (watcher->phase == IN_PART && strncasecmp(line, "Content-Length:", 15) == 0)
        watcher->body_size = strtoull(line + 15, NULL, 10);
    if (line[0] != '\0')
        return true;
    if (watcher->phase == IN_ANSWER) {
        watcher->phase = is_websocket(watcher) ? IN_HEAD : IN_PART;
    } else if (watcher->body_size > 0) { /* else it is the empty line after a part */
        watcher->remaining = watcher->body_size;
        watcher->phase = IN_BODY;
    }
    return true;
}

static bool take_line_byte(struct watcher *watcher, uint8_t byte)
{
    if (byte != '\n') {
        if (byte != '\r' && watcher->line_size < sizeof(watcher->line) - 1)
            watcher->line[watcher->line_size++] = (char)byte;
        return true;
    }
    watcher->line[watcher->line_size] = '\0';
    watcher->line_size = 0;
    return end_line(watcher);
}

/* ---- both ---- */

static size_t take_body(struct watcher *watcher, const uint8_t *bytes, size_t size)
{
    if (watcher->remaining == watcher->body_size) {
        watcher->begun = 0;
        watcher->running_hash = FNV_BASIS;
    }
    if (size > watcher->remaining)
        size = (size_t)watcher->remaining;
    size_t room = sizeof(watcher->begin) - watcher->begun;
    size_t begin = size < room ? size : room;
    memcpy(watcher->begin + watcher->begun, bytes, begin);
    watcher->begun += (unsigned)begin;
    for (size_t i = 0; watcher->hashing && i < size; i++)
        watcher->running_hash = (watcher->running_hash ^ bytes[i]) * FNV_PRIME;
    watcher->remaining -= size;
    return size;
}

static bool end_body(struct watcher *watcher, watcher_frame *on_frame, void *opaque)
{
    bool well = true;
    bool is_frame = is_websocket(watcher) ? take_message(watcher, &well) : true;
    watcher->phase = is_websocket(watcher) ? IN_HEAD : IN_PART;
    watcher->body_size = 0;
    if (is_frame) {
        watcher->frames++;
        watcher->hash = watcher->running_hash;
        on_frame(opaque, watcher);
    }
    return well;
}

bool watcher_take(struct watcher *watcher, const uint8_t *bytes, size_t size,
                  watcher_frame *on_frame, void *opaque)
{
    bool well = true;
    while (well && size > 0) {
        size_t taken = 1;
        if (watcher->phase == IN_BODY)
            taken = take_body(watcher, bytes, size);
        else if (watcher->phase == IN_HEAD)
            well = take_head_byte(watcher, *bytes);
        else
            well = take_line_byte(watcher, *bytes);
        bytes += taken;
        size -= taken;
        if (well && watcher->phase == IN_BODY && watcher->remaining == 0)
            well = end_body(watcher, on_frame, opaque);
    }
    return well;
}
