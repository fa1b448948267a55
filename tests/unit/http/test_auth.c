#include "http/request/auth.h"

#include "support/check.h"

#include <string.h>

static void tokens_are_made_up(void **state)
{
    (void)state;
    char one[MR_TOKEN_SIZE], other[MR_TOKEN_SIZE];
    assert_int_equal(mr_auth_make(one), 0);
    assert_int_equal(mr_auth_make(other), 0);
    assert_int_equal(strlen(one), 32);
    assert_int_equal(strspn(one, "0123456789abcdef"), 32);
    assert_string_not_equal(one, other);
    assert_true(mr_auth_is_token(one));
}

static void what_a_token_is_made_of(void **state)
{
    (void)state;
    char longest[MR_TOKEN_MAX + 2];
    memset(longest, 'x', sizeof(longest));
    longest[MR_TOKEN_MAX] = '\0';
    assert_true(mr_auth_is_token(longest));
    longest[MR_TOKEN_MAX] = 'x';
    longest[MR_TOKEN_MAX + 1] = '\0';
    assert_false(mr_auth_is_token(longest));
    assert_true(mr_auth_is_token("aZ09-._~+/="));
    assert_false(mr_auth_is_token(""));
    assert_false(mr_auth_is_token("two words"));
    assert_false(mr_auth_is_token("line\r\n"));
    assert_false(mr_auth_is_token("\xc3\xa4"));
}

static void the_header_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum mr_auth answer;
    } cases[] = {
        { NULL, MR_AUTH_MISSING },
        { "", MR_AUTH_MISSING },
        { "Bearer", MR_AUTH_MISSING },
        { "Bearersecret", MR_AUTH_MISSING },
        { "Basic c2VjcmV0", MR_AUTH_MISSING },
        { "secret", MR_AUTH_MISSING },
        { "Bearer ", MR_AUTH_WRONG },
        { "Bearer Secret", MR_AUTH_WRONG },
        { "Bearer secre", MR_AUTH_WRONG },
        { "Bearer secrets", MR_AUTH_WRONG },
        { "Bearer secret ", MR_AUTH_WRONG },
        { "Bearer secret", MR_AUTH_RIGHT },
        { "bearer  secret", MR_AUTH_RIGHT },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (mr_auth_check("secret", cases[i].header) != cases[i].answer)
            fail_msg("\"%s\"", cases[i].header);
    assert_int_equal(mr_auth_check(NULL, "Bearer "), MR_AUTH_WRONG); /* nothing can be right */
}

RUN_TESTS(cmocka_unit_test(tokens_are_made_up), cmocka_unit_test(what_a_token_is_made_of),
          cmocka_unit_test(the_header_is_checked))
