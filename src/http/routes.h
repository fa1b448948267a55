/* Which path is answered by what. */
#ifndef MR_HTTP_ROUTES_H
#define MR_HTTP_ROUTES_H

#include "http/site.h"

#include <civetweb.h>

/* Answer a request, whatever it asks for. Workers only.
 * return: the status, for civetweb */
int mr_routes_answer(struct mr_site *site, struct mg_connection *connection);

/* Answer what civetweb itself found wrong with a request. */
int mr_routes_refuse(struct mr_site *site, struct mg_connection *connection, int status,
                     const char *why);

#endif
