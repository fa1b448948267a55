#include "http/door/listen.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_MAX 255
#define PORT_MAX 65535
#define BACKLOG  4096 /* the system may have a lower limit */

/* return: the port, or -1 */
static long parse_port(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)text[0]) || strlen(text) > 5)
        return -1;
    long port = strtol(text, &end, 10);
    return *end == '\0' && port <= PORT_MAX ? port : -1;
}

static int look_up(const char *host, struct in_addr *address)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    int result = getaddrinfo(host, NULL, &hints, &found);
    if (result != 0)
        return result;
    struct sockaddr_in first;
    memcpy(&first, found->ai_addr, sizeof(first));
    *address = first.sin_addr;
    freeaddrinfo(found);
    return 0;
}

int mr_listen_parse(const char *text, struct sockaddr_in *address, struct mr_error *error)
{
    char host[HOST_MAX + 1];
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : 0;
    long port = colon != NULL ? parse_port(colon + 1) : -1;
    if (port < 0 || length == 0 || length > HOST_MAX)
        return mr_error_set(error, -EINVAL, "\"%s\" is not ADDR:PORT with a port from 0 to 65535",
                            text);
    memcpy(host, text, length);
    host[length] = '\0';
    if (strchr(host, ':') != NULL || host[0] == '[')
        return mr_error_set(error, -EINVAL,
                            "cannot listen on %s: IPv6 is not supported; use an IPv4 address, "
                            "0.0.0.0 for all",
                            text);

    *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((in_port_t)port) };
    int result = look_up(host, &address->sin_addr);
    if (result != 0)
        return mr_error_set(error, -EINVAL, "cannot listen on %s: \"%s\": %s", text, host,
                            gai_strerror(result));
    return 0;
}

int mr_listen_open(struct sockaddr_in *address, const char *text, struct mr_error *error)
{
    int on = 1, receive_bytes = MR_LISTEN_RECEIVE_BYTES, send_bytes = MR_LISTEN_SEND_BYTES;
    socklen_t size = sizeof(*address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) /* those of the server before may still be in TIME_WAIT */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof(send_bytes));
    }
    if (fd >= 0 && bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 &&
        listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)address, &size) == 0)
        return fd;
    int result = mr_error_set(error, -errno, "cannot listen on %s: %s%s", text, strerror(errno),
                              errno == EADDRINUSE ? "; choose another port, or 0 for any" : "");
    if (fd >= 0)
        close(fd);
    return result;
}
