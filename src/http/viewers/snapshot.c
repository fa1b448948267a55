#include "http/viewers/snapshot.h"

#include "base/clock.h"
#include "http/engine/client.h"
#include "http/engine/form.h"
#include "http/request/etag.h"
#include "http/request/respond.h"
#include "http/viewers/frame_headers.h"
#include "http/viewers/handover.h"
#include "http/viewers/stream_head.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ETAG_SIZE 40 /* two numbers, a hyphen, quotes */

struct mr_snapshot {
    char *lines;
    char *if_none_match; /* or NULL */
    bool head;           /* no body is to be sent */
    bool begun;          /* the answer is: its first lines are written */
    int64_t give_up_us;
};

static void destroy(void *session)
{
    struct mr_snapshot *snapshot = session;
    free(snapshot->if_none_match);
    free(snapshot->lines);
    free(snapshot);
}

struct mr_snapshot *mr_snapshot_create(const char *lines, const char *if_none_match, bool head,
                                       int64_t give_up_us)
{
    struct mr_snapshot *snapshot = calloc(1, sizeof(*snapshot));
    if (snapshot == NULL)
        return NULL;
    snapshot->lines = strdup(lines);
    snapshot->if_none_match = if_none_match != NULL ? strdup(if_none_match) : NULL;
    snapshot->head = head;
    snapshot->give_up_us = give_up_us;
    if (snapshot->lines != NULL && (if_none_match == NULL || snapshot->if_none_match != NULL))
        return snapshot;
    destroy(snapshot);
    return NULL;
}

/* ---- what is sent ---- */

/* Frames are numbered anew each time that moonreel starts; when one was captured never repeats. */
static void write_etag(const struct mr_packet *packet, char etag[ETAG_SIZE])
{
    snprintf(etag, ETAG_SIZE, "\"%" PRIu64 "-%" PRIx64 "\"", packet->seq,
             (uint64_t)packet->captured_us);
}

/* The form follows the lines that are the client's own. */
static int make_head(struct mr_packet *packet, struct mr_form *form)
{
    char etag[ETAG_SIZE];
    struct mr_buffer head = { 0 };
    write_etag(packet, etag);
    mr_frame_headers(packet, &head);
    mr_buffer_printf(&head, "ETag: %s\r\n\r\n", etag);
    if (head.failed) {
        mr_buffer_finish(&head);
        return -ENOMEM;
    }
    form->owned = head.data;
    mr_form_add(form, head.data, head.size);
    return 0;
}

static const struct mr_form_maker head_maker = { .slot = MR_FORM_SNAPSHOT_HEAD, .make = make_head };

static int make_whole(struct mr_packet *packet, struct mr_form *form)
{
    const struct mr_form *head = mr_packet_form(packet, &head_maker);
    if (head == NULL)
        return -ENOMEM;
    mr_form_add_form(form, head);
    mr_form_add(form, packet->jpeg, packet->jpeg_size);
    return 0;
}

static const struct mr_form_maker whole_maker = { .slot = MR_FORM_SNAPSHOT, .make = make_whole };

static void write_lines(struct mr_client *client, const char *text)
{
    mr_client_write(client, text, strlen(text));
}

static void begin(struct mr_client *client, const char *status_line)
{
    struct mr_snapshot *snapshot = client->session;
    write_lines(client, status_line);
    write_lines(client, snapshot->lines);
    snapshot->begun = true;
}

/* Begin the answer; unless the client has this image already, the form is the rest of it. */
static bool claim(struct mr_client *client, const struct mr_packet *packet)
{
    struct mr_snapshot *snapshot = client->session;
    char etag[ETAG_SIZE];
    if (snapshot->begun)
        return false;
    write_etag(packet, etag);
    bool known = mr_etag_matches(snapshot->if_none_match, etag);
    begin(client, known ? "HTTP/1.1 304 Not Modified\r\n" : "HTTP/1.1 200 OK\r\n");
    if (known) {
        write_lines(client, "ETag: ");
        write_lines(client, etag);
        write_lines(client, "\r\n\r\n");
    }
    return known;
}

static void give_up(struct mr_client *client, const char *reason)
{
    struct mr_snapshot *snapshot = client->session;
    struct mr_buffer body = { 0 }, head = { 0 };
    if (snapshot->begun)
        return;
    mr_buffer_printf(&body, "{\"error\":\"%s\"}", reason);
    mr_buffer_printf(&head,
                     "Retry-After: 5\r\n"
                     "Content-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     body.size);
    begin(client, "HTTP/1.1 503 Service Unavailable\r\n");
    mr_client_write(client, head.data, head.size);
    if (!snapshot->head)
        mr_client_write(client, body.data, body.size);
    mr_buffer_finish(&head);
    mr_buffer_finish(&body);
    mr_client_end(client);
}

static void tick(struct mr_client *client, int64_t now_us)
{
    const struct mr_snapshot *snapshot = client->session;
    if (now_us >= snapshot->give_up_us)
        give_up(client, "there is no image yet");
}

const struct mr_protocol mr_snapshot_protocol = {
    .kind = MR_VIEWER_SNAPSHOT,
    .maker = &whole_maker,
    .once = true,
    .claim = claim,
    .tick = tick,
    .goodbye = give_up,
    .close = destroy,
};

const struct mr_protocol mr_snapshot_head_protocol = {
    .kind = MR_VIEWER_SNAPSHOT,
    .maker = &head_maker,
    .once = true,
    .claim = claim,
    .tick = tick,
    .goodbye = give_up,
    .close = destroy,
};

/* ---- the request ---- */

/* A source that could not even be opened will not give an image within the time.
 * return: 0, or the status of the refusal */
static int refuse_failed(const struct mr_request *request)
{
    struct mr_stream_state state = { 0 };
    struct mr_stream *stream = mr_registry_find(request->site->registry, request->stream);
    if (stream != NULL)
        mr_stream_get_state(stream, &state);
    mr_stream_unref(&stream);
    if (state.phase != MR_STREAM_FAILED || state.stats.frames_out > 0)
        return 0;
    return mr_respond_error(request, 503, "Retry-After: 10\r\n", "there is no image: %s",
                            state.error.text);
}

static struct mr_snapshot *create_for(const struct mr_request *request)
{
    struct mr_buffer lines = { 0 };
    mr_stream_head(request, &lines);
    struct mr_snapshot *snapshot =
        lines.failed
            ? NULL
            : mr_snapshot_create((char *)lines.data, mr_request_header(request, "If-None-Match"),
                                 request->head, mr_clock_now_us() + MR_SNAPSHOT_WAIT_US);
    mr_buffer_finish(&lines);
    return snapshot;
}

int mr_snapshot_get(const struct mr_request *request)
{
    int refused = refuse_failed(request);
    if (refused != 0)
        return refused;
    struct mr_snapshot *snapshot = create_for(request);
    if (snapshot == NULL)
        return mr_respond_error(request, 500, NULL, "out of memory");
    return mr_handover_viewer(
        request,
        &(struct mr_arrival){
            .protocol = request->head ? &mr_snapshot_head_protocol : &mr_snapshot_protocol,
            .session = snapshot,
        },
        200);
}
