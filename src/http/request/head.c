#include "http/request/head.h"

#include "http/request/target.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define SHOWN_NAME    40 /* characters of a field's name in an error */
#define LENGTH_DIGITS 18

/* A request that has one of these twice could be read in two ways. */
static const char *const singles[] = {
    "Access-Control-Request-Method",
    "Authorization",
    "Content-Length",
    "Content-Type",
    "Expect",
    "Host",
    "If-Range",
    "Last-Event-ID",
    "Origin",
    "Range",
    "Referer",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Transfer-Encoding",
    "Upgrade",
    "X-Forwarded-Host",
};

static int refuse(struct mr_error *error, int status, const char *why)
{
    mr_error_set(error, -EINVAL, "%s", why);
    return status;
}

static bool starts_with_empty_line(const char *bytes, size_t size)
{
    return size >= 2 && bytes[0] == '\r' && bytes[1] == '\n';
}

size_t mr_head_find_end(const char *bytes, size_t size, size_t from)
{
    size_t start = starts_with_empty_line(bytes, size) ? 2 : 0;
    size_t at = from > start + 3 ? from - 3 : start;
    if (starts_with_empty_line(bytes + start, size - start))
        return start + 2;
    for (; at + 1 < size; at++) {
        if (bytes[at] != '\n')
            continue;
        if (bytes[at + 1] == '\n')
            return at + 2;
        if (at + 2 < size && bytes[at + 1] == '\r' && bytes[at + 2] == '\n')
            return at + 3;
    }
    return 0;
}

/* ---- characters ---- */

static bool is_token(const char *text, size_t length)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && (text[i] == '\0' || strchr(marks, text[i]) == NULL))
            return false;
    return length > 0;
}

static bool is_value(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- the request line ---- */

static int parse_version(const char *text, struct mr_error *error)
{
    static const char name[] = "HTTP/";
    size_t length = strlen(name);
    if (strncmp(text, name, length) != 0 || !isdigit((unsigned char)text[length]) ||
        text[length + 1] != '.' || !isdigit((unsigned char)text[length + 2]) ||
        text[length + 3] != '\0')
        return refuse(error, 400, "the request line does not end with HTTP/1.1");
    return text[length] == '1'
               ? 0
               : refuse(error, 505, "this server speaks HTTP/1.1 and HTTP/1.0 only");
}

/* in:     line: METHOD SP TARGET SP VERSION, 0-terminated
 * out:    *host: that of an absolute target; NULL: it has none */
static int parse_request_line(char *line, struct mr_head *head, const char **host, bool *is_old,
                              struct mr_error *error)
{
    char *target = strchr(line, ' ');
    char *version = target != NULL ? strchr(target + 1, ' ') : NULL;
    if (version == NULL || strchr(version + 1, ' ') != NULL)
        return refuse(error, 400,
                      "the request line is not METHOD TARGET VERSION with one blank between them");
    *target++ = '\0';
    *version++ = '\0';
    if (!is_token(line, strlen(line)))
        return refuse(error, 400, "the request line does not begin with a method");
    int status = parse_version(version, error);
    if (status != 0)
        return status;
    *is_old = strcmp(version, "HTTP/1.0") == 0;
    head->method = line;
    struct mr_target parsed;
    if (mr_target_parse(target, strcmp(line, "OPTIONS") == 0, &parsed, error) < 0)
        return 400;
    head->path = parsed.path;
    head->query = parsed.query;
    *host = parsed.host;
    return 0;
}

/* ---- fields ---- */

static bool is_single(const char *name)
{
    for (size_t i = 0; i < sizeof(singles) / sizeof(*singles); i++)
        if (strcasecmp(singles[i], name) == 0)
            return true;
    return false;
}

static int parse_field(char *line, size_t length, struct mr_head *head, struct mr_error *error)
{
    char *colon = memchr(line, ':', length);
    if (is_blank(line[0]))
        return refuse(error, 400, "a header field may not go on in another line");
    if (colon == NULL)
        return refuse(error, 400, "a header field has no colon");
    if (!is_token(line, (size_t)(colon - line)))
        return refuse(
            error, 400,
            "the name of a header field may only hold letters, digits and !#$%&'*+-.^_`|~");
    *colon = '\0';
    char *value = colon + 1, *end = line + length;
    while (value < end && is_blank(*value))
        value++;
    while (end > value && is_blank(end[-1]))
        end--;
    if (!is_value(value, (size_t)(end - value))) {
        mr_error_set(error, -EINVAL, "the header field %.*s holds a control character", SHOWN_NAME,
                     line);
        return 400;
    }
    *end = '\0';
    if (is_single(line) && mr_head_find(head, line) != NULL) {
        mr_error_set(error, -EINVAL, "the header field %.*s is there twice", SHOWN_NAME, line);
        return 400;
    }
    if (head->field_count == MR_HEAD_FIELDS_MAX) {
        mr_error_set(error, -EINVAL, "a request may have %d header fields at most",
                     MR_HEAD_FIELDS_MAX);
        return 431;
    }
    head->fields[head->field_count++] = (struct mr_head_field){ line, value };
    return 0;
}

/* Take one line off.
 * return: the line, 0-terminated in place of its CR LF; NULL: it does not end with CR LF, or holds a CR or 0 */
static char *take_line(char **at, char *end, size_t *length)
{
    char *line = *at, *feed = memchr(line, '\n', (size_t)(end - line));
    if (feed == NULL || feed == line || feed[-1] != '\r')
        return NULL;
    *length = (size_t)(feed - line) - 1;
    line[*length] = '\0';
    *at = feed + 1;
    return strlen(line) == *length && memchr(line, '\r', *length) == NULL ? line : NULL;
}

/* ---- what the fields say ---- */

static int read_length(struct mr_head *head, struct mr_error *error)
{
    const char *text = mr_head_find(head, "Content-Length");
    if (text == NULL)
        return 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] != '\0')
        return refuse(error, 400, "Content-Length is not a number");
    if (digits > LENGTH_DIGITS)
        return refuse(error, 413, "the body is too large");
    for (; *text != '\0'; text++)
        head->length = head->length * 10 + (uint64_t)(*text - '0');
    return 0;
}

