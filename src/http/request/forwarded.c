#include "http/request/forwarded.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IPV4_BITS_BEFORE 96 /* of ::ffff:0:0/96 */

static const char blanks[] = " \t";

/* return: whether text, 0-terminated, is an address; *is_ipv4 tells of which kind */
static bool parse_address(const char *text, struct in6_addr *address, bool *is_ipv4)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    *is_ipv4 = inet_pton(AF_INET, text, &address->s6_addr[12]) == 1;
    if (*is_ipv4)
        memcpy(address->s6_addr, mapped, sizeof(mapped));
    return *is_ipv4 || inet_pton(AF_INET6, text, address) == 1;
}

/* Copy text from `begin` to `end` without the blanks around it. return: whether it fits */
static bool copy_trimmed(const char *begin, const char *end, char *copy, size_t size)
{
    while (begin < end && strchr(blanks, *begin) != NULL)
        begin++;
    while (end > begin && strchr(blanks, end[-1]) != NULL)
        end--;
    size_t length = (size_t)(end - begin);
    if (length >= size)
        return false;
    memcpy(copy, begin, length);
    copy[length] = '\0';
    return true;
}

/* ---- proxies ---- */

/* "/BITS", or nothing, which is all of them. return: bits, -1 */
static int parse_bits(const char *text, int most)
{
    if (text == NULL)
        return most;
    char *end;
    if (!isdigit((unsigned char)*text) || strlen(text) > 3)
        return -1;
    long bits = strtol(text, &end, 10);
    return *end == '\0' && bits <= most ? (int)bits : -1;
}

static bool parse_network(char *text, struct mr_network *network)
{
    bool is_ipv4;
    char *slash = strchr(text, '/');
    if (slash != NULL)
        *slash++ = '\0';
    if (!parse_address(text, &network->address, &is_ipv4))
        return false;
    int bits = parse_bits(slash, is_ipv4 ? 32 : 128);
    network->bits = (unsigned)bits + (is_ipv4 ? IPV4_BITS_BEFORE : 0);
    return bits >= 0;
}

int mr_proxies_add(struct mr_proxies *proxies, const char *text, struct mr_error *error)
{
    for (const char *end;; text = end + 1) {
        char one[INET6_ADDRSTRLEN + sizeof("/128")];
        end = text + strcspn(text, ",");
        struct mr_network network;
        if (!copy_trimmed(text, end, one, sizeof(one)) || !parse_network(one, &network))
            return mr_error_set(error, -EINVAL,
                                "\"%.*s\" is not ADDR or ADDR/BITS, as 127.0.0.1 or 10.0.0.0/8",
                                (int)(end - text), text);
        if (proxies->count == MR_PROXIES_MAX)
            return mr_error_set(error, -EINVAL, "\"%.*s\" is one too many; there can be %d",
                                (int)(end - text), text, MR_PROXIES_MAX);
        proxies->networks[proxies->count++] = network;
        if (*end == '\0')
            return 0;
    }
}

static bool is_in(const struct mr_network *network, const struct in6_addr *address)
{
    unsigned bytes = network->bits / 8, rest = network->bits % 8;
    if (memcmp(network->address.s6_addr, address->s6_addr, bytes) != 0)
        return false;
    unsigned differing = rest > 0 ? network->address.s6_addr[bytes] ^ address->s6_addr[bytes] : 0u;
    return differing >> (8 - rest) == 0;
}

bool mr_proxies_trust(const struct mr_proxies *proxies, const struct in6_addr *address)
{
    for (size_t i = 0; i < proxies->count; i++)
        if (is_in(&proxies->networks[i], address))
            return true;
    return false;
}

/* ---- headers ---- */

/* An entry of X-Forwarded-For; some proxies write a port, and IPv6 in brackets then. */
static bool parse_entry(const char *begin, const char *end, struct in6_addr *address)
{
    char text[sizeof("[]:65535") + INET6_ADDRSTRLEN];
    bool is_ipv4;
    if (!copy_trimmed(begin, end, text, sizeof(text)))
        return false;
    char *colon = strchr(text, ':');
    if (text[0] == '[') {
        text[strcspn(text, "]")] = '\0';
        return parse_address(text + 1, address, &is_ipv4);
    }
    if (colon != NULL && strchr(colon + 1, ':') == NULL)
        *colon = '\0';
    return parse_address(text, address, &is_ipv4);
}

/* Go one header line's entries back from the last on.
 * return: whether to go on with the line before */
static bool go_back(const struct mr_proxies *proxies, const char *line, struct in6_addr *address)
{
    for (const char *end = line + strlen(line);;) {
        const char *begin = end;
        struct in6_addr before;
        while (begin > line && begin[-1] != ',')
            begin--;
        if (!parse_entry(begin, end, &before))
            return false;
        *address = before;
        if (!mr_proxies_trust(proxies, address))
            return false;
        if (begin == line)
            return true;
        end = begin - 1;
    }
}

static bool ends_in_https(const char *line)
{
    char last[sizeof("https")];
    const char *comma = strrchr(line, ',');
    return copy_trimmed(comma != NULL ? comma + 1 : line, line + strlen(line), last,
                        sizeof(last)) &&
           strcasecmp(last, "https") == 0;
}

struct mr_forwarded mr_forwarded_resolve(const struct mr_proxies *proxies, const char *peer,
                                         const struct mg_header *headers, int count)
{
    struct mr_forwarded from = { 0 };
    bool is_ipv4, proto_seen = false, going_back = true;
    if (!parse_address(peer, &from.address, &is_ipv4) || !mr_proxies_trust(proxies, &from.address))
        return from;
    from.trusted = true;
    for (int i = count - 1; i >= 0; i--) {
        if (going_back && strcasecmp(headers[i].name, "X-Forwarded-For") == 0)
            going_back = go_back(proxies, headers[i].value, &from.address);
        if (!proto_seen && strcasecmp(headers[i].name, "X-Forwarded-Proto") == 0) {
            from.https = ends_in_https(headers[i].value);
            proto_seen = true;
        }
    }
    return from;
}

const char *mr_forwarded_text(const struct in6_addr *address, char text[INET6_ADDRSTRLEN])
{
    if (IN6_IS_ADDR_V4MAPPED(address))
        inet_ntop(AF_INET, &address->s6_addr[12], text, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
    return text;
}
