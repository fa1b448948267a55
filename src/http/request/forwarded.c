#include "http/request/forwarded.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IPV4_BITS_BEFORE 96 /* of ::ffff:0:0/96 */

static const char blanks[] = " \t";

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
    struct mr_peer peer;
    char *slash = strchr(text, '/');
    bool is_mapped = strchr(text, ':') != NULL;
    if (slash != NULL)
        *slash++ = '\0';
    if (!mr_peer_parse(text, &peer))
        return false;
    network->bits = 0;
    network->is_unix = !mr_peer_widen(&peer, network->bytes);
    if (network->is_unix)
        return slash == NULL;
    bool is_ipv4 = peer.family == AF_INET && !is_mapped;
    int bits = parse_bits(slash, is_ipv4 ? 32 : 128);
    network->bits = (unsigned)bits + (is_ipv4 ? IPV4_BITS_BEFORE : 0);
    return bits >= 0;
}

int mr_forwarded_add_proxy(struct mr_proxies *proxies, const char *text, struct mr_error *error)
{
    for (const char *end;; text = end + 1) {
        char one[MR_PEER_TEXT_SIZE + sizeof("/128")];
        end = text + strcspn(text, ",");
        struct mr_network network;
        if (!copy_trimmed(text, end, one, sizeof(one)) || !parse_network(one, &network))
            return mr_error_set(
                error, -EINVAL,
                "\"%.*s\" is not ADDR or ADDR/BITS, as 127.0.0.1, 10.0.0.0/8 or fd00::/8, "
                "or unix",
                (int)(end - text), text);
        if (proxies->count == MR_PROXIES_MAX)
            return mr_error_set(error, -EINVAL, "\"%.*s\" is one too many; there can be %d",
                                (int)(end - text), text, MR_PROXIES_MAX);
        proxies->networks[proxies->count++] = network;
        if (*end == '\0')
            return 0;
    }
}

static bool is_in(const struct mr_network *network, const struct mr_peer *peer)
{
    uint8_t address[16];
    bool has_address = mr_peer_widen(peer, address);
    if (network->is_unix || !has_address)
        return network->is_unix && peer->family == AF_UNIX;
    unsigned bytes = network->bits / 8, rest = network->bits % 8;
    if (memcmp(network->bytes, address, bytes) != 0)
        return false;
    unsigned differing = rest > 0 ? network->bytes[bytes] ^ address[bytes] : 0u;
    return differing >> (8 - rest) == 0;
}

bool mr_forwarded_trusts(const struct mr_proxies *proxies, const struct mr_peer *peer)
{
    for (size_t i = 0; i < proxies->count; i++)
        if (is_in(&proxies->networks[i], peer))
            return true;
    return false;
}

/* ---- headers ---- */

/* Read an entry of X-Forwarded-For. Some proxies write a port, and then IPv6 in brackets. */
static bool parse_entry(const char *begin, const char *end, struct mr_peer *peer)
{
    char text[sizeof("[]:65535") + MR_PEER_TEXT_SIZE];
    if (!copy_trimmed(begin, end, text, sizeof(text)))
        return false;
    char *colon = strchr(text, ':');
    if (text[0] == '[') {
        text[strcspn(text, "]")] = '\0';
        return mr_peer_parse(text + 1, peer);
    }
    bool has_port = colon != NULL && strchr(colon + 1, ':') == NULL && colon[1] != '\0';
    if (has_port)
        *colon = '\0';
    return mr_peer_parse(text, peer) && !(has_port && peer->family == AF_UNIX);
}

/* Go one header line's entries back from the last on.
 * return: whether to go on with the line before */
static bool go_back(const struct mr_proxies *proxies, const char *line, struct mr_peer *peer)
{
    for (const char *end = line + strlen(line);;) {
        const char *begin = end;
        struct mr_peer before;
        while (begin > line && begin[-1] != ',')
            begin--;
        if (!parse_entry(begin, end, &before))
            return false;
        *peer = before;
        if (!mr_forwarded_trusts(proxies, peer))
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

struct mr_forwarded mr_forwarded_resolve(const struct mr_proxies *proxies,
                                         const struct mr_peer *peer,
                                         const struct mr_head_field *headers, int count)
{
    struct mr_forwarded from = { .peer = *peer };
    bool proto_seen = false, going_back = true;
    if (!mr_forwarded_trusts(proxies, peer))
        return from;
    from.trusted = true;
    for (int i = count - 1; i >= 0; i--) {
        if (going_back && strcasecmp(headers[i].name, "X-Forwarded-For") == 0)
            going_back = go_back(proxies, headers[i].value, &from.peer);
        if (!proto_seen && strcasecmp(headers[i].name, "X-Forwarded-Proto") == 0) {
            from.https = ends_in_https(headers[i].value);
            proto_seen = true;
        }
    }
    return from;
}
