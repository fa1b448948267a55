#include "media/ffmpeg/url.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 128 /* of a parameter's name; the rest of a longer one is not looked at */

static const char mask[] = "***";

/* The text that is being read, and the copy. */
struct redaction {
    const char *begin, *at, *end;
    char *out;
    size_t room;
    const char *stops; /* what ends a secret besides its separators */
};

static void put(struct redaction *redaction, const char *text, size_t length)
{
    if (length > redaction->room)
        length = redaction->room;
    memcpy(redaction->out, text, length);
    redaction->out += length;
    redaction->room -= length;
}

static void copy_until(struct redaction *redaction, const char *end)
{
    put(redaction, redaction->at, (size_t)(end - redaction->at));
    redaction->at = end;
}

static void mask_until(struct redaction *redaction, const char *end)
{
    if (end > redaction->at)
        put(redaction, mask, strlen(mask));
    redaction->at = end;
}

static int hex(char digit)
{
    return isdigit((unsigned char)digit)    ? digit - '0'
           : isxdigit((unsigned char)digit) ? tolower((unsigned char)digit) - 'a' + 10
                                            : -1;
}

/* The character at `at`, which may be percent-encoded. return: how many bytes it takes */
static size_t decode(const char *at, char *character)
{
    *character = *at;
    if (*at != '%' || hex(at[1]) < 0 || hex(at[2]) < 0)
        return 1;
    *character = (char)(hex(at[1]) * 16 + hex(at[2]));
    return 3;
}

/* The first of these characters, as they are or encoded, or `end`. */
static const char *find(const char *at, const char *end, const char *characters)
{
    while (at < end) {
        char character;
        size_t length = decode(at, &character);
        if (character != '\0' && strchr(characters, character) != NULL)
            return at;
        at += length;
    }
    return end;
}

static const char *find_last(const char *at, const char *end, const char *characters)
{
    const char *last = NULL;
    while ((at = find(at, end, characters)) < end)
        last = at++;
    return last;
}

static const char *behind(const char *at)
{
    char character;
    return at + decode(at, &character);
}

static bool is_whole(const struct redaction *redaction)
{
    return redaction->stops[0] == '\0';
}

static const char *find_stop(const struct redaction *redaction, const char *at)
{
    return at + strcspn(at, redaction->stops);
}

/* ---- the authority: user:password@host:port ---- */

static bool is_port(const char *at, const char *end)
{
    while (at < end && isdigit((unsigned char)*at))
        at++;
    return at == end;
}

static bool is_scheme_letter(char letter)
{
    return isalnum((unsigned char)letter) || letter == '+' || letter == '.' || letter == '-';
}

/* return: the beginning of the scheme whose "://" is at `at`, not before `begin` */
static const char *find_scheme(const char *begin, const char *at)
{
    while (at > begin && is_scheme_letter(at[-1]))
        at--;
    return at;
}

/* return: where the next address begins between here and `end`, as in "concat:http://a/|http://b/"; or end */
static const char *find_next_address(const char *at, const char *end)
{
    for (const char *colon = at; (colon = strstr(colon, "://")) != NULL && colon < end; colon++) {
        const char *scheme = find_scheme(at, colon);
        if (scheme > at && scheme < colon && strchr("|,;=&?\"'", scheme[-1]) != NULL)
            return scheme;
    }
    return end;
}

/* return: the end of the word or, of a text that is one address, of the text: passwords may hold quotes */
static const char *find_word_end(const struct redaction *redaction, const char *at)
{
    return is_whole(redaction) ? redaction->end : at + strcspn(at, " \t\r\n");
}

/* Find the end of a password that no '@' ends within the authority: it has a slash, a question mark or a
 * number sign in it that should have been escaped. What looks like a port is one unless an '@' follows.
 * return: NULL when there is no password */
static const char *find_odd_end(const struct redaction *redaction, const char *colon,
                                const char *authority_end)
{
    const char *word_end = find_word_end(redaction, colon);
    bool looks_like_port = is_port(behind(colon), authority_end);
    if (looks_like_port && behind(colon) < authority_end)
        word_end = find_next_address(colon, word_end);
    const char *sign = memrchr(colon, '@', (size_t)(word_end - colon));
    if (sign != NULL || looks_like_port)
        return sign;
    sign = find_last(colon, authority_end, "@");
    return sign != NULL ? sign : authority_end;
}

/* return: the last '@' of this address, which ends its password: there may be others in the password;
 *         NULL when there is none in the authority */
