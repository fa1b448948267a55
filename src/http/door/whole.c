#include "http/door/whole.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Behind the empty line that ends the head, as civetweb finds it; 0: there is none. */
static size_t find_end(const char *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (bytes[i] != '\n')
            continue;
        if (bytes[i + 1] == '\n')
            return i + 2;
        if (i > 0 && i + 2 < size && memcmp(bytes + i - 1, "\r\n\r\n", 4) == 0)
            return i + 3;
    }
    return 0;
}

/* Content-Length's value (civetweb allows blanks before the colon), 0 when it is more than `most`;
 * what is no number counts as none: civetweb refuses it. */
static size_t body_size(const char *line, size_t size, size_t most)
{
    static const char name[] = "Content-Length";
    size_t colon = sizeof(name) - 1, value = 0;
    if (size <= colon || strncasecmp(line, name, colon) != 0)
        return 0;
    while (colon < size && line[colon] == ' ')
        colon++;
    if (colon == size || line[colon] != ':')
        return 0;
    for (size_t i = colon + 1; i < size; i++) {
        if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r')
            continue;
        if (line[i] < '0' || line[i] > '9')
            return 0;
        value = value * 10 + (size_t)(line[i] - '0');
        if (value > most)
            return 0;
    }
    return value;
}

/* Expect: 100-continue: the client sends no body before it was told to. */
static bool awaits_word(const char *line, size_t size)
{
    static const char name[] = "Expect:";
    return size >= sizeof(name) - 1 && strncasecmp(line, name, sizeof(name) - 1) == 0;
}

size_t mr_whole_request(const char *bytes, size_t size, size_t most_body)
{
    size_t head = find_end(bytes, size), body = 0;
    for (size_t at = 0; at < head;) {
        const char *end = memchr(bytes + at, '\n', head - at);
        size_t length = (size_t)(end - (bytes + at));
        if (awaits_word(bytes + at, length))
            return head;
        size_t told = body_size(bytes + at, length, most_body);
        if (told > body)
            body = told;
        at += length + 1;
    }
    return head == 0 ? 0 : head + body;
}
