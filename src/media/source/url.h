/* URLs and what FFmpeg says about them, as people may see them. Secrets are: the password of a URL,
 * also one with characters that should have been escaped; the value of a parameter or an option that
 * is called like a secret (?token=, passphrase=, …), the rest of a header that carries one
 * (Authorization: …), all of them percent-encoded or not. Each becomes ***. */
#ifndef MR_MEDIA_URL_H
#define MR_MEDIA_URL_H

#include <stddef.h>

/* Copy a text with URLs in it without its secrets, which end at white space and quotes:
 * rtsp://user:***@host/path?token=***. What does not fit into `size` bytes is cut. Any thread. */
void mr_url_redact(const char *text, char *out, size_t size);

/* The same for a text that is one URL, whatever white space and quotes are in it. */
void mr_url_redact_whole(const char *url, char *out, size_t size);

#endif
