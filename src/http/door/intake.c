#include "http/door/intake.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define TLS_HANDSHAKE 0x16 /* the first byte of a TLS client */
#define COMPLAINT_US  (60 * 1000000LL)

static int refuse_address(int status, const char *why, struct mr_error *error)
{
    mr_error_set(error, -EINVAL, "%s", why);
    return status;
}

/* ---- the body ---- */

/* Take bytes of the body.
 * return: whether it is whole, or will never be */
static bool take_body(struct mr_connection *connection, const uint8_t *bytes, size_t size)
{
    struct mr_buffer *body = &connection->body;
    const struct mr_head *head = connection->head;
    ssize_t used;
    if (head->is_chunked) {
        used = mr_chunked_take(&connection->decoder, bytes, size, connection->max_body, body);
    } else {
        size_t left = (size_t)head->length - body->size;
        used = (ssize_t)(size < left ? size : left);
        mr_buffer_append(body, bytes, (size_t)used);
    }
    if (used < 0)
        connection->body_state = used == -EMSGSIZE ? MR_BODY_TOO_LARGE : MR_BODY_CUT_SHORT;
    connection->lingers = used < (ssize_t)size; /* bytes that nobody asked for */
    return used < 0 || (head->is_chunked ? connection->decoder.state == MR_CHUNKED_DONE
                                         : body->size == head->length);
}

/* return: 0; else the status of a refusal */
static int check_memory(const struct mr_intake *intake, struct mr_connection *connection,
                        struct mr_error *error)
{
    if (connection->body.failed)
        return refuse_address(503, "there is no memory for this request's body", error);
    if (mr_connection_count(connection, connection->body.capacity) > intake->max_memory)
        return refuse_address(503, "too many large requests are being received at once", error);
    return 0;
}

static void allow_body(struct mr_connection *connection)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (send(connection->fd, go_on, sizeof(go_on) - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        connection->body_state = MR_BODY_CUT_SHORT;
}

/* The head was parsed: find out whether a body follows, and take what came of it with the head.
 * return: whether the request can be answered */
static bool begin_body(const struct mr_intake *intake, struct mr_connection *connection)
{
    const struct mr_head *head = connection->head;
    struct mr_buffer *received = &connection->received;
    if (!head->is_chunked && head->length == 0)
        return true;
    connection->max_body = intake->max_body(intake->opaque, connection);
    if (connection->max_body == 0 || head->length > connection->max_body) {
        connection->body_state = MR_BODY_TOO_LARGE;
        connection->lingers = true;
        return true;
    }
    size_t extra = received->size - connection->head_size;
    if (head->awaits_continue && extra == 0)
        allow_body(connection);
    received->size = connection->head_size;
    return take_body(connection, received->data + connection->head_size, extra);
}

/* ---- the head ---- */

static void complain_of_tls(void)
{
    static int64_t said_us; /* 0: never; the door's thread only */
    int64_t now_us = mr_clock_now_us();
    if (said_us != 0 && now_us - said_us < COMPLAINT_US)
        return;
    said_us = now_us;
    mr_log(MR_LOG_WARN, "http",
           "a client speaks TLS (https://) to this plain port; use http://, or a proxy that speaks "
           "TLS");
}

/* return: 0: *done tells whether the request can be answered; else the status of a refusal */
static int take_head(const struct mr_intake *intake, struct mr_connection *connection, bool *done,
                     struct mr_error *error)
{
    struct mr_buffer *received = &connection->received;
    char *bytes = (char *)received->data;
    size_t size = mr_head_find_end(bytes, received->size, connection->looked_at);
    connection->looked_at = received->size;
    if (size > MR_HEAD_BYTES_MAX || (size == 0 && received->size > MR_HEAD_BYTES_MAX)) {
        mr_error_set(error, -EMSGSIZE, "the head of a request has %d bytes at most",
                     MR_HEAD_BYTES_MAX);
        return 431;
    }
    if (size == 0)
        return 0;
    struct mr_head *head = malloc(sizeof(*head));
    if (head == NULL)
        return refuse_address(503, "out of memory", error);
    int status = mr_head_parse(bytes, size, head, error);
    if (status != 0) {
        free(head);
        return status;
    }
    connection->head = head;
    connection->head_size = size;
    *done = begin_body(intake, connection);
    return check_memory(intake, connection, error);
}

static int take(const struct mr_intake *intake, struct mr_connection *connection, size_t size,
                bool *done, struct mr_error *error)
{
    if (connection->head != NULL) {
        *done = take_body(connection, intake->scratch, size);
        return check_memory(intake, connection, error);
    }
    mr_buffer_append(&connection->received, intake->scratch, size);
    return connection->received.failed ? refuse_address(503, "out of memory", error)
                                       : take_head(intake, connection, done, error);
}

/* The client sends no more.
 * return: whether there is something to answer */
static bool end(struct mr_connection *connection)
{
    connection->body_state = MR_BODY_CUT_SHORT;
    return connection->head != NULL;
}

enum mr_intake_result mr_intake_read(const struct mr_intake *intake,
                                     struct mr_connection *connection, int *status,
                                     struct mr_error *error)
{
    /* one byte more than a head may have shows that it is too long */
    size_t room = connection->head != NULL ? intake->scratch_bytes
                                           : MR_HEAD_BYTES_MAX + 1 - connection->received.size;
    if (room > intake->scratch_bytes)
        room = intake->scratch_bytes;
    ssize_t got = recv(connection->fd, intake->scratch, room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return MR_INTAKE_WAITS;
    if (got < 0)
        return MR_INTAKE_ENDED;
    if (got == 0)
        return end(connection) ? MR_INTAKE_DONE : MR_INTAKE_ENDED;
    if (connection->received.size == 0 && intake->scratch[0] == TLS_HANDSHAKE) {
        complain_of_tls();
        return MR_INTAKE_ENDED;
    }
    bool done = false;
    *status = take(intake, connection, (size_t)got, &done, error);
    if (*status != 0)
        return MR_INTAKE_REFUSED;
    return done ? MR_INTAKE_DONE : MR_INTAKE_WAITS;
}

bool mr_intake_is_late(const struct mr_connection *connection, int64_t now_us)
{
    if (connection->head == NULL)
        return now_us - connection->accepted_us >= MR_INTAKE_HEAD_US;
    return now_us - connection->accepted_us >= MR_INTAKE_BODY_US ||
           now_us - connection->progress_us >= MR_INTAKE_IDLE_US;
}
