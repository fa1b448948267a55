/* The table of routes: the handler of each path. */
#ifndef MR_HTTP_ROUTES_H
#define MR_HTTP_ROUTES_H

#include "http/request/connection.h"
#include "http/request/site.h"

#include <stdbool.h>
#include <stddef.h>

/* Answer a request, whatever it asks for: make the answer, or take the socket over. Workers only. */
void mr_routes_answer(struct mr_site *site, struct mr_connection *connection);

/* return: how large a body this request may bring: 0 when its route takes none, or when the client has not the right to
 * send it. thread: the door's; never blocks */
size_t mr_routes_max_body(struct mr_site *site, struct mr_connection *connection);

/* return: whether the answer takes milliseconds to make, so that others go first. thread: the door's; never blocks */
bool mr_routes_is_costly(struct mr_site *site, struct mr_connection *connection);

/* A row of the table, for those who check it. "{s}" stands for a stream's name, "{f}" for a file's. */
struct mr_route_row {
    const char *path, *method;
    bool needs_token;
};

/* return: whether there is a row `index` */
bool mr_routes_row(size_t index, struct mr_route_row *row);

/* Make the answer to a request that the door refuses. thread: the door's; never blocks */
void mr_routes_refuse(struct mr_site *site, struct mr_connection *connection, int status,
                      const char *why);

#endif
