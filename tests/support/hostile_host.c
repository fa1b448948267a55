#include "support/hostile_host.h"

#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/hostile.h"
#include "support/viewer.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE_PER_HOST 40
#define TOKEN            "let-me-in"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define DEADLINE_MS   1500
#define RECOVERY_US   (6 * 1000000LL)
#define TAKE_OVER_US  (20 * 1000000LL)
#define GROWTH_KIB    (256 * 1024) /* freed memory is kept for a while, to find who uses it */
#define GAPS_FORGIVEN 50           /* two cores, one of them busy with the version on trial */
#else
#define DEADLINE_MS   800
#define RECOVERY_US   (1500 * 1000LL)
#define TAKE_OVER_US  (5 * 1000000LL)
#define GROWTH_KIB    (8 * 1024)
#define GAPS_FORGIVEN 0
#endif
#define AGAIN_US      (12 * DEADLINE_MS * 1000LL + RECOVERY_US) /* until the pauses are long enough */
#define LOG_US        (20 * 1000000LL)
#define RATE_FRAMES   20 /* in a second, of 25 */
#define TEXT(number)  TEXT_OF(number)
#define TEXT_OF(text) #text

static struct host host;
static struct viewer viewer;
static char script[CLIP_PATH];
static struct hostile cases[HOSTILE_MAX];
static size_t count;
static bool viewing;

/* What the viewer saw, and what the case under way waits for. */
static struct {
    int64_t arrivals_us[RATE_FRAMES]; /* of the newest pictures, a ring */
    uint64_t pictures;
    int64_t since_us;   /* the second looked for begins after that */
    int64_t good_us;    /* when such a second was complete; 0: not yet */
    const char *wanted; /* in a payload */
    bool wanted_seen;
} seen;

static long log_from; /* where the log of this case begins */
static const struct hostile *running;
static int failures;
static int64_t slowest_recovery_us, slowest_take_over_us, largest_growth_kib;

/* ---- the viewer ---- */

static void look(void *opaque, struct viewer *from, const struct viewer_message *message)
{
    (void)opaque, (void)from;
    if (message->opcode != 2)
        return;
    int64_t now_us = mr_clock_now_us();
    int64_t *oldest_us = &seen.arrivals_us[seen.pictures++ % RATE_FRAMES];
    *oldest_us = now_us;
    int64_t first_us = seen.arrivals_us[seen.pictures % RATE_FRAMES];
    if (seen.good_us == 0 && seen.pictures >= RATE_FRAMES && first_us >= seen.since_us &&
        now_us - first_us <= 1000000)
        seen.good_us = now_us;
    if (seen.wanted != NULL && message->payload_size > 0 &&
        memmem(message->payload, message->payload_size, seen.wanted, strlen(seen.wanted)) != NULL)
        seen.wanted_seen = true;
}

static void expect_rate_since(int64_t since_us)
{
    seen.since_us = since_us;
    seen.good_us = 0;
}

static bool saw_wanted(void *opaque)
{
    (void)opaque;
    return seen.wanted_seen;
}

static bool saw_rate(void *opaque)
{
    (void)opaque;
    return seen.good_us != 0;
}

static bool wait_until(bool (*done)(void *), void *opaque, int64_t limit_us)
{
    return viewers_run(&viewer, 1, mr_clock_now_us() + limit_us, done, opaque);
}

/* ---- the log ---- */

/* What was written since the case began; finish it. */
static struct mr_buffer read_log(void)
{
    struct mr_buffer log = { 0 };
    FILE *file = fopen(host.log, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)(ftell(file) - log_from);
    fseek(file, log_from, SEEK_SET);
    uint8_t *bytes = mr_buffer_reserve(&log, size + 1);
    assert_non_null(bytes);
    log.size = fread(bytes, 1, size, file);
    mr_buffer_append(&log, "", 0);
    fclose(file);
    return log;
}

static bool log_says(void *wanted)
{
    struct mr_buffer log = read_log();
    bool says = hostile_says((char *)log.data, wanted);
    mr_buffer_finish(&log);
    return says;
}

static void give_up(const char *what, const char *detail)
{
    struct mr_buffer log = read_log();
    if (getenv("HOSTILE_ALL") != NULL) {
        print_error("%s: %s %s; the log:\n%.1500s", running != NULL ? running->name : "at first",
                    what, detail, (char *)log.data);
        mr_buffer_finish(&log);
        failures++;
        return;
    }
    fail_msg("%s: %s %s; the log:\n%.3000s", running != NULL ? running->name : "at first", what,
             detail, (char *)log.data);
}

static void expect_log(const char *wanted)
{
    if (!wait_until(log_says, (void *)wanted, LOG_US))
        give_up("not in the log:", wanted);
}

