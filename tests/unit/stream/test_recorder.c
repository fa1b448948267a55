/* A recorder between a stream and a disk: nothing lost, nothing double, and nobody held up. */
#include "stream/recorder.h"

#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/recording_read.h"

#include <errno.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT_US 20000000
#define STEP_US  40000
#define BYTES    3000

static char pattern[CLIP_PATH + 16];
static char folder[CLIP_PATH];

/* A folder of its own for each test. */
static void use_folder(const char *name, const char *file)
{
    clip_path(name, folder);
    snprintf(pattern, sizeof(pattern), "%s/%s", folder, file);
}

static struct mr_recorder *create(double split_s, bool patient)
{
    struct mr_recorder *recorder;
    struct mr_error error;
    const struct mr_recorder_options options = {
        .stream = "yard", .pattern = pattern, .split_s = split_s, .patient = patient, .retry_us = 1
    };
    if (mr_recorder_create(&options, &recorder, &error) < 0)
        fail_msg("%s", error.text);
    return recorder;
}

/* No JPEG needs to be one to be recorded. */
static void put_sized(struct mr_recorder *recorder, unsigned number, int width, size_t bytes)
{
    char payload[32];
    uint8_t *jpeg = malloc(bytes);
    memset(jpeg, (int)(number % 256), bytes);
    snprintf(payload, sizeof(payload), "{\"n\":%u}", number);
    struct mr_packet *packet = mr_packet_create(&(struct mr_packet_content){
        .seq = number,
        .pts_us = (int64_t)number * STEP_US,
        .captured_us = mr_clock_wall_us(),
        .width = width,
        .height = 48,
        .payload = payload,
        .payload_size = strlen(payload),
        .jpeg = jpeg,
        .jpeg_size = bytes,
    });
    free(jpeg);
    assert_non_null(packet);
    mr_recorder_put(recorder, packet);
    mr_packet_unref(&packet);
}

static void put(struct mr_recorder *recorder, unsigned first, unsigned last)
{
    for (unsigned i = first; i < last; i++)
        put_sized(recorder, i, 64, BYTES);
}

/* Read all files of the folder in the order of their names.
 * in:     numbers: what the payloads say, room for `most`
 * return: how many frames; *files: how many files */
static size_t read_all(unsigned *numbers, size_t most, size_t *files)
{
    char all[CLIP_PATH + 8];
    glob_t found;
    size_t count = 0;
    snprintf(all, sizeof(all), "%s/*.mkv", folder);
    assert_int_equal(glob(all, 0, NULL, &found), 0);
    *files = found.gl_pathc;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct recorded_file file;
        recording_read(found.gl_pathv[i], &file);
        for (size_t k = 0; k < file.count && count < most; k++) {
            const struct recorded_frame *frame = &file.frames[k];
            assert_non_null(frame->payload);
            assert_int_equal(sscanf(frame->payload, "{\"n\":%u}", &numbers[count]), 1);
            assert_int_equal(frame->jpeg[0], numbers[count] % 256);
            count++;
        }
        recorded_file_finish(&file);
    }
    globfree(&found);
    return count;
}

static void check_all(size_t wanted, size_t wanted_files)
{
    unsigned numbers[2000];
    size_t files, count = read_all(numbers, 2000, &files);
    assert_int_equal(count, wanted);
    assert_int_equal(files, wanted_files);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(numbers[i], i);
}

static struct mr_recorder_state state_of(struct mr_recorder *recorder)
{
    struct mr_recorder_state state;
    mr_recorder_get_state(recorder, &state);
    return state;
}

/* Stopping gives up what is not written in half a second, which a busy machine may take. */
static void wait_for_frames(struct mr_recorder *recorder, uint64_t frames)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (state_of(recorder).frames < frames) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(1000);
    }
}

