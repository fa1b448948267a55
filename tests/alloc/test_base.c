/* Base without memory: buffers remember that they failed, everything else says so at once. */
#include "alloc/failing.h"

#include "base/blob.h"
#include "base/buffer.h"
#include "base/draft.h"
#include "base/file.h"
#include "support/check.h"
#include "support/clip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static char path[CLIP_PATH];

static void buffers(void)
{
    struct mr_buffer buffer = { 0 };
    for (int i = 0; i < 1000; i++)
        mr_buffer_printf(&buffer, "line %d\n", i);
    mr_buffer_append_text(&buffer, "the end");
    assert_int_equal(buffer.failed, failing_has_failed());
    if (!buffer.failed)
        assert_string_equal((char *)buffer.data + buffer.size - 7, "the end");
    mr_buffer_finish(&buffer);
}

static void blobs(void)
{
    struct mr_blob *blob = mr_blob_create("bytes", 5);
    assert_int_equal(blob == NULL, failing_has_failed());
    if (blob != NULL) {
        struct mr_blob *other = mr_blob_ref(blob);
        mr_blob_unref(&other);
    }
    mr_blob_unref(&blob);
}

/* The file holds the old text or the new one, never half of one. */
static void files(void)
{
    struct mr_draft draft = { 0 };
    struct mr_buffer content = { 0 };
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("old", file);
    fclose(file);
    int result = mr_draft_write(&draft, path, "new", 3);
    if (result == 0)
        result = mr_draft_commit(&draft, NULL);
    mr_draft_finish(&draft);
    if (result != 0)
        assert_true(failing_has_failed() && result == -ENOMEM);
    failing_stop();
    assert_int_equal(mr_file_read(path, 100, &content), 0);
    mr_buffer_append(&content, "", 1);
    assert_string_equal((char *)content.data, result == 0 ? "new" : "old");
    mr_buffer_finish(&content);
}

static void reading(void)
{
    struct mr_buffer content = { 0 };
    int result = mr_file_read(path, 100, &content);
    assert_int_equal(result, failing_has_failed() ? -ENOMEM : 0);
    mr_buffer_finish(&content);
}

static void base_survives(void **state)
{
    (void)state;
    clip_path("file", path);
    failing_each("base/buffer", NULL, buffers, NULL);
    failing_each("base/blob", NULL, blobs, NULL);
    failing_each("base/draft", NULL, files, NULL);
    failing_each("base/file", NULL, reading, NULL);
}

RUN_TESTS(cmocka_unit_test(base_survives))
