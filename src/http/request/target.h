/* The target of a request (RFC 9112, section 3.2): "/path?query", "http://host/path?query", or "*" of OPTIONS. Pure
 * functions on the caller's memory; any thread. */
#ifndef MR_HTTP_TARGET_H
#define MR_HTTP_TARGET_H

#include "base/error.h"

#include <stdbool.h>

struct mr_target {
    const char *host;  /* "host:port" of an absolute target; NULL: it is none */
    const char *path;  /* decoded, without dot segments and doubled slashes; "*" */
    const char *query; /* as it was sent, without the "?"; NULL: there is none */
};

/* Parse a target in place.
 * in:     text: 0-terminated; changed; lives as long as *target. allows_star: "*" is a target, too
 * return: 0; -EINVAL with *error */
int mr_target_parse(char *text, bool allows_star, struct mr_target *target, struct mr_error *error);

#endif
