#include "script/config/config_lexer.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static char peek(const struct mr_config_lexer *lexer, size_t ahead)
{
    return (size_t)(lexer->end - lexer->at) > ahead ? lexer->at[ahead] : '\0';
}

static void skip(struct mr_config_lexer *lexer, size_t count)
{
    for (; count > 0 && lexer->at < lexer->end; count--)
        lexer->line += *lexer->at++ == '\n';
}

/* At "[[" or "[==[": pass over the long text. return: whether it was one */
static bool skip_long(struct mr_config_lexer *lexer)
{
    size_t level = 0;
    if (peek(lexer, 0) != '[')
        return false;
    while (peek(lexer, 1 + level) == '=')
        level++;
    if (peek(lexer, 1 + level) != '[')
        return false;
    skip(lexer, level + 2);
    for (; lexer->at < lexer->end; skip(lexer, 1)) {
        size_t equals = 0;
        if (peek(lexer, 0) != ']')
            continue;
        while (equals < level && peek(lexer, 1 + equals) == '=')
            equals++;
        if (equals == level && peek(lexer, 1 + level) == ']') {
            skip(lexer, level + 2);
            return true;
        }
    }
    return true;
}

static void skip_blanks(struct mr_config_lexer *lexer)
{
    for (;;) {
        if (isspace((unsigned char)peek(lexer, 0))) {
            skip(lexer, 1);
        } else if (peek(lexer, 0) == '-' && peek(lexer, 1) == '-') {
            skip(lexer, 2);
            if (!skip_long(lexer))
                while (lexer->at < lexer->end && *lexer->at != '\n')
                    skip(lexer, 1);
        } else {
            return;
        }
    }
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static struct mr_config_word take_string(struct mr_config_lexer *lexer)
{
    char quote = *lexer->at;
    struct mr_config_word word = { .token = MR_CONFIG_STRING, .line = lexer->line };
    skip(lexer, 1);
    word.text = lexer->at;
    while (lexer->at < lexer->end && *lexer->at != quote && *lexer->at != '\n')
        skip(lexer, *lexer->at == '\\' ? 2 : 1);
    word.size = (size_t)(lexer->at - word.text);
    skip(lexer, 1);
    return word;
}

struct mr_config_word mr_config_lexer_next(struct mr_config_lexer *lexer)
{
    skip_blanks(lexer);
    struct mr_config_word word = { .text = lexer->at, .line = lexer->line };
    char first = peek(lexer, 0);
    if (lexer->at == lexer->end)
        return word;
    if (first == '"' || first == '\'')
        return take_string(lexer);
    if (skip_long(lexer)) {
        word.token = MR_CONFIG_OTHER;
    } else if (is_word(first)) {
        bool number = isdigit((unsigned char)first);
        while (is_word(peek(lexer, 0)) || (number && peek(lexer, 0) == '.'))
            skip(lexer, 1);
        word.token = number ? MR_CONFIG_OTHER : MR_CONFIG_NAME;
    } else {
        bool pair = peek(lexer, 1) == '=' && strchr("=~<>", first) != NULL;
        skip(lexer, pair ? 2 : 1);
        word.token = pair ? MR_CONFIG_OTHER : MR_CONFIG_SIGN;
    }
    word.size = (size_t)(lexer->at - word.text);
    return word;
}
