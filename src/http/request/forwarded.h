/* The client behind a proxy: X-Forwarded-For and X-Forwarded-Proto, believed only when they come from a
 * proxy that was named (--trusted-proxy). Plain data and pure functions; any thread. */
#ifndef MR_HTTP_FORWARDED_H
#define MR_HTTP_FORWARDED_H

#include "base/error.h"
#include "http/request/head.h"
#include "http/request/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_PROXIES_MAX 32

/* A block of addresses, or all clients of UNIX sockets. IPv4 is kept as IPv6 here: ::ffff:192.0.2.1. */
struct mr_network {
    bool is_unix;
    unsigned bits; /* 0 … 128 */
    uint8_t bytes[16];
};

struct mr_proxies {
    size_t count;
    struct mr_network networks[MR_PROXIES_MAX];
};

/* Add "192.0.2.7", "10.0.0.0/8", "::1", "fd00::/8", "unix" or several of them, separated by commas.
 * out:    *proxies, with some of them when the function fails
 * return: 0; -EINVAL with *error for a wrong text or one block too many */
int mr_forwarded_add_proxy(struct mr_proxies *proxies, const char *text, struct mr_error *error);

/* return: whether the peer is a proxy that was named; "::/0" names every IPv4 address, too */
bool mr_forwarded_trusts(const struct mr_proxies *proxies, const struct mr_peer *peer);

/* The client that a request comes from. */
struct mr_forwarded {
    struct mr_peer peer;
    bool https;   /* the browser spoke TLS, to a proxy */
    bool trusted; /* the connection's peer is a proxy whose headers are believed */
};

/* Find the client from the connection's peer and the request's headers. Each proxy appends the address it
 * saw to X-Forwarded-For, so the list is read backwards, over all header lines, as long as the writer of
 * an entry is trusted: what a client made up stands further left. An entry that is no address ends the
 * list. Of X-Forwarded-Proto the last value counts.
 * in:     headers: borrowed; count below 0: none
 * return: the peer itself when it is not trusted */
struct mr_forwarded mr_forwarded_resolve(const struct mr_proxies *proxies,
                                         const struct mr_peer *peer,
                                         const struct mr_head_field *headers, int count);

#endif
