#include "script/draw/draw_options.h"

#include <lauxlib.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum kind {
    KIND_COLOR,
    KIND_NUMBER,
    KIND_TEXT,
    KIND_WORD, /* one of a list, kept as its position */
    KIND_WEIGHT,
};

struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    double min, max;          /* numbers */
    const char *const *words; /* NULL-terminated */
};

static const char *const align_words[] = { "left", "center", "right", NULL };
static const char *const anchor_words[] = { "top-left",     "top",   "top-right",   "left",
                                            "center",       "right", "bottom-left", "bottom",
                                            "bottom-right", NULL };

#define FIELD(name) offsetof(struct mr_draw_options, name)

static const struct row rows[MR_DRAW_OPTIONS] = {
    [MR_DRAW_OPTION_FILL] = { "fill", KIND_COLOR, FIELD(fill), 0, 0, NULL },
    [MR_DRAW_OPTION_STROKE] = { "stroke", KIND_COLOR, FIELD(stroke), 0, 0, NULL },
    [MR_DRAW_OPTION_COLOR] = { "color", KIND_COLOR, FIELD(color), 0, 0, NULL },
    [MR_DRAW_OPTION_LINE_WIDTH] = { "line_width", KIND_NUMBER, FIELD(line_width), 0, 1000, NULL },
    [MR_DRAW_OPTION_RADIUS] = { "radius", KIND_NUMBER, FIELD(radius), 0, 10000, NULL },
    [MR_DRAW_OPTION_OPACITY] = { "opacity", KIND_NUMBER, FIELD(opacity), 0, 1, NULL },
    [MR_DRAW_OPTION_SIZE] = { "size", KIND_NUMBER, FIELD(size), 1, 1000, NULL },
    [MR_DRAW_OPTION_FONT] = { "font", KIND_TEXT, FIELD(font), 0, 0, NULL },
    [MR_DRAW_OPTION_WEIGHT] = { "weight", KIND_WEIGHT, FIELD(weight), 100, 1000, NULL },
    [MR_DRAW_OPTION_OUTLINE] = { "outline", KIND_COLOR, FIELD(outline), 0, 0, NULL },
    [MR_DRAW_OPTION_BACKGROUND] = { "background", KIND_COLOR, FIELD(background), 0, 0, NULL },
    [MR_DRAW_OPTION_PADDING] = { "padding", KIND_NUMBER, FIELD(padding), 0, 1000, NULL },
    [MR_DRAW_OPTION_ALIGN] = { "align", KIND_WORD, FIELD(align), 0, 0, align_words },
    [MR_DRAW_OPTION_ANCHOR] = { "anchor", KIND_WORD, FIELD(anchor), 0, 0, anchor_words },
    [MR_DRAW_OPTION_WIDTH] = { "width", KIND_NUMBER, FIELD(width), 1, 100000, NULL },
    [MR_DRAW_OPTION_HEIGHT] = { "height", KIND_NUMBER, FIELD(height), 1, 100000, NULL },
};

static const struct mr_draw_options defaults = {
    .stroke = { 1, 1, 1, 1 },
    .color = { 1, 1, 1, 1 },
    .line_width = 2,
    .opacity = 1,
    .size = 16,
    .weight = 400,
    .font = "sans",
};

static void push_names(lua_State *L, unsigned known)
{
    luaL_Buffer names;
    luaL_buffinit(L, &names);
    for (int i = 0; i < MR_DRAW_OPTIONS; i++) {
        if ((known & MR_DRAW_OPTION_BIT(i)) == 0)
            continue;
        luaL_addchar(&names, ' ');
        luaL_addstring(&names, rows[i].name);
    }
    luaL_pushresult(&names);
}

static int find_row(lua_State *L, int key, const char *call, unsigned known)
{
    if (lua_type(L, key) == LUA_TSTRING) {
        const char *name = lua_tostring(L, key);
        for (int i = 0; i < MR_DRAW_OPTIONS; i++)
            if ((known & MR_DRAW_OPTION_BIT(i)) != 0 && strcmp(rows[i].name, name) == 0)
                return i;
    }
    const char *got = luaL_tolstring(L, key, NULL);
    push_names(L, known);
    return luaL_error(L, "%s: unknown option '%s'; there are:%s", call, got, lua_tostring(L, -1));
}

static double read_number(lua_State *L, const char *what, const struct row *row)
{
    double value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : NAN;
    if (!(value >= row->min && value <= row->max)) /* so that NaN is refused, too */
        luaL_error(L, "%s: number from %f to %f expected, got %s", what, row->min, row->max,
                   lua_type(L, -1) == LUA_TNUMBER ? luaL_tolstring(L, -1, NULL)
                                                  : luaL_typename(L, -1));
    return value;
}

static int read_word(lua_State *L, const char *what, const char *const *words)
{
    const char *word = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    luaL_Buffer list;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    const char *got = luaL_tolstring(L, -1, NULL);
    luaL_buffinit(L, &list);
    for (int i = 0; words[i] != NULL; i++) {
        luaL_addchar(&list, ' ');
        luaL_addstring(&list, words[i]);
    }
    luaL_pushresult(&list);
    return luaL_error(L, "%s: '%s' is none of:%s", what, got, lua_tostring(L, -1));
}

static double read_weight(lua_State *L, const char *what, const struct row *row)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        return read_number(L, what, row);
    static const char *const words[] = { "normal", "bold", NULL };
    return read_word(L, what, words) == 0 ? 400 : 700;
}

/* The value is on top of the stack. */
static void read_value(lua_State *L, const char *call, const struct row *row,
                       struct mr_draw_options *options)
{
    char what[64];
    void *field = (char *)options + row->offset;
    lua_Number number;
    snprintf(what, sizeof(what), "%s: %s", call, row->name);
    switch (row->kind) {
    case KIND_COLOR:
        mr_color_read(L, -1, what, field);
        break;
    case KIND_NUMBER:
    case KIND_WEIGHT:
        number = row->kind == KIND_NUMBER ? read_number(L, what, row) : read_weight(L, what, row);
        memcpy(field, &number, sizeof(number));
        break;
    case KIND_TEXT:
        if (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) > 100)
            luaL_error(L, "%s: string of at most 100 bytes expected, got %s", what,
                       luaL_typename(L, -1));
        *(const char **)field = lua_tostring(L, -1);
        break;
    case KIND_WORD:
        *(int *)field = read_word(L, what, row->words);
        break;
    }
}

void mr_draw_options_read(lua_State *L, int index, const char *call, unsigned known,
                          struct mr_draw_options *options)
{
    *options = defaults;
    if (lua_isnoneornil(L, index))
        return;
    if (!lua_istable(L, index))
        luaL_error(L, "%s: table of options expected, got %s", call, luaL_typename(L, index));
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        int row = find_row(L, lua_gettop(L) - 1, call, known);
        read_value(L, call, &rows[row], options);
        options->given |= MR_DRAW_OPTION_BIT(row);
    }
}

const struct mr_color *mr_draw_options_stroke(const struct mr_draw_options *options)
{
    return mr_draw_option_given(options, MR_DRAW_OPTION_STROKE) ? &options->stroke
                                                                : &options->color;
}

bool mr_draw_options_outlined(const struct mr_draw_options *options)
{
    return options->line_width > 0 && (mr_draw_option_given(options, MR_DRAW_OPTION_STROKE) ||
                                       mr_draw_option_given(options, MR_DRAW_OPTION_COLOR) ||
                                       !mr_draw_option_given(options, MR_DRAW_OPTION_FILL));
}
