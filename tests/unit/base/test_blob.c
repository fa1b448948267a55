/* Blobs: a copy of bytes that lives until its last reference goes. */
#include "base/blob.h"
#include "support/check.h"

#include <string.h>

static void copies_and_ends_with_zero(void **state)
{
    (void)state;
    char text[] = "{\"a\":1}";
    struct mr_blob *blob = mr_blob_create(text, strlen(text));
    text[0] = '!';
    assert_string_equal((char *)blob->data, "{\"a\":1}");
    assert_int_equal(blob->size, 7);
    mr_blob_unref(&blob);
    assert_null(blob);
}

static void lives_until_the_last_reference(void **state)
{
    (void)state;
    struct mr_blob *blob = mr_blob_create("x", 1);
    struct mr_blob *other = mr_blob_ref(blob);
    mr_blob_unref(&blob);
    assert_string_equal((char *)other->data, "x"); /* a sanitizer sees when it was freed */
    mr_blob_unref(&other);
}

static void takes_nothing(void **state)
{
    (void)state;
    struct mr_blob *blob = NULL;
    assert_null(mr_blob_ref(NULL));
    mr_blob_unref(&blob);
    blob = mr_blob_create(NULL, 0);
    assert_int_equal(blob->size, 0);
    mr_blob_unref(&blob);
}

RUN_TESTS(cmocka_unit_test(copies_and_ends_with_zero),
          cmocka_unit_test(lives_until_the_last_reference), cmocka_unit_test(takes_nothing))
