#include "http/door/listen.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_MAX  255
#define PORT_MAX  65535
#define BACKLOG   4096 /* the system may have a lower limit */
#define PATH_MODE 0660

/* ---- parsing ---- */

/* return: the port, or -1 */
static long parse_port(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)text[0]) || strlen(text) > 5)
        return -1;
    long port = strtol(text, &end, 10);
    return *end == '\0' && port <= PORT_MAX ? port : -1;
}

static int parse_path(const char *text, const char *path, struct mr_listen_address *address,
                      struct mr_error *error)
{
    struct sockaddr_un *to = &address->socket.path;
    if (path[0] == '\0' || strlen(path) >= sizeof(to->sun_path))
        return mr_error_set(error, -EINVAL,
                            "\"%s\" is not unix:PATH with a path of 1 to %zu characters", text,
                            sizeof(to->sun_path) - 1);
    to->sun_family = AF_UNIX;
    strcpy(to->sun_path, path);
    address->size = sizeof(*to);
    return 0;
}

static void set_ipv6(struct mr_listen_address *address, const struct in6_addr *ipv6, long port)
{
    address->socket.ipv6 = (struct sockaddr_in6){
        .sin6_family = AF_INET6,
        .sin6_addr = *ipv6,
        .sin6_port = htons((in_port_t)port),
    };
    address->size = sizeof(address->socket.ipv6);
}

static void set_ipv4(struct mr_listen_address *address, struct in_addr ipv4, long port)
{
    address->socket.ipv4 = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr = ipv4,
        .sin_port = htons((in_port_t)port),
    };
    address->size = sizeof(address->socket.ipv4);
}

/* A name or an IPv4 address. return: 0; an error of getaddrinfo */
static int look_up(const char *host, long port, struct mr_listen_address *address)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    int result = getaddrinfo(host, NULL, &hints, &found);
    if (result != 0)
        return result;
    struct sockaddr_in first;
    memcpy(&first, found->ai_addr, sizeof(first));
    set_ipv4(address, first.sin_addr, port);
    freeaddrinfo(found);
    return 0;
}

/* "[::1]". return: whether it is an IPv6 address in brackets */
static bool parse_brackets(char *host, struct in6_addr *ipv6)
{
    size_t length = strlen(host);
    if (length < 2 || host[0] != '[' || host[length - 1] != ']')
        return false;
    host[length - 1] = '\0';
    return inet_pton(AF_INET6, host + 1, ipv6) == 1;
}

/* Read all but the name or IPv4 address of a host.
 * out:    host: that name or address, still to be looked up; "" when the address is known without
 * return: 0; -EINVAL with *error */
static int parse(const char *text, struct mr_listen_address *address, char host[HOST_MAX + 1],
                 in_port_t *port_out, struct mr_error *error)
{
    struct in6_addr ipv6;
    host[0] = '\0';
    *address = (struct mr_listen_address){ 0 };
    if (strncmp(text, "unix:", 5) == 0)
        return parse_path(text, text + 5, address, error);
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : 0;
    long port = parse_port(colon != NULL ? colon + 1 : text);
    if (port < 0 || length > HOST_MAX)
        return mr_error_set(error, -EINVAL,
                            "\"%s\" is not ADDR:PORT with a port from 0 to 65535, PORT, :PORT, "
                            "[IPv6]:PORT or unix:PATH",
                            text);
    memcpy(host, text, length);
    host[length] = '\0';
    address->is_everywhere = colon != NULL && length == 0;
    *port_out = (in_port_t)port;
    if (colon == NULL) {
        set_ipv4(address, (struct in_addr){ htonl(INADDR_LOOPBACK) }, port);
    } else if (address->is_everywhere) {
        set_ipv6(address, &in6addr_any, port);
    } else if (parse_brackets(host, &ipv6)) {
        set_ipv6(address, &ipv6, port);
        host[0] = '\0';
    } else if (strchr(host, ':') != NULL || host[0] == '[') {
        return mr_error_set(
            error, -EINVAL,
            "cannot listen on %s: an IPv6 address stands in brackets, as [::1]:8080", text);
    }
    return 0;
}

int mr_listen_parse(const char *text, struct mr_listen_address *address, struct mr_error *error)
{
    char host[HOST_MAX + 1];
    in_port_t port;
    int result = parse(text, address, host, &port, error);
    if (result < 0 || host[0] == '\0')
        return result;
    result = look_up(host, port, address);
    return result == 0 ? 0
                       : mr_error_set(error, -EINVAL, "cannot listen on %s: \"%s\": %s", text, host,
                                      gai_strerror(result));
}

int mr_listen_check(const char *text, struct mr_error *error)
{
    char host[HOST_MAX + 1];
    struct mr_listen_address address;
    struct in_addr ipv4;
    in_port_t port;
    int result = parse(text, &address, host, &port, error);
    if (result < 0 || host[0] == '\0')
        return result;
    bool is_number = host[strspn(host, "0123456789.")] == '\0';
    if (is_number ? inet_aton(host, &ipv4) == 0 : strpbrk(host, " \t\r\n/") != NULL)
        return mr_error_set(error, -EINVAL, "cannot listen on %s: \"%s\" is not %s", text, host,
                            is_number ? "an IPv4 address" : "the name of a machine");
    return 0;
}

