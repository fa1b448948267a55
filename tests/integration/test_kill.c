/* A script's process that is killed again and again, at random moments and in bad ones: no frame is
 * lost, nothing leaks, and of `state` at most a second.
 *
 * KILL_SEED=N repeats a run. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOSTS         10
#define KILLS         10 /* of each: 100 together */
#define WARM_UP       3  /* kills before what the host holds is taken down */
#define MOMENT_US     1500000
#define TRIAL_US      100000 /* what a new process takes, about */
#define STATE_LOSS_US 1000000
#define SETTLE_US     2000000
#define DEADLINE_MS   "1000"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RATE       5          /* ten hosts on a small machine */
#define GROWTH_KIB (64 << 10) /* freed memory is kept for a while */
#define LIMIT_US   (220 * 1000000LL)
#else
#define RATE       25
#define GROWTH_KIB (4 << 10)
#define LIMIT_US   (110 * 1000000LL)
#endif
#define TEXT_OF(x)  #x
#define TEXT(x)     TEXT_OF(x)
#define SOURCE_RATE TEXT(RATE)

/* `got` is the time of the last frame that its state knew of when it was born. */
static const char script_text[] =
    "local born, got = now(), nil\n"
    "function init(state) got = state.wall or 0 end\n"
    "function process(frame, state)\n"
    "  state.count = (state.count or 0) + 1\n"
    "  state.wall = frame.time\n"
    "  frame:rectangle(10, 10, 40, 30, { fill = 'blue' })\n"
    "  return { born = born, count = state.count, got = got, wall = frame.time }\n"
    "end\n";

struct held {
    int descriptors, threads;
    int64_t resident_kib;
};

static struct victim {
    struct host host;
    int kills, tries_killed; /* processes; among them, those that had not taken over yet */
    bool hit_twice;          /* the next one is killed while it proves itself */
    int64_t kill_at_us;      /* monotonic; -1: it does not run yet */
    int64_t killed_us;       /* monotonic; 0: it runs */
    int64_t killed_wall_us;
    pid_t last_killed;

    /* of what runs, or ran last */
    double born;
    int64_t since_wall_us; /* its first frame */
    int64_t count;         /* in its last payload */

    struct held before;
} victims[HOSTS];
static struct viewer viewers[HOSTS];

static int64_t worst_loss_us, longest_restart_us, shortest_restart_us = INT64_MAX;
static unsigned seed;

/* ---- what viewers see ---- */

static double number_of(const char *payload, const char *name)
{
    const char *at = strstr(payload, name);
    assert_non_null(at);
    return atof(at + strlen(name));
}

static int64_t moment_us(void)
{
    return (int64_t)(rand_r(&seed) % MOMENT_US);
}

/* The first frame of a process: what it knew of the one before. */
static void look_at_birth(struct victim *victim, const char *payload, int64_t count)
{
    int64_t got_us = (int64_t)(number_of(payload, "\"got\":") * 1e6);
    int64_t now_us = mr_clock_now_us();
    if (victim->born > 0) {
        int64_t from_us = got_us > victim->since_wall_us ? got_us : victim->since_wall_us;
        int64_t loss_us = victim->killed_wall_us - from_us, took_us = now_us - victim->killed_us;
        if (loss_us > STATE_LOSS_US)
            fail_msg("%lld µs of state are lost", (long long)loss_us);
        if (count <= victim->count - RATE - 1)
            fail_msg("the state of frame %lld is followed by that of %lld",
                     (long long)victim->count, (long long)count);
        worst_loss_us = loss_us > worst_loss_us ? loss_us : worst_loss_us;
        longest_restart_us = took_us > longest_restart_us ? took_us : longest_restart_us;
        shortest_restart_us = took_us < shortest_restart_us ? took_us : shortest_restart_us;
    }
    victim->born = number_of(payload, "\"born\":");
    victim->since_wall_us = (int64_t)(number_of(payload, "\"wall\":") * 1e6);
    victim->killed_us = 0;
    victim->hit_twice = false;
    /* every third lives no longer than its first frame */
    victim->kill_at_us = now_us + (victim->kills % 3 == 2 ? 0 : moment_us());
}

