/* The sockets on which the server listens, of any address family. Any thread. */
#ifndef MR_HTTP_LISTEN_H
#define MR_HTTP_LISTEN_H

#include "base/error.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>

/* The send buffer of a connection. Most answers fit, so that the worker itself sends them whole. The kernel doubles the
 * number for its own bookkeeping (socket(7), SO_SNDBUF). */
#define MR_LISTEN_SEND_BYTES (192 * 1024)

#define MR_LISTEN_TEXT_SIZE 128

/* Where to listen. */
struct mr_listen_address {
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6; /* "[::]" takes IPv4, too */
        struct sockaddr_un path;
    } socket;
    socklen_t size;
    bool is_everywhere; /* ":8080": all addresses, of IPv4 alone on a machine without IPv6 */
};

struct mr_listener {
    int fd;
    char text
        [MR_LISTEN_TEXT_SIZE]; /* with the real port: "127.0.0.1:43721", "[::1]:8080", "unix:/run/x.sock" */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* of a UNIX socket, else "" */
    dev_t device;                                           /* which file that is */
    ino_t inode;
};

/* Read "127.0.0.1:8080", "localhost:0", "8080" (this machine only), ":8080" (every address), "[::1]:8080",
 * "unix:/run/moonreel.sock"; names may be looked up.
 * return: 0; -EINVAL with *error */
int mr_listen_parse(const char *text, struct mr_listen_address *address, struct mr_error *error);

/* Check what mr_listen_parse reads, without asking a name server: the name of a machine need only look like one.
 * return: 0; -EINVAL with *error */
int mr_listen_check(const char *text, struct mr_error *error);

/* Listen there. A UNIX socket has mode 0660; one that is left over, where nobody answers, is replaced.
 * in:     text: what the user wrote, for *error
 * return: 0; -errno of socket, bind and listen with *error */
int mr_listen_open(const struct mr_listen_address *address, const char *text,
                   struct mr_listener *listener, struct mr_error *error);

/* Remove a UNIX socket's file, if it is still that socket's. The descriptor stays open. */
void mr_listen_remove(const struct mr_listener *listener);

#endif
