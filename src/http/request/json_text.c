#include "http/request/json_text.h"

#include <stdlib.h>
#include <string.h>

json_t *mr_json_text(const char *text)
{
    json_t *string = json_string(text);
    if (string != NULL)
        return string;
    char *ascii = strdup(text);
    for (char *c = ascii; c != NULL && *c != '\0'; c++)
        if ((unsigned char)*c > 127)
            *c = '?';
    string = ascii != NULL ? json_string(ascii) : NULL;
    free(ascii);
    return string;
}

bool mr_json_text_is_shallow(const void *json, size_t size)
{
    const char *text = json;
    bool quoted = false;
    unsigned depth = 0;
    for (size_t i = 0; i < size; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > MR_JSON_DEPTH_MAX)
            return false;
        else if (!quoted && (text[i] == ']' || text[i] == '}') && depth > 0)
            depth--;
    }
    return true;
}
