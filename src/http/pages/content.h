/* The type of files that are served. Any thread. */
#ifndef MR_HTTP_CONTENT_H
#define MR_HTTP_CONTENT_H

#include <stdbool.h>

/* return: the Content-Type by the path's extension; "application/octet-stream" for an unknown one */
const char *mr_content_type(const char *path);

/* Whether an Accept-Encoding header (NULL: none) names this coding ("gzip") and does not rule it out
 * with a weight of 0 (RFC 9110, 12.5.3). "*" is not counted: who means gzip says so. */
bool mr_content_accepts(const char *accept_encoding, const char *coding);

#endif
