#include "http/viewers/events.h"

#include "http/engine/client.h"
#include "http/engine/form.h"
#include "http/viewers/stream_head.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* JSON of ours is one line, as `data:` must be. */
static int make_event(struct mr_packet *packet, struct mr_form *form)
{
    static const char end[] = "\n\n";
    struct mr_buffer start = { 0 };
    mr_buffer_printf(&start, "id: %" PRIu64 "\ndata: ", packet->seq);
    if (start.failed) {
        mr_buffer_finish(&start);
        return -ENOMEM;
    }
    form->owned = start.data;
    mr_form_add(form, start.data, start.size);
    mr_form_add(form, packet->payload, packet->payload_size);
    mr_form_add(form, end, sizeof(end) - 1);
    return 0;
}

static void write_text(struct mr_client *client, const char *text)
{
    mr_client_write(client, text, strlen(text));
}

/* A name of its own: what has none, and what is called "message", is the same to a browser. */
static void send_event(struct mr_client *client, const char *json, size_t size)
{
    write_text(client, "event: broadcast\ndata: ");
    mr_client_write(client, json, size);
    write_text(client, "\n\n");
}

/* A comment, which keeps what is in between from closing the connection. */
static void send_ping(struct mr_client *client, const struct mr_mark *mark)
{
    (void)mark;
    write_text(client, ":\n\n");
}

static const struct mr_form_maker event = { .slot = MR_FORM_EVENT, .make = make_event };

const struct mr_protocol mr_events_protocol = {
    .kind = MR_VIEWER_EVENTS,
    .maker = &event,
    .text = send_event,
    .ping = send_ping,
};

int mr_events_get(const struct mr_request *request)
{
    return mr_stream_head_endless(request, "text/event-stream", "retry: 2000\n\n",
                                  &mr_events_protocol);
}
