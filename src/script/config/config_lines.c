#include "script/config/config_lines.h"

#include "script/config/config_lexer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BRACES 32  /* of braces; what is deeper has the line of what is around it */
#define PATH_SIZE  512 /* longer ones are cut: they are only looked up */

#define MAX_COMPARED 1024 /* places of one table that a further key is compared with */

/* An open brace. */
struct level {
    size_t path;   /* length of the path of this table */
    size_t first;  /* of its places */
    int positions; /* entries without a key so far */
    int blocks;    /* open ones at its beginning: in a function's body there are no keys */
    bool entry;    /* an entry begins here */
};

struct reader {
    struct mr_config_lines *lines;
    struct mr_config_lexer lexer;
    struct mr_config_word word; /* the one looked at */
    struct level levels[MAX_BRACES];
    int depth;  /* levels[depth - 1] is the innermost; may be beyond MAX_BRACES */
    int blocks; /* function, if, do, repeat without their end */
    char path[PATH_SIZE];
    bool failed; /* out of memory */
};

static void advance(struct reader *reader)
{
    reader->word = mr_config_lexer_next(&reader->lexer);
}

static bool is_sign(const struct reader *reader, char sign)
{
    return reader->word.token == MR_CONFIG_SIGN && reader->word.text[0] == sign;
}

static bool is_at_word(const struct reader *reader, const char *text)
{
    const struct mr_config_word *word = &reader->word;
    return word->token == MR_CONFIG_NAME && strlen(text) == word->size &&
           memcmp(word->text, text, word->size) == 0;
}

/* ---- paths and places ---- */

static void extend(struct reader *reader, size_t from, const char *text, size_t size)
{
    snprintf(reader->path + from, PATH_SIZE - from, "%s%.*s", from > 0 ? "." : "", (int)size, text);
}

/* The path as it is now is set in this line. */
static void note(struct reader *reader, int line)
{
    struct mr_config_lines *lines = reader->lines;
    if (lines->count == lines->capacity) {
        size_t capacity = lines->capacity == 0 ? 64 : 2 * lines->capacity;
        struct mr_config_place *places =
            reallocarray(lines->places, capacity, sizeof(*lines->places));
        if (places == NULL) {
            reader->failed = true;
            return;
        }
        lines->places = places;
        lines->capacity = capacity;
    }
    char *path = strdup(reader->path);
    if (path == NULL)
        reader->failed = true;
    else
        lines->places[lines->count++] = (struct mr_config_place){ path, line };
}

/* Whether the path names one key: all of it, none that is computed, and not the empty one of a table
 * without a name. */
static bool is_certain(const char *path)
{
    return path[0] != '\0' && strchr(path, '*') == NULL && strlen(path) < PATH_SIZE - 1;
}

/* A key of the innermost table constructor, in the path: the second time it is a mistake. */
static void note_key(struct reader *reader, const struct level *level, int line)
{
    struct mr_config_lines *lines = reader->lines;
    bool looked = lines->twice.path != NULL || lines->count - level->first > MAX_COMPARED ||
                  !is_certain(reader->path);
    for (size_t i = looked ? lines->count : level->first; i < lines->count; i++)
        if (strcmp(lines->places[i].path, reader->path) == 0 && lines->twice.path == NULL)
            lines->twice = (struct mr_config_place){ strdup(reader->path), line };
    note(reader, line);
}

/* ---- braces ---- */

static struct level *innermost(struct reader *reader)
{
    return reader->depth > 0 && reader->depth <= MAX_BRACES ? &reader->levels[reader->depth - 1]
                                                            : NULL;
}

/* A brace opens the table that the path names. */
static void open_brace(struct reader *reader)
{
    if (reader->depth++ < MAX_BRACES)
        reader->levels[reader->depth - 1] = (struct level){
            .path = strlen(reader->path),
            .first = reader->lines->count,
            .blocks = reader->blocks,
            .entry = true,
        };
}

static void close_brace(struct reader *reader)
{
    if (reader->depth > 0)
        reader->depth--;
    const struct level *level = innermost(reader);
    if (level != NULL)
        reader->path[level->path] = '\0';
    else if (reader->depth == 0)
        reader->path[0] = '\0'; /* else it still names the innermost table that is followed */
}

/* ---- keys ---- */

/* At '[': pass over the brackets. A plain text in them extends the path, anything else by "*". */
static void take_brackets(struct reader *reader, size_t from)
{
    int open = 1;
    bool plain = false;
    advance(reader);
    if (reader->word.token == MR_CONFIG_STRING) {
        struct mr_config_word key = reader->word;
        advance(reader);
        plain = is_sign(reader, ']');
        if (plain)
            extend(reader, from, key.text, key.size);
    }
    if (!plain)
        extend(reader, from, "*", 1);
    while (reader->word.token != MR_CONFIG_END) {
        open += is_sign(reader, '[') ? 1 : is_sign(reader, ']') ? -1 : 0;
        if (open == 0)
            break;
        advance(reader);
    }
    advance(reader);
}

