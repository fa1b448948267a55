/* The engine's clients, grouped by hub, those that wait to be pumped, and those that
 * leave. The engine's thread only. */
#ifndef MR_HTTP_ROSTER_H
#define MR_HTTP_ROSTER_H

#include "http/engine/group.h"

struct mr_roster {
    int epoll, wake; /* the engine's */
    struct mr_group *groups;
    struct mr_client *poked; /* to be pumped before the turn ends */
    struct mr_client
        *gone; /* freed at the end of the turn: epoll's answer may name one once more */
};

/* Put a client that was started into its hub's group and into epoll. */
void mr_roster_add(struct mr_roster *roster, struct mr_client *client);

/* Send a client what can be sent; afterwards it may have left or have another group. */
void mr_roster_pump(struct mr_roster *roster, struct mr_client *client, int64_t now_us);

/* Pump those that were poked. */
void mr_roster_pump_poked(struct mr_roster *roster, int64_t now_us);

/* Free those who left, and the groups that nobody is in.
 * return: how many clients */
unsigned mr_roster_bury(struct mr_roster *roster);

/* Make everybody leave. */
void mr_roster_drop_all(struct mr_roster *roster);

#endif
