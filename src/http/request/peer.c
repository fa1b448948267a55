#include "http/request/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define NETWORK_BYTES 8 /* of an IPv6 /64 */

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static void set_ipv6(struct mr_peer *peer, const uint8_t bytes[16])
{
    bool is_mapped = memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
    peer->family = is_mapped ? AF_INET : AF_INET6;
    if (is_mapped)
        memcpy(peer->bytes, bytes + sizeof(mapped_prefix), 4);
    else
        memcpy(peer->bytes, bytes, sizeof(peer->bytes));
}

int mr_peer_from_sockaddr(const struct sockaddr *address, socklen_t size, struct mr_peer *peer)
{
    sa_family_t family = AF_UNSPEC;
    *peer = (struct mr_peer){ 0 };
    if (size >= sizeof(family))
        memcpy(&family, &address->sa_family, sizeof(family));
    if (family == AF_UNIX) {
        peer->family = AF_UNIX;
    } else if (family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof(ipv4));
        peer->family = AF_INET;
        peer->port = ntohs(ipv4.sin_port);
        memcpy(peer->bytes, &ipv4.sin_addr, sizeof(ipv4.sin_addr));
    } else if (family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof(ipv6));
        peer->port = ntohs(ipv6.sin6_port);
        set_ipv6(peer, ipv6.sin6_addr.s6_addr);
    } else {
        return -EAFNOSUPPORT;
    }
    return 0;
}

bool mr_peer_parse(const char *text, struct mr_peer *peer)
{
    uint8_t bytes[16];
    *peer = (struct mr_peer){ 0 };
    if (strcmp(text, "unix") == 0 || strcmp(text, "unix:") == 0) {
        peer->family = AF_UNIX;
    } else if (inet_pton(AF_INET, text, bytes) == 1) {
        peer->family = AF_INET;
        memcpy(peer->bytes, bytes, 4);
    } else if (inet_pton(AF_INET6, text, bytes) == 1) {
        set_ipv6(peer, bytes);
    } else {
        return false;
    }
    return true;
}

const char *mr_peer_format(const struct mr_peer *peer, char *text, size_t size)
{
    char address[MR_PEER_TEXT_SIZE] = "unknown";
    if (peer->family == AF_UNIX)
        strcpy(address, "unix");
    else if (peer->family == AF_INET || peer->family == AF_INET6)
        inet_ntop(peer->family, peer->bytes, address, sizeof(address));
    snprintf(text, size, "%s", address);
    return text;
}

bool mr_peer_is_loopback(const struct mr_peer *peer)
{
    static const uint8_t ipv6[16] = { [15] = 1 };
    return peer->family == AF_UNIX || (peer->family == AF_INET && peer->bytes[0] == 127) ||
           (peer->family == AF_INET6 && memcmp(peer->bytes, ipv6, sizeof(ipv6)) == 0);
}

void mr_peer_network(const struct mr_peer *peer, struct mr_peer *key)
{
    *key = *peer;
    key->port = 0;
    if (peer->family == AF_INET6)
        memset(key->bytes + NETWORK_BYTES, 0, sizeof(key->bytes) - NETWORK_BYTES);
}

bool mr_peer_equals(const struct mr_peer *one, const struct mr_peer *other)
{
    return one->family == other->family &&
           memcmp(one->bytes, other->bytes, sizeof(one->bytes)) == 0;
}

bool mr_peer_widen(const struct mr_peer *peer, uint8_t bytes[16])
{
    memset(bytes, 0, 16);
    if (peer->family == AF_INET6) {
        memcpy(bytes, peer->bytes, 16);
    } else if (peer->family == AF_INET) {
        memcpy(bytes, mapped_prefix, sizeof(mapped_prefix));
        memcpy(bytes + sizeof(mapped_prefix), peer->bytes, 4);
    }
    return peer->family == AF_INET || peer->family == AF_INET6;
}