/* An entry of a table begins: its key, or its position. */
static void take_entry(struct reader *reader, struct level *level)
{
    struct mr_config_word first = reader->word;
    char position[16];
    level->entry = false;
    reader->path[level->path] = '\0';
    if (is_sign(reader, '[')) {
        take_brackets(reader, level->path);
        note_key(reader, level, first.line);
        return;
    }
    struct mr_config_lexer ahead = reader->lexer;
    struct mr_config_word second = mr_config_lexer_next(&ahead);
    if (first.token == MR_CONFIG_NAME && second.token == MR_CONFIG_SIGN && second.text[0] == '=') {
        extend(reader, level->path, first.text, first.size);
        note_key(reader, level, first.line);
        advance(reader);
        return;
    }
    snprintf(position, sizeof(position), "%d", ++level->positions);
    extend(reader, level->path, position, strlen(position));
    note(reader, first.line);
}

/* A name outside of tables: perhaps a.b["c"] = … */
static void take_name(struct reader *reader)
{
    int line = reader->word.line;
    extend(reader, 0, reader->word.text, reader->word.size);
    advance(reader);
    for (;;) {
        if (is_sign(reader, '.')) {
            advance(reader);
            if (reader->word.token != MR_CONFIG_NAME)
                break;
            extend(reader, strlen(reader->path), reader->word.text, reader->word.size);
            advance(reader);
        } else if (is_sign(reader, '[')) {
            take_brackets(reader, strlen(reader->path));
        } else {
            break;
        }
    }
    if (is_sign(reader, '='))
        note(reader, line);
}

/* ---- all of it ---- */

static bool is_keyword(const struct reader *reader)
{
    static const char *const keywords[] = { "return", "local", "then",  "else", "elseif", "in",
                                            "for",    "while", "break", "goto", "and",    "or",
                                            "not",    "nil",   "true",  "false" };
    for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
        if (is_at_word(reader, keywords[i]))
            return true;
    return false;
}

/* return: whether it was one of the words that begin or end a block */
static bool count_block(struct reader *reader)
{
    bool begins = is_at_word(reader, "function") || is_at_word(reader, "if") ||
                  is_at_word(reader, "do") || is_at_word(reader, "repeat");
    bool ends = is_at_word(reader, "end") || is_at_word(reader, "until");
    reader->blocks += begins ? 1 : ends ? -1 : 0;
    return begins || ends;
}

static void step(struct reader *reader)
{
    struct level *level = innermost(reader);
    bool inside = reader->depth > 0 && (level == NULL || level->blocks != reader->blocks);
    if (is_sign(reader, '}')) {
        close_brace(reader);
    } else if (level != NULL && !inside && level->entry) {
        take_entry(reader, level);
        return;
    } else if (is_sign(reader, '{')) {
        open_brace(reader);
    } else if (level != NULL && !inside && (is_sign(reader, ',') || is_sign(reader, ';'))) {
        level->entry = true;
    } else if (count_block(reader) || is_keyword(reader)) {
        if (reader->depth == 0)
            snprintf(reader->path, PATH_SIZE, "?"); /* what follows has no name yet */
    } else if (reader->depth == 0 && reader->word.token == MR_CONFIG_NAME) {
        struct mr_config_lexer ahead = reader->lexer;
        struct mr_config_word next = mr_config_lexer_next(&ahead);
        bool target = next.token == MR_CONFIG_SIGN && strchr("=.[", next.text[0]) != NULL;
        if (target) {
            take_name(reader);
            return;
        }
    }
    advance(reader);
}

int mr_config_lines_read(struct mr_config_lines *lines, const char *text, size_t size)
{
    *lines = (struct mr_config_lines){ 0 };
    struct reader reader = { .lines = lines,
                             .lexer = { .at = text, .end = text + size, .line = 1 } };
    advance(&reader);
    while (reader.word.token != MR_CONFIG_END && !reader.failed)
        step(&reader);
    return reader.failed ? -ENOMEM : 0;
}

void mr_config_lines_finish(struct mr_config_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->places[i].path);
    free(lines->places);
    free(lines->twice.path);
    *lines = (struct mr_config_lines){ 0 };
}

/* Whether the first `size` bytes of `path` are what `pattern` names. */
static bool matches(const char *pattern, const char *path, size_t size)
{
    const char *end = path + size;
    while (*pattern != '\0' && path < end) {
        if (pattern[0] == '*' && (pattern[1] == '.' || pattern[1] == '\0')) {
            pattern++;
            while (path < end && *path != '.')
                path++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *pattern == '\0' && path == end;
}

int mr_config_lines_find(const struct mr_config_lines *lines, const char *path)
{
    for (size_t size = strlen(path); size > 0;) {
        int line = 0;
        bool exact = false;
        for (size_t i = 0; i < lines->count; i++) {
            const char *pattern = lines->places[i].path;
            bool same = strlen(pattern) == size && memcmp(pattern, path, size) == 0;
            if (same || (!exact && matches(pattern, path, size)))
                line = lines->places[i].line;
            exact |= same;
        }
        if (line > 0)
            return line;
        while (size > 0 && path[--size] != '.')
            ;
    }
    return 0;
}
