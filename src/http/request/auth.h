/* The token: who has it may change things. Any thread; no I/O but for mr_auth_make. */
#ifndef MR_HTTP_AUTH_H
#define MR_HTTP_AUTH_H

#include <stdbool.h>

#define MR_TOKEN_MAX  256
#define MR_TOKEN_SIZE 33 /* of one that is made up: 32 hex digits and the closing 0 */

/* Make up a token: 128 random bits.
 * return: 0; -errno of getrandom */
int mr_auth_make(char token[MR_TOKEN_SIZE]);

/* Whether a text can be a token: 1 … MR_TOKEN_MAX letters, digits and -._~+/= (RFC 6750's). */
bool mr_auth_is_token(const char *text);

enum mr_auth {
    MR_AUTH_RIGHT,
    MR_AUTH_MISSING, /* no token was given */
    MR_AUTH_WRONG,
};

/* Check the value of an Authorization header. How long it takes tells nothing of the token.
 * in:     token: NULL: no value is right; authorization: NULL: there is no such header
 * return: MR_AUTH_MISSING also for another scheme than Bearer */
enum mr_auth mr_auth_check(const char *token, const char *authorization);

/* Check a token by itself, as from ?token=.
 * return: MR_AUTH_RIGHT or MR_AUTH_WRONG */
enum mr_auth mr_auth_check_text(const char *token, const char *given);

#endif
