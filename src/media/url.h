/* URLs as people may see them. */
#ifndef MR_MEDIA_URL_H
#define MR_MEDIA_URL_H

#include <stddef.h>

/* Copy `text` with every password of a URL in it replaced: rtsp://user:***@host/path. What does not
 * fit into `size` bytes is cut. Any thread. */
void mr_url_redact(const char *text, char *out, size_t size);

#endif
