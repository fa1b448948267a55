/* Files that no script may reach, whatever path leads to them. */
#include "base/private_files.h"

#include "base/draft.h"
#include "base/file.h"
#include "support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];

static const char *path_of(const char *name)
{
    static char path[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "%s/%s", folder, name);
    return path[next];
}

static void write_file(const char *name)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    fputs("secret", file);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s/private-XXXXXX", TEST_WORK_DIR);
    if (mkdtemp(folder) == NULL)
        return -1;
    write_file("config.lua");
    write_file("script.lua");
    mkdir(path_of("below"), 0700);
    return mr_private_files_add(&(struct mr_private_file){ .path = path_of("config.lua") }, 1);
}

static int tear_down(void **state)
{
    (void)state;
    char command[512];
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    return system(command);
}

static int read_for_script(const char *name)
{
    struct mr_buffer content = { 0 };
    int result = mr_file_read_script(path_of(name), 1000, &content);
    assert_true(result == 0 || content.size == 0);
    mr_buffer_finish(&content);
    return result;
}

static void assert_denied(const char *name)
{
    if (read_for_script(name) != MR_PRIVATE_FILES_DENIED)
        fail_msg("%s was read", name);
    if (!mr_private_files_has_path(path_of(name)))
        fail_msg("%s may be replaced", name);
}

static void every_path_to_it_is_refused(void **state)
{
    (void)state;
    assert_int_equal(symlink("config.lua", path_of("link.lua")), 0);
    assert_int_equal(link(path_of("config.lua"), path_of("hard.lua")), 0);
    assert_int_equal(symlink("..", path_of("below/up")), 0);
    static const char *const paths[] = {
        "config.lua",          "./config.lua",        "link.lua",         "hard.lua",
        "below/../config.lua", "below/up/config.lua", "below/up/hard.lua"
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        assert_denied(paths[i]);
    assert_int_equal(read_for_script("script.lua"), 0);
    assert_false(mr_private_files_has_path(path_of("script.lua")));
    struct mr_buffer own = { 0 };
    assert_int_equal(mr_file_read(path_of("config.lua"), 1000, &own), 0);
    assert_string_equal((char *)own.data, "secret");
    mr_buffer_finish(&own);
}

static void it_is_followed_when_an_editor_saves_it(void **state)
{
    (void)state;
    write_file("new");
    assert_int_equal(rename(path_of("new"), path_of("config.lua")), 0);
    assert_denied("config.lua");
}

static void a_registered_link_counts_with_what_it_leads_to(void **state)
{
    (void)state;
    assert_int_equal(symlink("below/real.lua", path_of("linked.lua")), 0);
    write_file("below/real.lua");
    const struct mr_private_file linked = { .path = path_of("linked.lua") };
    assert_int_equal(mr_private_files_add(&linked, 1), 0);
    assert_denied("linked.lua");
    assert_denied("below/real.lua");
    assert_int_equal(unlink(path_of("below/real.lua")), 0);
    assert_true(mr_private_files_has_path(path_of("below/real.lua")));
    assert_denied("config.lua"); /* what was registered before stays private */
}

static void no_draft_takes_its_place(void **state)
{
    (void)state;
    struct mr_draft draft = { 0 };
    assert_int_equal(mr_draft_write(&draft, path_of("config.lua"), "x", 1),
                     MR_PRIVATE_FILES_DENIED);
    assert_int_equal(unlink(path_of("config.lua")), 0);
    static const char *const names[] = { "config.lua", "CONFIG.LUA" };
    for (int i = 0; i < 2; i++)
        assert_int_equal(mr_draft_write_beside(&draft, path_of("script.lua"), names[i], "x", 1),
                         MR_PRIVATE_FILES_DENIED);
    mr_draft_finish(&draft);

    /* the role is looked at again when the draft is to take the place */
    assert_int_equal(mr_draft_write_beside(&draft, path_of("script.lua"), "other.lua", "x", 1), 0);
    const struct mr_private_file other = { .path = path_of("other.lua") };
    assert_int_equal(mr_private_files_add(&other, 1), 0);
    assert_int_equal(mr_draft_commit(&draft, NULL), MR_PRIVATE_FILES_DENIED);
    mr_draft_finish(&draft);
    assert_int_equal(access(path_of("other.lua"), F_OK), -1);
}

static void a_removed_recording_that_is_still_open_is_refused(void **state)
{
    (void)state;
    const struct mr_private_file recordings = { path_of("below"), ".mkv" };
    assert_int_equal(mr_private_files_add(&recordings, 1), 0);
    write_file("below/a.mkv");
    int fd = open(path_of("below/a.mkv"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path_of("below/a.mkv")), 0);
    write_file("below/logo.png");
    assert_true(mr_private_files_has(fd));
    close(fd);
}

/* The path may lead elsewhere by the time of the question. */
static void what_was_opened_counts_and_not_its_path(void **state)
{
    (void)state;
    const struct mr_private_file recordings = { path_of("below"), ".mkv" };
    assert_int_equal(mr_private_files_add(&recordings, 1), 0);
    write_file("below/a.mkv");
    assert_int_equal(symlink("below/a.mkv", path_of("logo.png")), 0);
    int fd = open(path_of("logo.png"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path_of("logo.png")), 0);
    assert_int_equal(symlink("script.lua", path_of("logo.png")), 0);
    assert_true(mr_private_files_has(fd));
    close(fd);
}

static void recordings_are_known_by_folder_and_ending(void **state)
{
    (void)state;
    const struct mr_private_file recordings = { path_of("below"), ".mkv" };
    assert_int_equal(mr_private_files_add(&recordings, 1), 0);
    mkdir(path_of("below/2026"), 0700);
    write_file("below/2026/a.mkv");
    write_file("below/B.MKV");
    write_file("below/logo.png");
    write_file("c.mkv");
    assert_denied("below/2026/a.mkv");
    assert_denied("below/B.MKV");
    assert_int_equal(symlink("below/B.MKV", path_of("logo.png")), 0);
    assert_denied("logo.png");
    assert_true(mr_private_files_has_path(path_of("below/not_yet.mkv")));
    assert_int_equal(read_for_script("below/logo.png"), 0);
    assert_int_equal(read_for_script("c.mkv"), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

RUN_TESTS(TEST(every_path_to_it_is_refused), TEST(it_is_followed_when_an_editor_saves_it),
          TEST(a_registered_link_counts_with_what_it_leads_to), TEST(no_draft_takes_its_place),
          TEST(a_removed_recording_that_is_still_open_is_refused),
          TEST(what_was_opened_counts_and_not_its_path),
          TEST(recordings_are_known_by_folder_and_ending))
