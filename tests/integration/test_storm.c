/* Reloads in numbers and with much to carry: hundreds of saves, a state as large as it may be, images,
 * kernels and filters. And what a script's process takes while nothing happens. */
#include "base/clock.h"
#include "base/file.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/host.h"
#include "support/viewer.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RATE       "8"
#define LAST_US    15000000
#define GROWTH_KIB (64 << 10)
#else
#define RATE       "25"
#define LAST_US    2000000 /* until the last version runs */
#define GROWTH_KIB (8 << 10)
#endif
#if defined(__SANITIZE_THREAD__)
#define IDLE_WAKES 40 /* it has a thread of its own */
#else
#define IDLE_WAKES 2
#endif
#define LIMIT_US  (40 * 1000000LL)
#define SAVES     200
#define SAVE_US   10000 /* 200 in 2 s */
#define RELOADS   20
#define WINDOW_US 2000000

static struct host host;
static struct viewer viewer;
static char script[CLIP_PATH], part[CLIP_PATH], logo[CLIP_PATH];

static struct seen {
    char payload[512];
    int count;  /* in the newest payload */
    bool broke; /* count did not go up by one, or there was no payload */
    uint64_t pictures;
    const char *wanted;
} seen;

/* ---- what the viewer sees ---- */

static void look(void *opaque, struct viewer *from, const struct viewer_message *message)
{
    (void)opaque, (void)from;
    if (message->opcode != 2)
        return;
    snprintf(seen.payload, sizeof(seen.payload), "%.*s", (int)message->payload_size,
             message->payload);
    const char *at = strstr(seen.payload, "\"count\":");
    int count = at != NULL ? atoi(at + strlen("\"count\":")) : -1;
    seen.broke = seen.broke || (seen.pictures > 0 && count != seen.count + 1);
    seen.count = count;
    seen.pictures++;
}

static bool sees_it(void *opaque)
{
    (void)opaque;
    return strstr(seen.payload, seen.wanted) != NULL;
}

static void await(const char *wanted)
{
    seen.wanted = wanted;
    if (!viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, sees_it, NULL))
        fail_msg("no frame has %s, but %s", wanted, seen.payload);
}

static bool log_says(void *text)
{
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    bool said = strstr((char *)log.data, text) != NULL;
    mr_buffer_finish(&log);
    return said;
}

static void await_log(const char *text)
{
    if (!viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, log_says, (void *)text))
        fail_msg("the log does not say \"%s\"", text);
}

static void expect_nothing_lost(void)
{
    assert_false(viewer.ended || viewer.invalid);
    assert_int_equal(viewer.gaps, 0);
    assert_false(seen.broke);
}

/* ---- saving ---- */

static void write_in_place(const char *path, const char *text)
{
    size_t size = strlen(text);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(text, 1, size / 2, file);
    fflush(file); /* whoever looks now sees half of it */
    fwrite(text + size / 2, 1, size - size / 2, file);
    assert_int_equal(fclose(file), 0);
}

static void write_and_rename(const char *path, const char *text)
{
    char other[CLIP_PATH + 4];
    snprintf(other, sizeof(other), "%s.new", path);
    write_in_place(other, text);
    assert_int_equal(rename(other, path), 0);
}

static const char *version(int number)
{
    static char text[512];
    snprintf(text, sizeof(text),
             "local part = require('part')\n"
             "function process(frame, state)\n"
             "  state.count = (state.count or 0) + 1\n"
             "  frame:fill('teal')\n"
             "  return { count = state.count, part = part, version = %d }\n"
             "end\n",
             number);
    return text;
}

static const char *part_version(int number)
{
    static char text[64];
    snprintf(text, sizeof(text), "return %d\n", number);
    return text;
}

/* Every way to save, good or bad. */
static void save_somehow(int number)
{
    switch (number % 8) {
    case 0:
    case 4:
        write_in_place(script, version(number));
        break;
    case 1:
    case 5:
        write_and_rename(script, version(number));
        break;
    case 2:
        write_and_rename(script, "function process(frame, state) return {{ end\n");
        break;
    case 3:
        write_in_place(part, part_version(number));
        break;
    case 6:
        write_and_rename(part, "error('a part that is none')\n");
        break;
    default:
        assert_int_equal(unlink(script), 0);
        break;
    }
}

/* ---- tests ---- */

static void the_last_of_many_saves_runs(void **state)
{
    (void)state;
    await("\"version\":0");
    int64_t began_us = mr_clock_now_us();
    for (int i = 1; i < SAVES - 1; i++) {
        save_somehow(i);
        viewers_run(&viewer, 1, began_us + i * SAVE_US, NULL, NULL);
    }
    write_in_place(part, part_version(SAVES));
    write_and_rename(script, version(SAVES));
    int64_t saved_us = mr_clock_now_us();
    await("\"part\":200,\"version\":200");
    int64_t took_us = mr_clock_now_us() - saved_us;
    print_message("%d saves in %d ms; the last one ran after %d ms\n", SAVES,
                  (int)((saved_us - began_us) / 1000), (int)(took_us / 1000));
    assert_true(took_us < LAST_US);
    await("\"count\":"); /* it stays */
    viewers_run(&viewer, 1, mr_clock_now_us() + 1000000, NULL, NULL);
    assert_non_null(strstr(seen.payload, "\"part\":200,\"version\":200"));
    expect_nothing_lost();
    pid_t children[4];
    assert_int_equal(host_children(&host, children, 4), 1);
}