/* ---- opening ---- */

/* Remove a socket's file on which nobody listens any more.
 * return: 0; -EADDRINUSE: it is something else, or in use; -errno of socket, unlink */
static int remove_leftover(const struct mr_listen_address *address)
{
    struct stat info;
    const char *path = address->socket.path.sun_path;
    if (lstat(path, &info) < 0 || !S_ISSOCK(info.st_mode))
        return -EADDRINUSE;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    bool is_leftover =
        connect(fd, &address->socket.any, address->size) < 0 && errno == ECONNREFUSED;
    close(fd);
    if (!is_leftover)
        return -EADDRINUSE;
    return unlink(path) == 0 ? 0 : -errno;
}

/* return: 0; -errno */
static int bind_to(int fd, const struct mr_listen_address *address)
{
    return bind(fd, &address->socket.any, address->size) < 0 ? -errno : 0;
}

/* return: 0; -errno */
static int bind_path(int fd, const struct mr_listen_address *address, struct mr_listener *listener)
{
    struct stat info;
    const char *path = address->socket.path.sun_path;
    fchmod(fd, PATH_MODE); /* what bind makes of it, less the umask */
    int result = bind_to(fd, address);
    if (result == -EADDRINUSE) {
        result = remove_leftover(address);
        if (result == 0)
            result = bind_to(fd, address);
    }
    if (result < 0)
        return result;
    strcpy(listener->path, path);
    if (lstat(path, &info) < 0)
        return -errno;
    listener->device = info.st_dev;
    listener->inode = info.st_ino;
    return chmod(path, PATH_MODE) < 0 ? -errno : 0;
}

static void prepare(int fd, int family)
{
    int on = 1, off = 0, send_bytes = MR_LISTEN_SEND_BYTES;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof(send_bytes));
    if (family != AF_UNIX) /* connections of the server before may still be in TIME_WAIT */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
}

/* return: 0; -errno; the socket is in *listener in any case, or -1 */
static int open_socket(const struct mr_listen_address *address, struct mr_listener *listener)
{
    int family = address->socket.any.sa_family;
    listener->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener->fd < 0)
        return -errno;
    prepare(listener->fd, family);
    int result = family == AF_UNIX ? bind_path(listener->fd, address, listener)
                                   : bind_to(listener->fd, address);
    return result == 0 && listen(listener->fd, BACKLOG) < 0 ? -errno : result;
}

static void write_text(struct mr_listener *listener)
{
    struct mr_listen_address real = { 0 };
    char host[INET6_ADDRSTRLEN] = "";
    real.size = sizeof(real.socket);
    if (listener->path[0] != '\0') {
        snprintf(listener->text, sizeof(listener->text), "unix:%s", listener->path);
    } else if (getsockname(listener->fd, &real.socket.any, &real.size) == 0) {
        bool is_ipv6 = real.socket.any.sa_family == AF_INET6;
        const void *bytes = is_ipv6 ? (const void *)&real.socket.ipv6.sin6_addr
                                    : (const void *)&real.socket.ipv4.sin_addr;
        in_port_t port = is_ipv6 ? real.socket.ipv6.sin6_port : real.socket.ipv4.sin_port;
        inet_ntop(real.socket.any.sa_family, bytes, host, sizeof(host));
        snprintf(listener->text, sizeof(listener->text), is_ipv6 ? "[%s]:%u" : "%s:%u", host,
                 ntohs(port));
    }
}

int mr_listen_open(const struct mr_listen_address *address, const char *text,
                   struct mr_listener *listener, struct mr_error *error)
{
    *listener = (struct mr_listener){ .fd = -1 };
    int result = open_socket(address, listener);
    if (result == -EAFNOSUPPORT && address->is_everywhere) {
        struct mr_listen_address ipv4 = { 0 };
        set_ipv4(&ipv4, (struct in_addr){ INADDR_ANY }, ntohs(address->socket.ipv6.sin6_port));
        result = open_socket(&ipv4, listener);
    }
    if (result == 0) {
        write_text(listener);
        return 0;
    }
    if (listener->fd >= 0)
        close(listener->fd);
    mr_listen_remove(listener);
    listener->fd = -1;
    const char *advice = result != -EADDRINUSE ? ""
                         : address->socket.any.sa_family == AF_UNIX
                             ? "; choose another path"
                             : "; choose another port, or 0 for any";
    return mr_error_set(error, result, "cannot listen on %s: %s%s", text, strerror(-result),
                        advice);
}

void mr_listen_remove(const struct mr_listener *listener)
{
    struct stat info;
    if (listener->path[0] != '\0' && lstat(listener->path, &info) == 0 &&
        info.st_dev == listener->device && info.st_ino == listener->inode)
        unlink(listener->path);
}
