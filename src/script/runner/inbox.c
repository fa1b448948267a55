#include "script/runner/inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct mr_inbox_entry {
    struct mr_inbox_entry *next;
    struct mr_script_event event;
    char json[];
};

void mr_inbox_init(struct mr_inbox *inbox)
{
    *inbox = (struct mr_inbox){ .end = &inbox->first };
    pthread_mutex_init(&inbox->lock, NULL);
}

void mr_inbox_finish(struct mr_inbox *inbox)
{
    struct mr_script_event event;
    struct mr_inbox_entry *entry;
    while ((entry = mr_inbox_take(inbox, &event)) != NULL)
        mr_inbox_free(entry);
    while ((entry = inbox->spare) != NULL) {
        inbox->spare = entry->next;
        free(entry);
    }
    pthread_mutex_destroy(&inbox->lock);
}

static struct mr_inbox_entry *copy(const struct mr_script_event *event)
{
    struct mr_inbox_entry *entry = malloc(sizeof(*entry) + event->size + 1);
    if (entry == NULL)
        return NULL;
    entry->next = NULL;
    entry->event = *event;
    if (event->size > 0)
        memcpy(entry->json, event->json, event->size);
    entry->json[event->size] = '\0';
    entry->event.json = event->json != NULL ? entry->json : NULL;
    return entry;
}

/* ---- with the lock held ---- */

static void append(struct mr_inbox *inbox, struct mr_inbox_entry *entry)
{
    *inbox->end = entry;
    inbox->end = &entry->next;
}

/* Messages and joins have room of their own; leaves are as many as there were joins.
 * return: whether there is room for the event, which is counted then */
static bool reserve_room(struct mr_inbox *inbox, enum mr_script_event_kind kind)
{
    bool message = kind == MR_SCRIPT_MESSAGE;
    unsigned *waiting = message ? &inbox->messages : &inbox->joins;
    if (kind == MR_SCRIPT_LEAVE)
        return true;
    if (*waiting == (message ? MR_RUNNER_MESSAGES : MR_RUNNER_ARRIVALS)) {
        inbox->refused++;
        return false;
    }
    ++*waiting;
    return true;
}

static void release_room(struct mr_inbox *inbox, enum mr_script_event_kind kind)
{
    inbox->messages -= kind == MR_SCRIPT_MESSAGE;
    inbox->joins -= kind == MR_SCRIPT_JOIN;
}

/* The script need not hear of a client that came and left while both wait, unless the client said
 * something meanwhile.
 * return: the join, taken out of the queue; NULL: the leave is to be told */
static struct mr_inbox_entry *take_join_of(struct mr_inbox *inbox, uint64_t client)
{
    struct mr_inbox_entry **at = &inbox->first, **join = NULL;
    if (inbox->joins == 0)
        return NULL;
    for (; *at != NULL; at = &(*at)->next)
        if ((*at)->event.client == client)
            join = (*at)->event.kind == MR_SCRIPT_JOIN ? at : NULL;
    if (join == NULL)
        return NULL;
    struct mr_inbox_entry *entry = *join;
    *join = entry->next;
    if (inbox->end == &entry->next)
        inbox->end = join;
    release_room(inbox, MR_SCRIPT_JOIN);
    return entry;
}

/* ---- putting and taking ---- */

static int put(struct mr_inbox *inbox, const struct mr_script_event *event)
{
    struct mr_inbox_entry *entry = copy(event);
    if (entry == NULL)
        return -ENOMEM;
    pthread_mutex_lock(&inbox->lock);
    bool room = reserve_room(inbox, event->kind);
    if (room)
        append(inbox, entry);
    pthread_mutex_unlock(&inbox->lock);
    if (room)
        return 0;
    free(entry);
    return -EAGAIN;
}

/* With each join comes the memory for its leave. */
static int put_join(struct mr_inbox *inbox, const struct mr_script_event *event)
{
    struct mr_inbox_entry *leave = copy(event);
    if (leave == NULL)
        return -ENOMEM;
    int result = put(inbox, event);
    if (result < 0) {
        free(leave);
        return result;
    }
    pthread_mutex_lock(&inbox->lock);
    leave->next = inbox->spare;
    inbox->spare = leave;
    pthread_mutex_unlock(&inbox->lock);
    return 0;
}

static int put_leave(struct mr_inbox *inbox, const struct mr_script_event *event)
{
    pthread_mutex_lock(&inbox->lock);
    struct mr_inbox_entry *leave = inbox->spare, *join = NULL;
    if (leave != NULL) {
        inbox->spare = leave->next;
        join = take_join_of(inbox, event->client);
    }
    if (leave != NULL && join == NULL) {
        leave->next = NULL;
        leave->event = *event;
        append(inbox, leave);
    }
    pthread_mutex_unlock(&inbox->lock);
    if (join != NULL)
        free(leave);
    free(join);
    return leave != NULL ? 0 : put(inbox, event); /* a client that never joined */
}

int mr_inbox_put(struct mr_inbox *inbox, const struct mr_script_event *event)
{
    if (event->size > MR_SCRIPT_MESSAGE_MAX_BYTES)
        return -EMSGSIZE;
    switch (event->kind) {
    case MR_SCRIPT_JOIN:
        return put_join(inbox, event);
    case MR_SCRIPT_LEAVE:
        return put_leave(inbox, event);
    case MR_SCRIPT_MESSAGE:
        break;
    }
    return put(inbox, event);
}

struct mr_inbox_entry *mr_inbox_take(struct mr_inbox *inbox, struct mr_script_event *event)
{
    pthread_mutex_lock(&inbox->lock);
    struct mr_inbox_entry *entry = inbox->first;
    if (entry != NULL) {
        inbox->first = entry->next;
        if (inbox->first == NULL)
            inbox->end = &inbox->first;
        release_room(inbox, entry->event.kind);
    }
    pthread_mutex_unlock(&inbox->lock);
    if (entry != NULL)
        *event = entry->event;
    return entry;
}

void mr_inbox_free(struct mr_inbox_entry *entry)
{
    free(entry);
}

bool mr_inbox_is_empty(struct mr_inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    bool empty = inbox->first == NULL;
    pthread_mutex_unlock(&inbox->lock);
    return empty;
}

uint64_t mr_inbox_refused(struct mr_inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    uint64_t refused = inbox->refused;
    pthread_mutex_unlock(&inbox->lock);
    return refused;
}
