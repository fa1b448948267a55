/* Figures for Prometheus. The rules of its own linter (promtool check metrics) are checked here, since
 * its package would bring a running service along. */
#include "http/api/metrics_text.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server_fixture.h"

#define MAX_LINES 512

struct lint {
    char family[128], type[32];
    char *seen[MAX_LINES]; /* lines with HELP, and series */
    size_t count;
};

static void note_once(struct lint *lint, const char *what)
{
    for (size_t i = 0; i < lint->count; i++)
        if (strcmp(lint->seen[i], what) == 0)
            fail_msg("twice: %s", what);
    assert_true(lint->count < MAX_LINES);
    lint->seen[lint->count++] = strdup(what);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static bool contains_word(const char *name, const char *word)
{
    const char *at = strstr(name, word);
    return at != NULL && (at == name || at[-1] == '_') &&
           (at[strlen(word)] == '\0' || at[strlen(word)] == '_');
}

/* promtool's: base units, no abbreviations, no type in the name, lower case. */
static void check_name(const char *name, const char *type)
{
    static const char *const bad[] = { "milliseconds", "microseconds", "ms",   "us",      "minutes",
                                       "kilobytes",    "kb",           "mb",   "counter", "gauge",
                                       "summary",      "histogram",    "bits", "percent" };
    for (const char *c = name; *c != '\0'; c++)
        if (!islower((unsigned char)*c) && *c != '_' && !isdigit((unsigned char)*c))
            fail_msg("a name in other letters: %s", name);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (contains_word(name, bad[i]))
            fail_msg("%s: \"%s\"", name, bad[i]);
    if (ends_with(name, "_total") != (strcmp(type, "counter") == 0))
        fail_msg("%s is a %s", name, type);
    if (ends_with(name, "_sum") || ends_with(name, "_count") || ends_with(name, "_bucket"))
        fail_msg("%s is a family", name);
    assert_true(strncmp(name, "moonreel_", 9) == 0 || strncmp(name, "process_", 8) == 0);
}

static void check_comment(struct lint *lint, const char *line)
{
    char name[128], type[32];
    int used = 0;
    if (sscanf(line, "# HELP %127s %n", name, &used) == 1 && used > 0) {
        if (line[used] == '\0')
            fail_msg("no help: %s", line);
        for (size_t i = 0; i < lint->count; i++)
            if (strncmp(lint->seen[i], line, (size_t)used) == 0)
                fail_msg("a family in two parts: %s", name);
        note_once(lint, line);
        strcpy(lint->family, name);
        lint->type[0] = '\0';
    } else if (sscanf(line, "# TYPE %127s %31s", name, type) == 2) {
        assert_string_equal(name, lint->family); /* HELP comes first */
        assert_string_equal(lint->type, "");
        strcpy(lint->type, type);
        check_name(name, type);
    } else {
        fail_msg("%s", line);
    }
}

static void check_sample(struct lint *lint, char *line)
{
    char *space = strrchr(line, ' '), *end, name[128];
    assert_non_null(space);
    *space = '\0';
    double value = strtod(space + 1, &end);
    if (*end != '\0' || value < 0)
        fail_msg("%s has the value %s", line, space + 1);
    note_once(lint, line);
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, "{"), line);
    bool summary = strcmp(lint->type, "summary") == 0;
    if (summary && (ends_with(name, "_sum") || ends_with(name, "_count")))
        *strrchr(name, '_') = '\0';
    assert_string_equal(name, lint->family);
    assert_true(lint->type[0] != '\0');
}

static void check_text(char *text)
{
    struct lint lint = { 0 };
    char *rest, *line;
    assert_true(ends_with(text, "\n"));
    for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#')
            check_comment(&lint, line);
        else
            check_sample(&lint, line);
    }
    for (size_t i = 0; i < lint.count; i++)
        free(lint.seen[i]);
}

static void assert_has(const char *text, const char *line)
{
    char whole[256];
    snprintf(whole, sizeof(whole), "\n%s\n", line);
    if (strstr(text, whole) == NULL)
        fail_msg("\"%s\" is not in\n%s", line, text);
}

