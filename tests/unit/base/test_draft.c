/* Files that are replaced in one step. */
#include "base/draft.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[256];

static const char *path_of(const char *name)
{
    static char path[2][512];
    static int next;
    next = !next;
    snprintf(path[next], sizeof(path[next]), "%s/%s", folder, name);
    return path[next];
}

static void assert_content(const char *name, const char *wanted)
{
    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(path_of(name), 1000, &content), 0);
    assert_string_equal((char *)content.data, wanted);
    mr_buffer_finish(&content);
}

static int count_files(void)
{
    int count = 0;
    DIR *listing = opendir(folder);
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return count;
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/draft-XXXXXX", TEST_WORK_DIR);
    assert_non_null(mkdtemp(folder));
    FILE *file = fopen(path_of("real.lua"), "w");
    fputs("old", file);
    fclose(file);
    assert_int_equal(chmod(path_of("real.lua"), 0640), 0);
    assert_int_equal(symlink("real.lua", path_of("link.lua")), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static void it_takes_the_place_of_the_file_itself(void **state)
{
    (void)state;
    struct mr_draft draft = { 0 };
    struct stat info;
    assert_int_equal(mr_draft_write(&draft, path_of("link.lua"), "new text", 8), 0);
    assert_content("real.lua", "old");
    assert_int_equal(mr_draft_commit(&draft), 0);
    mr_draft_finish(&draft);
    assert_content("real.lua", "new text");
    assert_content("link.lua", "new text");
    assert_int_equal(lstat(path_of("link.lua"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(path_of("real.lua"), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
    assert_int_equal(info.st_uid, geteuid());
    assert_int_equal(count_files(), 2);
}

static void what_is_not_committed_leaves_nothing(void **state)
{
    (void)state;
    struct mr_draft draft = { 0 };
    mr_draft_finish(&draft);
    assert_int_equal(mr_draft_write(&draft, path_of("real.lua"), "", 0), 0);
    assert_int_equal(count_files(), 3);
    mr_draft_finish(&draft);
    assert_int_equal(count_files(), 2);
    assert_content("real.lua", "old");
}

static void a_fresh_one_takes_nobodys_place(void **state)
{
    (void)state;
    struct mr_draft draft = { 0 };
    struct stat info;
    assert_int_equal(mr_draft_write_beside(&draft, path_of("link.lua"), "new.lua", "text", 4), 0);
    assert_int_equal(mr_draft_commit(&draft), 0);
    mr_draft_finish(&draft);
    assert_content("new.lua", "text");
    assert_int_equal(stat(path_of("new.lua"), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
    assert_int_equal(info.st_nlink, 1);

    assert_int_equal(mr_draft_write_beside(&draft, path_of("link.lua"), "new.lua", "other", 5), 0);
    assert_int_equal(mr_draft_commit(&draft), -EEXIST);
    mr_draft_finish(&draft);
    assert_content("new.lua", "text");
    assert_int_equal(mr_draft_write_beside(&draft, path_of("absent"), "x.lua", "x", 1), -ENOENT);
    mr_draft_finish(&draft);
    assert_int_equal(count_files(), 3);
}

static void what_cannot_be_replaced(void **state)
{
    (void)state;
    struct mr_draft draft = { 0 };
    assert_int_equal(mr_draft_write(&draft, path_of("absent"), "x", 1), -ENOENT);
    mr_draft_finish(&draft);
    assert_int_equal(mr_draft_write(&draft, folder, "x", 1), -EISDIR);
    mr_draft_finish(&draft);
    assert_int_equal(mr_draft_write(&draft, "/dev/null", "x", 1), -EINVAL);
    mr_draft_finish(&draft);
    assert_int_equal(count_files(), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_takes_the_place_of_the_file_itself),
        TEST(what_is_not_committed_leaves_nothing),
        TEST(a_fresh_one_takes_nobodys_place),
        TEST(what_cannot_be_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
