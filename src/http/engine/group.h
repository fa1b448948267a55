/* The clients of one hub, the packets that they can be sent, and how far texts have been handed out.
 * The engine's thread only. */
#ifndef MR_HTTP_GROUP_H
#define MR_HTTP_GROUP_H

#include "http/engine/client_pump.h"

struct mr_group {
    struct mr_group *next; /* the engine's */
    struct mr_hub *hub;    /* one reference; NULL: clients that belong to none */
    struct mr_recent recent;
    uint64_t last_text; /* what came up to here is queued to the clients it is for */
    struct mr_client **clients;
    size_t count, capacity;
};

/* return: an empty group of that hub, of which it takes a reference; NULL when out of memory */
struct mr_group *mr_group_create(struct mr_hub *hub);
void mr_group_destroy(struct mr_group *group); /* empty; takes NULL */

/* Put a client in; group and index are set in it. return: 0, -ENOMEM */
int mr_group_add(struct mr_group *group, struct mr_client *client);

/* Take a client out; the last one takes its place. */
void mr_group_remove(struct mr_group *group, struct mr_client *client);

/* Fetch the hub's newest packets. */
void mr_group_refresh(struct mr_group *group);

/* Queue the hub's new texts to the clients they are for. */
void mr_group_tell(struct mr_group *group);

/* Queue to a client that was put in and started what was said between its joining and the last
 * mr_group_tell. */
void mr_group_catch_up(const struct mr_group *group, struct mr_client *client);

#endif
