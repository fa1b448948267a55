/* The addresses that an input may open besides itself: playlists, SDP files and redirections name further addresses,
 * and who serves one is not to have our files read, nor a file on a disk to reach the network. Only
 * names that the user gives as files, standard input not among them, have the protocol `file` on
 * their list. Private to src/media. */
#ifndef MR_MEDIA_PROTOCOLS_H
#define MR_MEDIA_PROTOCOLS_H

#include <stdbool.h>
#include <stddef.h>

#define MR_PROTOCOLS_MAX 256 /* bytes of a list */

/* The protocols for FFmpeg's `protocol_whitelist`, separated by commas.
 * in:     url: a path, or a URL with any number of protocols around another, as "async:http://…" */
void mr_protocols_of(const char *url, char list[MR_PROTOCOLS_MAX]);

/* The scheme of a URL. return: its length, 0 for a path */
size_t mr_protocols_scheme(const char *url);

/* Whether the URL begins with that scheme and a colon. */
bool mr_protocols_is(const char *url, const char *scheme);

#endif
