/* Who is behind a proxy: X-Forwarded-For and X-Forwarded-Proto, believed only when they come from a
 * proxy that was named (--trusted-proxy). Plain data and pure functions; any thread. */
#ifndef MR_HTTP_FORWARDED_H
#define MR_HTTP_FORWARDED_H

#include "base/error.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct mg_header; /* civetweb's */

#define MR_PROXIES_MAX 32

/* A block of addresses. IPv4 is kept as IPv6 everywhere here: ::ffff:192.0.2.1. */
struct mr_network {
    struct in6_addr address;
    unsigned bits; /* 0 … 128 */
};

struct mr_proxies {
    size_t count;
    struct mr_network networks[MR_PROXIES_MAX];
};

/* Add "192.0.2.7", "10.0.0.0/8", "::1" or several of them, separated by commas.
 * return: 0; -EINVAL with *error, then *proxies may hold some of them */
int mr_proxies_add(struct mr_proxies *proxies, const char *text, struct mr_error *error);

bool mr_proxies_trust(const struct mr_proxies *proxies, const struct in6_addr *address);

/* Where a request comes from. */
struct mr_forwarded {
    struct in6_addr address; /* all zero when the peer's is no address */
    bool https;              /* the browser spoke TLS, to a proxy */
    bool trusted;            /* the peer is a proxy whose headers are believed */
};

/* From the connection's peer and the request's headers (count < 0: none). Each proxy adds whom it saw
 * at the end of X-Forwarded-For, so that list is read backwards, over all header lines, as long as
 * those who wrote it are trusted: what a client made up stands further left. What is no address ends
 * it there. Of X-Forwarded-Proto the last value counts. */
struct mr_forwarded mr_forwarded_resolve(const struct mr_proxies *proxies, const char *peer,
                                         const struct mg_header *headers, int count);

/* As one writes it: "192.0.2.1", "2001:db8::1". return: text */
const char *mr_forwarded_text(const struct in6_addr *address, char text[INET6_ADDRSTRLEN]);

#endif
