#include "http/engine/client_pump.h"

#include "http/engine/socket.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* So many packets without blocking, and a client that could not keep up may catch up again. */
#define CALM_PACKETS 50

/* A client that stopped watching may still have a packet in flight; do not count it. */
static void count_sent(const struct mr_client *client, size_t bytes, unsigned packets)
{
    if (client->hub != NULL)
        mr_hub_note_sent(client->hub, client->viewer->kind, bytes, packets);
}

/* Book what mr_socket_send returned. return: whether anything was taken */
static bool note_sent(struct mr_client *client, ssize_t sent, int64_t now_us)
{
    if (sent > 0) {
        client->progress_us = now_us;
        count_sent(client, (size_t)sent, 0);
        return true;
    }
    client->blocked = true;
    client->calm = 0;
    if (sent < 0)
        client->phase = MR_CLIENT_GONE;
    return false;
}

static void packet_done(struct mr_client *client, uint64_t number)
{
    client->calm = number == client->viewer->last_packet + 1 ? client->calm + 1 : 0;
    client->viewer->last_packet = number;
    client->repeating = false;
    count_sent(client, 0, 1);
    if (client->calm >= CALM_PACKETS) {
        client->skipping = false;
        mr_pace_relax(&client->pace);
    }
    if (client->protocol->once)
        mr_client_end(client);
}

static void send_rest(struct mr_client *client, int64_t now_us)
{
    const struct mr_form *form = client->form;
    ssize_t sent = mr_socket_send(client->fd, form->part, form->parts, client->offset);
    if (!note_sent(client, sent, now_us))
        return;
    client->offset += (size_t)sent;
    if (client->offset == form->size_bytes) {
        packet_done(client, client->packet->number);
        mr_packet_unref(&client->packet);
    }
}

static void send_queue(struct mr_client *client, int64_t now_us)
{
    struct mr_buffer *queue = &client->queue;
    struct iovec part = { .iov_base = queue->data, .iov_len = queue->size };
    ssize_t sent = mr_socket_send(client->fd, &part, 1, client->queue_sent);
    if (!note_sent(client, sent, now_us))
        return;
    client->queue_sent += (size_t)sent;
    if (client->queue_sent == queue->size) {
        mr_buffer_finish(queue); /* most clients never need it again */
        client->queue_sent = 0;
        client->rearm = client->rearm || client->unread;
        client->unread = false;
    }
}

static void begin_to_skip(struct mr_client *client)
{
    client->skipping = true;
    mr_pace_close(&client->pace);
}

/* The packet that comes next: the one after the last, if the hub still has it and the client keeps up
 * on the whole; else the newest. NULL: it has seen all. */
static struct mr_packet *choose_next(struct mr_client *client, const struct mr_recent *recent)
{
    if (recent->count == 0 || client->maker == NULL)
        return NULL;
    struct mr_packet *newest = recent->packet[recent->count - 1];
    uint64_t last = client->viewer->last_packet, next = last + 1;
    if (newest->number <= last)
        return NULL;
    if (last == 0 || newest->number == next || client->protocol->once)
        return newest;
    uint64_t oldest = recent->packet[0]->number;
    if (next < oldest && !client->skipping)
        begin_to_skip(client);
    return client->skipping ? newest : recent->packet[next - oldest];
}

/* Whether another packet may be on its way to the client. One that cannot answer and has fallen behind has to have
 * acknowledged all that was sent; a proxy does that at once. */
static bool may_send(struct mr_client *client, int64_t now_us)
{
    int unacknowledged = 0;
    if (client->protocol->has_answers)
        return mr_pace_allows(&client->pace, now_us);
    return !client->skipping || ioctl(client->fd, SIOCOUTQ, &unacknowledged) < 0 ||
           unacknowledged == 0;
}

/* Send a packet from its beginning, and the mark that follows it, in one call.
 * return: whether anything was taken */
static bool send_packet(struct mr_client *client, struct mr_packet *packet,
                        const struct mr_form *form, int64_t now_us)
{
    struct mr_buffer *queue = &client->queue;
    struct iovec parts[MR_PACKET_FORM_PARTS + 1];
    struct mr_mark mark;
    memcpy(parts, form->part, (size_t)form->parts * sizeof(*parts));
    if (client->protocol->has_answers && mr_pace_mark(&client->pace, now_us, &mark))
        client->protocol->ping(client, &mark);
    bool marked = queue->size > 0;
    parts[form->parts] = (struct iovec){ .iov_base = queue->data, .iov_len = queue->size };
    ssize_t sent = mr_socket_send(client->fd, parts, form->parts + marked, 0);
    if (!note_sent(client, sent, now_us)) {
        mr_buffer_finish(queue);
        return false;
    }
    if (marked)
        mr_pace_marked(&client->pace, &mark);
    if ((size_t)sent < form->size_bytes) {
        client->packet = mr_packet_ref(packet);
        client->form = form;
        client->offset = (size_t)sent;
        return true;
    }
    client->queue_sent = (size_t)sent - form->size_bytes;
    if (client->queue_sent == queue->size) {
        mr_buffer_finish(queue);
        client->queue_sent = 0;
    }
    packet_done(client, packet->number);
    return true;
}

/* return: whether there was one to send */
static bool send_next(struct mr_client *client, const struct mr_recent *recent, int64_t now_us)
{
    struct mr_mark probe;
    struct mr_packet *packet = choose_next(client, recent);
    if (packet == NULL || !may_send(client, now_us))
        return false;
    if (client->protocol->claim != NULL && client->protocol->claim(client, packet)) {
        packet_done(client, packet->number);
        return true;
    }
    if (client->protocol->has_answers && mr_pace_probe(&client->pace, now_us, &probe))
        client->protocol->ping(client, &probe);
    if (client->queue.size > 0) /* what goes before it is to go first */
        return true;
    const struct mr_form *form = mr_packet_form(packet, client->maker);
    if (form == NULL || form->size_bytes == 0) { /* out of memory: this one is lost for it */
        client->viewer->last_packet = packet->number;
        return true;
    }
    return send_packet(client, packet, form, now_us);
}

static void part(struct mr_client *client, int64_t now_us)
{
    shutdown(client->fd, SHUT_WR);
    client->phase = client->half ? MR_CLIENT_GONE : MR_CLIENT_PARTED;
    if (client->deadline_us > now_us + MR_CLIENT_LINGER_US)
        client->deadline_us = now_us + MR_CLIENT_LINGER_US;
}

void mr_client_pump(struct mr_client *client, const struct mr_recent *recent, int64_t now_us)
{
    while (!client->blocked && client->phase <= MR_CLIENT_ENDING) {
        if (client->packet != NULL)
            send_rest(client, now_us);
        else if (client->queue.size > 0)
            send_queue(client, now_us);
        else if (client->phase == MR_CLIENT_ENDING)
            part(client, now_us);
        else if (!send_next(client, recent, now_us))
            return;
    }
}
