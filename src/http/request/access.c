#include "http/request/access.h"

#include "base/clock.h"
#include "http/request/auth.h"
#include "http/request/cross_origin.h"
#include "http/request/origin.h"
#include "http/request/refusal.h"
#include "http/request/respond.h"
#include "http/request/tickets.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define PREFLIGHT_S "600" /* how long a browser may remember our answer */

/* return: whether the client reached this machine by a loopback address */
static bool is_on_loopback(const struct mr_request *request)
{
    union {
        struct sockaddr any;
        struct sockaddr_storage storage;
    } address = { .storage = { 0 } };
    socklen_t size = sizeof(address);
    struct mr_peer local;
    if (getsockname(request->connection->fd, &address.any, &size) < 0)
        return true;
    mr_peer_from_sockaddr(&address.any, size, &local);
    return local.family != AF_UNIX && mr_peer_is_loopback(&local);
}

/* Names of a local network are taken for this machine's, since nobody outside can give them. Somebody on the network can,
 * for a page of his own that he then lets lead to a loopback address of the browser's machine: there they do not count. */
static bool is_own_host(const struct mr_request *request)
{
    const char *host = mr_cross_origin_host(request);
    return mr_origin_host_allowed(&request->site->hosts, host) ||
           (mr_origin_host_is_local(host) && !is_on_loopback(request));
}

int mr_access_check_host(const struct mr_request *request)
{
    const char *host = mr_cross_origin_host(request);
    if (is_own_host(request))
        return 0;
    mr_refusal_log(request, "\"%s\" is no name of this server; --allow-host %s makes it one", host,
                   host);
    return mr_respond_error(request, 421, NULL,
                            "\"%s\" is no name of this server; --allow-host makes it one", host);
}

/* ---- origins ---- */

static bool is(const char *value, const char *wanted)
{
    return value != NULL && strcmp(value, wanted) == 0;
}

/* return: whether the browser loads this into a frame of a page, rather than into a tab */
static bool is_frame(const char *destination)
{
    static const char *const frames[] = { "iframe", "frame", "embed", "object", "fencedframe" };
    for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++)
        if (is(destination, frames[i]))
            return true;
    return false;
}

/* return: whether the browser says that this is a part of another site's page, or a frame in it */
static bool is_foreign_part(const struct mr_request *request)
{
    const char *site = mr_request_header(request, "Sec-Fetch-Site");
    bool framed = is_frame(mr_request_header(request, "Sec-Fetch-Dest"));
    bool is_part = is(mr_request_header(request, "Sec-Fetch-Mode"), "no-cors") || framed;
    if (request->has_view_token && !framed)
        return false;
    return is_part && (is(site, "cross-site") || is(site, "same-site")) &&
           !mr_cross_origin_referrer_allowed(request);
}

bool mr_access_has_view_token(const struct mr_request *request, enum mr_right right)
{
    char token[MR_TOKEN_MAX + 2]; /* one that is too long stays one */
    return right == MR_RIGHT_WATCH && request->site->view_token != NULL &&
           mr_request_parameter(request, "token", token, sizeof(token)) &&
           mr_auth_check_text(request->site->view_token, token) == MR_AUTH_RIGHT;
}

int mr_access_refuse_origin(const struct mr_request *request, int status, const char *what,
                            const char *origin)
{
    const char *host = mr_cross_origin_host(request);
    bool watch = strcmp(what, "watch") == 0, page = strcmp(origin, "null") != 0;
    char why[512], proxy[256] = "";
    if (page) /* no proxy makes an origin "null" */
        snprintf(proxy, sizeof(proxy),
                 ": the server was asked as \"%.128s\". A proxy in front has to pass on Host with "
                 "its port",
                 host != NULL ? host : "");
    snprintf(why, sizeof(why), "pages of %.128s may not %s here%s%s", origin, what, proxy,
             watch ? "; --allow-origin lets pages of other servers watch" : "");
    mr_refusal_log(request, "%s", why);
    return mr_respond_error(request, status, NULL, "%s", why);
}

static int check_origin(const struct mr_request *request, enum mr_right right)
{
    const char *origin = mr_request_header(request, "Origin"),
               *host = mr_cross_origin_host(request);
    if (right == MR_RIGHT_CHANGE && !mr_origin_is_own(origin, host))
        return mr_access_refuse_origin(request, 403, "change anything", origin);
    if (!mr_origin_allowed(&request->site->origins, origin, host))
        return mr_access_refuse_origin(request, 403, "watch", origin);
    if (origin == NULL && is_foreign_part(request))
        return mr_respond_error(
            request, 403, NULL,
            "pages of other sites may not watch here; --allow-origin lets them, and for pictures "
            "the view token in the address does");
    return 0;
}

