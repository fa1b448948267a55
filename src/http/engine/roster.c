#include "http/engine/roster.h"

#include "base/log.h"
#include "http/engine/client_pump.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

static const uint32_t client_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

static struct mr_group *group_of(struct mr_roster *roster, struct mr_hub *hub)
{
    for (struct mr_group *group = roster->groups; group != NULL; group = group->next)
        if (group->hub == hub)
            return group;
    struct mr_group *group = mr_group_create(hub);
    if (group != NULL) {
        group->next = roster->groups;
        roster->groups = group;
    }
    return group;
}

/* Put a client into its hub's group, and see to it that it is served there. */
static int join_group(struct mr_roster *roster, struct mr_client *client)
{
    struct mr_group *group = group_of(roster, client->hub);
    client->moved = false;
    if (group == NULL || mr_group_add(group, client) < 0)
        return -ENOMEM;
    int result = client->hub != NULL ? mr_hub_add_waker(client->hub, roster->wake) : 0;
    if (result == 0)
        mr_group_catch_up(group, client);
    return result;
}

void mr_roster_add(struct mr_roster *roster, struct mr_client *client)
{
    struct epoll_event event = { .events = client_events, .data.ptr = client };
    client->poked = &roster->poked;
    if (join_group(roster, client) < 0) {
        client->phase = MR_CLIENT_GONE;
    } else if (epoll_ctl(roster->epoll, EPOLL_CTL_ADD, client->fd, &event) < 0) {
        mr_log(MR_LOG_WARN, "http", "cannot watch a client's socket: %m");
        client->phase = MR_CLIENT_GONE;
    }
    mr_client_poke(client);
}

static void move(struct mr_roster *roster, struct mr_client *client)
{
    static const uint64_t one = 1;
    mr_group_remove(client->group, client);
    if (join_group(roster, client) < 0)
        client->phase = MR_CLIENT_GONE;
    /* the group may be new and know no packet yet, or its hub may be closed */
    ssize_t written = write(roster->wake, &one, sizeof(one));
    (void)written;
}

/* After anything that may have changed the client's phase. */
static void settle(struct mr_roster *roster, struct mr_client *client)
{
    if (client->phase == MR_CLIENT_GONE && !client->is_leaving) {
        if (client->group != NULL)
            mr_group_remove(client->group, client);
        client->is_leaving = true;
        client->next = roster->gone;
        roster->gone = client;
    } else if (client->rearm && client->phase != MR_CLIENT_GONE) {
        struct epoll_event event = { .events = client_events, .data.ptr = client };
        client->rearm = false;
        epoll_ctl(roster->epoll, EPOLL_CTL_MOD, client->fd, &event);
    }
}

void mr_roster_pump(struct mr_roster *roster, struct mr_client *client, int64_t now_us)
{
    if (client->moved && client->group != NULL && client->phase != MR_CLIENT_GONE)
        move(roster, client);
    if (client->group != NULL)
        mr_client_pump(client, &client->group->recent, now_us);
    settle(roster, client);
}

void mr_roster_pump_poked(struct mr_roster *roster, int64_t now_us)
{
    while (roster->poked != NULL) {
        struct mr_client *client = roster->poked;
        roster->poked = client->next_poked;
        client->is_poked = false;
        mr_roster_pump(roster, client, now_us);
    }
}

static void forget_poke(struct mr_roster *roster, const struct mr_client *client)
{
    struct mr_client **link = &roster->poked;
    while (*link != NULL && *link != client)
        link = &(*link)->next_poked;
    if (*link != NULL)
        *link = client->next_poked;
}

unsigned mr_roster_bury(struct mr_roster *roster)
{
    unsigned buried = 0;
    while (roster->gone != NULL) {
        struct mr_client *client = roster->gone;
        roster->gone = client->next;
        forget_poke(roster, client); /* another one that left may have written to it */
        /* closing would do, but for a process that is being started and still has a copy */
        epoll_ctl(roster->epoll, EPOLL_CTL_DEL, client->fd, NULL);
        mr_client_destroy(client);
        buried++;
    }
    struct mr_group **link = &roster->groups;
    while (*link != NULL) {
        struct mr_group *group = *link;
        if (group->count > 0) {
            link = &group->next;
        } else {
            *link = group->next;
            mr_group_destroy(group);
        }
    }
    return buried;
}

void mr_roster_drop_all(struct mr_roster *roster)
{
    for (struct mr_group *group = roster->groups; group != NULL; group = group->next)
        while (group->count > 0) {
            group->clients[0]->phase = MR_CLIENT_GONE;
            settle(roster, group->clients[0]);
        }
}
