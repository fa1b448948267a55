/* What all files that are served have in common. Any thread. */
#ifndef MR_HTTP_CONTENT_H
#define MR_HTTP_CONTENT_H

#include <stdbool.h>

/* Content-Type by extension; "application/octet-stream" for what is not known. */
const char *mr_content_type(const char *path);

/* Whether an If-None-Match header (NULL: none) names this entity tag, given with its quotes. */
bool mr_content_matches(const char *if_none_match, const char *etag);

#endif
