#include "base/error.h"

#include "support/check.h"

#include <errno.h>
#include <string.h>

static void is_one_line_and_returns_its_code(void **state)
{
    (void)state;
    struct mr_error error;
    assert_int_equal(mr_error_set(&error, -EINVAL, "\"%s\" is\nnot %d", "x", 5), -EINVAL);
    assert_int_equal(error.code, -EINVAL);
    assert_string_equal(error.text, "\"x\" is not 5");
    assert_int_equal(mr_error_set(NULL, -EIO, "unseen"), -EIO);
}

static void cuts_what_is_too_long(void **state)
{
    (void)state;
    struct mr_error error;
    char text[4096];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    mr_error_set(&error, -EINVAL, "%s", text);
    assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

RUN_TESTS(cmocka_unit_test(is_one_line_and_returns_its_code),
          cmocka_unit_test(cuts_what_is_too_long))
