/* Whether a request is whole, from its first bytes. Pure functions; any thread. */
#ifndef MR_HTTP_WHOLE_H
#define MR_HTTP_WHOLE_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes a request has: its head, and its body if it tells its length and that is at most
 * `most_body`; without the body if the client waits for word before it sends one (Expect).
 * return: 0 while the head has not ended */
size_t mr_whole_request(const char *bytes, size_t size, size_t most_body);

#endif
