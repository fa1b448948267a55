#include "support/viewer.h"

#include "base/clock.h"
#include "support/fetch.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define TURN_MS      5 /* of throttled viewers */
#define READ_BYTES   (64 * 1024)
#define HEADER_BYTES 40

static uint64_t get_little_endian(const uint8_t *from, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | from[i];
    return value;
}

static void break_rule(struct viewer *viewer, const char *fault)
{
    viewer->invalid = true;
    viewer->fault = fault;
}

/* ---- connection ---- */

void viewer_adopt(struct viewer *viewer, int fd, const struct viewer_options *options)
{
    *viewer = (struct viewer){
        .options = *options,
        .fd = fd,
        .budget_at_us = mr_clock_now_us(),
    };
}

int viewer_open(struct viewer *viewer, int port, const struct viewer_options *options)
{
    viewer_adopt(viewer, fetch_connect(port, options->receive_buffer_bytes), options);

    struct mr_buffer head = { 0 };
    mr_buffer_printf(&head,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                     options->path != NULL ? options->path : "/ws/live", port);
    viewer_send_raw(viewer, head.data, head.size);
    mr_buffer_finish(&head);

    struct mr_buffer answer = { 0 };
    int status = fetch_read_head(viewer->fd, &answer);
    if (status == 101 &&
        strstr((char *)answer.data, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == NULL)
        break_rule(viewer, "wrong Sec-WebSocket-Accept");
    mr_buffer_finish(&answer);
    return status;
}

void viewer_close(struct viewer *viewer)
{
    if (viewer->fd >= 0)
        close(viewer->fd);
    viewer->fd = -1;
    mr_buffer_finish(&viewer->input);
}

void viewer_abort(struct viewer *viewer)
{
    struct linger now = { .l_onoff = 1 };
    setsockopt(viewer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    viewer_close(viewer);
}

void viewer_send_raw(struct viewer *viewer, const void *bytes, size_t size)
{
    fetch_send(viewer->fd, bytes, size);
}

void viewer_send(struct viewer *viewer, unsigned head, const void *bytes, size_t size)
{
    static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
    struct mr_buffer frame = { 0 };
    uint8_t start[10] = { (uint8_t)head };
    size_t start_size = 2;
    if (size < 126) {
        start[1] = (uint8_t)(0x80 | size);
    } else {
        int length_bytes = size < 65536 ? 2 : 8;
        start[1] = (uint8_t)(0x80 | (length_bytes == 2 ? 126 : 127));
        for (int i = 0; i < length_bytes; i++)
            start[2 + i] = (uint8_t)((uint64_t)size >> (8 * (length_bytes - 1 - i)));
        start_size = 2 + (size_t)length_bytes;
    }
    mr_buffer_append(&frame, start, start_size);
    mr_buffer_append(&frame, mask, sizeof(mask));
    mr_buffer_append(&frame, bytes, size);
    for (size_t i = 0; i < size; i++)
        frame.data[start_size + sizeof(mask) + i] ^= mask[i % 4];
    viewer_send_raw(viewer, frame.data, frame.size);
    mr_buffer_finish(&frame);
}

/* ---- messages ---- */

static void account(struct viewer *viewer, const struct viewer_message *message)
{
    if (viewer->pictures++ == 0)
        viewer->first_seq = message->seq;
    else if (message->seq <= viewer->last_seq)
        break_rule(viewer, "seq does not grow");
    else
        viewer->gaps += message->seq - viewer->last_seq - 1;
    viewer->last_seq = message->seq;
    viewer->lag_us = mr_clock_wall_us() - message->captured_us;
    if (viewer->lag_us > viewer->max_lag_us)
        viewer->max_lag_us = viewer->lag_us;
}

static void take_binary(struct viewer *viewer, struct viewer_message *message)
{
    const uint8_t *bytes = message->bytes;
    if (message->size < HEADER_BYTES || memcmp(bytes, "MRF1", 4) != 0) {
        break_rule(viewer, "no MRF1 header");
        return;
    }
    size_t header = get_little_endian(bytes + 4, 2);
    message->seq = get_little_endian(bytes + 8, 8);
    message->pts_us = (int64_t)get_little_endian(bytes + 16, 8);
    message->captured_us = (int64_t)get_little_endian(bytes + 24, 8);
    message->payload_size = get_little_endian(bytes + 32, 4);
    message->image_size = get_little_endian(bytes + 36, 4);
    message->payload = (const char *)bytes + header;
    message->image = bytes + header + message->payload_size;
    if (header + message->payload_size + message->image_size != message->size)
        break_rule(viewer, "sizes in the header do not add up");
    else if (message->image_size < 2 || message->image[0] != 0xff || message->image[1] != 0xd8)
        break_rule(viewer, "the image is no JPEG");
    else
        account(viewer, message);
}

static void take_message(struct viewer *viewer, int opcode, const uint8_t *bytes, size_t size)
{
    struct viewer_message message = { .opcode = opcode, .bytes = bytes, .size = size };
    if (opcode == 2 && !viewer->options.takes_any)
        take_binary(viewer, &message);
    if (viewer->invalid)
        return;
    viewer->messages++;
    if (size > viewer->largest)
        viewer->largest = size;
    if (viewer->options.on_message != NULL)
        viewer->options.on_message(viewer->options.opaque, viewer, &message);
}

static void take_close(struct viewer *viewer, const uint8_t *bytes, size_t size)
{
    viewer->close_code = size >= 2 ? bytes[0] << 8 | bytes[1] : 1005;
    if (size > 2)
        memcpy(viewer->close_reason, bytes + 2, size - 2);
}

static void take_ping(struct viewer *viewer, const uint8_t *bytes, size_t size)
{
    viewer->pings++;
    if (!viewer->options.mute)
        viewer_send(viewer, 0x8a, bytes, size);
}

static void take_frame(struct viewer *viewer, unsigned head, const uint8_t *bytes, size_t size)
{
    if (viewer->close_code != 0)
        break_rule(viewer, "a frame after the close frame");
    else if ((head & 0xf0) != 0x80)
        break_rule(viewer, "fragmented, or reserved bits");
    else if ((head & 0x0f) == 1 || (head & 0x0f) == 2)
        take_message(viewer, head & 0x0f, bytes, size);
    else if ((head & 0x0f) == 8 && size <= 125)
        take_close(viewer, bytes, size);
    else if ((head & 0x0f) == 9)
        take_ping(viewer, bytes, size);
    else if ((head & 0x0f) == 10)
        viewer->pongs++;
    else
        break_rule(viewer, "unknown opcode");
}

/* return: bytes of the frame at `at`, 0 while it is not whole */
static size_t parse_frame(struct viewer *viewer, const uint8_t *at, size_t left)
{
    if (left < 2)
        return 0;
    size_t length = at[1] & 0x7f;
    size_t head = length == 126 ? 4 : length == 127 ? 10 : 2;
    if (left < head)
        return 0;
    if (head > 2) {
        length = 0;
        for (size_t i = 2; i < head; i++)
            length = length << 8 | at[i];
    }
    if (left - head < length)
        return 0;
    if (at[1] & 0x80)
        break_rule(viewer, "masked");
    else
        take_frame(viewer, at[0], at + head, length);
    return head + length;
}

static void parse(struct viewer *viewer)
{
    struct mr_buffer *input = &viewer->input;
    size_t taken;
    while (!viewer->invalid && (taken = parse_frame(viewer, input->data + viewer->used,
                                                    input->size - viewer->used)) > 0)
        viewer->used += taken;
    if (viewer->used > 0) {
        memmove(input->data, input->data + viewer->used, input->size - viewer->used);
        input->size -= viewer->used;
        viewer->used = 0;
    }
}

/* return: bytes read; 0 when there are none now, or never again */
static size_t read_some(struct viewer *viewer, size_t limit)
{
    uint8_t *end = mr_buffer_reserve(&viewer->input, limit);
    assert_non_null(end);
    ssize_t got = recv(viewer->fd, end, limit, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        viewer->ended = true;
        viewer->reset = got < 0;
        return 0;
    }
    viewer->input.size += (size_t)got;
    parse(viewer);
    return (size_t)got;
}

/* ---- many of them ---- */

static bool is_throttled(const struct viewer *viewer)
{
    return viewer->options.bytes_per_second > 0;
}

static void read_by_budget(struct viewer *viewer, int64_t now_us)
{
    double rate = viewer->options.bytes_per_second;
    viewer->budget_bytes += rate * (double)(now_us - viewer->budget_at_us) / 1e6;
    viewer->budget_at_us = now_us;
    if (viewer->budget_bytes > rate / 20) /* what was not there to be read is not saved up */
        viewer->budget_bytes = rate / 20;
    while (viewer->budget_bytes >= 1 && !viewer->ended) {
        size_t got = read_some(viewer, (size_t)viewer->budget_bytes);
        if (got == 0)
            return;
        viewer->budget_bytes -= (double)got;
    }
}

static bool watch(int epoll, struct viewer *viewers, size_t count)
{
    bool throttled = false;
    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &viewers[i] };
        throttled = throttled || is_throttled(&viewers[i]);
        if (viewers[i].fd >= 0 && !viewers[i].ended && !is_throttled(&viewers[i]) &&
            !viewers[i].options.never_reads)
            assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, viewers[i].fd, &event), 0);
    }
    return throttled;
}

bool viewers_run(struct viewer *viewers, size_t count, int64_t deadline_us,
                 bool (*done)(void *opaque), void *opaque)
{
    struct epoll_event events[64];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    bool throttled = watch(epoll, viewers, count), finished = false;
    int64_t now_us;

    while ((now_us = mr_clock_now_us()) < deadline_us && !finished) {
        int ready = epoll_wait(epoll, events, 64, throttled ? TURN_MS : 20);
        for (int i = 0; i < ready; i++) {
            struct viewer *viewer = events[i].data.ptr;
            read_some(viewer, READ_BYTES);
            if (viewer->ended)
                epoll_ctl(epoll, EPOLL_CTL_DEL, viewer->fd, NULL);
        }
        for (size_t i = 0; throttled && i < count; i++)
            if (is_throttled(&viewers[i]) && viewers[i].fd >= 0 && !viewers[i].ended)
                read_by_budget(&viewers[i], mr_clock_now_us());
        finished = done != NULL && done(opaque);
    }
    close(epoll);
    return finished;
}
