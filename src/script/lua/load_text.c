#include "script/lua/load_text.h"

#include <lauxlib.h>
#include <string.h>

int mr_load_text(lua_State *L, const char *text, size_t size, const char *chunk)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        text += 3, size -= 3;
    if (size > 0 && text[0] == '#') {
        const char *end = memchr(text, '\n', size);
        size -= end != NULL ? (size_t)(end - text) : size;
        text = end != NULL ? end : text; /* the line break stays: lines keep their numbers */
    }
    return luaL_loadbufferx(L, text, size, chunk, "t");
}
