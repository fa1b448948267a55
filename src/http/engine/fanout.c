#include "http/engine/fanout.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wake.h"
#include "http/engine/roster.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 256
#define SCRATCH_BYTES  (16 * 1024)
#define TICK_US        (1000 * 1000LL)

struct mr_fanout {
    /* immutable */
    int epoll;
    int wake; /* eventfd: a hub has news, somebody arrived, or it is over */
    unsigned max_clients;
    struct mr_fanout_service services[MR_FANOUT_SERVICES_MAX];
    size_t service_count;
    pthread_t thread;

    atomic_uint places; /* taken */

    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_client *arrived; /* not yet seen by the thread */
    bool stopping;
    const char *reason;
    int64_t deadline_us;

    /* creator's thread only */
    bool running;

    /* fanout thread only */
    struct mr_roster roster;
    bool parting; /* stopping, and everybody has been told */
    int64_t parting_deadline_us;
    uint8_t scratch[SCRATCH_BYTES];
};

/* ---- clients come and go ---- */

static void take_arrivals(struct mr_fanout *engine, int64_t now_us)
{
    pthread_mutex_lock(&engine->lock);
    struct mr_client *client = engine->arrived;
    engine->arrived = NULL;
    pthread_mutex_unlock(&engine->lock);

    while (client != NULL) {
        struct mr_client *next = client->next;
        mr_client_start(client, now_us);
        mr_roster_add(&engine->roster, client);
        client = next;
    }
}

static void bury(struct mr_fanout *engine)
{
    atomic_fetch_sub(&engine->places, mr_roster_bury(&engine->roster));
}

/* ---- delivery ---- */

/* Backwards: a client that leaves is replaced by one that had its turn. */
static void deliver(struct mr_fanout *engine, struct mr_group *group, int64_t now_us)
{
    if (group->hub == NULL)
        return;
    /* before: the last packet is not to be missed */
    const char *closed = mr_hub_closed(group->hub);
    mr_group_refresh(group);
    mr_group_tell(group);
    for (size_t i = group->count; i-- > 0;)
        mr_roster_pump(&engine->roster, group->clients[i], now_us);
    if (closed == NULL)
        return;
    for (size_t i = group->count; i-- > 0;) {
        mr_client_farewell(group->clients[i], closed, now_us + MR_CLIENT_FAREWELL_US);
        mr_roster_pump(&engine->roster, group->clients[i], now_us);
    }
}

static void part_from_all(struct mr_fanout *engine, const char *reason, int64_t now_us)
{
    for (struct mr_group *group = engine->roster.groups; group != NULL; group = group->next)
        for (size_t i = group->count; i-- > 0;) {
            mr_client_farewell(group->clients[i], reason, engine->parting_deadline_us);
            mr_roster_pump(&engine->roster, group->clients[i], now_us);
        }
}

static void answer_wake(struct mr_fanout *engine, int64_t now_us)
{
    mr_wake_hush(engine->wake);
    take_arrivals(engine, now_us);
    for (struct mr_group *group = engine->roster.groups; group != NULL; group = group->next)
        deliver(engine, group, now_us);

    pthread_mutex_lock(&engine->lock);
    bool stopping = engine->stopping;
    const char *reason = engine->reason;
    engine->parting_deadline_us = engine->deadline_us;
    pthread_mutex_unlock(&engine->lock);
    if (stopping) { /* mr_fanout_add refuses since before it was set: nobody arrives after this */
        take_arrivals(engine, now_us);
        part_from_all(engine, reason, now_us);
        engine->parting = true;
    }
}

static void answer_client(struct mr_fanout *engine, const struct epoll_event *event, int64_t now_us)
{
    struct mr_client *client = event->data.ptr;
    if (client->phase == MR_CLIENT_GONE)
        return;
    if (event->events & EPOLLOUT)
        client->blocked = false;
    if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        mr_client_receive(client, engine->scratch, sizeof(engine->scratch));
    mr_roster_pump(&engine->roster, client, now_us);
}

static void tick(struct mr_fanout *engine, int64_t now_us)
{
    for (struct mr_group *group = engine->roster.groups; group != NULL; group = group->next)
        for (size_t i = group->count; i-- > 0;) {
            mr_client_tick(group->clients[i], now_us);
            mr_roster_pump(&engine->roster, group->clients[i], now_us);
        }
}

static int64_t services_due_us(const struct mr_fanout *engine)
{
    int64_t due_us = INT64_MAX;
    for (size_t i = 0; i < engine->service_count; i++) {
        int64_t at_us = engine->services[i].due(engine->services[i].opaque);
        if (at_us < due_us)
            due_us = at_us;
    }
    return due_us;
}

static void run_services(struct mr_fanout *engine, int64_t now_us)
{
    for (size_t i = 0; i < engine->service_count; i++) {
        const struct mr_fanout_service *service = &engine->services[i];
        if (service->due(service->opaque) <= now_us)
            service->run(service->opaque, now_us);
    }
}

