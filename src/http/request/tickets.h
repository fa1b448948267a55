/* Tickets: what WebSockets, <img> and downloads of a page have instead of the token, which must stand in no address. A
 * ticket is good for one GET of one path within a minute.
 *
 * Capacity: MR_TICKETS_MAX; when it is full the oldest one makes room. Any thread; no I/O but for random bits. */
#ifndef MR_HTTP_TICKETS_H
#define MR_HTTP_TICKETS_H

#include "http/request/auth.h"

#include <stdbool.h>
#include <stdint.h>

#define MR_TICKETS_MAX      256
#define MR_TICKETS_PATH_MAX 255 /* bytes */
#define MR_TICKETS_LIFE_S   60

struct mr_tickets;

/* return: without a ticket; NULL when out of memory */
struct mr_tickets *mr_tickets_create(void);
void mr_tickets_destroy(struct mr_tickets *tickets); /* takes NULL */

/* Make a ticket.
 * in:     path: as in struct mr_request; now_us: monotonic
 * out:    ticket
 * return: 0; -ENAMETOOLONG; -errno of getrandom */
int mr_tickets_make(struct mr_tickets *tickets, const char *path, int64_t now_us,
                    char ticket[MR_TOKEN_SIZE]);

/* Use a ticket up.
 * return: whether it was good for this path */
bool mr_tickets_take(struct mr_tickets *tickets, const char *path, const char *ticket,
                     int64_t now_us);

#endif