static const char *find_sign(const struct redaction *redaction, const char *authority_end,
                             bool encoded)
{
    const char *at = redaction->at;
    if (encoded) {
        const char *stop = find_stop(redaction, at), *end = at + strcspn(at, "&");
        return find_last(at, authority_end, "@") != NULL
                   ? find_last(at, end < stop ? end : stop, "@")
                   : NULL;
    }
    if (memchr(at, '@', (size_t)(authority_end - at)) == NULL)
        return NULL;
    const char *end = find_next_address(at, find_word_end(redaction, at));
    return memrchr(at, '@', (size_t)(end - at));
}

/* The end of the authority that begins here; of an encoded one, slashes are encoded as well. */
static const char *find_authority_end(const struct redaction *redaction, bool encoded)
{
    const char *stop = find_stop(redaction, redaction->at);
    if (encoded)
        return find(redaction->at, stop, "/?#&");
    const char *end = redaction->at + strcspn(redaction->at, "/?#");
    return end < stop ? end : stop;
}

/* An IPv6 address has colons that do not mean a password. */
static const char *skip_address(const char *at)
{
    if (*at != '[')
        return at;
    const char *end = at + 1 + strspn(at + 1, "0123456789abcdefABCDEF:.%");
    return *end == ']' ? end : at;
}

/* From behind the "://" on. */
static void redact_authority(struct redaction *redaction, bool encoded)
{
    const char *end = find_authority_end(redaction, encoded);
    const char *sign = find_sign(redaction, end, encoded);
    const char *user_end = sign != NULL && sign < end ? sign : end;
    const char *colon = find(skip_address(redaction->at), user_end, ":");
    if (colon == user_end && sign != NULL)
        colon = find(redaction->at, user_end, ":");
    const char *password_end = colon == user_end ? NULL
                               : sign != NULL    ? sign
                                                 : find_odd_end(redaction, colon, end);
    if (password_end != NULL) {
        copy_until(redaction, behind(colon));
        if (password_end == redaction->at)
            put(redaction, mask, strlen(mask)); /* an empty password is hidden as well */
        mask_until(redaction, password_end);
    }
    copy_until(redaction, find_authority_end(redaction, encoded));
}

/* return: whether the "://" at `at`, encoded or not, follows rtmp, rtmps, rtmpt, rtmpe, … */
static bool is_rtmp(const struct redaction *redaction)
{
    const char *scheme = find_scheme(redaction->begin, redaction->at);
    if (scheme > redaction->begin && scheme[-1] == '%' && redaction->at - scheme > 2)
        scheme += 2; /* an encoded character, as in url%3Drtmp */
    size_t length = (size_t)(redaction->at - scheme);
    return length >= 4 && length <= 6 && strncasecmp(scheme, "rtmp", 4) == 0;
}

/* In an RTMP address, all of the path behind the application is the stream's key: rtmp://host/app/KEY. */
static void redact_stream_key(struct redaction *redaction, bool encoded)
{
    const char *stop = find_stop(redaction, redaction->at), *path = redaction->at;
    const char *parameter = path + strcspn(path, "&"); /* a part of another address ends there */
    const char *end = encoded && parameter < stop ? parameter : stop;
    if (find(path, end, "/") != path)
        return;
    const char *slash = path < end ? find(behind(path), end, "/") : end;
    if (slash >= end)
        return;
    copy_until(redaction, behind(slash));
    mask_until(redaction, end);
}

/* ---- parameters, options and headers ---- */

static bool is_name(char character)
{
    return isalnum((unsigned char)character) || character == '_' || character == '-' ||
           character == '.';
}

/* Copy a name, decoded and in small letters. return: what follows it */
static const char *read_name(const char *at, char name[NAME_MAX_BYTES])
{
    size_t length = 0;
    for (;;) {
        char character;
        size_t step = decode(at, &character);
        if (!is_name(character))
            break;
        if (length + 1 < NAME_MAX_BYTES)
            name[length++] = (char)tolower((unsigned char)character);
        at += step;
    }
    name[length] = '\0';
    return at;
}

static bool has_word(const char *name, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = name; (at = strstr(at, word)) != NULL; at++)
        if ((at == name || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[length]))
            return true;
    return false;
}

