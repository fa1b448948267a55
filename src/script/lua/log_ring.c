#include "script/lua/log_ring.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char traceback_mark[] = "\nstack traceback:";

struct mr_log_ring {
    atomic_uint refs;
    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_log_line *slots[MR_LOG_RING_LINES]; /* line N is in slot N % MR_LOG_RING_LINES */
    uint64_t newest;                              /* number of the last one, 0 before it */
    unsigned count;
    size_t bytes;
    unsigned followers;
    int64_t left_us; /* when the last of them went; 0: never */
};

struct mr_log_ring *mr_log_ring_create(void)
{
    struct mr_log_ring *ring = calloc(1, sizeof(*ring));
    if (ring == NULL)
        return NULL;
    atomic_init(&ring->refs, 1);
    pthread_mutex_init(&ring->lock, NULL);
    return ring;
}

struct mr_log_ring *mr_log_ring_ref(struct mr_log_ring *ring)
{
    atomic_fetch_add_explicit(&ring->refs, 1, memory_order_relaxed);
    return ring;
}

void mr_log_ring_unref_line(struct mr_log_line **held)
{
    struct mr_log_line *line = *held;
    *held = NULL;
    if (line != NULL && atomic_fetch_sub_explicit(&line->refs, 1, memory_order_acq_rel) == 1)
        free(line);
}

void mr_log_ring_unref(struct mr_log_ring **held)
{
    struct mr_log_ring *ring = *held;
    *held = NULL;
    if (ring == NULL || atomic_fetch_sub_explicit(&ring->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (unsigned i = 0; i < MR_LOG_RING_LINES; i++)
        mr_log_ring_unref_line(&ring->slots[i]);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

/* ---- putting ---- */

static struct mr_log_line *line_create(enum mr_log_level level, const char *text)
{
    size_t size = strlen(text);
    struct mr_log_line *line = malloc(sizeof(*line) + size + 1);
    if (line == NULL)
        return NULL;
    *line = (struct mr_log_line){ .time_us = mr_clock_wall_us(), .level = level, .size = size };
    atomic_init(&line->refs, 1);
    memcpy(line->text, text, size + 1);
    char *mark = level == MR_LOG_ERROR ? strstr(line->text, traceback_mark) : NULL;
    if (mark != NULL) {
        *mark = '\0';
        line->traceback = mark + 1;
    }
    return line;
}

static struct mr_log_line **slot_of(struct mr_log_ring *ring, uint64_t number)
{
    return &ring->slots[number % MR_LOG_RING_LINES];
}

/* Take the oldest line out. */
static struct mr_log_line *take_oldest(struct mr_log_ring *ring)
{
    struct mr_log_line **slot = slot_of(ring, ring->newest - ring->count + 1);
    struct mr_log_line *oldest = *slot;
    *slot = NULL;
    ring->count--;
    ring->bytes -= oldest->size;
    return oldest;
}

static struct mr_log_line *make_room(struct mr_log_ring *ring, size_t size)
{
    bool full = ring->count == MR_LOG_RING_LINES || ring->bytes + size > MR_LOG_RING_BYTES;
    return ring->count > 0 && full ? take_oldest(ring) : NULL;
}

void mr_log_ring_put(struct mr_log_ring *ring, enum mr_log_level level, const char *text)
{
    struct mr_log_line *line = line_create(level, text), *oldest;
    bool kept; /* then it is the ring's, and may be gone at once */
    if (line == NULL)
        return;
    do { /* the lock is given back between two of them: nothing is freed under it */
        pthread_mutex_lock(&ring->lock);
        oldest = make_room(ring, line->size);
        kept = oldest == NULL;
        if (kept) {
            line->number = ++ring->newest;
            *slot_of(ring, line->number) = line;
            ring->count++;
            ring->bytes += line->size;
        }
        pthread_mutex_unlock(&ring->lock);
        mr_log_ring_unref_line(&oldest);
    } while (!kept);
}

/* ---- fetching ---- */

static struct mr_log_line *line_ref(struct mr_log_line *line)
{
    atomic_fetch_add_explicit(&line->refs, 1, memory_order_relaxed);
    return line;
}

unsigned mr_log_ring_fetch(struct mr_log_ring *ring, uint64_t *last,
                           struct mr_log_line *lines[MR_LOG_RING_LINES], uint64_t *missed)
{
    unsigned count = 0;
    pthread_mutex_lock(&ring->lock);
    if (*last > ring->newest)
        *last = 0;
    uint64_t oldest = ring->newest - ring->count + 1, next = *last + 1;
    *missed = next < oldest ? oldest - next : 0;
    for (next += *missed; next <= ring->newest; next++)
        lines[count++] = line_ref(*slot_of(ring, next));
    *last = ring->newest;
    pthread_mutex_unlock(&ring->lock);
    return count;
}

uint64_t mr_log_ring_dropped(struct mr_log_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    uint64_t dropped = ring->newest - ring->count;
    pthread_mutex_unlock(&ring->lock);
    return dropped;
}

void mr_log_ring_follow(struct mr_log_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->followers++;
    pthread_mutex_unlock(&ring->lock);
}

void mr_log_ring_unfollow(struct mr_log_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->left_us = mr_clock_now_us();
    ring->followers--;
    pthread_mutex_unlock(&ring->lock);
}

int64_t mr_log_ring_left_us(struct mr_log_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    int64_t left_us = ring->followers == 0 ? ring->left_us : 0;
    pthread_mutex_unlock(&ring->lock);
    return left_us;
}
