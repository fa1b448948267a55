#include "http/request/base_path.h"

#include "support/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What follows `prefix` in `path`; "redirect", "outside" */
static const char *match(const char *prefix, const char *path)
{
    struct mr_base_path base = { 0 };
    const char *rest = NULL;
    if (prefix != NULL)
        assert_int_equal(mr_base_path_parse(prefix, &base, NULL), 0);
    switch (mr_base_path_match(&base, path, &rest)) {
    case MR_BASE_PATH_INSIDE:
        return rest;
    case MR_BASE_PATH_ITSELF:
        return "redirect";
    default:
        return "outside";
    }
}

static void what_is_below_is_found(void **state)
{
    (void)state;
    assert_string_equal(match("/cam", "/cam/"), "/");
    assert_string_equal(match("/cam/", "/cam/ws/live"), "/ws/live");
    assert_string_equal(match("/a/b-1._~", "/a/b-1._~/x"), "/x");
    assert_string_equal(match("/cam", "/cam//"), "//");
    assert_string_equal(match("/cam", "/cam"), "redirect");
    assert_string_equal(match("/a/b", "/a/b"), "redirect");
    assert_string_equal(match("/cam", "/"), "outside");
    assert_string_equal(match("/cam", ""), "outside");
    assert_string_equal(match("/cam", "/camera/"), "outside");
    assert_string_equal(match("/cam", "/Cam/"), "outside");
    assert_string_equal(match("/a/b", "/a/"), "outside");
    assert_string_equal(match("/cam", "*"), "outside");
}

static void without_one_all_is_below(void **state)
{
    (void)state;
    assert_string_equal(match(NULL, "/"), "/");
    assert_string_equal(match(NULL, "/x"), "/x");
    assert_string_equal(match("/", "/x/"), "/x/");
    assert_string_equal(match(NULL, "*"), "*");
    assert_string_equal(match(NULL, ""), "");
}

static void refuses_what_is_no_path(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",      "cam",       "cam/",       "//",
                                         "/a//b", "/a/../b",   "/.",         "/..",
                                         "/a/.",  "/a b",      "/a?b",       "/a#b",
                                         "/%41",  "/\xc3\xa4", "/a\r\nb: c", "/a\"b" };
    char text[MR_BASE_PATH_MAX + 3];
    struct mr_base_path base;
    struct mr_error error;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_int_equal(mr_base_path_parse(wrong[i], &base, &error), -EINVAL);
        assert_non_null(strstr(error.text, "is not a path such as /cam"));
    }
    memset(text, 'a', sizeof(text));
    text[0] = '/';
    text[MR_BASE_PATH_MAX] = '\0';
    assert_int_equal(mr_base_path_parse(text, &base, NULL), 0);
    text[MR_BASE_PATH_MAX] = 'a';
    text[MR_BASE_PATH_MAX + 1] = '\0';
    assert_int_equal(mr_base_path_parse(text, &base, NULL), -EINVAL);
}

RUN_TESTS(cmocka_unit_test(what_is_below_is_found), cmocka_unit_test(without_one_all_is_below),
          cmocka_unit_test(refuses_what_is_no_path))
