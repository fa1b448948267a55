/* Text and JSON of unknown origin. */
#ifndef MR_HTTP_JSON_TEXT_H
#define MR_HTTP_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define MR_JSON_DEPTH_MAX 100 /* of arrays and objects in one another */

/* return: a new string; text that is no UTF-8 has its bytes above 127 replaced by "?"; NULL when
 * out of memory */
json_t *mr_json_text(const char *text);

/* To be asked before jansson parses a text of a client, since each level of nesting takes stack.
 * return: whether it nests at most MR_JSON_DEPTH_MAX deep */
bool mr_json_text_is_shallow(const void *json, size_t size);

#endif
