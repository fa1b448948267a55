#include "http/engine/group.h"

#include <errno.h>
#include <stdlib.h>

struct mr_group *mr_group_create(struct mr_hub *hub)
{
    struct mr_group *group = calloc(1, sizeof(*group));
    if (group == NULL)
        return NULL;
    if (hub != NULL) {
        group->hub = mr_hub_ref(hub);
        group->last_text = mr_hub_newest_text(hub);
    }
    return group;
}

static void forget(struct mr_recent *recent)
{
    for (int i = 0; i < recent->count; i++)
        mr_packet_unref(&recent->packet[i]);
    recent->count = 0;
}

void mr_group_destroy(struct mr_group *group)
{
    if (group == NULL)
        return;
    forget(&group->recent);
    mr_hub_unref(&group->hub);
    free(group->clients);
    free(group);
}

int mr_group_add(struct mr_group *group, struct mr_client *client)
{
    if (group->count == group->capacity) {
        size_t capacity = group->capacity == 0 ? 16 : group->capacity * 2;
        struct mr_client **clients = realloc(group->clients, capacity * sizeof(struct mr_client *));
        if (clients == NULL)
            return -ENOMEM;
        group->clients = clients;
        group->capacity = capacity;
    }
    client->group = group;
    client->index = group->count;
    group->clients[group->count++] = client;
    return 0;
}

void mr_group_remove(struct mr_group *group, struct mr_client *client)
{
    struct mr_client *last = group->clients[--group->count];
    group->clients[client->index] = last;
    last->index = client->index;
    client->group = NULL;
}

void mr_group_refresh(struct mr_group *group)
{
    struct mr_recent fetched;
    fetched.count = mr_hub_recent(group->hub, fetched.packet);
    forget(&group->recent);
    group->recent = fetched;
}

void mr_group_tell(struct mr_group *group)
{
    struct mr_hub_text *texts[MR_TEXTS_MAX];
    unsigned count = mr_hub_texts(group->hub, &group->last_text, texts);
    for (unsigned i = 0; i < count; i++) {
        for (size_t k = 0; k < group->count; k++)
            mr_client_tell(group->clients[k], texts[i]);
        mr_text_ring_unref_text(&texts[i]);
    }
}

void mr_group_catch_up(const struct mr_group *group, struct mr_client *client)
{
    struct mr_hub_text *texts[MR_TEXTS_MAX];
    uint64_t last = client->viewer->after_text;
    if (last >= group->last_text)
        return;
    unsigned count = mr_hub_texts(group->hub, &last, texts);
    for (unsigned i = 0; i < count; i++) {
        if (texts[i]->number <= group->last_text)
            mr_client_tell(client, texts[i]);
        mr_text_ring_unref_text(&texts[i]);
    }
}
