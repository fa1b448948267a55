/* What JPEG files say of themselves, and which of them are shown as they are. */
#include "media/jpeg/jpeg_header.h"

#include "support/check.h"
#include "support/jpegs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static int read_header(const struct jpeg_file *file, struct mr_jpeg_header *header)
{
    /* exactly as much memory as there is file: the walk must not leave it */
    uint8_t *exact = malloc(file->size > 0 ? file->size : 1);
    memcpy(exact, file->bytes, file->size);
    int result = mr_jpeg_header_read(exact, file->size, header);
    free(exact);
    return result;
}

static struct mr_jpeg_header header_of(const struct jpeg_file *file)
{
    struct mr_jpeg_header header;
    assert_int_equal(read_header(file, &header), 0);
    return header;
}

static void knows_what_turbojpeg_makes(void **state)
{
    (void)state;
    static const struct {
        int turbo;
        enum mr_jpeg_sampling sampling;
    } cases[] = { { TJSAMP_444, MR_JPEG_444 }, { TJSAMP_422, MR_JPEG_422 },
                  { TJSAMP_420, MR_JPEG_420 }, { TJSAMP_440, MR_JPEG_440 },
                  { TJSAMP_411, MR_JPEG_411 }, { TJSAMP_GRAY, MR_JPEG_GREY } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (int progressive = 0; progressive < 2; progressive++) {
            struct jpeg_file file = jpeg_make(61, 35, cases[i].turbo, progressive, 1);
            struct mr_jpeg_header header = header_of(&file);
            assert_int_equal(header.width, 61);
            assert_int_equal(header.height, 35);
            assert_int_equal(header.sampling, cases[i].sampling);
            assert_true(header.passes);
            assert_int_equal(header.tables_at, 0);
            assert_int_equal(header.size_bytes, file.size);
            jpeg_free(&file);
        }
    }
}

static void every_cut_shows(void **state)
{
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, progressive, 1);
        struct mr_jpeg_header header;
        for (struct jpeg_file cut = file; cut.size-- > 0;)
            assert_int_equal(read_header(&cut, &header), -EBADMSG);
        jpeg_free(&file);
    }
}

static void what_follows_the_end_is_cut(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
    size_t size = file.size;
    static const uint8_t padding[600];
    jpeg_insert(&file, size, padding, sizeof(padding));
    struct mr_jpeg_frame frame = { file.bytes, header_of(&file) };
    assert_int_equal(frame.header.size_bytes, size);
    struct mr_blob *blob = mr_jpeg_header_blob(&frame);
    assert_int_equal(blob->size, size);
    assert_memory_equal(blob->data, file.bytes, size);
    mr_blob_unref(&blob);
    jpeg_free(&file);
}

/* The second field of a frame comes in the same packet. */
static void two_pictures_are_not_one(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
    struct jpeg_file second = jpeg_make(48, 32, TJSAMP_420, false, 2);
    struct mr_jpeg_header header;
    jpeg_insert(&file, file.size, second.bytes, second.size);
    assert_int_equal(read_header(&file, &header), -ENOTSUP);
    jpeg_free(&file);
    jpeg_free(&second);
}

static void missing_tables_are_put_in(void **state)
{
    (void)state;
    struct jpeg_file whole = jpeg_make(48, 32, TJSAMP_422, false, 1);
    struct jpeg_file file = jpeg_make(48, 32, TJSAMP_422, false, 1);
    jpeg_strip_tables(&file);
    assert_true(file.size < whole.size);
    struct mr_jpeg_frame frame = { file.bytes, header_of(&file) };
    assert_true(frame.header.passes);
    assert_true(frame.header.tables_at > 0);
    struct mr_blob *blob = mr_jpeg_header_blob(&frame);
    struct jpeg_file made = { blob->data, blob->size };
    struct mr_jpeg_header header = header_of(&made);
    assert_int_equal(header.tables_at, 0);

    uint8_t pixels[2][48 * 32 * 3];
    tjhandle handle = tjInitDecompress();
    assert_int_equal(tjDecompress2(handle, whole.bytes, whole.size, pixels[0], 48, 0, 32, TJPF_RGB,
                                   TJFLAG_STOPONWARNING),
                     0);
    assert_int_equal(tjDecompress2(handle, blob->data, blob->size, pixels[1], 48, 0, 32, TJPF_RGB,
                                   TJFLAG_STOPONWARNING),
                     0);
    assert_memory_equal(pixels[0], pixels[1], sizeof(pixels[0]));
    tjDestroy(handle);
    mr_blob_unref(&blob);
    jpeg_free(&file);
    jpeg_free(&whole);
}

/* A table that the picture before may have left in a decoder is none. */
static void half_the_tables_are_refused(void **state)
{
    (void)state;
    static const uint8_t missing[] = { 0xc4, 0xdb };
    for (int i = 0; i < 2; i++) {
        struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
        size_t size, at = jpeg_find(&file, missing[i], &size);
        struct mr_jpeg_header header;
        jpeg_remove(&file, at, size);
        assert_int_equal(read_header(&file, &header), -ENOTSUP);
        jpeg_free(&file);
    }
}

struct extra {
    const char *what;
    uint8_t marker;
    const char *content;
    size_t size;
    int result;
    bool passes;
};

