/* A recorder whose disk hangs, is full, breaks, or becomes read-only: while frames are lost the state says
 * so, and the log has a line at the beginning and one at the end. The disk is this file's pwrite. */
#include "stream/recorder.h"

#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_US 20000000
#define BYTES    3000

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hangs;
    unsigned hanging; /* writes that wait */
    int error;        /* errno of each write; 0: they are done */
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* Takes the place of the C library's: all writes of recordings come here. */
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    pthread_mutex_lock(&disk.lock);
    disk.hanging++;
    pthread_cond_broadcast(&disk.changed);
    while (disk.hangs)
        pthread_cond_wait(&disk.changed, &disk.lock);
    disk.hanging--;
    int error = disk.error;
    pthread_mutex_unlock(&disk.lock);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, size, at);
}

static void set_disk(bool hangs, int error)
{
    pthread_mutex_lock(&disk.lock);
    disk.hangs = hangs;
    disk.error = error;
    pthread_cond_broadcast(&disk.changed);
    pthread_mutex_unlock(&disk.lock);
}

static void wait_until_it_hangs(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 60;
    pthread_mutex_lock(&disk.lock);
    while (disk.hanging == 0)
        assert_int_equal(pthread_cond_timedwait(&disk.changed, &disk.lock, &deadline), 0);
    pthread_mutex_unlock(&disk.lock);
}

/* ---- the log ---- */

static char log_path[CLIP_PATH];
static int kept_stderr;

