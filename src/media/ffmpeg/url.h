/* URLs and what FFmpeg says about them, as people may see them. Each secret becomes ***:
 * - the password of a URL, up to the last '@', also one with characters that should have been escaped;
 * - the value of a parameter or an option that is called like a secret (?token=, passphrase=, …);
 * - the value of a request's header, but for headers that never carry a secret (Host, Range, …);
 * - the stream's key of RTMP, which is the path behind the application.
 * All of them are found percent-encoded, too. In doubt more is hidden than is secret. */
#ifndef MR_MEDIA_URL_H
#define MR_MEDIA_URL_H

#include <stddef.h>

/* Copy a text with URLs in it without its secrets, which end at white space and quotes:
 * rtsp://user:***@host/path?token=***. What does not fit into `size` bytes is cut. Any thread. */
void mr_url_redact(const char *text, char *out, size_t size);

/* The same for a text that is one URL, whatever white space and quotes are in it. */
void mr_url_redact_whole(const char *url, char *out, size_t size);

#endif