static void extras_are_told_apart(void **state)
{
    (void)state;
    static const struct extra extras[] = {
        { "orientation and place", 0xe1, "Exif\0\0MM", 8, -ENOTSUP, false },
        { "XMP", 0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>", 33, 0, false },
        { "a colour profile", 0xe2, "ICC_PROFILE\0\1\1", 14, 0, false },
        { "a camera's own", 0xe4, "AROT", 4, 0, false },
        { "a whole frame", 0xe0, "AVI1\0\0", 6, 0, true },
        { "a field", 0xe0, "AVI1\1\0", 6, -ENOTSUP, false },
        { "RGB", 0xee, "Adobe\0d\0\0\0\0\0", 12, -ENOTSUP, false },
        { "YCbCr", 0xee, "Adobe\0d\0\0\0\0\1", 12, 0, true },
        { "limited range", 0xfe, "CS=ITU601", 9, -ENOTSUP, false },
        { "upside down", 0xfe, "Intel(R) JPEG Library", 21, -ENOTSUP, false },
        { "FFmpeg's", 0xfe, "Lavc59.37.100", 14, 0, true },
        { "more than FFmpeg's", 0xfe, "Lavc59.37.100, and what else was to be said", 43, 0, false },
        { "a thumbnail", 0xe0, "JFIF\0\1\1\0\0\1\0\1\1\1\1\2\3", 17, 0, false },
        { "more than a field's number", 0xe0, "AVI1\0\0and something else", 24, 0, false },
        { "more than Adobe's", 0xee, "Adobe\0d\0\0\0\0\1more", 16, 0, false },
        { "words", 0xfe, "my garden", 9, 0, false },
        { "lines later", 0xdc, "\0\40", 2, -ENOTSUP, false },
        { "no restart interval", 0xdd, "\0", 1, -EBADMSG, false },
    };
    for (size_t i = 0; i < sizeof(extras) / sizeof(*extras); i++) {
        struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
        const uint8_t head[4] = { 0xff, extras[i].marker, 0, (uint8_t)(extras[i].size + 2) };
        struct mr_jpeg_header header;
        jpeg_insert(&file, 2, extras[i].content, extras[i].size);
        jpeg_insert(&file, 2, head, sizeof(head));
        int result = read_header(&file, &header);
        if (result != extras[i].result || (result == 0 && header.passes != extras[i].passes))
            fail_msg("%s: %d, %s", extras[i].what, result, header.passes ? "passes" : "does not");
        jpeg_free(&file);
    }
}

/* Byte `offset` of the frame's header becomes `value`. */
static void other_kinds_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint8_t value;
        int result;
    } cases[] = {
        { 1, 0xc3, -ENOTSUP },                       /* lossless */
        { 1, 0xc9, -ENOTSUP },                       /* arithmetic */
        { 4, 12, -ENOTSUP },                         /* bits */
        { 9, 4, -ENOTSUP },                          /* components: CMYK */
        { 11, 0x31, -ENOTSUP },                      /* sampling */
        { 11, 0x00, -EBADMSG }, { 12, 3, -ENOTSUP }, /* a quantization table that is not there */
        { 7, 0xff, -ENOTSUP },                       /* 65000 columns */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
        size_t size, at = jpeg_find(&file, 0xc0, &size);
        struct mr_jpeg_header header;
        file.bytes[at + cases[i].offset] = cases[i].value;
        int result = read_header(&file, &header);
        if (result != cases[i].result)
            fail_msg("case %zu: %d", i, result);
        jpeg_free(&file);
    }
}

/* What TurboJPEG cannot decode to planes is FFmpeg's: else it would be shown, and grey to scripts. */
static void what_is_known_can_be_decoded(void **state)
{
    (void)state;
    for (unsigned factors = 0; factors < 0x10000; factors++) {
        struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
        size_t size, at = jpeg_find(&file, 0xc0, &size);
        struct mr_jpeg_header header;
        int width, height, sampling, colours;
        file.bytes[at + 11] = (uint8_t)(factors >> 8);
        file.bytes[at + 14] = file.bytes[at + 17] = (uint8_t)factors;
        if (read_header(&file, &header) == 0) {
            tjhandle handle = tjInitDecompress();
            assert_int_equal(tjDecompressHeader3(handle, file.bytes, file.size, &width, &height,
                                                 &sampling, &colours),
                             0);
            tjDestroy(handle);
        }
        jpeg_free(&file);
        if ((factors & 15) >= 4)
            factors |= 15;
        if ((factors & 255) >= 0x50)
            factors |= 255;
    }
}

static void the_largest_pictures_are_refused(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
    size_t size, at = jpeg_find(&file, 0xc0, &size);
    struct mr_jpeg_header header;
    memcpy(file.bytes + at + 5, "\x20\0\x40\0", 4);
    assert_int_equal(read_header(&file, &header), 0);
    file.bytes[at + 6] = 1;
    assert_int_equal(read_header(&file, &header), -ENOTSUP);
    jpeg_free(&file);
}

static void the_aspect_is_jfifs(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(48, 32, TJSAMP_420, false, 1);
    size_t size, at = jpeg_find(&file, 0xe0, &size);
    file.bytes[at + 13] = 4; /* behind marker, length, "JFIF", version, unit and a byte */
    file.bytes[at + 15] = 3;
    struct mr_jpeg_header header = header_of(&file);
    assert_int_equal(header.aspect_num, 4);
    assert_int_equal(header.aspect_den, 3);
    jpeg_free(&file);
}

RUN_TESTS(cmocka_unit_test(knows_what_turbojpeg_makes), cmocka_unit_test(every_cut_shows),
          cmocka_unit_test(what_follows_the_end_is_cut), cmocka_unit_test(two_pictures_are_not_one),
          cmocka_unit_test(missing_tables_are_put_in),
          cmocka_unit_test(half_the_tables_are_refused), cmocka_unit_test(extras_are_told_apart),
          cmocka_unit_test(other_kinds_are_refused), cmocka_unit_test(what_is_known_can_be_decoded),
          cmocka_unit_test(the_largest_pictures_are_refused), cmocka_unit_test(the_aspect_is_jfifs))
