/* Any text as something with URLs in it. The first byte is the room for what comes out. */
#include "fuzz.h"
#include "media/ffmpeg/url.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef void redact_function(const char *text, char *out, size_t size);

/* In a buffer of exactly that size, so that a sanitizer sees a write beyond it. */
static char *redact(redact_function *function, const char *text, size_t room)
{
    char *out = malloc(room > 0 ? room : 1);
    fuzz_require(out != NULL);
    function(text, out, room);
    fuzz_require(room == 0 || memchr(out, '\0', room) != NULL);
    return out;
}

static void check(redact_function *function, const char *text, size_t room)
{
    char *cut = redact(function, text, room);
    char *whole = redact(function, text, 4 * strlen(text) + 4);
    fuzz_require(room == 0 || strncmp(whole, cut, strlen(cut)) == 0);
    free(cut);
    free(whole);
}

/* No text before a secret brings it to light. */
static void check_hidden(const char *text)
{
    static const char secret[] = "qjxzqjxz";
    static const char *const forms[] = { " http://host/?token=qjxzqjxz&",
                                         " http://u:qjxzqjxz@host/", "\r\nCookie: qjxzqjxz",
                                         "\r\nX-Api: qjxzqjxz", " rtmp://host/app/qjxzqjxz" };
    for (size_t i = 0; strstr(text, "qjxz") == NULL && i < sizeof(forms) / sizeof(*forms); i++) {
        char *with = malloc(strlen(text) + strlen(forms[i]) + 1);
        fuzz_require(with != NULL);
        strcpy(with, text);
        strcat(with, forms[i]);
        char *shown = redact(mr_url_redact, with, 4 * strlen(with) + 4);
        fuzz_require(strstr(shown, secret) == NULL);
        free(shown);
        free(with);
    }
}

/* Any text is hidden as a password. With "://" in it, it may as well be a second address if an '@' comes
 * before, or if it begins as a port does. */
static void check_password(const char *text)
{
    static const char head[] = "rtsp://user:", tail[] = "@host/";
    bool may_end = strchr(text, '@') != NULL || isdigit((unsigned char)text[0]);
    if (may_end && strstr(text, "://") != NULL)
        return;
    char *url = malloc(sizeof(head) + strlen(text) + sizeof(tail));
    fuzz_require(url != NULL);
    strcpy(url, head);
    strcat(url, text);
    strcat(url, tail);
    char *shown = redact(mr_url_redact_whole, url, 4 * strlen(url) + 4);
    fuzz_require(strcmp(shown, "rtsp://user:***@host/") == 0);
    free(shown);
    free(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    size_t room = fuzz_number(&input, 1);
    char *text = strndup((const char *)input.at, input.left);
    fuzz_require(text != NULL);
    check(mr_url_redact, text, room);
    check(mr_url_redact_whole, text, room);
    check_hidden(text);
    check_password(text);
    free(text);
    return 0;
}
