/* The rights of clients: checks every request before its route answers. Workers only, unless another thread is named. */
#ifndef MR_HTTP_ACCESS_H
#define MR_HTTP_ACCESS_H

#include "http/request/request.h"

/* The right that a route asks of a client. */
enum mr_right {
    MR_RIGHT_VIEW,   /* the view token, if there is one; our own pages and welcome ones */
    MR_RIGHT_CHANGE, /* the token; our own pages only */
    MR_RIGHT_OPEN,   /* nothing */
    MR_RIGHT_WATCH, /* as VIEW; the token may stand in ?token= as well, since what uses this address
                      * in a page can set no headers: WebSocket, EventSource, <img> */
};

/* Refuse a request whose Host is no name of this server (DNS rebinding), whatever it asks for.
 * return: 0, or the status once it was refused */
int mr_access_check_host(const struct mr_request *request);

/* Refuse a request that lacks the right: it comes from a page that is not welcome, or without the token.
 * return: 0, or the status once it was refused */
int mr_access_check(const struct mr_request *request, enum mr_right right);

/* The view token in an address is permission for <img> on pages of other sites, also of those that send no Referer. The
 * token is none, since it would open more than the picture.
 * return: whether the request's address holds the view token, and the right is one for which it may stand there */
bool mr_access_has_view_token(const struct mr_request *request, enum mr_right right);

/* Use up the ticket in a request's address, if there is one: ?ticket=.
 * return: whether it was good for this GET */
bool mr_access_take_ticket(const struct mr_request *request);

/* return: whether the request has the token, or a ticket: errors of the author's, with files, lines and addresses, are for such ones */
bool mr_access_has_token(const struct mr_request *request);

/* A browser asks whether a page of another origin may send a request that is not simple.
 * return: the status of the answer; 0: it is no such question */
int mr_access_preflight(const struct mr_request *request);

/* Whether a request has a right, without answering it if it has not: the door asks before it reads a body.
 * thread: any */
bool mr_access_allows(const struct mr_request *request, enum mr_right right);

/* Refuse a page of this origin, with the reason that is most likely: a proxy that does not pass on Host. The log is told,
 * too.
 * in:     what: it may not "watch" or "change anything"
 * return: the status, which is answered */
int mr_access_refuse_origin(const struct mr_request *request, int status, const char *what,
                            const char *origin);

#endif
