#include "http/pages/webdir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char base[] = TEST_WORK_DIR "/webdir-XXXXXX";
static struct mr_webdir *webdir;

static void write_file(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", base, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_folder(const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", base, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_link(const char *target, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", base, name);
    assert_int_equal(symlink(target, path), 0);
}

static int setup(void **state)
{
    (void)state;
    char path[512];
    assert_non_null(mkdtemp(base));
    make_folder("site");
    make_folder("site/sub");
    make_folder("site-other");
    write_file("secret.txt", "secret");
    write_file("site-other/secret.txt", "secret");
    write_file("site/index.html", "front");
    write_file("site/page.js", "js");
    write_file("site/sub/index.html", "sub");
    make_link("../secret.txt", "site/out.txt");
    make_link("/etc", "site/etc");
    make_link("page.js", "site/alias.js");
    make_link("loop", "site/loop");
    snprintf(path, sizeof(path), "%s/site/fifo", base);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof(path), "%s/site", base);
    return mr_webdir_open(path, &webdir, NULL);
}

static int teardown(void **state)
{
    (void)state;
    char command[600];
    mr_webdir_close(webdir);
    snprintf(command, sizeof(command), "rm -r '%s'", base);
    return system(command);
}

static void assert_content(const char *path, const char *text)
{
    struct mr_webfile file;
    char got[64] = { 0 };
    assert_int_equal(mr_webdir_find(webdir, path, &file), 0);
    assert_int_equal(file.size, strlen(text));
    assert_int_equal(read(file.fd, got, sizeof(got) - 1), strlen(text));
    assert_string_equal(got, text);
    close(file.fd);
}

static void serves_files_and_indexes(void **state)
{
    (void)state;
    assert_content("/", "front");
    assert_content("/page.js", "js");
    assert_content("/sub/", "sub");
    assert_content("/sub/../page.js", "js");
}

static void follows_links_that_stay_inside(void **state)
{
    (void)state;
    assert_content("/alias.js", "js");
}

static void serves_nothing_else(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/missing", "/sub",       "/../secret.txt", "/sub/../../secret.txt",
        "/out.txt", "/etc/hosts", "/etc/passwd",    "/../site-other/secret.txt",
        "/fifo",    "/loop",      "/page.js/",      "//../../../../../../../../etc/hosts",
        "/..",      "",
    };
    for (size_t i = 0; i + 1 < sizeof(paths) / sizeof(*paths); i++) {
        struct mr_webfile file = { .fd = -1 };
        assert_int_equal(mr_webdir_find(webdir, paths[i], &file), -ENOENT);
        assert_int_equal(file.fd, -1);
    }
}

static void etag_changes_with_the_file(void **state)
{
    (void)state;
    struct mr_webfile before, same, after;
    write_file("site/changing.txt", "one");
    assert_int_equal(mr_webdir_find(webdir, "/changing.txt", &before), 0);
    assert_int_equal(mr_webdir_find(webdir, "/changing.txt", &same), 0);
    assert_string_equal(before.etag, same.etag);
    write_file("site/changing.txt", "other");
    assert_int_equal(mr_webdir_find(webdir, "/changing.txt", &after), 0);
    assert_string_not_equal(before.etag, after.etag);
    assert_int_equal(after.etag[0], '"');
    assert_int_equal(after.etag[strlen(after.etag) - 1], '"');
    close(before.fd);
    close(same.fd);
    close(after.fd);
}

static void says_what_is_wrong_with_the_folder(void **state)
{
    (void)state;
    struct mr_error error;
    struct mr_webdir *none;
    char path[512], expected[600];
    snprintf(path, sizeof(path), "%s/secret.txt", base);
    snprintf(expected, sizeof(expected), "--web-dir: \"%s\" is not a folder", path);
    assert_int_equal(mr_webdir_open(path, &none, &error), -ENOTDIR);
    assert_string_equal(error.text, expected);
    assert_null(none);
    assert_int_equal(mr_webdir_open("/no/such", &none, &error), -ENOENT);
    assert_string_equal(error.text, "--web-dir: \"/no/such\": No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_files_and_indexes),
        cmocka_unit_test(follows_links_that_stay_inside),
        cmocka_unit_test(serves_nothing_else),
        cmocka_unit_test(etag_changes_with_the_file),
        cmocka_unit_test(says_what_is_wrong_with_the_folder),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
