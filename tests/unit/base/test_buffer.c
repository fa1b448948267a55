#include "base/buffer.h"

#include "support/check.h"

static void appends_and_terminates(void **state)
{
    (void)state;
    struct mr_buffer buffer = { 0 };
    mr_buffer_append_text(&buffer, "frame ");
    mr_buffer_printf(&buffer, "%d of %s", 7, "nine");
    assert_int_equal(buffer.size, 15);
    assert_string_equal((char *)buffer.data, "frame 7 of nine");
    mr_buffer_finish(&buffer);
}

static void grows_over_many_appends(void **state)
{
    (void)state;
    struct mr_buffer buffer = { 0 };
    for (int i = 0; i < 10000; i++)
        mr_buffer_append(&buffer, "0123456789", 10);
    assert_false(buffer.failed);
    assert_int_equal(buffer.size, 100000);
    assert_memory_equal(buffer.data + 99990, "0123456789", 11);
    mr_buffer_clear(&buffer);
    assert_int_equal(buffer.size, 0);
    mr_buffer_finish(&buffer);
    assert_null(buffer.data);
}

static void remembers_that_memory_ran_out(void **state)
{
    (void)state;
    struct mr_buffer buffer = { 0 };
    mr_buffer_append_text(&buffer, "kept");
    assert_null(mr_buffer_reserve(&buffer, SIZE_MAX - 10));
    assert_true(buffer.failed);
    assert_null(mr_buffer_reserve(&buffer, 1)); /* what lacks a part gets no more */
    mr_buffer_append_text(&buffer, " and more");
    assert_string_equal((char *)buffer.data, "kept");
    mr_buffer_finish(&buffer);
}

RUN_TESTS(cmocka_unit_test(appends_and_terminates), cmocka_unit_test(grows_over_many_appends),
          cmocka_unit_test(remembers_that_memory_ran_out))
