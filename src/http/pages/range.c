#include "http/pages/range.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* Read digits, none too many: what is too large for a file is as large as can be.
 * return: whether there are any */
static bool read_number(const char **at, int64_t *number)
{
    const char *begin = *at;
    for (*number = 0; isdigit((unsigned char)**at); (*at)++)
        if (*number < INT64_MAX / 10)
            *number = *number * 10 + (**at - '0');
        else
            *number = INT64_MAX - 9;
    return *at > begin;
}

/* "bytes=FIRST-LAST", "bytes=FIRST-", "bytes=-LENGTH", and no second one behind it.
 * out:    *first < 0: there is only *last; *last < 0: there is only *first
 * return: whether it is that */
static bool parse(const char *range, int64_t *first, int64_t *last)
{
    static const char unit[] = "bytes=";
    if (strncasecmp(range, unit, strlen(unit)) != 0)
        return false;
    const char *at = range + strlen(unit);
    at += strspn(at, blanks);
    if (!read_number(&at, first))
        *first = -1;
    if (*at++ != '-')
        return false;
    if (!read_number(&at, last))
        *last = -1;
    at += strspn(at, blanks);
    bool one = *first >= 0 || *last >= 0;
    bool forwards = *first < 0 || *last < 0 || *first <= *last;
    return *at == '\0' && one && forwards;
}

enum mr_range mr_range_find(const struct mr_range_request *request, const char *etag, off_t size,
                            off_t *first, off_t *length)
{
    int64_t begin, last;
    *first = 0;
    *length = size;
    bool changed = request->if_range != NULL && strcmp(request->if_range, etag) != 0;
    if (request->range == NULL || changed || !parse(request->range, &begin, &last))
        return MR_RANGE_WHOLE;

    bool outside = begin < 0 ? last == 0 || size == 0 : begin >= size;
    if (outside)
        return MR_RANGE_NONE;
    if (begin < 0) {
        begin = last < size ? size - last : 0;
        last = size - 1;
    } else if (last < 0 || last >= size) {
        last = size - 1;
    }
    *first = begin;
    *length = last - begin + 1;
    return MR_RANGE_PART;
}