static bool is_secret(const char *name)
{
    static const char *const parts[] = { "token",      "passw",     "passphrase", "secret",
                                         "apikey",     "api-key",   "api_key",    "credential",
                                         "cookie",     "signature", "authoriz",   "accesskey",
                                         "authkey",    "loginpas",  "sessionid",  "streamid",
                                         "hmac",       "passcode",  "playpath",   "streamkey",
                                         "stream-key", "stream_key" };
    static const char *const words[] = { "pass", "pwd", "psw", "pw",  "auth", "key",
                                         "keys", "sig", "sid", "jwt", "cred", "session",
                                         "pas",  "psd", "psk", "pin" };
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (strstr(name, parts[i]) != NULL)
            return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (has_word(name, words[i]))
            return true;
    return false;
}

/* The value of a parameter, which may stand in quotes. */
static void mask_value(struct redaction *redaction)
{
    char quote = *redaction->at;
    if (!is_whole(redaction) && (quote == '"' || quote == '\'')) {
        copy_until(redaction, redaction->at + 1);
        mask_until(redaction, find(redaction->at, redaction->end, (char[]){ quote, '\0' }));
        return;
    }
    mask_until(redaction, find(redaction->at, find_stop(redaction, redaction->at), "&"));
}

/* return: whether a name begins a line within a text, as a header of a request does */
static bool begins_line(const struct redaction *redaction)
{
    return redaction->at > redaction->begin && redaction->at[-1] == '\n';
}

/* return: whether the header of that name never carries a secret; any other may, whatever it is called */
static bool is_plain_header(const char *name)
{
    static const char *const plain[] = {
        "host",         "user-agent",     "accept",       "accept-encoding", "range", "connection",
        "icy-metadata", "content-length", "content-type", "content-base",    "cseq",  "transport",
        "public",       "date",           "server"
    };
    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
        if (strcmp(name, plain[i]) == 0)
            return true;
    return false;
}

/* The value of a name that means a secret: up to the next parameter, or the rest of a header's
 * line; all that follows where the value is headers or FFmpeg repeats it. */
static void redact_named(struct redaction *redaction)
{
    static const char repeated[] = " to value ";
    char name[NAME_MAX_BYTES], separator;
    bool header = begins_line(redaction);
    copy_until(redaction, read_name(redaction->at, name));
    header &= *redaction->at == ':' && strncmp(redaction->at, "://", 3) != 0;
    bool lines = strcmp(name, "headers") == 0 || strcmp(name, "post_data") == 0;
    if (!lines && !is_secret(name) && (!header || is_plain_header(name)))
        return;

    const char *quoted = redaction->at + strspn(redaction->at, "\"'");
    size_t length = decode(redaction->at, &separator);
    if (strncmp(quoted, repeated, strlen(repeated)) == 0) {
        copy_until(redaction, quoted + strlen(repeated));
        mask_until(redaction, redaction->end);
    } else if (separator == '=') {
        copy_until(redaction, redaction->at + length);
        if (lines)
            mask_until(redaction, redaction->end);
        else
            mask_value(redaction);
    } else if (separator == ':' && !is_whole(redaction)) {
        copy_until(redaction, redaction->at + length);
        copy_until(redaction, redaction->at + strspn(redaction->at, " \t"));
        mask_until(redaction, redaction->at + strcspn(redaction->at, "\r\n"));
    }
}

/* "://", as it is or encoded. return: how long it is, 0 when it is not there */
static size_t scheme_end(const char *at)
{
    static const char wanted[] = "://";
    size_t length = 0;
    for (size_t i = 0; i < strlen(wanted); i++) {
        char character;
        size_t step = decode(at + length, &character);
        if (character != wanted[i])
            return 0;
        length += step;
    }
    return length;
}

static void redact(const char *text, const char *stops, char *out, size_t size)
{
    if (size == 0)
        return;
    struct redaction redaction = { text, text, text + strlen(text), out, size - 1, stops };
    while (redaction.at < redaction.end) {
        char character;
        size_t length = scheme_end(redaction.at);
        if (length > 0) {
            bool has_key = is_rtmp(&redaction);
            copy_until(&redaction, redaction.at + length);
            redact_authority(&redaction, length > 3);
            if (has_key)
                redact_stream_key(&redaction, length > 3);
            continue;
        }
        length = decode(redaction.at, &character);
        if (is_name(character))
            redact_named(&redaction);
        else
            copy_until(&redaction, redaction.at + length);
    }
    *redaction.out = '\0';
}

void mr_url_redact(const char *text, char *out, size_t size)
{
    redact(text, " \t\r\n\"'", out, size);
}

void mr_url_redact_whole(const char *url, char *out, size_t size)
{
    redact(url, "", out, size);
}