/* A state of about `kib` and what the next version finds of it. */
static const char *hoarder(int kib, const char *name)
{
    static char text[1024];
    snprintf(text, sizeof(text),
             "local function sum(s)\n"
             "  local sum = 0\n"
             "  for i = 1, #s, 97 do sum = (sum * 31 + s:byte(i)) %% 1000000007 end\n"
             "  return #s .. '-' .. sum\n"
             "end\n"
             "local found = 'nothing'\n"
             "function init(state)\n"
             "  if state.hoard then found = sum(state.hoard) end\n"
             "  local bytes = {}\n"
             "  for i = 1, %d do bytes[i] = string.char(i * i %% 251):rep(1024) end\n"
             "  state.hoard = table.concat(bytes)\n"
             "end\n"
             "function process(frame, state)\n"
             "  state.count = (state.count or 0) + 1\n"
             "  return { count = state.count, found = found, made = sum(state.hoard), name = '%s' "
             "}\n"
             "end\n",
             kib, name);
    return text;
}

static void a_large_state_is_kept(void **state)
{
    char made[64];
    (void)state;
    write_and_rename(script, hoarder(1023, "first"));
    await("\"name\":\"first\"");
    sscanf(strstr(seen.payload, "\"made\":"), "\"made\":\"%63[0-9-]", made);
    assert_int_equal(atoi(made), 1023 * 1024);
    write_and_rename(script, hoarder(1, "second"));
    await("\"name\":\"second\"");
    char found[80];
    snprintf(found, sizeof(found), "\"found\":\"%s\"", made);
    assert_non_null(strstr(seen.payload, found));
    expect_nothing_lost();
}

/* It is said, and the new version begins anew. */
static void a_state_that_is_too_large_is_not(void **state)
{
    (void)state;
    write_and_rename(script, hoarder(1025, "greedy"));
    await("\"name\":\"greedy\"");
    expect_nothing_lost();
    await_log("state is longer than 1 MiB");
    write_and_rename(script, hoarder(1, "modest"));
    await("\"found\":\"nothing\"");
    await_log("the new version starts without it");
    assert_non_null(strstr(seen.payload, "\"name\":\"modest\""));
    assert_int_equal(viewer.gaps, 0);
    seen.broke = false; /* `count` began anew, too */
}

static const char tools_text[] =
    "local logo = image('logo.png')\n"
    "local half = kernel(function(p, u) return p.r * u.f, p.g * u.f, p.b * u.f end)\n"
    "local negate = filter('negate')\n"
    "local function near(r, g, b) return ('%.0f %.0f %.0f'):format(r, g, b) end\n"
    "function init(state) state.loads = (state.loads or 0) + 1 end\n"
    "function process(frame, state)\n"
    "  state.count = (state.count or 0) + 1\n"
    "  frame:image(logo, 0, 0)\n"
    "  local drawn = near(frame:get(5, 5))\n"
    "  frame:apply(half, { f = 0.5 }, 0, 0, 32, 32)\n"
    "  local halved = near(frame:get(5, 5))\n"
    "  frame:apply(negate, nil, 0, 0, 32, 32)\n"
    "  return { count = state.count, drawn = drawn, halved = halved,\n"
    "    negated = near(frame:get(5, 5)), loads = state.loads }\n"
    "end\n";

static void make_logo(const char *colour)
{
    char other[CLIP_PATH];
    clip_path("other.png", other);
    clip_ffmpeg("-y -loglevel error -f lavfi -i color=%s:size=32x32,format=rgb24 -frames:v 1 %s",
                colour, other);
    assert_int_equal(rename(other, logo), 0);
}

/* No more than there were: the version before may have been about to go when they were counted. */
static bool is_settled(void *descriptors)
{
    pid_t children[2];
    return host_descriptors(&host) <= *(int *)descriptors && host_children(&host, children, 2) == 1;
}

static void images_kernels_and_filters_are_made_again(void **state)
{
    char wanted[96];
    int64_t before_kib = 0;
    int descriptors = 0;
    (void)state;
    make_logo("0xff8040");
    write_and_rename(script, tools_text);
    for (int i = 1; i <= RELOADS; i++) {
        snprintf(wanted, sizeof(wanted), "\"loads\":%d,", i);
        await(wanted);
        if (strstr(seen.payload, "\"drawn\":\"255 128 64\"") == NULL ||
            strstr(seen.payload, "\"halved\":\"128 64 32\"") == NULL ||
            strstr(seen.payload, "\"negated\":\"127 191 223\"") == NULL)
            fail_msg("version %d makes %s", i, seen.payload);
        if (i == RELOADS / 4) {
            before_kib = host_resident_kib(&host);
            descriptors = host_descriptors(&host);
        }
        assert_int_equal(kill(host.pid, SIGHUP), 0);
    }
    snprintf(wanted, sizeof(wanted), "\"loads\":%d,", RELOADS + 1);
    await(wanted);
    expect_nothing_lost();
    if (!viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, is_settled, &descriptors))
        fail_msg("%d descriptors became %d", descriptors, host_descriptors(&host));
    assert_true(host_resident_kib(&host) < before_kib + GROWTH_KIB);
    make_logo("0x4080ff"); /* loads it again, too */
    await("\"drawn\":\"64 128 255\"");
    expect_nothing_lost();
}

