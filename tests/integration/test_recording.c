/* Recordings of the real program: what is in them when it was killed, stopped, or had no room; and
 * playing them. The script draws its count of frames as a row of black and white blocks and returns it
 * as the payload, so that each picture tells whose payload it should have.
 *
 * RECORDING_SECONDS in the environment is how long the stream is recorded before it is killed. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/picture_compare.h"
#include "support/recording_read.h"
#include "support/viewer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECONDS  12
#define WAIT_US  20000000
#define STOP_US  (2 * ENDS_US)
#define LIMIT_MS 60000
#define SOURCE   "lavfi:testsrc2=size=256x64:rate=25"
#define BLOCKS   16
#define BLOCK    16 /* pixels */

static char script[CLIP_PATH], player[CLIP_PATH];

static void write_file(const char *name, char path[CLIP_PATH], const char *text)
{
    clip_path(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* The number that the blocks show. */
static unsigned read_blocks(const uint8_t *jpeg, size_t size)
{
    struct rgb_picture picture = rgb_from_jpeg(jpeg, size);
    unsigned number = 0;
    for (int i = 0; i < BLOCKS; i++)
        if ((rgb_at(&picture, i * BLOCK + BLOCK / 2, BLOCK / 2) >> 8 & 0xff) > 127)
            number |= 1u << i;
    rgb_free(&picture);
    return number;
}

static unsigned read_count(const char *payload)
{
    unsigned number = 0;
    if (payload == NULL || sscanf(payload, "{\"n\":%u}", &number) != 1)
        fail_msg("the payload is %s", payload != NULL ? payload : "missing");
    return number;
}

/* return: the file's frames, each with the payload that its picture shows, no number left out */
static void read_recording(const char *path, struct recorded_file *file)
{
    recording_read(path, file);
    assert_int_equal(file->strays, 0);
    assert_true(file->count > 0);
    for (size_t i = 0; i < file->count; i++) {
        const struct recorded_frame *frame = &file->frames[i];
        unsigned number = read_count(frame->payload);
        assert_int_equal(read_blocks(frame->jpeg, frame->jpeg_size), number);
        if (i > 0)
            assert_int_equal(number, read_count(file->frames[i - 1].payload) + 1);
    }
}

/* ---- a viewer that keeps what it gets ---- */

static struct kept {
    unsigned number;
    uint8_t *image;
    size_t size;
} * kept;
static size_t kept_count, wanted_count;

static void keep(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    char payload[64];
    (void)opaque, (void)viewer;
    if (message->opcode != 2)
        return;
    snprintf(payload, sizeof(payload), "%.*s", (int)message->payload_size, message->payload);
    kept = realloc(kept, (kept_count + 1) * sizeof(*kept));
    kept[kept_count] =
        (struct kept){ read_count(payload), malloc(message->image_size), message->image_size };
    memcpy(kept[kept_count++].image, message->image, message->image_size);
}

static bool has_enough(void *opaque)
{
    (void)opaque;
    return kept_count >= wanted_count;
}

static void forget(void)
{
    for (size_t i = 0; i < kept_count; i++)
        free(kept[i].image);
    free(kept);
    kept = NULL;
    kept_count = 0;
}

static void watch(struct viewer *viewer, int port)
{
    const struct viewer_options options = { .on_message = keep };
    forget(); /* what a test that failed has left */
    assert_int_equal(viewer_open(viewer, port, &options), 101);
}

static void watch_for(struct viewer *viewer, size_t frames)
{
    wanted_count = kept_count + frames;
    int64_t limit_us = mr_clock_now_us() + WAIT_US + (int64_t)frames * 40000;
    assert_true(viewers_run(viewer, 1, limit_us, has_enough, NULL));
}

/* What was recorded is what the viewer got, bit by bit. return: how many frames were in both */
static size_t compare(const struct recorded_file *file)
{
    unsigned first = read_count(file->frames[0].payload);
    size_t same = 0;
    for (size_t i = 0; i < kept_count; i++) {
        size_t at = kept[i].number - first;
        if (at >= file->count)
            continue;
        assert_int_equal(read_count(file->frames[at].payload), kept[i].number);
        assert_int_equal(file->frames[at].jpeg_size, kept[i].size);
        assert_memory_equal(file->frames[at].jpeg, kept[i].image, kept[i].size);
        same++;
    }
    return same;
}

/* ---- the program ---- */

static struct host host;

static void start(const char *record)
{
    const char *const arguments[] = { "--script", script, "--record", record, SOURCE, NULL };
    assert_true(host_start(&host, arguments));
}

static size_t seconds_to_record(void)
{
    const char *text = getenv("RECORDING_SECONDS");
    return text != NULL ? strtoul(text, NULL, 10) : SECONDS;
}

/* ffprobe counts the frames, as a user would. */
static void probe(const char *path, size_t frames)
{
    struct command run;
    command_run(&run,
                (const char *const[]){ "ffprobe", "-v", "error", "-count_frames", "-show_entries",
                                       "stream=nb_read_frames", "-select_streams", "v", "-of",
                                       "csv=p=0", path, NULL },
                LIMIT_MS);
    assert_int_equal(run.status, 0);
    assert_string_equal((char *)run.err.data, "");
    assert_int_equal(strtoul((char *)run.out.data, NULL, 10), frames);
    command_finish(&run);
}

/* moonreel plays it; the script fails where a payload is not its picture's. */
static void play(const char *path, size_t frames)
{
    struct command run;
    char summary[32];
    command_run(&run,
                (const char *const[]){ TEST_BINARY, "--headless", "--script", player, path, NULL },
                LIMIT_MS);
    snprintf(summary, sizeof(summary), "%zu frames, ", frames);
    if (run.status != 0 || strstr((char *)run.err.data, summary) == NULL)
        fail_msg("%s", (char *)run.err.data);
    command_finish(&run);
}

static void a_killed_one_leaves_a_file_that_plays_up_to_the_last_second(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    struct viewer viewer;
    struct recorded_file file;
    size_t seconds = seconds_to_record();
    clip_path("killed.mkv", path);
    start(path);
    watch(&viewer, host.port);
    watch_for(&viewer, seconds * 25);
    int64_t killed_us = mr_clock_wall_us();
    assert_int_equal(host_stop(&host, SIGKILL, STOP_US), 128 + SIGKILL);
    viewer_close(&viewer);

    read_recording(path, &file);
    const struct recorded_frame *last = &file.frames[file.count - 1];
    int64_t left_out_us = killed_us - (file.started_us + last->time_ms * 1000);
    print_message("%zu frames, the last one %lld ms before the end\n", file.count,
                  (long long)left_out_us / 1000);
    assert_true(left_out_us < 1000000);
    assert_in_range(compare(&file), (seconds - 1) * 25 - 25, seconds * 25 + 25);
    probe(path, file.count);
    play(path, file.count);
    recorded_file_finish(&file);
    forget();
}

static void one_that_is_stopped_finishes_its_file(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    struct viewer viewer;
    struct recorded_file file;
    clip_path("stopped.mkv", path);
    start(path);
    watch(&viewer, host.port);
    watch_for(&viewer, 50);
    assert_int_equal(host_stop(&host, SIGTERM, STOP_US), 0);
    viewer_close(&viewer);

    read_recording(path, &file);
    const struct recorded_frame *last = &file.frames[file.count - 1];
    assert_int_equal(compare(&file), kept_count); /* the last of them, too */
    assert_in_range(file.duration_ms, last->time_ms, last->time_ms + 1000);
    probe(path, file.count);
    recorded_file_finish(&file);
    forget();
}

/* ---- unwatched, and without room ---- */

static bool answer_has(const char *request, const char *text)
{
    struct fetched answer;
    fetch(host.port, request, &answer);
    bool has = strstr((char *)answer.body.data, text) != NULL;
    fetched_finish(&answer);
    return has;
}

static void wait_for_answer(const char *request, const char *text)
{
    int64_t deadline_us = mr_clock_now_us() + WAIT_US;
    while (!answer_has(request, text))
        if (mr_clock_now_us() > deadline_us)
            fail_msg("%s never has %s", request, text);
}

static void limit_files_of_host(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(prlimit(host.pid, RLIMIT_FSIZE, NULL, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(prlimit(host.pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

static void without_room_it_stops_and_the_stream_goes_on(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    struct viewer viewer;
    struct recorded_file file;
    struct stat status;
    clip_path("full.mkv", path);
    start(path);
    wait_for_answer("GET /api/streams/live", "\"active\":true"); /* nobody watches */
    while (stat(path, &status) < 0 || status.st_size < 30000)
        assert_true(answer_has("GET /api/streams/live", "\"phase\":\"running\""));
    limit_files_of_host((rlim_t)status.st_size + 20000);
    wait_for_answer("GET /api/streams/live", "full.mkv\\\": File too large\"");
    assert_true(answer_has("GET /api/streams/live", "\"active\":false"));
    assert_true(answer_has("GET /metrics", "\nmoonreel_recording_failed{stream=\"live\"} 1\n"));

    watch(&viewer, host.port);
    watch_for(&viewer, 25);
    viewer_close(&viewer);
    forget();
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    assert_non_null(strstr((char *)log.data, "live: recording has stopped: cannot write to "));
    mr_buffer_finish(&log);
    assert_int_equal(host_stop(&host, SIGTERM, STOP_US), 0);
    read_recording(path, &file); /* what had room is whole */
    probe(path, file.count);
    recorded_file_finish(&file);
}

/* ---- the command line ---- */

static void headless_runs_record_every_frame(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    struct command run;
    struct recorded_file file;
    clip_path("headless", path);
    command_run(&run,
                (const char *const[]){ TEST_BINARY, "--headless", "--frames", "500", "--script",
                                       script, "--record", path, SOURCE, NULL },
                LIMIT_MS);
    assert_int_equal(run.status, 0);
    command_finish(&run);
    strcat(path, ".mkv");
    read_recording(path, &file);
    assert_int_equal(file.count, 500);
    for (size_t i = 0; i < file.count; i++)
        assert_int_equal(file.frames[i].time_ms, i * 40);
    recorded_file_finish(&file);
    play(path, 500);
}

static void a_wrong_name_is_one_line(void **state)
{
    (void)state;
    struct command run;
    const char *const modes[] = { "--headless", "--always" };
    for (int i = 0; i < 2; i++) {
        command_run(&run,
                    (const char *const[]){ TEST_BINARY, modes[i], "--log-level", "error",
                                           "--listen", "127.0.0.1:0", "--script", script,
                                           "--record", "/dev/null/x.mkv", SOURCE, NULL },
                    LIMIT_MS);
        assert_int_equal(run.status, 1);
        assert_string_equal(
            command_last_line(&run),
            "moonreel: cannot record to \"/dev/null/x.mkv\": \"/dev/null\" is not a "
            "directory");
        assert_ptr_equal(command_last_line(&run), run.err.data);
        command_finish(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_one_leaves_a_file_that_plays_up_to_the_last_second),
        cmocka_unit_test(one_that_is_stopped_finishes_its_file),
        cmocka_unit_test(without_room_it_stops_and_the_stream_goes_on),
        cmocka_unit_test(headless_runs_record_every_frame),
        cmocka_unit_test(a_wrong_name_is_one_line),
    };
    write_file("blocks.lua", script,
               "function process(frame, state)\n"
               "  state.n = (state.n or -1) + 1\n"
               "  for i = 0, 15 do\n"
               "    local on = state.n >> i & 1 == 1\n"
               "    frame:rectangle(i * 16, 0, 16, 16, { fill = on and 'white' or 'black' })\n"
               "  end\n"
               "  return { n = state.n }\n"
               "end\n");
    write_file(
        "player.lua", player,
        "function process(frame)\n"
        "  local n = 0\n"
        "  for i = 0, 15 do\n"
        "    if frame:get(i * 16 + 8, 8) > 127 then n = n | 1 << i end\n"
        "  end\n"
        "  if frame.recorded.n ~= n then error(n .. ' is ' .. json.encode(frame.recorded)) end\n"
        "end\n");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
