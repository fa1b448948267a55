/* image(path): what is loaded, and what is refused. The files are made here. */
#include "draw_support.h"

#include "base/buffer.h"
#include "base/file.h"
#include "media/jpeg/jpeg.h"

#define RED 0xff0000

/* A PNG, red above, half of that below if `alpha`. */
static void png_write(const char *name, int width, int height, bool alpha)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(alpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 0, 0);
    cairo_rectangle(cairo, 0, 0, width, alpha ? height / 2 : height);
    cairo_fill(cairo);
    if (alpha) {
        cairo_set_source_rgba(cairo, 1, 0, 0, 128 / 255.0);
        cairo_rectangle(cairo, 0, height / 2, width - 1, height);
        cairo_fill(cairo);
    }
    cairo_destroy(cairo);
    assert_int_equal(cairo_surface_write_to_png(surface, file_path(name)), CAIRO_STATUS_SUCCESS);
    cairo_surface_destroy(surface);
}

static void bytes_write(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(file_path(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* A JPEG of one colour. */
static void jpeg_write(const char *name, int width, int height, int y, int cb, int cr)
{
    struct mr_jpeg_encoder *encoder;
    struct mr_picture *picture = picture_make(width, height, y, cb, cr);
    const uint8_t *jpeg;
    size_t size;
    assert_int_equal(mr_jpeg_encoder_create(&encoder), 0);
    assert_int_equal(mr_jpeg_encode(encoder, picture, 95, &jpeg, &size), 0);
    bytes_write(name, jpeg, size);
    mr_jpeg_encoder_destroy(encoder);
    mr_picture_unref(&picture);
}

/* Write the first `size` bytes of another file, or fewer; with one byte changed. */
static void part_write(const char *name, const char *of, size_t size, size_t changed, uint8_t byte)
{
    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(file_path(of), 1 << 20, &content), 0);
    if (changed < content.size)
        content.data[changed] = byte;
    bytes_write(name, content.data, size < content.size ? size : content.size);
    mr_buffer_finish(&content);
}

static size_t size_of(const char *name)
{
    struct stat info;
    assert_int_equal(stat(file_path(name), &info), 0);
    return (size_t)info.st_size;
}

#define ALL       ((size_t)-1)
#define UNCHANGED ((size_t)-1)

static void png_is_loaded(void **state)
{
    (void)state;
    png_write("opaque.png", 8, 6, false);
    png_write("alpha.png", 8, 6, true);
    assert_int_equal(mkdir(file_path("pictures"), 0700), 0);
    png_write("pictures/deep.png", 3, 2, false);
    struct mr_picture *picture = picture_black(64, 48);
    struct mr_picture *drawn =
        run_on(picture,
               "local o, a, d = image('opaque.png'), image('alpha.png'), "
               "image('pictures/deep.png') " PROCESS(
                   "frame:fill('white') frame:image(o, 2, 2) frame:image(a, 20, 2) "
                   "frame:image(a, 40, 2, { width = 16 }) frame:blit(d, 2, 20) assert(o.width == 8 "
                   "and o.height == 6)"));
    expect_color(drawn, 2, 2, RED);
    expect_color(drawn, 9, 7, RED);
    expect_color(drawn, 10, 7, 0xffffff);
    expect_color(drawn, 20, 2, RED);
    expect_color(drawn, 20, 7, 0xff7f7f);
    expect_color(drawn, 27, 7, 0xffffff);
    expect_color(drawn, 41, 3, RED);
    expect_near(drawn, 41, 12, 0xff7f7f, 1);
    expect_color(drawn, 4, 21, RED);
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

static void jpeg_is_loaded(void **state)
{
    (void)state;
    jpeg_write("photo.jpg", 33, 17, 120, 90, 200);
    struct mr_picture *picture = picture_make(64, 48, 120, 90, 200);
    struct mr_picture *drawn =
        run_on(picture, "local i = image('photo.jpg') " PROCESS(
                            "frame:set(0, 40, 1, 1, 1) frame:image(i, 5, 5) assert(i.width == 33 "
                            "and i.height == 17)"));
    unsigned beside = picture_pixel(drawn, 60, 40);
    expect_near(drawn, 5, 5, beside, 2);
    expect_near(drawn, 37, 21, beside, 2);
    mr_picture_unref(&drawn);
    mr_picture_unref(&picture);
}

static void only_the_scripts_folder_is_read(void **state)
{
    (void)state;
    char outside[512];
    snprintf(outside, sizeof(outside), "%s/outside.png", TEST_WORK_DIR);
    png_write("inside.png", 2, 2, false);
    assert_int_equal(rename(file_path("inside.png"), outside), 0);
    assert_int_equal(symlink(outside, file_path("link.png")), 0);
    static const char *const names[] = { "../outside.png",      "/etc/passwd", "",        ".", "..",
                                         "a/../../outside.png", "./x.png",     "a//b.png" };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char script[256];
        snprintf(script, sizeof(script), PROCESS("image('%s')"), names[i]);
        expect_error(&host, script, "names are relative to the script's folder and stay in it");
    }
    expect_error(&host, PROCESS("image('link.png')"),
                 "process.lua:1: image 'link.png': leads out of the script's folder");
    expect_error(&host, PROCESS("image('none.png')"),
                 "image 'none.png': No such file or directory");
    expect_error(&host, PROCESS("image('process.lua/x')"), "No such file or directory");
    assert_int_equal(mkdir(file_path("folder.png"), 0700), 0);
    expect_error(&host, PROCESS("image('folder.png')"), "image 'folder.png': is a directory");
    assert_int_equal(mkfifo(file_path("fifo.png"), 0600), 0);
    expect_error(&host, PROCESS("image('fifo.png')"), "image 'fifo.png': not a regular file");
    expect_error(&host, PROCESS("image('process.lua')"),
                 "image 'process.lua': neither PNG nor JPEG");
    expect_error(&host, PROCESS("image('a\\0b.png')"), "path: no zero bytes expected");
    expect_error(&host, PROCESS("image(('x'):rep(100000))"), "path: at most 200 bytes expected");
    expect_error(&host, PROCESS("image()"), "path: string expected, got nothing");
    expect_error(&host, PROCESS("image(frame)"), "path: string expected, got userdata");
    unlink(outside);
}

/* A script whose image is replaced is loaded anew: the file is among those that are watched. */
static void loaded_files_are_known(void **state)
{
    (void)state;
    png_write("known.png", 2, 2, false);
    struct mr_engine *engine = engine_make(
        &host, "image('known.png') image('known.png') pcall(image, 'later.png') " PROCESS(""));
    struct mr_bundle *bundle = mr_engine_bundle(engine);
    assert_int_equal(mr_bundle_count(bundle), 3);
    assert_non_null(strstr(mr_bundle_path(bundle, 1), "/known.png"));
    assert_non_null(strstr(mr_bundle_path(bundle, 2), "/later.png"));
    mr_engine_destroy(engine);
}

/* Cut everywhere, flipped everywhere: an error or an image, nothing else. */
static void damaged_files_are_refused(void **state)
{
    (void)state;
    png_write("good.png", 40, 30, true);
    jpeg_write("good.jpg", 40, 30, 120, 90, 200);
    static const char *const good[] = { "good.png", "good.jpg" };
    static const char *const bad[] = { "bad.png", "bad.jpg" };
    char script[256];
    for (int kind = 0; kind < 2; kind++) {
        size_t size = size_of(good[kind]);
        snprintf(script, sizeof(script), PROCESS("image('%s')"), bad[kind]);
        for (size_t cut = 0; cut < size - 12; cut += 1 + cut / 8) {
            part_write(bad[kind], good[kind], cut, UNCHANGED, 0);
            char *error = error_of(&host, script);
            if (strstr(error, bad[kind]) == NULL)
                fail_msg("cut at %zu: %s", cut, error);
            free(error);
        }
        snprintf(script, sizeof(script), PROCESS("return (pcall(image, '%s'))"), bad[kind]);
        for (size_t at = 0; at < size; at += 1 + at / 64) {
            part_write(bad[kind], good[kind], ALL, at, 0xff);
            char *payload = payload_of(&host, script);
            assert_true(strcmp(payload, "true") == 0 || strcmp(payload, "false") == 0);
            free(payload);
        }
    }
    part_write("bad.png", "good.png", size_of("good.png") / 2, UNCHANGED, 0);
    expect_error(&host, PROCESS("image('bad.png')"), "image 'bad.png': damaged or truncated PNG");
    part_write("bad.jpg", "good.jpg", size_of("good.jpg") - 20, UNCHANGED, 0);
    expect_error(&host, PROCESS("image('bad.jpg')"), "image 'bad.jpg': damaged JPEG: ");
}

/* What a header claims is compared with the limits before anything is decoded. */
static void huge_headers_are_refused(void **state)
{
    (void)state;
    uint8_t png[64] = { 0x89, 'P',  'N', 'G', '\r', '\n', 0x1A, '\n', 0,    0,    0,
                        13,   'I',  'H', 'D', 'R',  0,    0,    0xff, 0xff, 0,    0,
                        0xff, 0xff, 8,   6,   0,    0,    0,    0xc5, 0x37, 0x28, 0xb4 };
    bytes_write("huge.png", png, sizeof(png));
    expect_error(&host, PROCESS("image('huge.png')"),
                 "process.lua:1: image 'huge.png': 65535x65535 pixels; at most 16384 a side");
    png[18] = png[22] = 0x30;
    bytes_write("large.png", png, sizeof(png));
    expect_error(&host, PROCESS("image('large.png')"),
                 "an image of 12543x12543 pixels takes 600 MiB; a script has at most 32");
    png[16] = 0xff;
    bytes_write("wrong.png", png, sizeof(png));
    expect_error(&host, PROCESS("image('wrong.png')"), "damaged PNG: impossible size");

    jpeg_write("small.jpg", 16, 16, 120, 90, 200);
    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(file_path("small.jpg"), 1 << 20, &content), 0);
    for (size_t i = 0; i + 9 < content.size; i++)
        if (content.data[i] == 0xFF && content.data[i + 1] == 0xC0)
            memset(content.data + i + 5, 0x7F, 4);
    bytes_write("huge.jpg", content.data, content.size);
    mr_buffer_finish(&content);
    expect_error(&host, PROCESS("image('huge.jpg')"),
                 "image 'huge.jpg': 32639x32639 pixels; at most 16384 a side");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_is_loaded),
        cmocka_unit_test(jpeg_is_loaded),
        cmocka_unit_test(only_the_scripts_folder_is_read),
        cmocka_unit_test(loaded_files_are_known),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(huge_headers_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
