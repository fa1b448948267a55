/* Taking a connection's socket over from civetweb, which never tells its descriptor: it is found by
 * its two addresses and ports, duplicated, and civetweb is left with a dummy under the old number.
 *
 * Thread: the worker that handles the connection, so that its descriptor stays what it is. */
#ifndef MR_HTTP_TAKEOVER_H
#define MR_HTTP_TAKEOVER_H

#include <netinet/in.h>

/* A connection as civetweb describes it. */
struct mr_endpoints {
    struct in_addr remote_address;
    in_port_t remote_port, local_port; /* in host order */
};

/* What stands in for taken sockets; any number of them share one. return: descriptor or -errno */
int mr_takeover_open_dummy(void);

/* Take the socket over.
 * return: a descriptor of the caller's, close-on-exec; -ENOENT when there is no such connection;
 *         -ENOTUNIQ when there are several; -EMFILE when only the last descriptors are left; -errno of opendir,
 *         dup */
int mr_takeover(const struct mr_endpoints *endpoints, int dummy);

/* The socket of ours that listens on `local_port`.
 * return: its descriptor, which stays its owner's; -ENOENT; -errno of opendir */
int mr_takeover_find_listener(in_port_t local_port);

/* Shut down the listening socket and every connection on `local_port` that is still open in this
 * process, so that threads that wait for one of them go on. */
void mr_takeover_shutdown_all(in_port_t local_port);

#endif