static void look(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    struct victim *victim = opaque;
    char payload[256];
    (void)viewer;
    if (message->opcode != 2)
        return;
    snprintf(payload, sizeof(payload), "%.*s", (int)message->payload_size, message->payload);
    if (strcmp(payload, "null") == 0)
        return;
    int64_t count = (int64_t)number_of(payload, "\"count\":");
    if (number_of(payload, "\"born\":") != victim->born)
        look_at_birth(victim, payload, count);
    else if (count != victim->count + 1)
        fail_msg("frame %lld is followed by %lld", (long long)victim->count, (long long)count);
    victim->count = count;
}

/* ---- killing ---- */

static void take_down(struct victim *victim, struct held *held)
{
    held->descriptors = host_descriptors(&victim->host);
    held->threads = host_threads(&victim->host);
    held->resident_kib = host_resident_kib(&victim->host);
}

/* Its only child; 0 when there is none, or the one before is not yet buried. */
static pid_t only_child(const struct victim *victim)
{
    pid_t children[4];
    int count = host_children(&victim->host, children, 4);
    assert_true(count <= 2);
    return count == 1 && children[0] != victim->last_killed ? children[0] : 0;
}

static void strike(struct victim *victim, pid_t pid)
{
    victim->last_killed = pid;
    victim->killed_wall_us = mr_clock_wall_us();
    assert_int_equal(kill(pid, SIGKILL), 0);
    victim->kills++;
}

static void kill_the_running(struct victim *victim)
{
    pid_t pid = only_child(victim);
    if (pid == 0)
        return; /* soon */
    if (victim->kills >= WARM_UP && victim->before.descriptors == 0)
        take_down(victim, &victim->before);
    strike(victim, pid);
    victim->killed_us = mr_clock_now_us();
    victim->kill_at_us = -1;
    victim->hit_twice = victim->kills % 4 == 1 && victim->kills < KILLS;
}

/* One that is just being started, at whatever it is. */
static void kill_the_next(struct victim *victim)
{
    pid_t pid = only_child(victim);
    int64_t wall_us = victim->killed_wall_us;
    if (pid > 0 && victim->kill_at_us < 0)
        victim->kill_at_us = mr_clock_now_us() + (int64_t)(rand_r(&seed) % TRIAL_US);
    if (pid == 0 || mr_clock_now_us() < victim->kill_at_us)
        return;
    strike(victim, pid);
    victim->killed_wall_us = wall_us;
    victim->tries_killed++;
    victim->hit_twice = false;
}

static bool all_were_killed(void *opaque)
{
    bool all = true;
    (void)opaque;
    for (struct victim *victim = victims; victim < victims + HOSTS; victim++) {
        if (victim->killed_us > 0 && victim->hit_twice)
            kill_the_next(victim);
        else if (victim->killed_us == 0 && victim->born > 0 && victim->kills < KILLS &&
                 mr_clock_now_us() >= victim->kill_at_us)
            kill_the_running(victim);
        all = all && victim->kills >= KILLS && victim->killed_us == 0;
    }
    return all;
}

/* ---- afterwards ---- */

static int count_lines(const struct victim *victim, const char *text)
{
    struct mr_buffer log = { 0 };
    int count = 0;
    host_read_log(&victim->host, &log);
    for (const char *at = (char *)log.data; (at = strstr(at, text)) != NULL; at++)
        count++;
    mr_buffer_finish(&log);
    return count;
}

static int script_count(const struct victim *victim, const char *name)
{
    struct fetched answer;
    assert_int_equal(fetch(victim->host.port, "GET /api/streams/live", &answer), 200);
    json_t *all = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    int count = (int)json_integer_value(json_object_get(json_object_get(all, "script"), name));
    json_decref(all);
    fetched_finish(&answer);
    return count;
}

static void check_accounts(const struct victim *victim)
{
    assert_int_equal(script_count(victim, "starts"), 1 + victim->kills);
    assert_int_equal(script_count(victim, "deaths"), victim->kills);
    assert_int_equal(script_count(victim, "kills"), 0);
    assert_int_equal(count_lines(victim, "script process"), 1 + 2 * victim->kills);
    assert_int_equal(count_lines(victim, " started\n"), 1 + victim->kills);
    assert_int_equal(count_lines(victim, " was ended by signal 9 (Killed)\n"), victim->kills);
}

/* Connections of our own questions may take a moment to be closed. */
static bool holds_as_much(void *opaque)
{
    struct victim *victim = opaque;
    return host_descriptors(&victim->host) == victim->before.descriptors &&
           host_threads(&victim->host) == victim->before.threads;
}

