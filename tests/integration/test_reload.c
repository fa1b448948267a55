/* Hot reload as viewers see it: the new script's frames come soon, nothing is lost, nothing breaks.
 */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/host.h"
#include "support/viewer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIEWERS 10
#define WAIT_US 10000000

/* Under a sanitizer everything takes some five times as long, so that frames come as much more slowly: all of them have to
 * arrive here, too. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define RATE "5"
#else
#define RATE "25"
#endif

static struct host host;
static struct viewer viewers[VIEWERS];
static char script[CLIP_PATH];

/* What the viewers look for in payloads, and what they saw. */
static struct watch {
    const char *wanted;
    int seen_by; /* viewers; each once */
    bool seen[VIEWERS];
    int64_t first_us; /* when the first one saw it */
    int last_count;   /* "count" in the newest payload */
    bool count_broke; /* it did not go up by one with each frame */
} watch;

static void look(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    (void)opaque;
    char payload[256];
    snprintf(payload, sizeof(payload), "%.*s", (int)message->payload_size, message->payload);
    size_t index = (size_t)(viewer - viewers);

    const char *count = strstr(payload, "\"count\":");
    if (index == 0 && count != NULL) {
        int value = atoi(count + strlen("\"count\":"));
        watch.count_broke =
            watch.count_broke || (watch.last_count > 0 && value != watch.last_count + 1);
        watch.last_count = value;
    }
    if (watch.wanted == NULL || watch.seen[index] || strstr(payload, watch.wanted) == NULL)
        return;
    watch.seen[index] = true;
    if (watch.seen_by++ == 0)
        watch.first_us = mr_clock_now_us();
}

static bool all_saw_it(void *opaque)
{
    (void)opaque;
    return watch.seen_by == VIEWERS;
}

static void save(const char *text)
{
    char temporary[CLIP_PATH + 8];
    snprintf(temporary, sizeof(temporary), "%s.tmp", script);
    FILE *file = fopen(temporary, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(rename(temporary, script), 0); /* as editors save */
}

/* A script whose payload is {"count":N,"version":VERSION}. */
static const char *version(const char *name)
{
    static char text[512];
    snprintf(text, sizeof(text),
             "function process(frame, state)\n"
             "  state.count = (state.count or 0) + 1\n"
             "  return { count = state.count, version = '%s' }\n"
             "end\n",
             name);
    return text;
}

/* Wait until all viewers have seen `wanted`. return: when the first of them did */
static int64_t expect_everywhere(const char *wanted)
{
    int last_count = watch.last_count;
    watch = (struct watch){ .wanted = wanted,
                            .last_count = last_count,
                            .count_broke = watch.count_broke };
    if (!viewers_run(viewers, VIEWERS, mr_clock_now_us() + WAIT_US, all_saw_it, NULL))
        fail_msg("%d of %d viewers saw %s", watch.seen_by, VIEWERS, wanted);
    return watch.first_us;
}

static bool log_says(void *text)
{
    struct mr_buffer log = { 0 };
    host_read_log(&host, &log);
    bool said = strstr((char *)log.data, text) != NULL;
    mr_buffer_finish(&log);
    return said;
}

static void expect_log(const char *text)
{
    if (!viewers_run(viewers, VIEWERS, mr_clock_now_us() + WAIT_US, log_says, (void *)text))
        fail_msg("not in the log: %s", text);
}

static void expect_nothing_lost(void)
{
    assert_false(watch.count_broke);
    for (int i = 0; i < VIEWERS; i++) {
        assert_false(viewers[i].ended);
        assert_false(viewers[i].invalid);
        assert_in_range(viewers[i].gaps, 0, VIEWER_GAPS_FORGIVEN);
    }
}

static void a_saved_script_takes_over_without_a_gap(void **state)
{
    (void)state;
    expect_everywhere("\"version\":\"one\"");
    int64_t saved_us = mr_clock_now_us();
    save(version("two"));
    int64_t took_us = expect_everywhere("\"version\":\"two\"") - saved_us;
    print_message("first frame of the new script after %d ms\n", (int)(took_us / 1000));
    expect_nothing_lost();
}

static void a_bad_script_leaves_the_old_one_running(void **state)
{
    (void)state;
    save("function process(frame, state)\n  return {{\nend\n");
    expect_log("process.lua:3:");
    expect_everywhere("\"version\":\"two\"");
    save("function process(frame, state)\n  error('at its first frame')\nend\n");
    expect_log("process.lua:2: at its first frame");
    expect_everywhere("\"version\":\"two\"");
    save("-- nothing here\n");
    expect_log("there is no function process");
    expect_everywhere("\"version\":\"two\"");

    save(version("three"));
    expect_everywhere("\"version\":\"three\"");
    expect_nothing_lost();
}

static void a_hangup_signal_reloads(void **state)
{
    (void)state;
    save("generation = (generation or 0)\n"
         "function init(state) state.loads = (state.loads or 0) + 1 end\n"
         "function process(frame, state)\n"
         "  state.count = state.count + 1\n"
         "  return { count = state.count, loads = state.loads }\n"
         "end\n");
    expect_everywhere("\"loads\":1");
    assert_int_equal(kill(host.pid, SIGHUP), 0);
    expect_everywhere("\"loads\":2");
    expect_nothing_lost();
}

static int start(void **state)
{
    (void)state;
    clip_path("process.lua", script);
    save(version("one"));
    const char *const arguments[] = { "--script", script, "lavfi:testsrc2=size=320x240:rate=" RATE,
                                      NULL };
    assert_true(host_start(&host, arguments));
    for (int i = 0; i < VIEWERS; i++)
        assert_int_equal(
            viewer_open(&viewers[i], host.port, &(struct viewer_options){ .on_message = look }),
            101);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (int i = 0; i < VIEWERS; i++)
        viewer_close(&viewers[i]);
    return host_stop(&host, SIGTERM, WAIT_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_script_takes_over_without_a_gap),
        cmocka_unit_test(a_bad_script_leaves_the_old_one_running),
        cmocka_unit_test(a_hangup_signal_reloads),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
