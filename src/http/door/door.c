#include "http/door/door.h"

#include "base/clock.h"
#include "base/thread.h"
#include "http/door/connections.h"
#include "http/door/file_threads.h"
#include "http/door/outlet.h"
#include "http/door/returned.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64
#define SCRATCH_BYTES  (64 * 1024)
#define TICK_US        (250 * 1000LL) /* how often time-outs are looked at */

enum stage { STAGE_READING, STAGE_SENDING, STAGE_LINGERING };

struct mr_door {
    /* immutable */
    struct mr_door_options options;
    int epoll;
    struct mr_returned *returned; /* by workers and file threads */
    struct mr_accept *accept;
    struct mr_file_threads *files;
    struct mr_intake intake;
    pthread_t thread;

    atomic_size_t memory; /* bytes that connections hold */
    atomic_bool stopping;

    /* creator's thread only */
    bool running;

    /* door's thread only */
    struct mr_connections waiting, leaving;
    uint8_t scratch[SCRATCH_BYTES];
};

/* ---- bookkeeping ---- */

static void unwatch(struct mr_door *door, struct mr_connection *connection)
{
    mr_connections_remove(connection);
    /* closing alone would not do while a process that is being started still has a copy */
    if (connection->watched)
        epoll_ctl(door->epoll, EPOLL_CTL_DEL, connection->fd, NULL);
    connection->watched = false;
}

static void dismiss(struct mr_door *door, struct mr_connection *connection)
{
    unwatch(door, connection);
    mr_connection_destroy(connection);
}

/* There is no room for a connection, not even for an answer. */
static void drop(struct mr_door *door, struct mr_connection *connection)
{
    atomic_fetch_add_explicit(door->options.dropped, 1, memory_order_relaxed);
    dismiss(door, connection);
}

/* return: whether epoll tells of these events from now on */
static bool watch(struct mr_door *door, struct mr_connection *connection, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };
    int operation = connection->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    connection->watched = true;
    return epoll_ctl(door->epoll, operation, connection->fd, &event) == 0;
}

/* ---- answers ---- */

static void wait_to_send(struct mr_door *door, struct mr_connection *connection, enum stage stage,
                         int64_t now_us)
{
    connection->stage = stage;
    if (stage == STAGE_LINGERING) {
        connection->until_us = now_us + MR_OUTLET_LINGER_US;
        mr_buffer_finish(&connection->answer.bytes); /* all of it is out */
    }
    mr_connections_remove(connection);
    mr_connections_add(&door->leaving, connection);
    if (mr_connection_count(connection, mr_outlet_held(connection)) > MR_DOOR_MEMORY_MAX ||
        !watch(door, connection, stage == STAGE_LINGERING ? EPOLLIN : EPOLLOUT))
        drop(door, connection);
}

static void send_more(struct mr_door *door, struct mr_connection *connection, int64_t now_us)
{
    switch (mr_outlet_send(connection)) {
    case MR_OUTLET_BLOCKED:
        wait_to_send(door, connection, STAGE_SENDING, now_us);
        break;
    case MR_OUTLET_LINGERS:
        wait_to_send(door, connection, STAGE_LINGERING, now_us);
        break;
    case MR_OUTLET_WANTS_FILE:
        unwatch(door, connection);
        mr_file_threads_read(door->files, connection);
        break;
    case MR_OUTLET_DONE:
    case MR_OUTLET_LOST:
        dismiss(door, connection);
        break;
    }
}

/* Most answers fit into the socket: they are out before the door's thread hears of them. */
void mr_door_give_back(struct mr_connection *connection)
{
    if (connection->fd < 0 || !connection->answer.is_there) {
        mr_connection_destroy(connection);
        return;
    }
    mr_buffer_finish(&connection->body);
    mr_outlet_begin(connection, mr_clock_now_us());
    enum mr_outlet_result result = mr_outlet_send(connection);
    if (result == MR_OUTLET_DONE || result == MR_OUTLET_LOST)
        mr_connection_destroy(connection);
    else
        mr_returned_put(connection->door->returned, connection);
}

