/* Addresses that are printed for people to open. */
#include "app/openable.h"

#include "support/check.h"

#include <stdbool.h>
#include <string.h>

static char openable[MR_OPENABLE_MAX][MR_OPENABLE_SIZE];

static bool has(size_t count, const char *address)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(openable[i], address) == 0)
            return true;
    return false;
}

static void one_address_is_itself(void **state)
{
    (void)state;
    static const char *const texts[] = { "127.0.0.1:8080", "[::1]:80", "192.0.2.1:1" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        assert_int_equal(mr_openable_find(texts[i], openable), 1);
        assert_string_equal(openable[0], texts[i]);
    }
    assert_int_equal(mr_openable_find("unix:/run/x.sock", openable), 0);
}

static void all_addresses_are_those_of_the_interfaces(void **state)
{
    (void)state;
    size_t count = mr_openable_find("0.0.0.0:8080", openable);
    assert_true(has(count, "127.0.0.1:8080"));
    assert_string_equal(openable[0], "127.0.0.1:8080");
    for (size_t i = 0; i < count; i++)
        assert_null(strchr(openable[i], '['));
    count = mr_openable_find("[::]:8080", openable);
    assert_true(has(count, "127.0.0.1:8080"));
    for (size_t i = 0; i < count; i++)
        assert_null(strstr(openable[i], "fe80"));
    assert_false(has(count, "[::]:8080") || has(count, "0.0.0.0:8080"));
}

RUN_TESTS(cmocka_unit_test(one_address_is_itself),
          cmocka_unit_test(all_addresses_are_those_of_the_interfaces))