/* How long epoll may wait, in ms; -1: until something happens. */
static int patience_ms(const struct mr_fanout *engine, int64_t tick_us, int64_t now_us)
{
    int64_t until_us = services_due_us(engine);
    if (engine->roster.groups != NULL && tick_us < until_us)
        until_us = tick_us;
    if (until_us == INT64_MAX)
        return -1;
    if (engine->parting && engine->parting_deadline_us < until_us)
        until_us = engine->parting_deadline_us;
    return until_us <= now_us ? 0 : (int)((until_us - now_us + 999) / 1000);
}

static bool is_over(const struct mr_fanout *engine, int64_t now_us)
{
    return engine->parting &&
           (engine->roster.groups == NULL || now_us >= engine->parting_deadline_us);
}

static void *run(void *argument)
{
    struct mr_fanout *engine = argument;
    struct epoll_event events[EVENTS_AT_ONCE];
    int64_t now_us = mr_clock_now_us();
    int64_t tick_us = now_us + TICK_US;

    while (!is_over(engine, now_us)) {
        int count =
            epoll_wait(engine->epoll, events, EVENTS_AT_ONCE, patience_ms(engine, tick_us, now_us));
        now_us = mr_clock_now_us();
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                answer_wake(engine, now_us);
            else
                answer_client(engine, &events[i], now_us);
        }
        if (now_us >= tick_us) {
            tick(engine, now_us);
            tick_us = now_us + TICK_US;
        }
        run_services(engine, now_us);
        do { /* the end of one's session may be news to another socket of it */
            mr_roster_pump_poked(&engine->roster, now_us);
            bury(engine);
        } while (engine->roster.poked != NULL);
    }
    mr_roster_drop_all(&engine->roster);
    bury(engine);
    return NULL;
}

/* ---- the outside ---- */

static int start(struct mr_fanout *engine)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    engine->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (engine->epoll < 0)
        return -errno;
    engine->wake = mr_wake_create();
    if (engine->wake < 0)
        return engine->wake;
    if (epoll_ctl(engine->epoll, EPOLL_CTL_ADD, engine->wake, &event) < 0)
        return -errno;
    engine->roster.epoll = engine->epoll;
    engine->roster.wake = engine->wake;
    int result = mr_thread_start(&engine->thread, "fanout", run, engine);
    engine->running = result == 0;
    return result;
}

int mr_fanout_create(const struct mr_fanout_options *options, struct mr_fanout **made)
{
    *made = NULL;
    struct mr_fanout *engine = calloc(1, sizeof(*engine));
    if (engine == NULL)
        return -ENOMEM;
    engine->epoll = engine->wake = -1;
    engine->max_clients = options->max_clients;
    assert(options->service_count <= MR_FANOUT_SERVICES_MAX);
    engine->service_count = options->service_count;
    for (size_t i = 0; i < options->service_count; i++)
        engine->services[i] = options->services[i];
    pthread_mutex_init(&engine->lock, NULL);
    int result = start(engine);
    if (result < 0) {
        mr_fanout_destroy(engine);
        return result;
    }
    *made = engine;
    return 0;
}

void mr_fanout_stop(struct mr_fanout *engine, const char *reason, int64_t deadline_us)
{
    if (!engine->running)
        return;
    pthread_mutex_lock(&engine->lock);
    engine->stopping = true;
    engine->reason = reason;
    engine->deadline_us = deadline_us;
    pthread_mutex_unlock(&engine->lock);
    mr_wake_ring(engine->wake);
    pthread_join(engine->thread, NULL);
    engine->running = false;
}

void mr_fanout_destroy(struct mr_fanout *engine)
{
    if (engine == NULL)
        return;
    if (engine->epoll >= 0)
        close(engine->epoll);
    if (engine->wake >= 0)
        close(engine->wake);
    pthread_mutex_destroy(&engine->lock);
    free(engine);
}

bool mr_fanout_admit(struct mr_fanout *engine, bool author)
{
    unsigned most = engine->max_clients + (author ? MR_FANOUT_AUTHORS : 0);
    if (atomic_fetch_add(&engine->places, 1) < most)
        return true;
    mr_fanout_dismiss(engine);
    return false;
}

void mr_fanout_dismiss(struct mr_fanout *engine)
{
    atomic_fetch_sub(&engine->places, 1);
}

int mr_fanout_add(struct mr_fanout *engine, const struct mr_arrival *arrival)
{
    struct mr_client *client = mr_client_create(arrival);
    int result = -ENOMEM;
    if (client != NULL) {
        pthread_mutex_lock(&engine->lock);
        result = engine->stopping ? -ESHUTDOWN : 0;
        if (result == 0) {
            client->next = engine->arrived;
            engine->arrived = client;
        }
        pthread_mutex_unlock(&engine->lock);
    }
    if (result < 0) {
        mr_client_destroy(client);
        mr_fanout_dismiss(engine);
        return result;
    }
    mr_wake_ring(engine->wake);
    return 0;
}

unsigned mr_fanout_clients(struct mr_fanout *engine)
{
    return atomic_load(&engine->places);
}
