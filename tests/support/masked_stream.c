#include "support/masked_stream.h"

#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_US (40 * 1000000LL)

struct masked_stream masked;

/* ---- the script ---- */

static const char script_format[] =
    "settings = { label = 'one' }\n"
    "local mode, left, shared, handed_over\n"
    "local function hang() while true do end end\n"
    "%s\n" /* load */
    "function init(state)\n"
    "  shared, handed_over, state.closing = state, state.closing, nil\n"
    "  %s\n"
    "end\n"
    "function on_message(message)\n"
    "  if message == 'deaf' then hang() end\n"
    "  if message == 'timer' then after(0, hang) end\n"
    "  mode, left = message, 5\n"
    "end\n"
    "function on_settings(changed) if changed.label == 'hang' then hang() end end\n"
    "function shutdown() shared.closing = true %s end\n"
    "function process(frame, state)\n"
    "  frame:set(0, 0, 1, 2, 3) -- from here on a canvas holds the frame as it came\n"
    "  if mode == 'raise' then\n"
    "    left = left - 1\n"
    "    if left == 0 then mode = nil end\n"
    "    error('told to raise')\n"
    "  end\n"
    "  if mode == 'hang' then hang() end\n"
    "  if mode == 'memory' then mode = ('x'):rep(64 << 20) end\n"
    "  if mode == 'payload' then mode = nil return { 0 / 0 } end\n"
    "  frame:rectangle(80, 0, 80, 64, { fill = '#00f' })\n"
    "  %s\n" /* process */
    "  return { label = settings.label, version = %d }\n"
    "end\n";

void masked_save(const struct masked_pieces *pieces)
{
    static const struct masked_pieces none;
    char other[CLIP_PATH + 4];
    const struct masked_pieces *p = pieces != NULL ? pieces : &none;
    snprintf(other, sizeof(other), "%s.new", masked.script);
    FILE *file = fopen(other, "w");
    assert_non_null(file);
    fprintf(file, script_format, p->load != NULL ? p->load : "", p->init != NULL ? p->init : "",
            p->shutdown != NULL ? p->shutdown : "", p->process != NULL ? p->process : "",
            ++masked.version);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(other, masked.script), 0);
}

/* ---- waiting ---- */

void masked_run(bool (*done)(void *), void *opaque, const char *what)
{
    if (!viewers_run(masked.viewers, MASKED_VIEWERS, mr_clock_now_us() + LIMIT_US, done, opaque))
        fail_msg("%s: %s", masked.policy, what);
    assert_false(masked.viewers[MASKED_BINARY].ended || masked.viewers[MASKED_BINARY].invalid);
    assert_false(masked.viewers[MASKED_JSON].ended || masked.viewers[MASKED_JSON].invalid);
}

static bool has_version(void *opaque)
{
    (void)opaque;
    return masked.seen.version == masked.version;
}

static bool has_without(void *opaque)
{
    return masked.seen.without >= *(uint64_t *)opaque;
}

static bool has_masked(void *opaque)
{
    return masked.seen.masked >= *(uint64_t *)opaque;
}

static bool log_says(void *text)
{
    struct mr_buffer log = { 0 };
    host_read_log(&masked.host, &log);
    bool said = strstr((char *)log.data, text) != NULL;
    mr_buffer_finish(&log);
    return said;
}

void masked_await_without(unsigned more)
{
    uint64_t wanted = masked.seen.without + more;
    masked_run(has_without, &wanted, "no frame without the script");
}

void masked_await_masked(unsigned more)
{
    uint64_t wanted = masked.seen.masked + more;
    masked_run(has_masked, &wanted, "the script does not run");
}

void masked_await_log(const char *text)
{
    masked_run(log_says, (void *)text, text);
}

void masked_await_version(void)
{
    masked_run(has_version, NULL, "the new version does not come");
}

void masked_renew(void)
{
    masked_save(NULL);
    masked_await_version();
}

json_t *masked_get_state(const char *name)
{
    struct fetched answer;
    assert_int_equal(fetch(masked.host.port, "GET /api/streams/live", &answer), 200);
    json_t *all = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    json_t *wanted = json_incref(json_object_get(all, name));
    json_decref(all);
    fetched_finish(&answer);
    return wanted;
}

int masked_count(const char *name)
{
    json_t *counts = masked_get_state("script");
    int count = (int)json_integer_value(json_object_get(counts, name));
    json_decref(counts);
    return count;
}

static bool has_one_child(void *pid)
{
    pid_t children[2];
    if (host_children(&masked.host, children, 2) != 1)
        return false;
    *(pid_t *)pid = children[0];
    return true;
}

pid_t masked_pid(void)
{
    pid_t pid = 0;
    masked_run(has_one_child, &pid, "there is not one process");
    return pid;
}

void masked_say(const char *word)
{
    char json[32];
    snprintf(json, sizeof(json), "\"%s\"", word);
    viewer_send(&masked.viewers[MASKED_BINARY], 0x81, json, strlen(json));
}

/* ---- viewers, beginning and end ---- */

void masked_watch(void)
{
    static const char *const paths[MASKED_VIEWERS] = { "/ws/live", "/ws/live?format=json" };
    for (int i = 0; i < MASKED_VIEWERS; i++)
        assert_int_equal(viewer_open(&masked.viewers[i], masked.host.port,
                                     &(struct viewer_options){ .path = paths[i],
                                                               .on_message = mask_watch_look,
                                                               .opaque = &masked.seen }),
                         101);
}

void masked_leave(void)
{
    for (int i = 0; i < MASKED_VIEWERS; i++)
        viewer_close(&masked.viewers[i]);
}

void masked_begin(const char *source)
{
    clip_path("process.lua", masked.script);
    masked.seen = (struct mask_watch){ .policy = masked.policy };
    masked.version = 0;
    masked_save(NULL);
    const char *const arguments[] = { "--script",    masked.script,    "--on-script-error",
                                      masked.policy, "--token",        MASKED_TOKEN,
                                      "--deadline",  masked.deadline,  "--memory",
                                      "48",          "--size",         "160x120",
                                      "--isolation", masked.isolation, "--loop",
                                      "yes",         source,           NULL };
    assert_true(host_start(&masked.host, arguments));
    masked_watch();
}

int masked_end(void)
{
    masked_leave();
    print_message("%s: %llu pictures with a mask, %llu without the script, %llu in both formats\n",
                  masked.policy, (unsigned long long)masked.seen.masked,
                  (unsigned long long)masked.seen.without,
                  (unsigned long long)masked.seen.compared);
    return host_stop(&masked.host, SIGTERM, 10000000);
}
