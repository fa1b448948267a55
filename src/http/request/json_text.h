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

/* Whether what may be JSON nests at most MR_JSON_DEPTH_MAX deep. To be asked before jansson parses
 * it on a worker: a level takes it some 100 bytes of stack, of which a worker has 100 KB. */
bool mr_json_text_is_shallow(const void *json, size_t size);

#endif