static void frames_go_to_one_file(void **state)
{
    (void)state;
    use_folder("one", "deep/er.mkv");
    struct mr_recorder *recorder = create(0, false);
    assert_int_equal(mr_recorder_start(recorder), 0);
    put(recorder, 0, 100);
    wait_for_frames(recorder, 100);
    assert_true(state_of(recorder).active);
    mr_recorder_stop(recorder);
    struct mr_recorder_state now = state_of(recorder);
    assert_true(now.wanted && !now.active && !now.off);
    assert_int_equal(now.frames, 100);
    assert_int_equal(now.dropped, 0);
    struct stat status;
    assert_int_equal(stat(now.file, &status), 0);
    assert_int_equal(status.st_size, now.bytes);
    mr_recorder_destroy(recorder);
    strcat(folder, "/deep");
    check_all(100, 1);
}

static void it_splits_without_losing_or_doubling(void **state)
{
    (void)state;
    use_folder("split", "x.mkv"); /* x.mkv comes after x-1.mkv in the list */
    unsigned numbers[500];
    size_t files;
    struct mr_recorder *recorder = create(2, true);
    assert_int_equal(mr_recorder_start(recorder), 0);
    put(recorder, 0, 140); /* of 40 ms: 50 a file */
    mr_recorder_destroy(recorder);
    assert_int_equal(read_all(numbers, 500, &files), 140);
    assert_int_equal(files, 3);
    for (unsigned i = 0; i < 140; i++) /* x-1: 50 …, x-2: 100 …, x: 0 … */
        assert_int_equal(numbers[i], (i + 50) % 140);
}

static void another_size_is_another_file(void **state)
{
    (void)state;
    use_folder("size", "%s-x.mkv");
    struct mr_recorder *recorder = create(0, true);
    assert_int_equal(mr_recorder_start(recorder), 0);
    for (unsigned i = 0; i < 30; i++)
        put_sized(recorder, i, i < 10 ? 64 : 320, BYTES);
    mr_recorder_destroy(recorder);
    unsigned numbers[60];
    size_t files;
    assert_int_equal(read_all(numbers, 60, &files), 30);
    assert_int_equal(files, 2);
}

/* The thread is not started: so slow is the disk. */
static void a_slow_disk_loses_frames_and_holds_nobody_up(void **state)
{
    (void)state;
    use_folder("slow", "x.mkv");
    struct mr_recorder *recorder = create(0, false);
    put(recorder, 0, MR_RECORDER_FRAMES + 7);
    assert_int_equal(state_of(recorder).dropped, 7);
    assert_int_equal(mr_recorder_start(recorder), 0);
    wait_for_frames(recorder, MR_RECORDER_FRAMES);
    mr_recorder_destroy(recorder);
    check_all(MR_RECORDER_FRAMES, 1);
}

static void so_do_large_frames(void **state)
{
    (void)state;
    use_folder("large", "x.mkv");
    struct mr_recorder *recorder = create(0, false);
    put_sized(recorder, 0, 64, MR_RECORDER_BYTES + 1); /* alone it may */
    put(recorder, 1, 3);
    struct mr_recorder_state now = state_of(recorder);
    assert_int_equal(now.dropped, 2);
    mr_recorder_destroy(recorder);
}

static void *put_many(void *opaque)
{
    put(opaque, 0, 1000);
    return NULL;
}

static void a_patient_one_loses_nothing(void **state)
{
    (void)state;
    use_folder("patient", "x.mkv");
    pthread_t thread;
    struct mr_recorder *recorder = create(0, true);
    assert_int_equal(pthread_create(&thread, NULL, put_many, recorder), 0);
    assert_int_equal(mr_recorder_start(recorder), 0);
    pthread_join(thread, NULL);
    mr_recorder_stop(recorder);
    assert_int_equal(state_of(recorder).dropped, 0);
    mr_recorder_destroy(recorder);
    check_all(1000, 1);
}

/* ---- trouble ---- */