/* ---- figures ---- */

/* Context switches of all threads of a process, by their own will and not. */
static long wakes_of(pid_t pid)
{
    char path[300];
    long sum = 0;
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        struct mr_buffer text = { 0 };
        snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)pid, entry->d_name);
        if (entry->d_name[0] != '.' && mr_file_read(path, 1 << 16, &text) == 0)
            for (const char *at = (char *)text.data; (at = strstr(at, "ctxt_switches:")) != NULL;)
                sum += atol(at += strlen("ctxt_switches:"));
        mr_buffer_finish(&text);
    }
    closedir(directory);
    return sum;
}

/* The one of the version before may be on its way out still. */
static pid_t script_pid(void)
{
    pid_t children[2] = { 0 };
    int64_t deadline_us = mr_clock_now_us() + 5000000;
    while (host_children(&host, children, 2) != 1 && mr_clock_now_us() < deadline_us)
        usleep(10000);
    assert_int_equal(host_children(&host, children, 2), 1);
    return children[0];
}

struct idling {
    pid_t pid;
    long wakes;
    int64_t since_us;
};

/* What came last may have left something to do: the window begins anew until it was quiet. */
static bool was_quiet(void *opaque)
{
    struct idling *idling = opaque;
    long wakes = wakes_of(idling->pid);
    int64_t now_us = mr_clock_now_us();
    if (wakes - idling->wakes > IDLE_WAKES)
        *idling = (struct idling){ idling->pid, wakes, now_us };
    return now_us - idling->since_us >= WINDOW_US;
}

static void an_idle_process_sleeps(void **state)
{
    (void)state;
    write_and_rename(script, version(300));
    await("\"version\":300");
    viewer_close(&viewer);
    struct idling idling = { .pid = script_pid() };
    assert_true(viewers_run(NULL, 0, mr_clock_now_us() + LIMIT_US, was_quiet, &idling));
    struct host process = { .pid = idling.pid };
    print_message("idle: woken up %ld times in %d s; %lld KiB, its host %lld KiB\n",
                  wakes_of(idling.pid) - idling.wakes, WINDOW_US / 1000000,
                  (long long)host_resident_kib(&process), (long long)host_resident_kib(&host));
    assert_int_equal(
        viewer_open(&viewer, host.port, &(struct viewer_options){ .on_message = look }), 101);
    seen.payload[0] = '\0';
    await("\"version\":300");
}

static void times_are_measured(void **state)
{
    char wanted[32];
    int64_t worst_reload_us = 0, sum_us = 0;
    (void)state;
    for (int i = 301; i <= 310; i++) {
        snprintf(wanted, sizeof(wanted), "\"version\":%d", i);
        int64_t saved_us = mr_clock_now_us();
        write_and_rename(script, version(i));
        await(wanted);
        int64_t took_us = mr_clock_now_us() - saved_us;
        sum_us += took_us;
        worst_reload_us = took_us > worst_reload_us ? took_us : worst_reload_us;
    }
    pid_t pid = script_pid();
    int64_t killed_us = mr_clock_now_us();
    assert_int_equal(kill(pid, SIGKILL), 0);
    await("null");
    await("\"version\":310");
    print_message("from saving to the first frame: mean %lld ms, at most %lld ms; from a kill to "
                  "the first frame: %lld ms\n",
                  (long long)sum_us / 10000, (long long)worst_reload_us / 1000,
                  (long long)(mr_clock_now_us() - killed_us) / 1000);
}

/* ---- set-up ---- */

static int start(void **state)
{
    (void)state;
    clip_path("process.lua", script);
    clip_path("part.lua", part);
    clip_path("logo.png", logo);
    write_and_rename(part, part_version(0));
    write_and_rename(script, version(0));
    const char *const arguments[] = { "--script", script, "lavfi:testsrc2=size=160x120:rate=" RATE,
                                      NULL };
    assert_true(host_start(&host, arguments));
    assert_int_equal(
        viewer_open(&viewer, host.port, &(struct viewer_options){ .on_message = look }), 101);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    viewer_close(&viewer);
    return host_stop(&host, SIGTERM, 10000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_of_many_saves_runs),
        cmocka_unit_test(a_large_state_is_kept),
        cmocka_unit_test(a_state_that_is_too_large_is_not),
        cmocka_unit_test(images_kernels_and_filters_are_made_again),
        cmocka_unit_test(an_idle_process_sleeps),
        cmocka_unit_test(times_are_measured),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
