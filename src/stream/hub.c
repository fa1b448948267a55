#include "stream/hub.h"

#include "base/clock.h"
#include "base/thread.h"
#include "base/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct waker {
    int given; /* the deliverer's descriptor, only to tell it from others */
    int fd;    /* our duplicate */
};

struct mr_hub {
    atomic_uint refs;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* somebody joined, closed, or no call of an inbox is under way */
    /* protected by lock */
    struct mr_packet *recent[MR_HUB_RECENT]; /* oldest first */
    int recent_count;
    uint64_t published;
    struct waker wakers[MR_HUB_MAX_WAKERS];
    int waker_count;
    unsigned viewers[MR_VIEWER_KINDS];
    unsigned viewers_total;
    const char *closed;
    mr_hub_inbox *inbox;
    void *inbox_opaque;
    unsigned inbox_calls; /* under way */
    struct mr_text_ring texts;

    /* set under lock, read without */
    atomic_ullong newest_text;
    atomic_ullong texts_dropped;

    /* without lock */
    atomic_ullong sent_bytes[MR_VIEWER_KINDS], sent_packets[MR_VIEWER_KINDS];
};

const char *mr_hub_kind_name(enum mr_viewer_kind kind)
{
    static const char *const names[MR_VIEWER_KINDS] = {
        [MR_VIEWER_WEBSOCKET] = "websocket", [MR_VIEWER_WEBSOCKET_JSON] = "websocket-json",
        [MR_VIEWER_SOCKETIO] = "socketio",   [MR_VIEWER_WEBSOCKET_DATA] = "websocket-data",
        [MR_VIEWER_MJPEG] = "mjpeg",         [MR_VIEWER_SNAPSHOT] = "snapshot",
        [MR_VIEWER_EVENTS] = "events",
    };
    return names[kind];
}

struct mr_hub *mr_hub_create(void)
{
    struct mr_hub *hub = calloc(1, sizeof(*hub));
    if (hub == NULL)
        return NULL;
    atomic_init(&hub->refs, 1);
    atomic_init(&hub->newest_text, 0);
    atomic_init(&hub->texts_dropped, 0);
    pthread_mutex_init(&hub->lock, NULL);
    mr_thread_cond_init(&hub->changed);
    return hub;
}

struct mr_hub *mr_hub_ref(struct mr_hub *hub)
{
    atomic_fetch_add_explicit(&hub->refs, 1, memory_order_relaxed);
    return hub;
}

static void unref_texts(struct mr_hub_text *texts[], unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        mr_text_ring_unref_text(&texts[i]);
}

