/* Addresses that one can open in a browser, where the server listens on all of them. Any thread; asks the
 * system for its interfaces. */
#ifndef MR_APP_OPENABLE_H
#define MR_APP_OPENABLE_H

#include <stddef.h>

#define MR_OPENABLE_MAX  16
#define MR_OPENABLE_SIZE 64 /* "[IPv6]:65535" and the closing 0 */

/* Find the addresses behind one of the server's: itself, or for "0.0.0.0:8080" and "[::]:8080" those of this
 * machine's interfaces, loopback first. IPv6 addresses that are valid on one link only are left out.
 * in:     listener: "127.0.0.1:8080", "[::]:8080", "unix:/run/x.sock"
 * out:    openable
 * return: how many, at most MR_OPENABLE_MAX; 0 for a UNIX socket */
size_t mr_openable_find(const char *listener, char openable[MR_OPENABLE_MAX][MR_OPENABLE_SIZE]);

#endif
