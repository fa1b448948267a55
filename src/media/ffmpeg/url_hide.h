/* Errors of a source for those who may watch but not know where it is. */
#ifndef MR_MEDIA_URL_HIDE_H
#define MR_MEDIA_URL_HIDE_H

#include <stddef.h>

/* Copy a text with "the source" in the place of an address, with the quotes around it, and of every other URL. What does
 * not fit into `size` bytes is cut.
 * in:     address: as the text shows it, without secrets (mr_url_redact_whole)
 * thread: any */
void mr_url_hide(const char *text, const char *address, char *out, size_t size);

#endif
