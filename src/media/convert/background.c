#include "media/convert/background.h"

#include <ctype.h>
#include <libavutil/parseutils.h>
#include <string.h>

/* FFmpeg knows colours by chance ("random", "bikeshed") and transparent ones besides. */
static bool is_plain(const char *text)
{
    if (text[0] == '#')
        return strspn(text + 1, "0123456789abcdefABCDEF") == 6 && text[7] == '\0';
    for (const char *at = text; *at != '\0'; at++)
        if (!isalpha((unsigned char)*at))
            return false;
    return text[0] != '\0' && strcmp(text, "random") != 0 && strcmp(text, "bikeshed") != 0;
}

bool mr_background_parse(const char *text, uint32_t *rgb)
{
    uint8_t color[4];
    if (!is_plain(text) || av_parse_color(color, text, -1, NULL) < 0)
        return false;
    *rgb = (uint32_t)color[0] << 16 | (uint32_t)color[1] << 8 | color[2];
    return true;
}