int mr_access_preflight(const struct mr_request *request)
{
    const char *origin = mr_request_header(request, "Origin");
    if (!is(request->method, "OPTIONS") || origin == NULL ||
        mr_request_header(request, "Access-Control-Request-Method") == NULL)
        return 0;
    int refused = check_origin(request, MR_RIGHT_VIEW);
    if (refused != 0)
        return refused;
    static const char headers[] = "Access-Control-Allow-Methods: GET, HEAD, POST\r\n"
                                  "Access-Control-Allow-Headers: Authorization, Content-Type\r\n"
                                  "Access-Control-Max-Age: " PREFLIGHT_S "\r\n";
    return mr_respond(request, &(struct mr_response){ .status = 204, .headers = headers });
}

/* ---- tokens ---- */

static enum mr_auth better(enum mr_auth one, enum mr_auth other)
{
    return one == MR_AUTH_RIGHT || other == MR_AUTH_MISSING ? one : other;
}

/* The token opens what the view token opens, too. */
static enum mr_auth check_token(const struct mr_request *request, enum mr_right right)
{
    const struct mr_site *site = request->site;
    const char *authorization = mr_request_header(request, "Authorization");
    enum mr_auth found =
        request->has_ticket ? MR_AUTH_RIGHT : mr_auth_check(site->token, authorization);
    if (right == MR_RIGHT_CHANGE)
        return found;
    found = better(found, mr_auth_check(site->view_token, authorization));
    if (request->has_ticket)
        return MR_AUTH_RIGHT;

    char token[MR_TOKEN_MAX + 2]; /* one that is too long stays one */
    if (found != MR_AUTH_RIGHT && right == MR_RIGHT_WATCH &&
        mr_request_parameter(request, "token", token, sizeof(token))) {
        found = mr_auth_check_text(site->token, token);
        found = better(found, mr_auth_check_text(site->view_token, token));
    }
    return found;
}

bool mr_access_take_ticket(const struct mr_request *request)
{
    char ticket[MR_TOKEN_SIZE + 1]; /* one that is too long stays one */
    return strcmp(request->method, "GET") == 0 &&
           mr_request_parameter(request, "ticket", ticket, sizeof(ticket)) &&
           mr_tickets_take(request->site->tickets, request->path, ticket, mr_clock_now_us());
}

bool mr_access_has_token(const struct mr_request *request)
{
    return request->has_ticket ||
           mr_auth_check(request->site->token, mr_request_header(request, "Authorization")) ==
               MR_AUTH_RIGHT;
}

bool mr_access_allows(const struct mr_request *request, enum mr_right right)
{
    const char *origin = mr_request_header(request, "Origin"),
               *host = mr_cross_origin_host(request);
    if (!is_own_host(request))
        return false;
    if (right == MR_RIGHT_OPEN)
        return true;
    if (right == MR_RIGHT_CHANGE)
        return mr_origin_is_own(origin, host) && check_token(request, right) == MR_AUTH_RIGHT;
    return mr_origin_allowed(&request->site->origins, origin, host) &&
           (request->site->view_token == NULL || check_token(request, right) == MR_AUTH_RIGHT);
}

int mr_access_check(const struct mr_request *request, enum mr_right right)
{
    int refused = right == MR_RIGHT_OPEN ? 0 : check_origin(request, right);
    if (refused != 0 || right == MR_RIGHT_OPEN ||
        (right != MR_RIGHT_CHANGE && request->site->view_token == NULL))
        return refused;
    const char *name = right == MR_RIGHT_CHANGE ? "token" : "view token";
    switch (check_token(request, right)) {
    case MR_AUTH_RIGHT:
        return 0;
    case MR_AUTH_WRONG:
        return mr_respond_error(request, 403, NULL, "this is not the %s", name);
    default:
        return mr_respond_error(request, 401, "WWW-Authenticate: Bearer\r\n",
                                "this needs the %s: Authorization: Bearer TOKEN%s", name,
                                right == MR_RIGHT_WATCH ? ", or ?token=TOKEN" : "");
    }
}
