/* The pages that may use this server, and the names under which it may be asked, as a browser says in
 * Origin and Host. Plain data and pure functions; any thread. */
#ifndef MR_HTTP_ORIGIN_H
#define MR_HTTP_ORIGIN_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define MR_ORIGINS_MAX 32
#define MR_ORIGIN_SIZE 272 /* "https://", a name of 253 characters, ":65535" and the closing 0 */

/* Foreign origins that are welcome (--allow-origin), in lower case, without a default port. */
struct mr_origins {
    bool any;
    size_t count;
    char origin[MR_ORIGINS_MAX][MR_ORIGIN_SIZE];
};

/* Add "https://example.org", "http://localhost:3000", "null", "*" for all, or several of them,
 * separated by commas.
 * return: 0; -EINVAL with *error, then *origins may hold some of them */
int mr_origins_add(struct mr_origins *origins, const char *text, struct mr_error *error);

/* Whether a page may use this server: a page of this server, or one that is welcome.
 * in:     origin, host: values of these headers; NULL: not there
 * return: true also when there is no origin, so that no page asks
 *
 * A page is this server's own if it has the same host and port, by http or https: a proxy may speak TLS for the server.
 * "null", which is the origin of files and sandboxed frames, is never its own. */
bool mr_origin_allowed(const struct mr_origins *origins, const char *origin, const char *host);

/* return: whether pages without an origin, as files and sandboxed frames, may use this server */
bool mr_origin_null_allowed(const struct mr_origins *origins);

/* return: whether it is one of our own pages, or no page; welcome ones do not count */
bool mr_origin_is_own(const char *origin, const char *host);

/* Names under which we may be asked, besides addresses and "localhost", in lower case. */
struct mr_hosts {
    bool any;
    size_t count;
    char name[MR_ORIGINS_MAX][MR_ORIGIN_SIZE];
};

/* Add "cam.example.org", "*" for all, or several of them, separated by commas.
 * return: 0; -EINVAL with *error, then *hosts may hold some of them */
int mr_origin_add_host(struct mr_hosts *hosts, const char *text, struct mr_error *error);

/* return: whether a Host header has a name that only a local network can give: a single label, or one below .local, .lan,
 *         .home.arpa, .internal, .localdomain */
bool mr_origin_host_is_local(const char *host);

/* Whether a Host header names us, whatever the port: an address, "localhost" or one of the names. A
 * page whose name was made to lead to us (DNS rebinding) says its own here, and would be our own
 * origin otherwise. NULL, which no browser sends, is allowed. */
bool mr_origin_host_allowed(const struct mr_hosts *hosts, const char *host);

#endif
