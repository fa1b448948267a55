/* Names of recordings, and when their frames are shown. */
#include "stream/record_name.h"

#include "stream/record_time.h"
#include "support/check.h"
#include "support/clip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WALL_US INT64_C(1773500000500000) /* 2026-03-14 14:53:20 UTC */

static void assert_name(const char *pattern, const char *wanted)
{
    char name[MR_RECORD_NAME_MAX];
    struct mr_error error = { 0 };
    if (mr_record_name_make(pattern, WALL_US, name, &error) != 0)
        fail_msg("%s", error.text);
    assert_string_equal(name, wanted);
}

static void names_are_made_of_the_local_time(void **state)
{
    (void)state;
    assert_name("a/%Y%m%d-%H%M%S.mkv", "a/20260314-165320.mkv");
    assert_name("%s", "1773500000.mkv");
    assert_name("yard", "yard.mkv");
    assert_name("yard.MKV", "yard.MKV");
    assert_name("yard.mp4", "yard.mp4.mkv");
    assert_name("100%%.mkv", "100%.mkv");
}

static void names_that_are_none(void **state)
{
    (void)state;
    char name[MR_RECORD_NAME_MAX], pattern[2048];
    struct mr_error error = { 0 };
    assert_int_equal(mr_record_name_make("", WALL_US, name, &error), -EINVAL);
    assert_int_equal(mr_record_name_make("dir/", WALL_US, name, &error), -EISDIR);
    assert_non_null(strstr(error.text, "\"dir/\""));
    memset(pattern, 'a', sizeof(pattern) - 1);
    pattern[sizeof(pattern) - 1] = '\0';
    assert_int_equal(mr_record_name_make(pattern, WALL_US, name, &error), -ENAMETOOLONG);
}

static void assert_created(const char *pattern, const char *end)
{
    char name[MR_RECORD_NAME_MAX];
    struct mr_error error = { 0 };
    int fd = mr_record_name_create(pattern, WALL_US, name, &error);
    if (fd < 0)
        fail_msg("%s", error.text);
    assert_true(strlen(name) > strlen(end));
    assert_string_equal(name + strlen(name) - strlen(end), end);
    assert_int_equal(access(name, F_OK), 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void directories_are_made_and_no_file_is_overwritten(void **state)
{
    (void)state;
    char pattern[CLIP_PATH];
    clip_path("new/%Y/%H", pattern);
    struct mr_error error;
    assert_int_equal(mr_record_name_check(pattern, &error), 0);
    assert_created(pattern, "new/2026/16.mkv");
    assert_created(pattern, "new/2026/16-1.mkv");
    assert_created(pattern, "new/2026/16-2.mkv");
    assert_int_equal(mr_record_name_check(pattern, &error), 0);
}

static void what_is_in_the_way_is_told(void **state)
{
    (void)state;
    char name[MR_RECORD_NAME_MAX], file[CLIP_PATH];
    struct mr_error error;
    clip_path("file", file);
    fclose(fopen(file, "w"));
    strcat(file, "/below/x.mkv");
    assert_int_equal(mr_record_name_check(file, &error), -ENOTDIR);
    assert_non_null(strstr(error.text, "/file\" is not a directory"));
    assert_int_equal(mr_record_name_create(file, WALL_US, name, &error), -ENOTDIR);
    assert_true(mr_record_name_create("/proc/moonreel/x.mkv", WALL_US, name, &error) < 0);
    assert_non_null(strstr(error.text, "cannot make the directory \"/proc/moonreel\""));
}

/* ---- times ---- */

static void frames_keep_their_distances(void **state)
{
    (void)state;
    struct mr_record_time time = { 0 };
    int64_t start_us = mr_record_time_of(&time, 5000000, 900000000);
    for (int i = 1; i < 100; i++) { /* and are up to 300 ms late */
        int64_t late_us = i % 7 * 50000;
        assert_int_equal(
            mr_record_time_of(&time, 5000000 + i * 40000, 900000000 + i * 40000 + late_us) -
                start_us,
            i * 40000);
    }
}

/* Media time stood still for a minute, jumps ahead by an hour, and goes back. */
static void gaps_and_jumps_follow_the_clock(void **state)
{
    (void)state;
    struct mr_record_time time = { 0 };
    int64_t start_us = mr_record_time_of(&time, 0, 0);
    assert_int_equal(mr_record_time_of(&time, 40000, 60000000) - start_us, 60000000);
    assert_int_equal(mr_record_time_of(&time, 80000, 60041000) - start_us, 60040000);
    assert_int_equal(mr_record_time_of(&time, INT64_C(3600000000), 60080000) - start_us, 60080000);
    assert_int_equal(mr_record_time_of(&time, 0, 60120000) - start_us, 60120000);
}

static void lossless_runs_know_media_time_only(void **state)
{
    (void)state;
    struct mr_record_time time = { .lossless = true };
    int64_t start_us = mr_record_time_of(&time, 1000000, 77);
    assert_int_equal(mr_record_time_of(&time, 61000000, 78) - start_us, 60000000);
    assert_int_equal(mr_record_time_of(&time, 61040000, 90000000) - start_us, 60040000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_made_of_the_local_time),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(directories_are_made_and_no_file_is_overwritten),
        cmocka_unit_test(what_is_in_the_way_is_told),
        cmocka_unit_test(frames_keep_their_distances),
        cmocka_unit_test(gaps_and_jumps_follow_the_clock),
        cmocka_unit_test(lossless_runs_know_media_time_only),
    };
    setenv("TZ", "XXX-2", 1); /* two hours east of Greenwich */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
