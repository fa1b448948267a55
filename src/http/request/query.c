#include "http/request/query.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode one character of a value, as forms write it.
 * return: the bytes that it takes; 0: the value ends here */
static size_t decode(const char *text, char *c)
{
    int high = text[0] == '%' ? hex_value(text[1]) : -1;
    int low = high >= 0 ? hex_value(text[2]) : -1;
    *c = low >= 0 ? (char)(high * 16 + low) : text[0] == '+' ? ' ' : text[0];
    return low >= 0 ? 3 : text[0] != '\0' && text[0] != '&' ? 1 : 0;
}

/* return: where the value of the first parameter of that name begins; NULL: there is none */
static const char *find(const char *query, const char *name)
{
    size_t length = strlen(name);
    while (query != NULL) {
        if (strncasecmp(query, name, length) == 0 && query[length] == '=')
            return query + length + 1;
        query = strchr(query, '&');
        if (query != NULL)
            query++;
    }
    return NULL;
}

int mr_query_get(const char *query, const char *name, char *value, size_t size)
{
    const char *at = find(query, name);
    size_t length = 0, used;
    int result = at == NULL ? -ENOENT : 0;
    char c;
    while (result == 0 && (used = decode(at, &c)) > 0) {
        at += used;
        if (c == '\0')
            result = -EINVAL;
        else if (length + 1 == size)
            result = -ENOSPC;
        else
            value[length++] = c;
    }
    value[result == 0 ? length : 0] = '\0';
    return result == 0 ? (int)length : result;
}

bool mr_query_cut(const char *query, const char *name, char *value, size_t size)
{
    const char *at = find(query, name);
    size_t length = 0, used;
    char c;
    while (at != NULL && length + 1 < size && (used = decode(at, &c)) > 0) {
        at += used;
        value[length++] = c;
    }
    value[length] = '\0';
    return at != NULL;
}
