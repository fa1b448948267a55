/* Characters of JSON texts. Pure functions; any thread. */
#ifndef MR_SCRIPT_JSON_STRING_H
#define MR_SCRIPT_JSON_STRING_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Append a text as a JSON string, with quotes and escapes; invalid UTF-8 becomes U+FFFD.
 * out: *out; out->failed when memory ran out */
void mr_json_string_append(struct mr_buffer *out, const char *text, size_t size);

/* return: whether a writer of JSON can have made the text, by its characters: it is not empty,
 *         well-formed UTF-8 and without control characters, which are always escaped */
bool mr_json_string_is_sound(const void *text, size_t size);

#endif
