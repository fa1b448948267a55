/* Lua's words and signs, as far as finding keys needs them. Pure; any thread. */
#ifndef MR_SCRIPT_CONFIG_LEXER_H
#define MR_SCRIPT_CONFIG_LEXER_H

#include <stddef.h>

enum mr_config_token {
    MR_CONFIG_END,
    MR_CONFIG_NAME,   /* a name or a keyword */
    MR_CONFIG_STRING, /* in quotes; long strings are MR_CONFIG_OTHER */
    MR_CONFIG_SIGN,   /* one character: text[0]; "==" and the like are MR_CONFIG_OTHER */
    MR_CONFIG_OTHER,  /* numbers and the rest */
};

struct mr_config_lexer {
    const char *at, *end;
    int line;
};

struct mr_config_word {
    enum mr_config_token token;
    const char *text; /* of a string: without its quotes, escapes as they are written */
    size_t size;
    int line;
};

/* Pass over blanks and comments and take the next word.
 * return: the word, its text borrowed from the lexer's; MR_CONFIG_END at the end */
struct mr_config_word mr_config_lexer_next(struct mr_config_lexer *lexer);

#endif