static void prometheus_can_read_them(void **state)
{
    (void)state;
    struct fetched answer;
    live->state.stats.frames_in = 9007199254740991;
    live->state.stats.drops[MR_DROP_SKIP] = 2;
    live->state.stats.samples[MR_STAGE_SCRIPT] = 4;
    live->state.stats.mean_us[MR_STAGE_SCRIPT] = 250;
    live->state.stats.fps_out = 24.5;
    live->state.script.generation = 3;
    live->state.script.kills = 1;
    live->state.script.running = true;
    live->state.recording =
        (struct mr_recorder_state){ .off = true, .frames = 7, .bytes = 8, .dropped = 9 };
    for (int i = 0; i < MR_LOG_RING_LINES + 6; i++)
        mr_log_ring_put(live->log, MR_LOG_INFO, "x");
    mr_hub_note_sent(live->hub, MR_VIEWER_WEBSOCKET_JSON, 1000, 2);
    fetch(port, "GET /nowhere", &answer);
    fetched_finish(&answer);

    assert_int_equal(fetch(port, "GET /metrics", &answer), 200);
    assert_string_equal(fetched_header(&answer, "Content-Type"), MR_METRICS_TYPE);
    char *text = (char *)answer.body.data;
    assert_has(text, "# TYPE moonreel_frames_in_total counter");
    assert_has(text, "moonreel_build_info{version=\"" MR_VERSION "\"} 1");
    assert_has(text, "moonreel_frames_in_total{stream=\"live\"} 9007199254740991");
    assert_has(text, "moonreel_frames_in_total{stream=\"yard-2\"} 0");
    assert_has(text, "moonreel_frames_out_per_second{stream=\"live\"} 24.5");
    assert_has(text, "moonreel_frames_dropped_total{stream=\"live\",cause=\"skip\"} 2");
    assert_has(text, "moonreel_stage_seconds_sum{stream=\"live\",stage=\"script\"} 0.001");
    assert_has(text, "moonreel_stage_seconds_count{stream=\"live\",stage=\"script\"} 4");
    assert_has(text, "moonreel_viewers{stream=\"live\",kind=\"websocket\"} 0");
    assert_has(text, "moonreel_sent_bytes_total{stream=\"live\",kind=\"websocket-json\"} 1000");
    assert_has(text, "moonreel_frames_sent_total{stream=\"live\",kind=\"websocket-json\"} 2");
    assert_has(text, "moonreel_sent_bytes_total{stream=\"yard-2\",kind=\"websocket\"} 0");
    assert_has(text, "moonreel_stream_phase{stream=\"yard-2\",phase=\"idle\"} 1");
    assert_has(text, "moonreel_script_generation{stream=\"live\"} 3");
    assert_has(text, "moonreel_script_kills_total{stream=\"live\"} 1");
    assert_has(text, "moonreel_script_running{stream=\"live\"} 1");
    assert_has(text, "moonreel_recording_active{stream=\"live\"} 0");
    assert_has(text, "moonreel_recording_failed{stream=\"live\"} 1");
    assert_has(text, "moonreel_recorded_frames_total{stream=\"live\"} 7");
    assert_has(text, "moonreel_recorded_bytes_total{stream=\"live\"} 8");
    assert_has(text, "moonreel_recording_dropped_total{stream=\"live\"} 9");
    assert_has(text, "moonreel_log_lines_dropped_total{stream=\"live\"} 6");
    assert_has(text, "moonreel_http_requests_total{code=\"4xx\"} 1");
    check_text(text);
    fetched_finish(&answer);
}

static double find_value(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    return strtod(at + strlen(name), NULL);
}

static void the_process_is_there(void **state)
{
    (void)state;
    struct fetched answer;
    assert_int_equal(fetch(port, "GET /metrics", &answer), 200);
    const char *text = (char *)answer.body.data;
    double now = (double)mr_clock_wall_us() / 1e6;
    assert_true(find_value(text, "\nprocess_open_fds ") > 5);
    assert_true(find_value(text, "\nprocess_threads ") > 5);
    assert_true(find_value(text, "\nprocess_resident_memory_bytes ") > 1e6);
    double started = find_value(text, "\nprocess_start_time_seconds ");
    assert_true(started <= now + 1 && started > now - 600);
    double cpu = find_value(text, "\nprocess_cpu_seconds_total ");
    assert_true(cpu >= 0 && cpu < 600);
    fetched_finish(&answer);
}

static void labels_are_escaped(void **state)
{
    (void)state;
    struct mr_buffer out = { 0 };
    mr_metrics_text_sample(
        &out, "x", (struct mr_metrics_label[]){ { "a", "1\"2\\3\n" }, { NULL, NULL } }, 0.5);
    assert_string_equal((char *)out.data, "x{a=\"1\\\"2\\\\3\\n\"} 0.5\n");
    mr_buffer_finish(&out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(prometheus_can_read_them),
        TEST(the_process_is_there),
        cmocka_unit_test(labels_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
