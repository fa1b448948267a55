#include "script/runner/inbox.h"

#include "script/runner/runner.h"

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

/* Those that wait, of the event's sort; *limit: how many may. */
static unsigned *waiting(struct mr_inbox *inbox, const struct mr_script_event *event,
                         unsigned *limit)
{
    bool message = event->kind == MR_SCRIPT_MESSAGE;
    *limit = message ? MR_RUNNER_MESSAGES : MR_RUNNER_ARRIVALS;
    return message ? &inbox->messages : &inbox->arrivals;
}

int mr_inbox_put(struct mr_inbox *inbox, const struct mr_script_event *event)
{
    unsigned limit;
    if (event->size > MR_SCRIPT_MESSAGE_MAX_BYTES)
        return -EMSGSIZE;
    struct mr_inbox_entry *entry = copy(event);
    if (entry == NULL)
        return -ENOMEM;
    pthread_mutex_lock(&inbox->lock);
    unsigned *count = waiting(inbox, event, &limit);
    bool room = *count < limit;
    if (room) {
        ++*count;
        *inbox->end = entry;
        inbox->end = &entry->next;
    } else {
        inbox->refused++;
    }
    pthread_mutex_unlock(&inbox->lock);
    if (room)
        return 0;
    free(entry);
    return -EAGAIN;
}

struct mr_inbox_entry *mr_inbox_take(struct mr_inbox *inbox, struct mr_script_event *event)
{
    unsigned limit;
    pthread_mutex_lock(&inbox->lock);
    struct mr_inbox_entry *entry = inbox->first;
    if (entry != NULL) {
        inbox->first = entry->next;
        if (inbox->first == NULL)
            inbox->end = &inbox->first;
        --*waiting(inbox, &entry->event, &limit);
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
