/* Which path is answered by what. */
#ifndef MR_HTTP_ROUTES_H
#define MR_HTTP_ROUTES_H

#include "http/request/site.h"

#include <civetweb.h>
#include <stdbool.h>
#include <stddef.h>

/* Answer a request, whatever it asks for. Workers only.
 * return: the status, for civetweb */
int mr_routes_answer(struct mr_site *site, struct mg_connection *connection);

/* A row of the table, for those who check it. "{s}" stands for a stream's name, "{f}" for a file's. */
struct mr_route_row {
    const char *path, *method;
    bool needs_token;
};

/* return: whether there is a row `index` */
bool mr_routes_row(size_t index, struct mr_route_row *row);

/* Answer what civetweb itself found wrong with a request. */
int mr_routes_refuse(struct mr_site *site, struct mg_connection *connection, int status,
                     const char *why);

#endif
