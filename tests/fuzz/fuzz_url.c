/* Any text as something with URLs in it. The first byte is the room for what comes out. */
#include "fuzz.h"
#include "media/url.h"

#include <stdlib.h>
#include <string.h>

/* In a buffer of exactly that size, so that a sanitizer sees a write beyond it. */
static char *redact(const char *text, size_t room)
{
    char *out = malloc(room > 0 ? room : 1);
    fuzz_require(out != NULL);
    mr_url_redact(text, out, room);
    fuzz_require(room == 0 || memchr(out, '\0', room) != NULL);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    size_t room = fuzz_number(&input, 1);
    char *text = strndup((const char *)input.at, input.left);
    fuzz_require(text != NULL);
    char *cut = redact(text, room);
    char *whole = redact(text, 4 * strlen(text) + 4);
    char *again = redact(whole, 4 * strlen(whole) + 4);
    fuzz_require(strcmp(whole, again) == 0); /* what is hidden stays so */
    fuzz_require(room == 0 || strncmp(whole, cut, strlen(cut)) == 0);
    free(text);
    free(cut);
    free(whole);
    free(again);
    return 0;
}
