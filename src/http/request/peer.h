/* The other end of a connection, of any address family, as limits, trusted proxies and the log name it.
 * Plain data and pure functions; any thread. */
#ifndef MR_HTTP_PEER_H
#define MR_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define MR_PEER_TEXT_SIZE 46 /* the longest IPv6 address and the closing 0 */

/* All zero: unknown. A client of a UNIX socket has family AF_UNIX and neither bytes nor port. */
struct mr_peer {
    sa_family_t family; /* AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC */
    uint16_t port;      /* in the machine's byte order; 0: unknown */
    uint8_t bytes[16];  /* in network order; AF_INET uses the first 4, the others are zero */
};

/* Take over what accept or getpeername returned. An IPv4 address mapped into IPv6 becomes IPv4.
 * out:    *peer, unknown when the function fails
 * return: 0; -EAFNOSUPPORT for another family or a size that is too small */
int mr_peer_from_sockaddr(const struct sockaddr *address, socklen_t size, struct mr_peer *peer);

/* Read "192.0.2.1", "2001:db8::1", "unix", or "unix:" as nginx writes it; without a port.
 * out:    *peer, unknown when the function fails
 * return: whether the text is one of these */
bool mr_peer_parse(const char *text, struct mr_peer *peer);

/* Write the address without its port: "192.0.2.1", "2001:db8::1", "unix", "unknown".
 * return: text, cut when size is less than MR_PEER_TEXT_SIZE */
const char *mr_peer_format(const struct mr_peer *peer, char *text, size_t size);

/* return: whether the client runs on this machine: a loopback address or a UNIX socket */
bool mr_peer_is_loopback(const struct mr_peer *peer);

/* Find the unit by which clients are counted: an IPv4 address, an IPv6 /64 (what one line is given), one unit
 * for all clients of UNIX sockets.
 * out:    *key, without a port */
void mr_peer_network(const struct mr_peer *peer, struct mr_peer *key);

/* return: whether both have the same family and address, whatever their ports */
bool mr_peer_equals(const struct mr_peer *one, const struct mr_peer *other);

/* Widen an IPv4 address to ::ffff:a.b.c.d, so that blocks of both families compare alike.
 * out:    bytes, all zero when the peer has no IP address
 * return: whether it has one */
bool mr_peer_widen(const struct mr_peer *peer, uint8_t bytes[16]);

#endif
