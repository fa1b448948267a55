#include "http/viewers/log_stream.h"

#include "http/engine/client.h"
#include "http/request/respond.h"
#include "http/viewers/handover.h"
#include "http/viewers/log_text.h"
#include "http/viewers/stream_head.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct follower {
    struct mr_log_streams *logs;
    struct mr_log_ring *ring; /* a reference */
    uint64_t last;            /* number of the line that was sent last */

    /* engine's thread only */
    struct mr_client *client; /* NULL: not in the list */
    struct follower *next, **link;
};

struct mr_log_streams {
    /* engine's thread only */
    struct follower *followers;
    int64_t due_us;
};

/* ---- events ---- */

static void append_line(struct mr_buffer *out, const struct mr_log_line *line)
{
    json_t *value = mr_log_text_line(line);
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
    if (text != NULL)
        mr_buffer_printf(out, "id: %" PRIu64 "\ndata: %s\n\n", line->number, text);
    free(text);
    json_decref(value);
}

/* Queue what is new. One that does not keep up is asked again later: what is gone by then is said. */
static void feed(struct follower *follower)
{
    struct mr_client *client = follower->client;
    struct mr_log_line *lines[MR_LOG_RING_LINES];
    struct mr_buffer out = { 0 };
    uint64_t missed;
    if (client->phase != MR_CLIENT_OPEN || client->queue.size > MR_CLIENT_QUEUE_LIMIT)
        return;
    unsigned count = mr_log_ring_fetch(follower->ring, &follower->last, lines, &missed);
    if (missed > 0)
        mr_buffer_printf(&out, "event: dropped\ndata: {\"dropped\":%" PRIu64 "}\n\n", missed);
    for (unsigned i = 0; i < count; i++) {
        append_line(&out, lines[i]);
        mr_log_ring_unref_line(&lines[i]);
    }
    if (out.size > 0)
        mr_client_write(client, out.data, out.size);
    mr_buffer_finish(&out);
}

/* ---- the protocol ---- */

static int open_follower(struct mr_client *client)
{
    struct follower *follower = client->session;
    struct mr_log_streams *logs = follower->logs;
    follower->client = client;
    follower->next = logs->followers;
    follower->link = &logs->followers;
    if (follower->next != NULL)
        follower->next->link = &follower->next;
    logs->followers = follower;
    feed(follower);
    return 0;
}

static void close_follower(void *session)
{
    struct follower *follower = session;
    if (follower->client != NULL) {
        *follower->link = follower->next;
        if (follower->next != NULL)
            follower->next->link = follower->link;
    }
    mr_log_ring_unfollow(follower->ring);
    mr_log_ring_unref(&follower->ring);
    free(follower);
}

static void send_comment(struct mr_client *client, const struct mr_mark *mark)
{
    (void)mark;
    mr_client_write(client, ":\n\n", 3);
}

static const struct mr_protocol protocol = {
    .open = open_follower,
    .ping = send_comment,
    .close = close_follower,
};

/* ---- the service ---- */

static int64_t get_due(void *opaque)
{
    const struct mr_log_streams *logs = opaque;
    return logs->followers != NULL ? logs->due_us : INT64_MAX;
}

static void run(void *opaque, int64_t now_us)
{
    struct mr_log_streams *logs = opaque;
    logs->due_us = now_us + MR_LOG_STREAM_US;
    for (struct follower *follower = logs->followers; follower != NULL; follower = follower->next)
        feed(follower);
}

struct mr_fanout_service mr_log_streams_service(struct mr_log_streams *logs)
{
    return (struct mr_fanout_service){ .due = get_due, .run = run, .opaque = logs };
}

struct mr_log_streams *mr_log_streams_create(void)
{
    return calloc(1, sizeof(struct mr_log_streams));
}

void mr_log_streams_destroy(struct mr_log_streams *logs)
{
    free(logs);
}

/* ---- the request ---- */

int mr_log_stream_follow(const struct mr_request *request, struct mr_log_ring *ring, uint64_t last)
{
    int refused = mr_handover_admit(request);
    if (refused != 0)
        return refused;
    struct follower *follower = calloc(1, sizeof(*follower));
    if (follower == NULL) {
        mr_handover_dismiss(request);
        return mr_respond_error(request, 500, NULL, "out of memory");
    }
    follower->logs = request->site->logs;
    follower->ring = mr_log_ring_ref(ring);
    mr_log_ring_follow(ring);
    follower->last = last;

    struct mr_buffer head = { 0 };
    mr_buffer_append_text(&head, "HTTP/1.1 200 OK\r\n");
    mr_stream_head(request, &head);
    mr_buffer_append_text(&head, "Content-Type: text/event-stream\r\n\r\nretry: 1000\n\n");
    struct mr_arrival arrival = {
        .protocol = &protocol, .session = follower, .head = head.data, .head_size = head.size
    };
    int status = mr_handover(request, &arrival, 200);
    mr_buffer_finish(&head);
    return status;
}