static void begin_log(void)
{
    clip_path("log", log_path);
    int fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    kept_stderr = dup(STDERR_FILENO);
    assert_true(fd >= 0 && kept_stderr >= 0);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

static void end_log(char *text, size_t size)
{
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    FILE *file = fopen(log_path, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static unsigned count(const char *text, const char *wanted)
{
    unsigned found = 0;
    while ((text = strstr(text, wanted)) != NULL) {
        text++;
        found++;
    }
    return found;
}

/* ---- the recorder ---- */

static char folder[CLIP_PATH], pattern[CLIP_PATH + 16];

static struct mr_recorder *begin_with(const char *name, int64_t hangs_us)
{
    struct mr_recorder *recorder;
    struct mr_error error;
    clip_path(name, folder);
    snprintf(pattern, sizeof(pattern), "%s/x.mkv", folder);
    const struct mr_recorder_options options = {
        .stream = "yard", .pattern = pattern, .retry_us = 1, .hangs_us = hangs_us
    };
    begin_log();
    if (mr_recorder_create(&options, &recorder, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(mr_recorder_start(recorder), 0);
    return recorder;
}

static struct mr_recorder *begin(const char *name)
{
    return begin_with(name, LIMIT_US);
}

static unsigned number; /* of the next frame */

static void put(struct mr_recorder *recorder, unsigned frames)
{
    static const uint8_t jpeg[BYTES];
    for (unsigned i = 0; i < frames; i++) {
        struct mr_packet *packet =
            mr_packet_create(&(struct mr_packet_content){ .seq = number,
                                                          .pts_us = (int64_t)number * 40000,
                                                          .captured_us = mr_clock_wall_us(),
                                                          .width = 64,
                                                          .height = 48,
                                                          .payload = "null",
                                                          .payload_size = 4,
                                                          .jpeg = jpeg,
                                                          .jpeg_size = sizeof(jpeg) });
        assert_non_null(packet);
        mr_recorder_put(recorder, packet);
        mr_packet_unref(&packet);
        number++;
    }
}

static struct mr_recorder_state state_of(struct mr_recorder *recorder)
{
    struct mr_recorder_state state;
    mr_recorder_get_state(recorder, &state);
    return state;
}

static void put_until(struct mr_recorder *recorder, bool off)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (state_of(recorder).off != off || state_of(recorder).active == off) {
        assert_true(mr_clock_now_us() < deadline_us);
        put(recorder, 1);
        usleep(1000); /* a stream's pace */
    }
}

static void check_end(struct mr_recorder *recorder, const char *begins, char *text, size_t size)
{
    mr_recorder_stop(recorder);
    struct mr_recorder_state end = state_of(recorder);
    mr_recorder_destroy(recorder);
    end_log(text, size);
    assert_int_equal(end.frames + end.dropped, number);
    if (count(text, begins) != 1 || count(text, "the recording goes on in") != 1)
        fail_msg("%s", text);
}

static void a_disk_that_hangs_is_told_of(void **state)
{
    (void)state;
    char text[8192], wanted[64];
    number = 0;
    struct mr_recorder *recorder = begin("hangs");
    put_until(recorder, false);

    set_disk(true, 0);
    put(recorder, 1); /* at the latest this one's flush hangs */
    wait_until_it_hangs();
    assert_true(state_of(recorder).active); /* nothing is lost yet */
    put(recorder, MR_RECORDER_FRAMES + 100);
    struct mr_recorder_state hung = state_of(recorder);
    assert_true(hung.wanted && hung.off && !hung.active);
    /* and as many more as were waiting when the disk began to hang */
    assert_in_range(hung.dropped, 100, 100 + MR_RECORDER_FRAMES);
    assert_non_null(strstr(hung.error.text, "too slow or hangs"));
    snprintf(wanted, sizeof(wanted), ": %u frames were dropped", (unsigned)hung.dropped);
    assert_non_null(strstr(hung.error.text, wanted));

    set_disk(false, 0);
    put_until(recorder, false);
    struct mr_recorder_state back = state_of(recorder);
    assert_string_equal(back.error.text, "");
    assert_true(back.dropped >= hung.dropped);
    check_end(recorder, "the recording loses frames", text, sizeof(text));
    snprintf(wanted, sizeof(wanted), ": %u frames were dropped in", (unsigned)back.dropped);
    if (strstr(text, wanted) == NULL)
        fail_msg("%s lacks \"%s\"", text, wanted);
}

static void trouble_that_lasts_to_the_end_is_told_of(void **state)
{
    (void)state;
    char text[8192];
    number = 0;
    struct mr_recorder *recorder = begin("hangs_on");
    put_until(recorder, false);
    set_disk(true, 0);
    put(recorder, 1);
    wait_until_it_hangs();
    put(recorder, 2 * MR_RECORDER_FRAMES);

    set_disk(false, EIO);
    mr_recorder_stop(recorder);
    set_disk(false, 0);
    struct mr_recorder_state end = state_of(recorder);
    assert_true(end.off);
    assert_int_equal(end.frames + end.dropped, number);
    mr_recorder_destroy(recorder);
    end_log(text, sizeof(text));
    assert_int_equal(count(text, "the recording loses frames"), 1);
    assert_int_equal(count(text, "the recording ends: "), 1);
}

static unsigned count_threads(void)
{
    unsigned threads = 0;
    DIR *folder_of_threads = opendir("/proc/self/task");
    assert_non_null(folder_of_threads);
    for (const struct dirent *one; (one = readdir(folder_of_threads)) != NULL;)
        threads += one->d_name[0] != '.';
    closedir(folder_of_threads);
    return threads;
}

/* The end of a program must not wait for a disk that hangs for good. */
static void a_disk_that_hangs_holds_up_no_end(void **state)
{
    (void)state;
    char text[8192];
    number = 0;
    unsigned threads = count_threads();
    struct mr_recorder *recorder = begin_with("hangs_for_good", 1);
    put_until(recorder, false);
    set_disk(true, 0);
    put(recorder, 1);
    wait_until_it_hangs();
    put(recorder, MR_RECORDER_FRAMES + 10);
    mr_recorder_destroy(recorder); /* returns, although the thread is still in its write */
    end_log(text, sizeof(text));
    if (count(text, "its disk hangs: ") != 1)
        fail_msg("%s", text);

    set_disk(false, 0); /* the thread frees what it has, and ends */
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (count_threads() > threads) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(1000);
    }
}

static void check_broken(const char *name, int error)
{
    char text[8192];
    number = 0;
    struct mr_recorder *recorder = begin(name);
    put_until(recorder, false);
    set_disk(false, error);
    put_until(recorder, true);
    struct mr_recorder_state off = state_of(recorder);
    assert_int_equal(off.error.code, -error);
    for (int i = 0; i < 100; i++) { /* each attempt fails, and none looks as if it had not */
        put(recorder, 1);
        assert_true(state_of(recorder).off && !state_of(recorder).active);
        usleep(1000);
    }
    set_disk(false, 0);
    put_until(recorder, false);
    assert_int_equal(state_of(recorder).error.code, 0);
    check_end(recorder, "recording has stopped", text, sizeof(text));
}

static void a_full_disk_is_told_of_once(void **state)
{
    (void)state;
    check_broken("full", ENOSPC);
}

static void a_broken_disk_is_told_of_once(void **state)
{
    (void)state;
    check_broken("broken", EIO);
}

static void a_disk_that_is_read_only_now_is_told_of_once(void **state)
{
    (void)state;
    check_broken("read_only", EROFS);
}

static void a_disk_that_hangs_and_then_breaks_is_one_trouble(void **state)
{
    (void)state;
    char text[8192];
    number = 0;
    struct mr_recorder *recorder = begin("both");
    put_until(recorder, false);
    set_disk(true, 0);
    put(recorder, 1);
    wait_until_it_hangs();
    put(recorder, MR_RECORDER_FRAMES + 10);
    set_disk(false, EIO);
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    while (state_of(recorder).error.code != -EIO) {
        assert_true(mr_clock_now_us() < deadline_us);
        usleep(1000);
    }
    set_disk(false, 0);
    put_until(recorder, false);
    check_end(recorder, "the recording loses frames", text, sizeof(text));
    assert_int_equal(count(text, "recording has stopped"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_that_hangs_is_told_of),
        cmocka_unit_test(trouble_that_lasts_to_the_end_is_told_of),
        cmocka_unit_test(a_disk_that_hangs_holds_up_no_end),
        cmocka_unit_test(a_full_disk_is_told_of_once),
        cmocka_unit_test(a_broken_disk_is_told_of_once),
        cmocka_unit_test(a_disk_that_is_read_only_now_is_told_of_once),
        cmocka_unit_test(a_disk_that_hangs_and_then_breaks_is_one_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
