#include "http/engine/client.h"

#include "base/clock.h"
#include "http/engine/socket.h"

#include <assert.h>
#include <errno.h>
#include <linux/tcp.h> /* not netinet's: its tcp_info ends too early */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Reads of one turn, so that a client that floods us delays nobody. */
#define READS_PER_TURN 4

struct mr_client *mr_client_create(const struct mr_arrival *arrival)
{
    struct mr_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        close(arrival->fd);
        if (arrival->addresses != NULL)
            mr_addresses_give(arrival->addresses, &arrival->peer);
        if (arrival->session != NULL && arrival->protocol->close != NULL)
            arrival->protocol->close(arrival->session);
        return NULL;
    }
    client->fd = arrival->fd;
    client->protocol = arrival->protocol;
    client->maker = arrival->protocol->maker;
    client->session = arrival->session;
    client->addresses = arrival->addresses;
    client->peer = arrival->peer;
    client->viewer = &client->own;
    if (arrival->hub != NULL) {
        client->hub = mr_hub_ref(arrival->hub);
        client->joined = true;
        mr_hub_join(client->hub, client->protocol->kind, &client->own);
    }
    mr_buffer_append(&client->queue, arrival->head, arrival->head_size);
    if (arrival->early_size > 0)
        mr_buffer_append(&client->early, arrival->early, arrival->early_size);
    if (client->queue.failed || client->early.failed) {
        mr_client_destroy(client);
        return NULL;
    }
    mr_socket_prepare(client->fd);
    return client;
}

void mr_client_destroy(struct mr_client *client)
{
    if (client == NULL)
        return;
    if (client->session != NULL && client->protocol->close != NULL)
        client->protocol->close(client->session);
    close(client->fd);
    if (client->addresses != NULL)
        mr_addresses_give(client->addresses, &client->peer);
    if (client->joined)
        mr_hub_leave(client->hub, &client->own);
    mr_hub_unref(&client->hub);
    mr_packet_unref(&client->packet);
    mr_buffer_finish(&client->early);
    mr_buffer_finish(&client->queue);
    free(client);
}