/* Put frames until the recording is off, or on again. */
static unsigned put_until(struct mr_recorder *recorder, unsigned number, bool off)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (state_of(recorder).off != off || (!off && !state_of(recorder).active)) {
        assert_true(mr_clock_now_us() < deadline_us);
        put(recorder, number, number + 1);
        number++;
        usleep(1000); /* a stream's pace */
    }
    return number;
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_stops_it_until_there_is_room(void **state)
{
    (void)state;
    use_folder("full", "x.mkv");
    struct mr_recorder *recorder = create(0, false);
    assert_int_equal(mr_recorder_start(recorder), 0);
    limit_files(100000);
    unsigned number = put_until(recorder, 0, true);
    struct mr_recorder_state off = state_of(recorder);
    limit_files(RLIM_INFINITY);
    assert_int_equal(off.error.code, -EFBIG);
    assert_non_null(strstr(off.error.text, "x.mkv\": File too large"));
    assert_false(off.active);

    number = put_until(recorder, number, false);
    put(recorder, number, number + 20);
    number += 20;
    mr_recorder_stop(recorder);
    struct mr_recorder_state end = state_of(recorder);
    assert_int_equal(end.error.code, 0);
    assert_int_equal(end.frames + end.dropped, number);
    mr_recorder_destroy(recorder);

    unsigned *numbers = calloc(number, sizeof(*numbers));
    size_t files;
    assert_int_equal(read_all(numbers, number, &files), end.frames);
    free(numbers);
}

static void a_disk_without_room_is_not_strewn_with_files(void **state)
{
    (void)state;
    use_folder("none", "x.mkv");
    struct mr_recorder *recorder = create(0, false);
    assert_int_equal(mr_recorder_start(recorder), 0);
    limit_files(100);
    put_until(recorder, 0, true);
    mr_recorder_stop(recorder);
    limit_files(RLIM_INFINITY);
    char all[CLIP_PATH + 8];
    glob_t found;
    snprintf(all, sizeof(all), "%s/*", folder);
    assert_int_equal(glob(all, 0, NULL, &found), GLOB_NOMATCH);
    mr_recorder_destroy(recorder);
}

static void a_directory_that_vanishes_is_noticed(void **state)
{
    (void)state;
    use_folder("gone", "x.mkv");
    struct mr_recorder *recorder = create(0, false);
    assert_int_equal(mr_recorder_start(recorder), 0);
    unsigned number = put_until(recorder, 0, false);
    unlink(pattern);
    assert_int_equal(rmdir(folder), 0);
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (access(pattern, F_OK) != 0) { /* noticed, and tried again at once */
        assert_true(mr_clock_now_us() < deadline_us);
        put(recorder, number, number + 1);
        number++;
        usleep(1000);
    }
    mr_recorder_destroy(recorder);
}

static void wrong_patterns_are_refused(void **state)
{
    (void)state;
    struct mr_recorder *recorder;
    struct mr_error error;
    const struct mr_recorder_options options = { .stream = "yard", .pattern = "/dev/null/x.mkv" };
    assert_int_equal(mr_recorder_create(&options, &recorder, &error), -ENOTDIR);
    assert_null(recorder);
    assert_string_equal(error.text,
                        "cannot record to \"/dev/null/x.mkv\": \"/dev/null\" is not a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_to_one_file),
        cmocka_unit_test(it_splits_without_losing_or_doubling),
        cmocka_unit_test(another_size_is_another_file),
        cmocka_unit_test(a_slow_disk_loses_frames_and_holds_nobody_up),
        cmocka_unit_test(so_do_large_frames),
        cmocka_unit_test(a_patient_one_loses_nothing),
        cmocka_unit_test(a_full_disk_stops_it_until_there_is_room),
        cmocka_unit_test(a_disk_without_room_is_not_strewn_with_files),
        cmocka_unit_test(a_directory_that_vanishes_is_noticed),
        cmocka_unit_test(wrong_patterns_are_refused),
    };
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
