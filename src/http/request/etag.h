/* Strong entity tags: of a content, the same for the same bytes in every process. Any thread. */
#ifndef MR_HTTP_ETAG_H
#define MR_HTTP_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#define MR_ETAG_SIZE 24 /* 20 hexadecimal digits of a SHA-256, the quotes and the closing 0 */

/* Make the strong entity tag of these bytes, with its quotes. */
void mr_etag_make(const void *bytes, size_t size, char etag[MR_ETAG_SIZE]);

/* Whether an If-None-Match or If-Match header (NULL: none) names this entity tag, given with its
 * quotes. */
bool mr_etag_matches(const char *header, const char *etag);

#endif
