#include "script/process/wire.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PASSING_US 2000000 /* how long descriptors may be too many on their way */

union control {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
};

/* ---- sending ---- */

/* return: a descriptor with the body in it, or -errno */
static int store_body(const void *body, size_t size)
{
    int fd = memfd_create("moonreel-message", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int result = mr_file_write(fd, body, size);
    if (result < 0)
        close(fd);
    return result < 0 ? result : fd;
}

/* Whether to send again. ETOOMANYREFS: so many of the user's descriptors are on their way already that
 * no more may be sent; the other end is waited for, to take some, until `until_us`. */
static bool is_passing(int error, int64_t until_us)
{
    static const struct timespec moment = { .tv_nsec = 1000000 };
    if (error == EINTR)
        return true;
    if (error != ETOOMANYREFS || mr_clock_now_us() >= until_us)
        return false;
    nanosleep(&moment, NULL);
    return true;
}

static int send_packet(int fd, const struct mr_wire_message *message, const void *body, size_t size,
                       int attached)
{
    union control control = { 0 };
    struct iovec parts[2] = {
        { .iov_base = (void *)message, .iov_len = sizeof(*message) },
        { .iov_base = (void *)body, .iov_len = size },
    };
    struct msghdr packet = { .msg_iov = parts, .msg_iovlen = size > 0 ? 2 : 1 };
    if (attached >= 0) {
        packet.msg_control = &control;
        packet.msg_controllen = sizeof(control);
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.head), &attached, sizeof(int));
    }
    int64_t until_us = mr_clock_now_us() + PASSING_US;
    ssize_t sent;
    while ((sent = sendmsg(fd, &packet, MSG_NOSIGNAL)) < 0 && is_passing(errno, until_us))
        ;
    return sent < 0 ? -errno : 0;
}

int mr_wire_send(int fd, struct mr_wire_message *message, const void *body, size_t size,
                 int attached)
{
    if (size > MR_WIRE_MAX)
        return -EMSGSIZE;
    message->body_bytes = (uint32_t)size;
    if (message->first_bytes == 0)
        message->first_bytes = (uint32_t)size;
    message->in_memfd = size > MR_WIRE_INLINE;
    if (!message->in_memfd)
        return send_packet(fd, message, body, size, attached);
    int memory = store_body(body, size);
    if (memory < 0)
        return memory;
    int result = send_packet(fd, message, NULL, 0, memory);
    close(memory);
    return result;
}

/* ---- receiving ---- */

/* The one descriptor that may have come along, or -1. There is room for two, by alignment. */
static int take_descriptor(struct msghdr *packet)
{
    int found[2] = { -1, -1 };
    struct cmsghdr *head = CMSG_FIRSTHDR(packet);
    if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
        return -1;
    size_t size = head->cmsg_len - CMSG_LEN(0);
    memcpy(found, CMSG_DATA(head), size < sizeof(found) ? size : sizeof(found));
    if (found[1] >= 0)
        close(found[1]);
    return found[0];
}

/* Only of memory, which cannot make whoever reads it wait. */
static int load_body(int fd, size_t size, struct mr_buffer *body)
{
    struct stat info;
    if (fcntl(fd, F_GET_SEALS) < 0 || fstat(fd, &info) < 0 || info.st_size < (off_t)size)
        return -EPROTO;
    uint8_t *target = mr_buffer_reserve(body, size);
    if (target == NULL)
        return -ENOMEM;
    while (body->size < size) {
        ssize_t got = pread(fd, body->data + body->size, size - body->size, (off_t)body->size);
        if (got <= 0)
            return -EPROTO;
        body->size += (size_t)got;
    }
    mr_buffer_append(body, "", 0);
    return body->failed ? -ENOMEM : 0;
}

static bool is_sound(const struct mr_wire_message *message, size_t inline_bytes)
{
    size_t wanted = message->in_memfd ? 0 : message->body_bytes;
    return message->in_memfd <= 1 && message->body_bytes <= MR_WIRE_MAX &&
           message->first_bytes <= message->body_bytes && inline_bytes == wanted;
}

static int unpack(const uint8_t *scratch, size_t size, struct mr_wire_message *message,
                  struct mr_buffer *body, int *attached)
{
    if (size < sizeof(*message))
        return -EPROTO;
    memcpy(message, scratch, sizeof(*message));
    if (!is_sound(message, size - sizeof(*message)))
        return -EPROTO;
    if (!message->in_memfd) {
        mr_buffer_append(body, scratch + sizeof(*message), message->body_bytes);
        return body->failed ? -ENOMEM : 0;
    }
    if (*attached < 0)
        return -EPROTO;
    int result = load_body(*attached, message->body_bytes, body);
    close(*attached);
    *attached = -1;
    return result;
}

int mr_wire_receive(int fd, uint8_t *scratch, struct mr_wire_message *message,
                    struct mr_buffer *body, int *attached)
{
    union control control;
    struct iovec part = { .iov_base = scratch, .iov_len = MR_WIRE_SCRATCH };
    struct msghdr packet = { .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control) };
    *attached = -1;
    mr_buffer_clear(body);
    ssize_t got = recvmsg(fd, &packet, MSG_CMSG_CLOEXEC);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? -EAGAIN : -EPIPE;
    *attached = take_descriptor(&packet);
    int result = got == 0 ? -EPIPE : -EPROTO;
    if (got > 0 && (packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
        result = unpack(scratch, (size_t)got, message, body, attached);
    if (result < 0 && *attached >= 0) {
        close(*attached);
        *attached = -1;
    }
    return result;
}
