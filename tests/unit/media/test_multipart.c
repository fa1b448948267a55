/* Motion JPEG as servers write it: many kinds of wrong parts, all of which browsers show. */
#include "media/source/source.h"

#include "base/file.h"
#include "media/jpeg/jpeg_splitter.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/web.h"

#include <libavutil/frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICTURES 5

static char folder[CLIP_PATH];
static struct mr_buffer pictures[PICTURES]; /* of 64, 80, … pixels, which are told apart by that */

static const char *path_of(const char *name)
{
    static char path[CLIP_PATH + 64];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    clip_path("parts-XXXXXX", folder);
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < PICTURES; i++) {
        clip_ffmpeg("-f lavfi -i testsrc2=size=%dx48:rate=1 -frames:v 1 -update 1 %s", 64 + 16 * i,
                    path_of("a.jpg"));
        assert_int_equal(mr_file_read(path_of("a.jpg"), 1000000, &pictures[i]), 0);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[CLIP_PATH + 16];
    for (int i = 0; i < PICTURES; i++)
        mr_buffer_finish(&pictures[i]);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

/* ---- the splitter ---- */

/* Feed `bytes` in pieces and expect the first `count` pictures, in order. */
static void expect_files(const struct mr_buffer *bytes, size_t piece, int count)
{
    struct mr_jpeg_splitter splitter = { 0 };
    int found = 0;
    for (size_t at = 0; at < bytes->size; at += piece) {
        const uint8_t *file;
        size_t size = bytes->size - at < piece ? bytes->size - at : piece;
        assert_int_equal(mr_jpeg_splitter_add(&splitter, bytes->data + at, size), 0);
        while ((size = mr_jpeg_splitter_next(&splitter, &file)) > 0) {
            assert_true(found < count);
            assert_int_equal(size, pictures[found].size);
            assert_memory_equal(file, pictures[found].data, size);
            found++;
        }
    }
    assert_int_equal(found, count);
    mr_jpeg_splitter_finish(&splitter);
}

static void files_are_found_among_anything(void **state)
{
    (void)state;
    static const char *const between[] = {
        "", "\r\n--frame\r\n\r\n", "\xff\xff\xff", "\xff\xd8junk", "\xff\xd8", "\xff"
    };
    for (size_t i = 0; i < sizeof(between) / sizeof(*between); i++) {
        struct mr_buffer bytes = { 0 };
        for (int n = 0; n < PICTURES; n++) {
            mr_buffer_append_text(&bytes, between[i]);
            mr_buffer_append(&bytes, pictures[n].data, pictures[n].size);
        }
        mr_buffer_append_text(&bytes, between[i]);
        static const size_t pieces[] = { 1, 7, 1000, 1000000 };
        for (size_t k = 0; k < sizeof(pieces) / sizeof(*pieces); k++)
            expect_files(&bytes, pieces[k], PICTURES);
        mr_buffer_finish(&bytes);
    }
}

/* A thumbnail is a JPEG inside a segment of the file. */
static void a_thumbnail_is_no_file(void **state)
{
    (void)state;
    struct mr_buffer bytes = { 0 }, kept = pictures[0];
    const struct mr_buffer *small = &pictures[1];
    uint8_t head[] = {
        0xff, 0xd8, 0xff, 0xe1, (uint8_t)((small->size + 2) >> 8), (uint8_t)(small->size + 2)
    };
    mr_buffer_append(&bytes, head, sizeof(head));
    mr_buffer_append(&bytes, small->data, small->size);
    mr_buffer_append(&bytes, kept.data + 2, kept.size - 2);
    pictures[0] = bytes; /* the file as it is expected */
    expect_files(&bytes, 100, 1);
    pictures[0] = kept;
    mr_buffer_finish(&bytes);
}

static void a_file_that_is_cut_off_ends_where_the_next_begins(void **state)
{
    (void)state;
    struct mr_buffer bytes = { 0 }, kept = pictures[0];
    pictures[0].size = kept.size - 100;
    mr_buffer_append(&bytes, kept.data, kept.size - 100);
    mr_buffer_append(&bytes, pictures[1].data, pictures[1].size);
    expect_files(&bytes, 64, 2);
    pictures[0] = kept;
    mr_buffer_finish(&bytes);
}

static void what_is_no_jpeg_does_not_grow(void **state)
{
    (void)state;
    struct mr_jpeg_splitter splitter = { 0 };
    static uint8_t nothing[1 << 20];
    const uint8_t *file;
    for (int i = 0; i < 64; i++) {
        assert_int_equal(mr_jpeg_splitter_add(&splitter, nothing, sizeof(nothing)), 0);
        assert_int_equal(mr_jpeg_splitter_next(&splitter, &file), 0);
        assert_true(splitter.bytes.size < 16);
    }
    memcpy(nothing, "\xff\xd8\xff\xda\x00\x02", 6); /* a scan without an end */
    for (int i = 0; i < 64; i++) {
        assert_int_equal(mr_jpeg_splitter_add(&splitter, nothing, sizeof(nothing)), 0);
        while (mr_jpeg_splitter_next(&splitter, &file) > 0)
            ;
        assert_true(splitter.bytes.size <= MR_JPEG_SPLITTER_MAX_BYTES + 2 * sizeof(nothing));
    }
    mr_jpeg_splitter_finish(&splitter);
}

/* ---- over HTTP ---- */

/* How a server writes a part: what comes before and after the picture, with %zu for a length that is `extra` too
 * large. */
struct kind {
    const char *name, *before, *after;
    int extra;
};

#define TYPE   "Content-Type: image/jpeg\r\n"
#define LENGTH "Content-Length: %zu\r\n"

static const struct kind kinds[] = {
    { "as it should be", "--frame\r\n" TYPE LENGTH "\r\n", "\r\n", 0 },
    { "without lengths", "--frame\r\n" TYPE "\r\n", "\r\n", 0 },
    { "without a first boundary", TYPE LENGTH "\r\n", "\r\n--frame\r\n", 0 },
    { "image/jpg", "--frame\r\nContent-Type: image/jpg\r\n" LENGTH "\r\n", "\r\n", 0 },
    { "parameters", "--frame\r\nContent-Type: image/jpeg;size=%zu\r\n\r\n", "\r\n", 0 },
    { "without a type", "--frame\r\n" LENGTH "\r\n", "\r\n", 0 },
    { "without heads", "--frame\r\n\r\n", "\r\n", 0 },
    { "lengths too large", "--frame\r\n" TYPE LENGTH "\r\n", "\r\n", 100 },
    { "lengths too small", "--frame\r\n" TYPE LENGTH "\r\n", "\r\n", -200 },
    { "lengths of 0", "--frame\r\n" TYPE "Content-Length: 0\r\n\r\n", "\r\n", 0 },
    { "a boundary without line end", "--frame" TYPE LENGTH "\r\n", "\r\n", 0 },
    { "another boundary", "--other\r\n" TYPE LENGTH "\r\n", "\r\n", 0 },
    { "line feeds", "--frame\n" TYPE LENGTH "\n", "\n", 0 },
    { "parts of text",
      "--frame\r\nContent-Type: text/plain\r\n\r\nhello\r\n--frame\r\n" TYPE "\r\n", "\r\n", 0 },
    { "padding", "--frame\r\n" TYPE "\r\n", "\xff\xff\xff\xff\r\n", 0 },
};

static void write_parts(const struct kind *kind)
{
    FILE *file = fopen(path_of("a.parts"), "w");
    assert_non_null(file);
    for (int i = 0; i < PICTURES; i++) {
        const char *length = strstr(kind->before, "%zu");
        fprintf(file, "%.*s",
                (int)(length != NULL ? length - kind->before : (int)strlen(kind->before)),
                kind->before);
        if (length != NULL)
            fprintf(file, "%d%s", (int)pictures[i].size + kind->extra, length + 3);
        fwrite(pictures[i].data, 1, pictures[i].size, file);
        fputs(kind->after, file);
    }
    fclose(file);
}

static void all_kinds_play(void **state)
{
    (void)state;
    char url[64];
    struct web *web = web_start(&(struct web_options){ .folder = folder });
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/a.parts", web_port(web));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct mr_source *source;
        struct mr_decoded decoded;
        struct mr_error error;
        const struct mr_source_options options = { .url = url };
        write_parts(&kinds[i]);
        if (mr_source_open(&options, &source, &error) < 0)
            fail_msg("%s: %s", kinds[i].name, error.text);
        assert_true(mr_source_info(source)->live);
        for (int n = 0; n < PICTURES; n++) {
            if (mr_source_read(source, &decoded, &error) != 0)
                fail_msg("%s: picture %d: %s", kinds[i].name, n, error.text);
            assert_int_equal(decoded.frame->width, 64 + 16 * n);
        }
        if (mr_source_damaged(source) != 0)
            fail_msg("%s: %d damaged", kinds[i].name, (int)mr_source_damaged(source));
        mr_source_close(source);
    }
    web_stop(web);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_among_anything),
        cmocka_unit_test(a_thumbnail_is_no_file),
        cmocka_unit_test(a_file_that_is_cut_off_ends_where_the_next_begins),
        cmocka_unit_test(what_is_no_jpeg_does_not_grow),
        cmocka_unit_test(all_kinds_play),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