static int read_coding(struct mr_head *head, bool is_old, struct mr_error *error)
{
    const char *coding = mr_head_find(head, "Transfer-Encoding");
    if (coding == NULL)
        return 0;
    if (is_old)
        return refuse(error, 400, "HTTP/1.0 has no Transfer-Encoding");
    if (mr_head_find(head, "Content-Length") != NULL)
        return refuse(error, 400, "Transfer-Encoding and Content-Length exclude each other");
    if (strcasecmp(coding, "chunked") != 0)
        return refuse(error, 501, "the only Transfer-Encoding that is understood is chunked");
    head->is_chunked = true;
    return 0;
}

static int read_expectation(struct mr_head *head, bool is_old, struct mr_error *error)
{
    const char *expectation = mr_head_find(head, "Expect");
    if (expectation == NULL || is_old) /* RFC 9110, 10.1.1: HTTP/1.0 cannot expect anything */
        return 0;
    if (strcasecmp(expectation, "100-continue") != 0)
        return refuse(error, 417, "the only expectation that can be met is 100-continue");
    head->awaits_continue = true;
    return 0;
}

/* The host of an absolute target stands above the field (RFC 9112, 3.2.2). */
static int settle_host(struct mr_head *head, const char *host, bool is_old, struct mr_error *error)
{
    if (mr_head_find(head, "Host") == NULL && !is_old)
        return refuse(error, 400, "a request of HTTP/1.1 needs the header field Host");
    if (host == NULL)
        return 0;
    for (unsigned i = 0; i < head->field_count; i++)
        if (strcasecmp(head->fields[i].name, "Host") == 0) {
            head->fields[i].value = host;
            return 0;
        }
    head->fields[head->field_count++] = (struct mr_head_field){ "Host", host };
    return 0;
}

static int read_fields(struct mr_head *head, const char *host, bool is_old, struct mr_error *error)
{
    int status = settle_host(head, host, is_old, error);
    if (status == 0)
        status = read_length(head, error);
    if (status == 0)
        status = read_coding(head, is_old, error);
    return status != 0 ? status : read_expectation(head, is_old, error);
}

int mr_head_parse(char *bytes, size_t size, struct mr_head *head, struct mr_error *error)
{
    static const char line_end[] =
        "a line of the head does not end with CR LF, or holds a CR or a zero byte";
    char *at = bytes + (starts_with_empty_line(bytes, size) ? 2 : 0), *end = bytes + size;
    const char *host = NULL;
    bool is_old = false;
    size_t length;
    head->method = head->path = head->query = NULL;
    head->is_chunked = head->awaits_continue = false;
    head->length = 0;
    head->field_count = 0;

    char *line = take_line(&at, end, &length);
    if (line == NULL)
        return refuse(error, 400, line_end);
    if (length == 0)
        return refuse(error, 400, "there are empty lines before the request line");
    int status = parse_request_line(line, head, &host, &is_old, error);
    while (status == 0) {
        line = take_line(&at, end, &length);
        if (line == NULL)
            return refuse(error, 400, line_end);
        if (length == 0)
            return read_fields(head, host, is_old, error);
        status = parse_field(line, length, head, error);
    }
    return status;
}

const char *mr_head_find(const struct mr_head *head, const char *name)
{
    for (unsigned i = 0; i < head->field_count; i++)
        if (strcasecmp(head->fields[i].name, name) == 0)
            return head->fields[i].value;
    return NULL;
}