void mr_hub_unref(struct mr_hub **held)
{
    struct mr_hub_text *texts[MR_TEXTS_MAX];
    struct mr_hub *hub = *held;
    *held = NULL;
    if (hub == NULL || atomic_fetch_sub_explicit(&hub->refs, 1, memory_order_acq_rel) > 1)
        return;

    for (int i = 0; i < hub->recent_count; i++)
        mr_packet_unref(&hub->recent[i]);
    for (int i = 0; i < hub->waker_count; i++)
        close(hub->wakers[i].fd);
    unref_texts(texts, mr_text_ring_clear(&hub->texts, texts));
    pthread_cond_destroy(&hub->changed);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

/* Wakers are only ever added, and their duplicates live as long as the hub: the ones that were
 * there under the lock can be written to after it. */
static void wake(struct mr_hub *hub, int waker_count)
{
    for (int i = 0; i < waker_count; i++)
        mr_wake_ring(hub->wakers[i].fd);
}

void mr_hub_publish(struct mr_hub *hub, struct mr_packet *packet)
{
    struct mr_packet *oldest = NULL;
    packet->published_us = mr_clock_now_us();

    pthread_mutex_lock(&hub->lock);
    packet->number = ++hub->published;
    if (hub->recent_count == MR_HUB_RECENT) {
        oldest = hub->recent[0];
        memmove(hub->recent, hub->recent + 1, sizeof(*hub->recent) * (MR_HUB_RECENT - 1));
        hub->recent_count--;
    }
    hub->recent[hub->recent_count++] = packet;
    int waker_count = hub->waker_count;
    pthread_mutex_unlock(&hub->lock);

    wake(hub, waker_count);
    mr_packet_unref(&oldest);
}

void mr_hub_clear(struct mr_hub *hub)
{
    struct mr_packet *old[MR_HUB_RECENT];

    pthread_mutex_lock(&hub->lock);
    int count = hub->recent_count;
    memcpy(old, hub->recent, sizeof(old));
    hub->recent_count = 0;
    pthread_mutex_unlock(&hub->lock);

    for (int i = 0; i < count; i++)
        mr_packet_unref(&old[i]);
}

void mr_hub_close(struct mr_hub *hub, const char *reason)
{
    pthread_mutex_lock(&hub->lock);
    if (hub->closed == NULL)
        hub->closed = reason;
    int waker_count = hub->waker_count;
    pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
    wake(hub, waker_count);
}

bool mr_hub_wait_wanted(struct mr_hub *hub, int64_t deadline_us)
{
    pthread_mutex_lock(&hub->lock);
    while (hub->viewers_total == 0 && hub->closed == NULL)
        if (mr_thread_cond_wait_until(&hub->changed, &hub->lock, deadline_us) != 0)
            break;
    bool wanted = hub->viewers_total > 0;
    pthread_mutex_unlock(&hub->lock);
    return wanted;
}

static bool has_waker(const struct mr_hub *hub, int fd)
{
    for (int i = 0; i < hub->waker_count; i++)
        if (hub->wakers[i].given == fd)
            return true;
    return false;
}

int mr_hub_add_waker(struct mr_hub *hub, int fd)
{
    int result = 0;
    pthread_mutex_lock(&hub->lock);
    if (!has_waker(hub, fd)) {
        int copy = hub->waker_count < MR_HUB_MAX_WAKERS ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
        if (copy >= 0)
            hub->wakers[hub->waker_count++] = (struct waker){ .given = fd, .fd = copy };
        else
            result = hub->waker_count < MR_HUB_MAX_WAKERS ? -errno : -ENOSPC;
    }
    pthread_mutex_unlock(&hub->lock);
    return result;
}

/* ---- what viewers do and say ---- */

void mr_hub_set_inbox(struct mr_hub *hub, mr_hub_inbox *inbox, void *opaque)
{
    pthread_mutex_lock(&hub->lock);
    hub->inbox = inbox;
    hub->inbox_opaque = opaque;
    while (inbox == NULL && hub->inbox_calls > 0)
        mr_thread_cond_wait_until(&hub->changed, &hub->lock, -1);
    pthread_mutex_unlock(&hub->lock);
}

/* Call the inbox, without the lock, so that it cannot be taken away meanwhile.
 * return: 0; -errno: the inbox refused; -ENOENT: there is none */
static int tell(struct mr_hub *hub, const struct mr_script_event *event)
{
    pthread_mutex_lock(&hub->lock);
    mr_hub_inbox *inbox = hub->inbox;
    void *opaque = hub->inbox_opaque;
    hub->inbox_calls += inbox != NULL;
    pthread_mutex_unlock(&hub->lock);
    if (inbox == NULL)
        return -ENOENT;

    int result = inbox(opaque, event);

    pthread_mutex_lock(&hub->lock);
    if (--hub->inbox_calls == 0 && hub->inbox == NULL)
        pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);
    return result;
}

void mr_hub_join(struct mr_hub *hub, enum mr_viewer_kind kind, struct mr_viewer *viewer)
{
    static atomic_ullong last_id;
    *viewer = (struct mr_viewer){ .id = atomic_fetch_add(&last_id, 1) + 1, .kind = kind };

    pthread_mutex_lock(&hub->lock);
    viewer->after_text = hub->texts.newest;
    hub->viewers[kind]++;
    hub->viewers_total++;
    pthread_cond_broadcast(&hub->changed);
    pthread_mutex_unlock(&hub->lock);

    viewer->announced =
        tell(hub, &(struct mr_script_event){ .kind = MR_SCRIPT_JOIN, .client = viewer->id }) == 0;
}

void mr_hub_leave(struct mr_hub *hub, const struct mr_viewer *viewer)
{
    struct mr_hub_text *unwanted[MR_TEXTS_MAX];
    unsigned count = 0;

    pthread_mutex_lock(&hub->lock);
    hub->viewers[viewer->kind]--;
    if (--hub->viewers_total == 0)
        count = mr_text_ring_clear(&hub->texts, unwanted);
    pthread_mutex_unlock(&hub->lock);

    unref_texts(unwanted, count);
    if (viewer->announced)
        tell(hub, &(struct mr_script_event){ .kind = MR_SCRIPT_LEAVE, .client = viewer->id });
}