static void take_returned(struct mr_door *door, int64_t now_us)
{
    struct mr_connection *connection = mr_returned_take(door->returned);
    while (connection != NULL) {
        struct mr_connection *next = connection->next;
        bool is_out = connection->answer.bytes.size == 0; /* a file that cannot be read */
        mr_outlet_begin(connection, now_us);              /* a piece of a file has its own time */
        if (is_out)
            dismiss(door, connection);
        else
            send_more(door, connection, now_us);
        connection = next;
    }
}

/* ---- requests ---- */

static void refuse(struct mr_door *door, struct mr_connection *connection, int status,
                   const char *why)
{
    int64_t now_us = mr_clock_now_us();
    mr_buffer_finish(&connection->body);
    door->options.refuse(door->options.opaque, connection, status, why);
    connection->lingers = true; /* what else it sends is read, so that it sees the answer */
    mr_outlet_begin(connection, now_us);
    send_more(door, connection, now_us);
}

static void pass_on(struct mr_door *door, struct mr_connection *connection)
{
    unwatch(door, connection);
    if (mr_workers_put(door->options.workers, connection) < 0)
        refuse(door, connection, 503, "too many requests wait to be answered");
}

static void read_more(struct mr_door *door, struct mr_connection *connection)
{
    struct mr_error error = { 0 };
    int status = 0;
    switch (mr_intake_read(&door->intake, connection, &status, &error)) {
    case MR_INTAKE_WAITS:
        connection->progress_us = mr_clock_now_us();
        break;
    case MR_INTAKE_DONE:
        pass_on(door, connection);
        break;
    case MR_INTAKE_REFUSED:
        refuse(door, connection, status, error.text);
        break;
    case MR_INTAKE_ENDED:
        dismiss(door, connection);
        break;
    }
}

static void welcome(void *opaque, struct mr_connection *connection)
{
    struct mr_door *door = opaque;
    struct mr_connection *surplus = mr_connections_find_surplus(
        &door->waiting, &connection->peer, MR_DOOR_CONNECTIONS_MAX, MR_DOOR_PER_NETWORK_MAX);
    if (surplus != NULL)
        drop(door, surplus);
    connection->accepted_us = connection->progress_us = mr_clock_now_us();
    connection->door = door;
    connection->counter = &door->memory;
    connection->stage = STAGE_READING;
    mr_connections_add(&door->waiting, connection);
    if (!watch(door, connection, EPOLLIN))
        dismiss(door, connection);
}

/* ---- time ---- */

/* A request has not come in time. */
static void give_up(struct mr_door *door, struct mr_connection *connection)
{
    if (connection->head != NULL) {
        connection->body_state = MR_BODY_CUT_SHORT; /* the route says so */
        connection->lingers = true;
        pass_on(door, connection);
    } else if (connection->received.size > 0) {
        refuse(door, connection, 408, "the request did not come within 10 seconds");
    } else {
        dismiss(door, connection);
    }
}

static void look_at_time(struct mr_door *door, int64_t now_us)
{
    for (struct mr_connection *one = door->waiting.first, *next; one != NULL; one = next) {
        next = one->next;
        if (mr_intake_is_late(one, now_us))
            give_up(door, one);
    }
    for (struct mr_connection *one = door->leaving.first, *next; one != NULL; one = next) {
        next = one->next;
        if (one->until_us <= now_us)
            dismiss(door, one);
    }
}

/* An answer that a client does not take makes room for the next one. */
static void trim_leaving(struct mr_door *door)
{
    struct mr_connection *surplus;
    while (door->leaving.count > MR_DOOR_PER_NETWORK_MAX &&
           (surplus = mr_connections_find_surplus(&door->leaving, &door->leaving.last->peer,
                                                  MR_DOOR_CONNECTIONS_MAX + 1,
                                                  MR_DOOR_PER_NETWORK_MAX + 1)) != NULL)
        drop(door, surplus);
}

/* ---- the thread ---- */

static void answer_connection(struct mr_door *door, struct mr_connection *connection)
{
    switch ((enum stage)connection->stage) {
    case STAGE_READING:
        read_more(door, connection);
        break;
    case STAGE_SENDING:
        send_more(door, connection, mr_clock_now_us());
        break;
    case STAGE_LINGERING:
        if (!mr_outlet_drain(connection, door->scratch, sizeof(door->scratch)))
            dismiss(door, connection);
        break;
    }
}