static int64_t round_trip_us(const struct mr_client *client)
{
    struct tcp_info info;
    socklen_t size = sizeof(info);
    bool known = getsockopt(client->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
    return known ? info.tcpi_min_rtt : 0;
}

void mr_client_start(struct mr_client *client, int64_t now_us)
{
    client->progress_us = now_us;
    if (client->protocol->has_answers)
        mr_pace_start(&client->pace, round_trip_us(client));
    if (client->protocol->open != NULL && client->protocol->open(client) < 0)
        client->phase = MR_CLIENT_GONE;
    if (client->phase == MR_CLIENT_OPEN && client->early.size > 0 &&
        client->protocol->receive != NULL)
        client->protocol->receive(client, client->early.data, client->early.size);
    mr_buffer_finish(&client->early);
}

static void take_bytes(struct mr_client *client, const uint8_t *bytes, ssize_t size)
{
    if (size > 0 && client->phase == MR_CLIENT_OPEN && client->protocol->receive != NULL)
        client->protocol->receive(client, bytes, (size_t)size);
    if (size > 0)
        return;
    client->half = true;
    if (client->phase != MR_CLIENT_ENDING) /* else it may still want to read our goodbye */
        client->phase = MR_CLIENT_GONE;
}

void mr_client_receive(struct mr_client *client, uint8_t *scratch, size_t scratch_size)
{
    for (int i = 0; i < READS_PER_TURN; i++) {
        if (client->phase == MR_CLIENT_GONE || client->half)
            return;
        if (client->queue.size - client->queue_sent > MR_CLIENT_QUEUE_LIMIT) {
            client->unread = true;
            return;
        }
        ssize_t got = recv(client->fd, scratch, scratch_size, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            return;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            client->phase = MR_CLIENT_GONE;
        else
            take_bytes(client, scratch, got);
    }
    client->rearm = true;
}

/* Send the last packet once more, so that a proxy does not take the connection for dead. */
static void repeat_last(struct mr_client *client)
{
    if (client->repeating || client->viewer->last_packet == 0)
        return;
    client->repeating = true;
    client->viewer->last_packet--;
}

void mr_client_tick(struct mr_client *client, int64_t now_us)
{
    const struct mr_protocol *protocol = client->protocol;
    int64_t silence_us = now_us - client->progress_us;
    if (client->phase == MR_CLIENT_OPEN) {
        if (client->blocked && silence_us > MR_CLIENT_STALL_US)
            client->phase = MR_CLIENT_GONE;
        else if (!client->blocked && silence_us > MR_CLIENT_PING_US && protocol->ping != NULL)
            protocol->ping(client, &(struct mr_mark){ 0 });
        else if (!client->blocked && silence_us > MR_CLIENT_PING_US && protocol->repeats)
            repeat_last(client);
        if (protocol->tick != NULL)
            protocol->tick(client, now_us);
    } else if (now_us >= client->deadline_us) {
        client->phase = MR_CLIENT_GONE;
    }
}

void mr_client_tell(struct mr_client *client, const struct mr_hub_text *text)
{
    struct mr_viewer *viewer = client->viewer;
    bool meant = text->client == 0 || text->client == viewer->id;
    if (!meant || text->number <= viewer->after_text || client->phase != MR_CLIENT_OPEN ||
        client->protocol->text == NULL)
        return;
    viewer->after_text = text->number;
    if (client->queue.size - client->queue_sent + text->size > MR_CLIENT_TEXTS_LIMIT)
        mr_hub_drop_texts(client->hub, 1);
    else
        client->protocol->text(client, text->json, text->size);
}

void mr_client_farewell(struct mr_client *client, const char *reason, int64_t deadline_us)
{
    if (client->phase == MR_CLIENT_OPEN && client->protocol->goodbye != NULL)
        client->protocol->goodbye(client, reason);
    mr_client_end(client); /* at the latest now */
    if (client->deadline_us > deadline_us)
        client->deadline_us = deadline_us;
}

void mr_client_poke(struct mr_client *client)
{
    if (client->is_poked || client->poked == NULL)
        return;
    client->is_poked = true;
    client->next_poked = *client->poked;
    *client->poked = client;
}

void mr_client_watch(struct mr_client *client, struct mr_hub *hub, struct mr_viewer *viewer)
{
    assert(!client->joined);
    struct mr_hub *before = client->hub;
    client->hub = hub != NULL ? mr_hub_ref(hub) : NULL;
    client->viewer = hub != NULL ? viewer : &client->own;
    client->moved = client->moved || hub != before;
    mr_hub_unref(&before);
    mr_client_poke(client);
}

/* Bytes that were sent are removed once they are most of the queue: a queue that is never empty must not grow. */
static void forget_sent(struct mr_client *client)
{
    struct mr_buffer *queue = &client->queue;
    if (client->queue_sent < MR_CLIENT_QUEUE_LIMIT || client->queue_sent < queue->size / 2)
        return;
    queue->size -= client->queue_sent;
    memmove(queue->data, queue->data + client->queue_sent, queue->size);
    client->queue_sent = 0;
}

void mr_client_write(struct mr_client *client, const void *bytes, size_t size)
{
    if (client->phase != MR_CLIENT_OPEN)
        return;
    forget_sent(client);
    mr_buffer_append(&client->queue, bytes, size);
    if (client->queue.failed)
        client->phase = MR_CLIENT_GONE;
    mr_client_poke(client);
}

void mr_client_answered(struct mr_client *client, const struct mr_mark *mark)
{
    mr_pace_answer(&client->pace, mark, mr_clock_now_us());
}

void mr_client_end(struct mr_client *client)
{
    if (client->phase != MR_CLIENT_OPEN)
        return;
    client->phase = MR_CLIENT_ENDING;
    client->deadline_us = mr_clock_now_us() + MR_CLIENT_FAREWELL_US;
    mr_client_poke(client);
}

void mr_client_drop(struct mr_client *client)
{
    client->phase = MR_CLIENT_GONE;
    mr_client_poke(client);
}
