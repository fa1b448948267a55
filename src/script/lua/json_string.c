#include "script/lua/json_string.h"

#include <string.h>

/* How many bytes the well-formed UTF-8 sequence at `s` has, 0 when there is none; *bad is then the
 * length of the broken piece, which one U+FFFD stands for. After table 3-7 of the Unicode standard.
 */
static size_t utf8_sequence(const unsigned char *s, size_t left, size_t *bad)
{
    unsigned char lead = s[0];
    size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                  : lead >= 0xE0 && lead <= 0xEF ? 3
                  : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                 : 0;
    *bad = 1;
    if (size == 0)
        return 0;
    for (size_t i = 1; i < size; i++) {
        unsigned char low = 0x80, high = 0xBF;
        if (i == 1) { /* no overlong forms, no surrogates, nothing above U+10FFFF */
            low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : low;
            high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : high;
        }
        if (i == left || s[i] < low || s[i] > high) {
            *bad = i;
            return 0;
        }
    }
    return size;
}

bool mr_json_string_is_sound(const void *text, size_t size)
{
    const unsigned char *s = text;
    for (size_t i = 0, bad, good; i < size; i += good) {
        good = s[i] < 0x80 ? s[i] >= ' ' : utf8_sequence(s + i, size - i, &bad);
        if (good == 0)
            return false;
    }
    return size > 0;
}

static void append_escape(struct mr_buffer *out, unsigned char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *at = shorts; *at != '\0'; at += 2) {
        if ((unsigned char)*at == c) {
            char escape[2] = { '\\', at[1] };
            mr_buffer_append(out, escape, 2);
            return;
        }
    }
    mr_buffer_printf(out, "\\u%04x", c);
}

void mr_json_string_append(struct mr_buffer *out, const char *text, size_t size)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t plain = 0; /* where the bytes that go through as they are begin */
    size_t i = 0;
    mr_buffer_append(out, "\"", 1);
    while (i < size) {
        if (s[i] >= ' ' && s[i] < 0x80 && s[i] != '"' && s[i] != '\\') {
            i++;
            continue;
        }
        size_t bad = 1;
        size_t good = s[i] >= 0x80 ? utf8_sequence(s + i, size - i, &bad) : 0;
        if (good > 0) {
            i += good;
            continue;
        }
        mr_buffer_append(out, s + plain, i - plain);
        if (s[i] < 0x80)
            append_escape(out, s[i]);
        else
            mr_buffer_append_text(out, "\xEF\xBF\xBD");
        i += bad;
        plain = i;
    }
    mr_buffer_append(out, s + plain, size - plain);
    mr_buffer_append(out, "\"", 1);
}
