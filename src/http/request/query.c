#include "http/request/query.h"

#include "http/request/hex.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* Decode one character of a value, as forms write it.
 * return: the bytes that it takes; 0: the value ends here */
static size_t decode_character(const char *text, char *c)
{
    int high = text[0] == '%' ? mr_hex_value(text[1]) : -1;
    int low = high >= 0 ? mr_hex_value(text[2]) : -1;
    *c = low >= 0 ? (char)(high * 16 + low) : text[0] == '+' ? ' ' : text[0];
    return low >= 0 ? 3 : text[0] != '\0' && text[0] != '&' ? 1 : 0;
}

/* A parameter without "=" has an empty value.
 * return: where the value of the first parameter of that name begins; NULL: there is none */
static const char *find_parameter(const char *query, const char *name)
{
    size_t length = strlen(name);
    while (query != NULL) {
        if (strncasecmp(query, name, length) == 0 && strchr("=&", query[length]) != NULL)
            return query + length + (query[length] == '=');
        query = strchr(query, '&');
        if (query != NULL)
            query++;
    }
    return NULL;
}

/* Decode a value as far as there is room for it. return: its length; -ENOSPC: it is cut; -EINVAL: it holds a 0 */
static int read_value(const char *at, char *value, size_t size)
{
    size_t length = 0, used;
    bool has_zero = false;
    char c;
    while ((used = decode_character(at, &c)) > 0 && length + 1 < size) {
        at += used;
        has_zero = has_zero || c == '\0';
        value[length++] = c;
    }
    value[length] = '\0';
    return used > 0 ? -ENOSPC : has_zero ? -EINVAL : (int)length;
}

int mr_query_get(const char *query, const char *name, char *value, size_t size)
{
    const char *at = find_parameter(query, name);
    int result = at != NULL ? read_value(at, value, size) : -ENOENT;
    if (result < 0)
        value[0] = '\0';
    return result;
}

bool mr_query_cut(const char *query, const char *name, char *value, size_t size)
{
    const char *at = find_parameter(query, name);
    value[0] = '\0';
    if (at != NULL)
        read_value(at, value, size);
    return at != NULL;
}
