/* Text of unknown origin (paths, errors, addresses) as a JSON string. */
#ifndef MR_HTTP_JSON_TEXT_H
#define MR_HTTP_JSON_TEXT_H

#include <jansson.h>

/* return: a new string; text that is no UTF-8 has its bytes above 127 replaced by "?"; NULL when
 * out of memory */
json_t *mr_json_text(const char *text);

#endif