int mr_hub_post(struct mr_hub *hub, const struct mr_viewer *viewer, const char *json, size_t size)
{
    int result = tell(
        hub, &(struct mr_script_event){
                 .kind = MR_SCRIPT_MESSAGE, .client = viewer->id, .json = json, .size = size });
    return result == -ENOENT ? 0 : result; /* without a script, messages are ignored */
}

/* ---- what the script says ---- */

int mr_hub_broadcast(struct mr_hub *hub, uint64_t client, const char *json, size_t size)
{
    struct mr_hub_text *text = mr_text_ring_create_text(client, json, size), *unwanted = text;
    if (text == NULL)
        return -ENOMEM;

    int waker_count = 0;
    pthread_mutex_lock(&hub->lock);
    if (hub->viewers_total > 0) {
        unwanted = mr_text_ring_put(&hub->texts, text);
        atomic_store_explicit(&hub->newest_text, text->number, memory_order_release);
        waker_count = hub->waker_count;
    }
    pthread_mutex_unlock(&hub->lock);

    wake(hub, waker_count);
    mr_text_ring_unref_text(&unwanted);
    return 0;
}

uint64_t mr_hub_newest_text(struct mr_hub *hub)
{
    return atomic_load_explicit(&hub->newest_text, memory_order_acquire);
}

unsigned mr_hub_texts(struct mr_hub *hub, uint64_t *last, struct mr_hub_text *texts[MR_TEXTS_MAX])
{
    if (mr_hub_newest_text(hub) == *last)
        return 0;
    uint64_t missed;
    pthread_mutex_lock(&hub->lock);
    unsigned count = mr_text_ring_fetch(&hub->texts, last, texts, &missed);
    pthread_mutex_unlock(&hub->lock);
    mr_hub_drop_texts(hub, missed);
    return count;
}

void mr_hub_drop_texts(struct mr_hub *hub, uint64_t count)
{
    atomic_fetch_add_explicit(&hub->texts_dropped, count, memory_order_relaxed);
}

void mr_hub_text_counts(struct mr_hub *hub, uint64_t *sent, uint64_t *dropped)
{
    *sent = mr_hub_newest_text(hub);
    *dropped = atomic_load_explicit(&hub->texts_dropped, memory_order_relaxed);
}

/* ---- figures ---- */

unsigned mr_hub_viewers(struct mr_hub *hub, unsigned by_kind[MR_VIEWER_KINDS])
{
    pthread_mutex_lock(&hub->lock);
    unsigned total = hub->viewers_total;
    if (by_kind != NULL)
        memcpy(by_kind, hub->viewers, sizeof(hub->viewers));
    pthread_mutex_unlock(&hub->lock);
    return total;
}

int mr_hub_recent(struct mr_hub *hub, struct mr_packet *recent[MR_HUB_RECENT])
{
    pthread_mutex_lock(&hub->lock);
    int count = hub->recent_count;
    for (int i = 0; i < count; i++)
        recent[i] = mr_packet_ref(hub->recent[i]);
    pthread_mutex_unlock(&hub->lock);
    return count;
}

const char *mr_hub_closed(struct mr_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    const char *reason = hub->closed;
    pthread_mutex_unlock(&hub->lock);
    return reason;
}

void mr_hub_note_sent(struct mr_hub *hub, enum mr_viewer_kind kind, size_t bytes, unsigned packets)
{
    atomic_fetch_add_explicit(&hub->sent_bytes[kind], bytes, memory_order_relaxed);
    if (packets > 0)
        atomic_fetch_add_explicit(&hub->sent_packets[kind], packets, memory_order_relaxed);
}

void mr_hub_sent(struct mr_hub *hub, struct mr_hub_sent sent[MR_VIEWER_KINDS])
{
    for (int i = 0; i < MR_VIEWER_KINDS; i++)
        sent[i] = (struct mr_hub_sent){
            .bytes = atomic_load_explicit(&hub->sent_bytes[i], memory_order_relaxed),
            .packets = atomic_load_explicit(&hub->sent_packets[i], memory_order_relaxed),
        };
}
