#include "messages.h"

#include "media/picture/picture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FORM_TURN 32 /* below: the turn is over */
#define FORM_RAW  48 /* below: raw bytes */
#define KINDS     (MR_WIRE_RECORDED + 2)

static int prepared[FUZZ_ATTACHED_COUNT]; /* descriptors of those that are always the same */

static struct mr_picture *kept[2]; /* they stay until the end */

static int make_pool(enum mr_picture_format format)
{
    struct mr_picture_pool *pool;
    fuzz_require(mr_picture_pool_create(format, FUZZ_WIDTH, FUZZ_HEIGHT, FUZZ_SLOTS, &pool) == 0);
    struct mr_picture *picture = kept[format == MR_PICTURE_I420] = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    return mr_picture_memory_of(picture).fd;
}

void fuzz_messages_prepare(void)
{
    int pair[2];
    fuzz_require(pipe2(pair, O_CLOEXEC) == 0);
    prepared[FUZZ_PIPE] = pair[0];
    fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    prepared[FUZZ_SOCKET] = pair[0];
    prepared[FUZZ_NULL] = open("/dev/null", O_RDWR | O_CLOEXEC);
    prepared[FUZZ_PICTURES] = make_pool(MR_PICTURE_BGRX);
    prepared[FUZZ_PLANES] = make_pool(MR_PICTURE_I420);
    fuzz_require(prepared[FUZZ_NULL] >= 0);
}

static int store(const void *bytes, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz_require(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    return fd;
}

/* return: whether there was room for it */
static bool send_packet(int fd, struct iovec parts[2], const int *attached, size_t count)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(3 * sizeof(int))];
    } control = { 0 };
    struct msghdr packet = { .msg_iov = parts, .msg_iovlen = 2 };
    if (count > 0) {
        packet.msg_control = &control;
        packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.head), attached, count * sizeof(int));
    }
    return sendmsg(fd, &packet, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static void send_raw(int fd, struct fuzz_input *input)
{
    size_t size = fuzz_number(input, 1);
    const uint8_t *bytes = fuzz_bytes(input, &size);
    struct iovec parts[2] = { { (void *)bytes, size }, { NULL, 0 } };
    send_packet(fd, parts, NULL, 0);
}

static void make_body(struct fuzz_input *input, unsigned flags, struct mr_buffer *body)
{
    size_t size = fuzz_number(input, 2);
    const uint8_t *bytes = fuzz_bytes(input, &size);
    mr_buffer_append(body, bytes, size);
    while (flags & FUZZ_LONG && size > 0 && body->size < FUZZ_LONG_BYTES) {
        const void *before = mr_buffer_reserve(body, body->size) != NULL ? body->data : NULL;
        fuzz_require(before != NULL);
        mr_buffer_append(body, before, body->size);
    }
}

/* return: how many descriptors are to be attached; *made is to be closed, -1: none */
static size_t attach(unsigned flags, const struct mr_buffer *body, int attached[3], int *made)
{
    enum fuzz_attached what = (enum fuzz_attached)(flags >> 4) % FUZZ_ATTACHED_COUNT;
    *made = -1;
    if (what == FUZZ_NOTHING || (what == FUZZ_AS_FLAGS_SAY && !(flags & FUZZ_MEMFD)))
        return 0;
    if (what >= FUZZ_PIPE && what != FUZZ_TWO && what != FUZZ_THREE) {
        attached[0] = prepared[what];
        return 1;
    }
    *made = store(body->data, what == FUZZ_HALF ? body->size / 2 : body->size);
    attached[0] = attached[1] = attached[2] = *made;
    return what == FUZZ_THREE ? 3 : what == FUZZ_TWO ? 2 : 1;
}

static bool send_message(int fd, struct fuzz_input *input, struct mr_wire_message *message)
{
    int attached[3], made;
    struct mr_buffer body = { 0 };
    message->kind = (uint32_t)fuzz_number(input, 1) % KINDS;
    unsigned flags = (unsigned)fuzz_number(input, 1);
    size_t fields =
        fuzz_number(input, 1) % (sizeof(*message) - offsetof(struct mr_wire_message, hello) + 1);
    const uint8_t *bytes = fuzz_bytes(input, &fields);
    memcpy(&message->hello, bytes, fields);
    make_body(input, flags, &body);
    message->body_bytes = (uint32_t)(flags & FUZZ_WRONG_SIZE ? fuzz_number(input, 4) : body.size);
    message->first_bytes =
        (uint32_t)(flags & FUZZ_TWO_PARTS ? fuzz_number(input, 4) : message->body_bytes);
    message->in_memfd = flags & FUZZ_MEMFD ? 1 : 0;

    size_t count = attach(flags, &body, attached, &made);
    struct iovec parts[2] = { { message, sizeof(*message) }, { body.data, body.size } };
    if (flags & FUZZ_MEMFD)
        parts[1].iov_len = 0;
    bool sent = send_packet(fd, parts, attached, count);
    if (made >= 0)
        close(made);
    mr_buffer_finish(&body);
    return sent;
}

bool fuzz_messages_send(int fd, struct fuzz_input *input, uint32_t *kind)
{
    struct mr_wire_message message = { 0 };
    bool more = input->left > 0;
    unsigned form = (unsigned)fuzz_number(input, 1);
    *kind = 0;
    if (!more || form < FORM_TURN) {
        *kind = form;
        return false;
    }
    if (form < FORM_RAW)
        send_raw(fd, input);
    else if (send_message(fd, input, &message))
        *kind = message.kind;
    return true;
}

void fuzz_messages_take(int fd, void (*look)(const uint8_t *packet, size_t size))
{
    uint8_t packet[MR_WIRE_SCRATCH];
    ssize_t got;
    while ((got = recv(fd, packet, sizeof(packet), MSG_DONTWAIT)) > 0) /* closes what came along */
        if (look != NULL)
            look(packet, (size_t)got);
}