static void check_leaks(struct victim *victim)
{
    struct held after;
    pid_t children[4];
    if (!viewers_run(NULL, 0, mr_clock_now_us() + SETTLE_US, holds_as_much, victim)) {
        take_down(victim, &after);
        fail_msg("%d descriptors and %d threads became %d and %d", victim->before.descriptors,
                 victim->before.threads, after.descriptors, after.threads);
    }
    take_down(victim, &after);
    assert_int_equal(host_children(&victim->host, children, 4), 1);
    if (after.resident_kib > victim->before.resident_kib + GROWTH_KIB)
        fail_msg("the host grew from %lld to %lld KiB", (long long)victim->before.resident_kib,
                 (long long)after.resident_kib);
}

static void nothing_is_lost_when_the_process_is_killed(void **state)
{
    (void)state;
    int tries = 0;
    if (!viewers_run(viewers, HOSTS, mr_clock_now_us() + LIMIT_US, all_were_killed, NULL))
        for (int i = 0; i < HOSTS; i++)
            if (victims[i].kills < KILLS || victims[i].killed_us > 0)
                fail_msg("host %d: %d kills, %s", i, victims[i].kills,
                         victims[i].killed_us > 0 ? "its script is lost" : "its script runs");
    for (int i = 0; i < HOSTS; i++) {
        assert_false(viewers[i].ended);
        assert_false(viewers[i].invalid);
        assert_int_equal(viewers[i].gaps, 0);
        tries += victims[i].tries_killed;
    }
    print_message("%d kills, %d of them before the process took over; at most %lld ms of state "
                  "lost; runs again after %lld … %lld ms\n",
                  HOSTS * KILLS, tries, (long long)worst_loss_us / 1000,
                  (long long)shortest_restart_us / 1000, (long long)longest_restart_us / 1000);
    for (int i = 0; i < HOSTS; i++)
        check_accounts(&victims[i]);
    for (int i = 0; i < HOSTS; i++)
        check_leaks(&victims[i]);
}

/* ---- a stopped process ---- */

static bool all_run_again(void *opaque)
{
    (void)opaque;
    for (int i = 0; i < HOSTS; i++)
        if (victims[i].killed_us > 0)
            return false;
    return true;
}

static void a_stopped_process_is_killed_at_the_deadline(void **state)
{
    (void)state;
    for (int i = 0; i < HOSTS; i++) {
        pid_t pid = only_child(&victims[i]);
        assert_true(pid > 0);
        assert_int_equal(kill(pid, SIGSTOP), 0);
        victims[i].killed_us = mr_clock_now_us();
        victims[i].killed_wall_us = mr_clock_wall_us();
    }
    assert_true(viewers_run(viewers, HOSTS, mr_clock_now_us() + LIMIT_US / 2, all_run_again, NULL));
    for (int i = 0; i < HOSTS; i++) {
        assert_false(viewers[i].ended);
        assert_int_equal(script_count(&victims[i], "kills"), 1);
        assert_int_equal(script_count(&victims[i], "deaths"), victims[i].kills);
        assert_int_equal(
            count_lines(&victims[i], "process.lua: stopped after " DEADLINE_MS " ms (deadline)"),
            1);
        check_leaks(&victims[i]);
    }
}

/* ---- set-up ---- */

static int start(void **state)
{
    (void)state;
    char script[CLIP_PATH];
    const char *wanted = getenv("KILL_SEED");
    seed = wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : (unsigned)time(NULL);
    print_message("KILL_SEED=%u\n", seed);
    clip_path("process.lua", script);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fputs(script_text, file);
    assert_int_equal(fclose(file), 0);
    const char *const arguments[] = { "--always",  "--deadline",
                                      DEADLINE_MS, "--script",
                                      script,      "lavfi:testsrc2=size=160x120:rate=" SOURCE_RATE,
                                      NULL };
    for (int i = 0; i < HOSTS; i++)
        assert_true(host_start(&victims[i].host, arguments));
    for (int i = 0; i < HOSTS; i++) /* at once: from now on all of them are read */
        assert_int_equal(
            viewer_open(&viewers[i], victims[i].host.port,
                        &(struct viewer_options){ .on_message = look, .opaque = &victims[i] }),
            101);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    int failed = 0;
    for (int i = 0; i < HOSTS; i++) {
        viewer_close(&viewers[i]);
        failed |= host_stop(&victims[i].host, SIGTERM, 10000000);
    }
    return failed;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_when_the_process_is_killed),
        cmocka_unit_test(a_stopped_process_is_killed_at_the_deadline),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