/* Events of connections come first: what follows may free one whose event is still to be looked at. */
static void answer_events(struct mr_door *door, const struct epoll_event *events, int count)
{
    bool somebody_came = false, some_returned = false;
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == door)
            somebody_came = true;
        else if (events[i].data.ptr == NULL)
            some_returned = true;
        else
            answer_connection(door, events[i].data.ptr);
    }
    if (some_returned)
        take_returned(door, mr_clock_now_us());
    trim_leaving(door);
    if (somebody_came)
        mr_accept_some(door->accept);
}

static int patience_ms(const struct mr_door *door)
{
    bool is_idle =
        door->waiting.count == 0 && door->leaving.count == 0 && !mr_accept_is_paused(door->accept);
    return is_idle ? -1 : (int)(TICK_US / 1000);
}

static void *run_door(void *argument)
{
    struct mr_door *door = argument;
    struct epoll_event events[EVENTS_AT_ONCE];
    int64_t tick_us = 0;
    while (!atomic_load(&door->stopping)) {
        int count = epoll_wait(door->epoll, events, EVENTS_AT_ONCE, patience_ms(door));
        int64_t now_us = mr_clock_now_us();
        answer_events(door, events, count);
        if (now_us < tick_us)
            continue;
        tick_us = now_us + TICK_US;
        mr_accept_resume(door->accept);
        look_at_time(door, now_us);
    }
    while (door->waiting.first != NULL)
        dismiss(door, door->waiting.first);
    while (door->leaving.first != NULL)
        dismiss(door, door->leaving.first);
    return NULL;
}

/* ---- start and end ---- */

static void close_listeners(const struct mr_door_options *options)
{
    for (size_t i = 0; i < options->listener_count; i++)
        close(options->listeners[i]);
}

static int make_epoll(struct mr_door *door)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    door->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (door->epoll < 0)
        return -errno;
    int result = mr_returned_create(&door->returned);
    if (result == 0 &&
        epoll_ctl(door->epoll, EPOLL_CTL_ADD, mr_returned_descriptor(door->returned), &event) < 0)
        result = -errno;
    return result;
}

static int start(struct mr_door *door)
{
    int result = make_epoll(door);
    if (result < 0) {
        close_listeners(&door->options);
        return result;
    }
    const struct mr_accept_options accept = {
        .listeners = door->options.listeners,
        .listener_count = door->options.listener_count,
        .epoll = door->epoll,
        .mark = door,
        .welcome = welcome,
    };
    result = mr_accept_create(&accept, &door->accept);
    if (result == 0)
        result = mr_file_threads_create(door->returned, &door->files);
    if (result == 0)
        result = mr_thread_start(&door->thread, "door", run_door, door);
    door->running = result == 0;
    return result;
}

int mr_door_create(const struct mr_door_options *options, struct mr_door **made)
{
    *made = NULL;
    struct mr_door *door = calloc(1, sizeof(*door));
    if (door == NULL) {
        close_listeners(options);
        return -ENOMEM;
    }
    door->options = *options;
    door->intake = (struct mr_intake){
        .max_body = options->max_body,
        .opaque = options->opaque,
        .max_memory = MR_DOOR_MEMORY_MAX,
        .scratch = door->scratch,
        .scratch_bytes = sizeof(door->scratch),
    };
    door->epoll = -1;
    int result = start(door);
    if (result < 0) {
        mr_door_destroy(door);
        return result;
    }
    *made = door;
    return 0;
}

void mr_door_stop(struct mr_door *door)
{
    if (door == NULL || !door->running)
        return;
    atomic_store(&door->stopping, true);
    mr_returned_wake(door->returned);
    pthread_join(door->thread, NULL);
    door->running = false;
}

void mr_door_destroy(struct mr_door *door)
{
    if (door == NULL)
        return;
    mr_door_stop(door);
    mr_file_threads_destroy(door->files);
    mr_returned_destroy(door->returned);
    mr_accept_destroy(door->accept);
    if (door->epoll >= 0)
        close(door->epoll);
    free(door);
}