/* C0, DEL and, in UTF-8, C1: what a terminal may obey. */
static void expect_plain_log(void)
{
    struct mr_buffer log = read_log();
    for (size_t i = 0; i < log.size; i++) {
        uint8_t byte = log.data[i], before = i > 0 ? log.data[i - 1] : 0;
        bool control = byte < ' ' || byte == 0x7f || (before == 0xc2 && byte < 0xa0);
        if (control && byte != '\n' && byte != '\t')
            fail_msg("%s: byte %02x in the log: %.200s", running->name, byte,
                     (char *)log.data + (i > 100 ? i - 100 : 0));
    }
    assert_in_range(log.size, 0, 64 * 1024);
    mr_buffer_finish(&log);
}

static void begin_log(void)
{
    FILE *file = fopen(host.log, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    log_from = ftell(file);
    fclose(file);
}

/* ---- the script ---- */

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

/* Save a script that does nothing wrong, clears the state and names itself. */
static void save_good(unsigned number)
{
    char text[512];
    snprintf(text, sizeof(text),
             "function init(state) for name in next, state do state[name] = nil end end\n"
             "function process(frame)\n"
             "  frame:fill(\"navy\")\n"
             "  return { good = %u }\n"
             "end\n",
             number);
    save(text);
}

static void expect_good(unsigned number)
{
    char wanted[32];
    snprintf(wanted, sizeof(wanted), "{\"good\":%u}", number);
    int64_t from_us = mr_clock_now_us();
    seen.wanted = wanted;
    seen.wanted_seen = false;
    if (!wait_until(saw_wanted, NULL, TAKE_OVER_US))
        give_up("the good script did not take over:", wanted);
    seen.wanted = NULL;
    if (mr_clock_now_us() - from_us > slowest_take_over_us)
        slowest_take_over_us = mr_clock_now_us() - from_us;
}

/* ---- what the host holds ---- */

struct holding {
    int64_t resident_kib;
    int descriptors, threads;
    struct host_children children;
};

/* A version that was replaced may be about to go. */
static bool has_one_child_at_most(void *opaque)
{
    (void)opaque;
    struct host_children children = host_count_children(&host);
    return children.alive <= 1 && children.dead == 0;
}

static struct holding measure(void)
{
    return (struct holding){ .resident_kib = host_resident_kib(&host),
                             .descriptors = host_descriptors(&host),
                             .threads = host_threads(&host),
                             .children = host_count_children(&host) };
}

static bool holds_as_before(void *opaque)
{
    const struct holding *before = opaque;
    struct holding now = measure();
    return now.descriptors == before->descriptors && now.threads == before->threads &&
           now.children.alive == before->children.alive && now.children.dead == 0 &&
           now.resident_kib <= before->resident_kib + GROWTH_KIB;
}

static void expect_as_before(struct holding *before)
{
    char detail[256];
    bool same = wait_until(holds_as_before, before, 5 * 1000000LL);
    struct holding now = measure();
    if (now.resident_kib - before->resident_kib > largest_growth_kib)
        largest_growth_kib = now.resident_kib - before->resident_kib;
    snprintf(detail, sizeof(detail),
             "%d descriptors, %d threads, %d + %d processes, %d KiB; before %d, %d, %d, %d KiB",
             now.descriptors, now.threads, now.children.alive, now.children.dead,
             (int)now.resident_kib, before->descriptors, before->threads, before->children.alive,
             (int)before->resident_kib);
    if (!same)
        give_up("the host holds", detail);
}

/* ---- one case ---- */

static bool has_frames(void *other)
{
    return ((struct viewer *)other)->pictures >= 3;
}

/* The script is never told of a viewer that leaves before it could be told of its join. So this one stays for three
 * frames. */
static void join_and_leave(void)
{
    struct viewer other;
    assert_int_equal(viewer_open(&other, host.port, &(struct viewer_options){ 0 }), 101);
    viewers_run(&other, 1, mr_clock_now_us() + LOG_US, has_frames, &other);
    viewer_close(&other);
}

static void change_settings(const char *json)
{
    char request[512];
    struct fetched answer;
    snprintf(request, sizeof(request),
             "PATCH /api/streams/live/settings\r\nAuthorization: Bearer " TOKEN
             "\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(json), json);
    fetch(host.port, request, &answer);
    fetched_finish(&answer);
}

static void provoke(void)
{
    if (running->send != NULL)
        viewer_send(&viewer, 0x81, running->send, strlen(running->send));
    if (running->join)
        join_and_leave();
    if (running->patch != NULL)
        change_settings(running->patch);
}

static void expect_said(void)
{
    for (int i = 0; running->log[i] != NULL; i++)
        expect_log(running->log[i]);
    if (running->payload != NULL) {
        seen.wanted = running->payload;
        seen.wanted_seen = false;
        if (!wait_until(saw_wanted, NULL, LOG_US))
            give_up("not in a payload:", running->payload);
        seen.wanted = NULL;
    }
}

static void expect_rate(int64_t limit_us)
{
    int64_t from_us = mr_clock_now_us();
    if (!wait_until(saw_rate, NULL, limit_us + 1000000))
        give_up("frames do not come at their rate", "");
    if (seen.good_us - from_us > slowest_recovery_us)
        slowest_recovery_us = seen.good_us - from_us;
}

static void expect_api(void)
{
    struct fetched answer;
    json_error_t error;
    assert_int_equal(fetch(host.port, "GET /api/streams/live", &answer), 200);
    json_t *all = json_loadb((char *)answer.body.data, answer.body.size, 0, &error);
    if (all == NULL)
        fail_msg("%s: %s: %s", running->name, error.text, (char *)answer.body.data);
    json_decref(all);
    fetched_finish(&answer);
}

static void run_live(void)
{
    expect_log("loaded (version");
    if (running->when == HOSTILE_RELOAD)
        return;
    provoke();
    expect_said();
    if (running->stops)
        expect_rate_since(mr_clock_now_us());
    expect_rate(running->again ? AGAIN_US : DEADLINE_MS * 1000 + RECOVERY_US);
}

static void run_trial(void)
{
    uint64_t gaps = viewer.gaps;
    expect_log("the version before goes on");
    expect_said();
    expect_rate(RECOVERY_US);
    if (viewer.gaps - gaps > GAPS_FORGIVEN)
        fail_msg("%s: %d frames are missing", running->name, (int)(viewer.gaps - gaps));
}

static void run_case(unsigned number, struct holding *before)
{
    begin_log();
    expect_rate_since(mr_clock_now_us());
    save(running->text);
    if (running->when == HOSTILE_TRIAL)
        run_trial();
    else
        run_live();
    expect_api();
    save_good(number);
    expect_good(number);
    if (running->when == HOSTILE_RELOAD) {
        expect_said();
        expect_rate(DEADLINE_MS * 1000 + RECOVERY_US);
    }
    expect_plain_log();
    expect_as_before(before);
    if (viewer.invalid || viewer.ended)
        give_up("the viewer lost its connection", viewer.fault != NULL ? viewer.fault : "");
}

/* ---- the run ---- */

static void start(const struct hostile_run *run)
{
    const char *const arguments[] = { "--size",
                                      "160x120",
                                      "--always",
                                      "--deadline",
                                      TEXT(DEADLINE_MS),
                                      "--memory",
                                      "64",
                                      "--token",
                                      TOKEN,
                                      "--on-script-error",
                                      run->on_error,
                                      "--isolation",
                                      run->off ? "off" : "process",
                                      "--script",
                                      script,
                                      "lavfi:testsrc2=size=160x120:rate=25",
                                      NULL };
    save_good(0);
    assert_true(host_start(&host, arguments));
    memset(&seen, 0, sizeof(seen));
    const struct viewer_options options = { .on_message = look };
    assert_int_equal(viewer_open(&viewer, host.port, &options), 101);
    viewing = true;
    expect_good(0);
}

static void stop(void)
{
    viewer_close(&viewer);
    viewing = false;
    assert_int_equal(host_stop(&host, SIGTERM, 5 * 1000000LL), 0);
}

static bool is_run(const struct hostile_run *run, size_t index)
{
    return index % run->parts == run->part && (!run->off || cases[index].off);
}

/* What is made once and kept (fonts, caches, the threads' arenas) is not there yet at first: a case
 * that does everything goes before the measure is taken. */
static void warm_up(void)
{
    save("local calls = 0\n"
         "function process(frame)\n"
         "  calls = calls + 1\n"
         "  frame:text('x', 1, 1)\n"
         "  if calls > 3 then error('warming up') end\n"
         "end\n");
    expect_log("warming up");
    save_good(1);
    expect_good(1);
}

void hostile_run(const struct hostile_run *run)
{
    struct holding before = { 0 };
    unsigned done = 0;
    const char *only = getenv("HOSTILE_ONLY");
    clip_path("process.lua", script);
    *strrchr(script, '/') = '\0';
    hostile_make_files(script);
    script[strlen(script)] = '/';
    count = hostile_read(cases);
    for (size_t i = 0; i < count; i++) {
        if (!is_run(run, i) || (only != NULL && strstr(cases[i].name, only) == NULL))
            continue;
        running = NULL;
        if (done % HOSTILE_PER_HOST == 0) {
            if (done > 0)
                stop();
            start(run);
            begin_log();
            warm_up();
            assert_true(wait_until(has_one_child_at_most, NULL, TAKE_OVER_US));
            before = measure();
            assert_int_equal(before.children.alive, run->off ? 0 : 1);
        }
        running = &cases[i];
        run_case(100 + done++, &before);
    }
    if (only == NULL)
        assert_true(done >= 20);
    if (done > 0)
        stop();
    print_message(
        "%u hostile scripts; slowest: a good second after %d ms, the next script after %d "
        "ms; the host grew by %d KiB at most\n",
        done, (int)(slowest_recovery_us / 1000), (int)(slowest_take_over_us / 1000),
        (int)largest_growth_kib);
    assert_int_equal(failures, 0);
}

void hostile_run_end(void)
{
    if (viewing)
        viewer_close(&viewer);
    viewing = false;
    host_stop(&host, SIGTERM, 5 * 1000000LL);
    hostile_free(cases, count);
    count = 0;
}
