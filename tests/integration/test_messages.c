/* What viewers and a script say to each other, and settings, against the real program. */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/viewer.h"

#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_US (20 * 1000000LL)
#define VIEWERS  3
#define TOKEN    "let-me-in"
#define RIGHTS   "\r\nAuthorization: Bearer " TOKEN
#define SETTINGS "/api/streams/live/settings"

static struct host host;
static char script[CLIP_PATH];
static struct viewer viewers[VIEWERS];

/* What each of them saw, as JSON with sorted keys. */
static struct seen {
    char *payload;          /* of the newest frame */
    struct mr_buffer texts; /* each on a line */
    unsigned errors;        /* {"error": …} among them */
} seen[VIEWERS];

/* ---- the script ---- */

static const char script_format[] =
    "settings = { label = { 'one' }, opacity = { 0.8, min = 0, max = 1 } }\n"
    "local shared\n"
    "function init(state)\n"
    "  shared = state\n"
    "  state.clients = state.clients or {}\n"
    "  state.floods = state.floods or 0\n"
    "  every(0.02, function() state.ticks = (state.ticks or 0) + 1 end)\n"
    "end\n"
    "function process(frame, state)\n"
    "  local clients = {}\n"
    "  for i, client in ipairs(state.clients) do clients[i] = client end\n"
    "  return { version = %d, label = settings.label, changed = state.changed,\n"
    "    pointer = state.pointer, clients = clients, floods = state.floods,\n"
    "    ticking = (state.ticks or 0) > 3 }\n"
    "end\n"
    "function on_settings(changed) shared.changed = changed end\n"
    "function on_message(message, client)\n"
    "  if message.type == 'pointer' then\n"
    "    shared.pointer = { x = message.x, y = message.y }\n"
    "    broadcast({ pointer = shared.pointer, from = client })\n"
    "    broadcast({ thanks = client }, client)\n"
    "  elseif message.type == 'work' then\n"
    "    broadcast('working')\n"
    "    local start = os.clock()\n"
    "    while os.clock() - start < 0.5 do end\n"
    "  else\n"
    "    shared.floods = shared.floods + 1\n"
    "  end\n"
    "end\n"
    "function on_client(event, client)\n"
    "  if event == 'join' then\n"
    "    table.insert(shared.clients, client)\n"
    "    broadcast({ welcome = client }, client)\n"
    "  else\n"
    "    for i, known in ipairs(shared.clients) do\n"
    "      if known == client then table.remove(shared.clients, i) break end\n"
    "    end\n"
    "  end\n"
    "end\n";

/* As editors save: by renaming. */
static void save(int version)
{
    char other[CLIP_PATH + 4];
    snprintf(other, sizeof(other), "%s.new", script);
    FILE *file = fopen(other, "w");
    assert_non_null(file);
    fprintf(file, script_format, version);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(other, script), 0);
}

/* ---- viewers ---- */

static char *canonical(const char *json, size_t size)
{
    json_t *value = json_loadb(json, size, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    json_decref(value);
    return text;
}

static void look(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    struct seen *mine = opaque;
    (void)viewer;
    if (message->opcode == 2) {
        free(mine->payload);
        mine->payload = canonical(message->payload, message->payload_size);
        return;
    }
    char *text = canonical((const char *)message->bytes, message->size);
    if (strstr(text, "\"image\":") == NULL) { /* else a frame of format=json */
        mr_buffer_printf(&mine->texts, "%s\n", text);
        mine->errors += strncmp(text, "{\"error\":", 9) == 0;
    }
    free(text);
}

static void join(int i, const char *path)
{
    assert_int_equal(viewer_open(&viewers[i], host.port,
                                 &(struct viewer_options){
                                     .path = path, .on_message = look, .opaque = &seen[i] }),
                     101);
}

static void say(int i, const char *json)
{
    viewer_send(&viewers[i], 0x81, json, strlen(json));
}

struct wish {
    const struct seen *who;
    const char *payload, *text; /* parts of what is awaited; NULL: anything */
};

static bool came_true(void *opaque)
{
    const struct wish *wish = opaque;
    const struct mr_buffer *texts = &wish->who->texts;
    bool payload = wish->payload == NULL || (wish->who->payload != NULL &&
                                             strstr(wish->who->payload, wish->payload) != NULL);
    bool text =
        wish->text == NULL || (texts->size > 0 && strstr((char *)texts->data, wish->text) != NULL);
    return payload && text;
}

static void await(int i, const char *payload, const char *text)
{
    struct wish wish = { &seen[i], payload, text };
    if (viewers_run(viewers, VIEWERS, mr_clock_now_us() + LIMIT_US, came_true, &wish))
        return;
    fail_msg("viewer %d: instead of %s%s: payload %s, texts %s", i, payload != NULL ? payload : "",
             text != NULL ? text : "", seen[i].payload != NULL ? seen[i].payload : "none",
             seen[i].texts.size > 0 ? (char *)seen[i].texts.data : "none");
}

static void await_payload(int i, const char *part)
{
    await(i, part, NULL);
}

static void await_text(int i, const char *part)
{
    await(i, NULL, part);
}

static bool has_text(int i, const char *part)
{
    return seen[i].texts.size > 0 && strstr((char *)seen[i].texts.data, part) != NULL;
}

/* The number that the host gave it, from its welcome. */
static int id_of(int i)
{
    int id = 0;
    await_text(i, "\"welcome\"");
    assert_int_equal(sscanf((char *)seen[i].texts.data, "{\"welcome\":%d}", &id), 1);
    return id;
}

static void join_all(int ids[VIEWERS])
{
    for (int i = 0; i < VIEWERS; i++) {
        join(i, i == 2 ? "/ws/live?format=json" : NULL);
        ids[i] = id_of(i);
    }
}

/* ---- requests ---- */

static json_t *get_json(const char *path)
{
    struct fetched answer;
    char request[128];
    snprintf(request, sizeof(request), "GET %s", path);
    assert_int_equal(fetch(host.port, request, &answer), 200);
    json_t *value = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    assert_non_null(value);
    fetched_finish(&answer);
    return value;
}

static int64_t script_count(const char *name)
{
    json_t *state = get_json("/api/streams/live");
    json_t *count = json_object_get(json_object_get(state, "script"), name);
    assert_true(json_is_integer(count));
    int64_t value = json_integer_value(count);
    json_decref(state);
    return value;
}

static int patch(const char *headers, const char *body, struct fetched *answer)
{
    char request[512];
    snprintf(request, sizeof(request), "PATCH " SETTINGS "%s\r\nContent-Length: %zu\r\n\r\n%s",
             headers, strlen(body), body);
    return fetch(host.port, request, answer);
}

static void expect_patch(const char *headers, const char *body, int status, const char *part)
{
    struct fetched answer;
    patch(headers, body, &answer);
    if (answer.status != status || strstr((char *)answer.body.data, part) == NULL)
        fail_msg("%d %s instead of %d %s", answer.status, (char *)answer.body.data, status, part);
    fetched_finish(&answer);
}

/* ---- the tests ---- */

static void a_pointer_is_seen_by_all(void **state)
{
    (void)state;
    int ids[VIEWERS];
    char text[128];
    join_all(ids);
    assert_true(ids[0] >= 1 && ids[1] > ids[0] && ids[2] > ids[1]);
    snprintf(text, sizeof(text), "\"clients\":[%d,%d,%d]", ids[0], ids[1], ids[2]);
    await_payload(0, text);
    await_payload(1, "\"ticking\":true");

    say(1, "{\"type\":\"pointer\",\"x\":5,\"y\":6}");
    snprintf(text, sizeof(text), "{\"from\":%d,\"pointer\":{\"x\":5,\"y\":6}}\n", ids[1]);
    for (int i = 0; i < VIEWERS; i++)
        await_text(i, text);
    await_payload(0, "\"pointer\":{\"x\":5,\"y\":6}");
    say(2, "{\"type\":\"pointer\",\"x\":-1,\"y\":0.5}");
    snprintf(text, sizeof(text), "{\"from\":%d,\"pointer\":{\"x\":-1,\"y\":0.5}}\n", ids[2]);
    for (int i = 0; i < VIEWERS; i++)
        await_text(i, text);
    await_payload(1, "\"pointer\":{\"x\":-1,\"y\":0.5}");

    for (int sender = 1; sender < VIEWERS; sender++) {
        snprintf(text, sizeof(text), "{\"thanks\":%d}\n", ids[sender]);
        await_text(sender, text);
        for (int i = 0; i < VIEWERS; i++)
            assert_true(has_text(i, text) == (i == sender));
    }

    viewer_close(&viewers[1]);
    snprintf(text, sizeof(text), "\"clients\":[%d,%d]", ids[0], ids[2]);
    await_payload(0, text);
    for (int i = 0; i < VIEWERS; i++)
        assert_false(viewers[i].invalid);
}

static void a_flood_is_bounded_and_told(void **state)
{
    (void)state;
    enum { FLOOD = 1000, WAITING = 256 };
    int ids[VIEWERS];
    join_all(ids);
    int64_t refused_before = script_count("refused");
    say(1, "{\"type\":\"work\"}");
    await_text(0, "\"working\"");
    for (int i = 0; i < FLOOD; i++)
        say(0, "{}");
    await_text(0, "{\"error\":\"too many messages");

    /* every message was either told to the script or refused */
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US, refused, floods;
    do {
        char part[64];
        assert_true(mr_clock_now_us() < deadline_us);
        viewers_run(viewers, VIEWERS, mr_clock_now_us() + 50000, NULL, NULL);
        refused = script_count("refused") - refused_before;
        floods = FLOOD - refused;
        snprintf(part, sizeof(part), "\"floods\":%d,", (int)floods);
        if (seen[0].payload != NULL && strstr(seen[0].payload, part) != NULL)
            break;
    } while (true);
    assert_in_range(floods, WAITING, FLOOD / 2 + WAITING);
    assert_true(script_count("messages") >= floods);

    assert_in_range(seen[0].errors, 1, 5); /* not one a message */
    assert_int_equal(seen[1].errors + seen[2].errors, 0);
    say(0, "{\"type\":\"pointer\",\"x\":1,\"y\":2}"); /* and it goes on */
    await_payload(0, "\"pointer\":{\"x\":1,\"y\":2}");
    assert_false(viewers[0].ended);
}

static void settings_are_changed_and_kept(void **state)
{
    (void)state;
    join(0, NULL);
    await_payload(0, "\"label\":\"one\"");
    json_t *list = get_json(SETTINGS);
    assert_int_equal(json_array_size(json_object_get(list, "settings")), 2);
    json_decref(list);

    expect_patch(RIGHTS, "{\"label\":\"two\"}", 200, "\"value\":\"two\"");
    await_payload(0, "\"changed\":{\"label\":\"two\"}");
    await_payload(0, "\"label\":\"two\"");
    expect_patch(RIGHTS, "{\"label\":\"three\",\"opacity\":7}", 422, "opacity");
    expect_patch(RIGHTS, "{\"colour\":1}", 422, "colour");
    expect_patch(RIGHTS, "{", 400, "JSON");
    expect_patch("", "{\"label\":\"three\"}", 401, "token");
    expect_patch("\r\nAuthorization: Bearer wrong", "{\"label\":\"three\"}", 403, "token");
    expect_patch(RIGHTS "\r\nOrigin: http://evil.example", "{\"label\":\"three\"}", 403, "evil");

    save(2);
    await_payload(0, "\"version\":2");
    await_payload(0, "\"label\":\"two\"");
    struct fetched answer;
    assert_int_equal(fetch(host.port, "GET " SETTINGS, &answer), 200);
    assert_non_null(strstr((char *)answer.body.data, "\"value\":\"two\""));
    fetched_finish(&answer);
}

static void a_finished_stream_still_hears(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--loop",
                                             "no",
                                             "--token",
                                             TOKEN,
                                             "--script",
                                             script,
                                             "lavfi:testsrc2=size=160x120:rate=25:duration=0.4",
                                             NULL };
    assert_true(host_start(&host, arguments));
    join(0, NULL);
    id_of(0);
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    for (bool finished = false; !finished;) {
        assert_true(mr_clock_now_us() < deadline_us);
        viewers_run(viewers, 1, mr_clock_now_us() + 20000, NULL, NULL);
        json_t *now = get_json("/api/streams/live");
        const char *phase = json_string_value(json_object_get(now, "phase"));
        finished = strcmp(phase, "finished") == 0;
        json_decref(now);
    }
    say(0, "{\"type\":\"pointer\",\"x\":5,\"y\":6}");
    await_text(0, "\"pointer\":{\"x\":5,\"y\":6}}\n");
    expect_patch(RIGHTS, "{\"label\":\"two\"}", 200, "\"value\":\"two\"");
}

/* The next line of what the host prints after its address, without the newline. */
static void read_printed(char line[128])
{
    size_t used = 0;
    do {
        struct pollfd ready = { .fd = host.out, .events = POLLIN };
        assert_true(used < 127);
        assert_int_equal(poll(&ready, 1, LIMIT_US / 1000), 1);
        assert_int_equal(read(host.out, line + used, 1), 1);
    } while (line[used++] != '\n');
    line[used - 1] = '\0';
}

static void a_token_is_made_up_and_printed(void **state)
{
    (void)state;
    char line[128], link[128], token[40] = "", headers[100];
    static const char *const arguments[] = { "--script", script, "test:", NULL };
    assert_true(host_start(&host, arguments));
    read_printed(line);
    assert_int_equal(sscanf(line, "token: %39[0-9a-f]", token), 1);
    assert_int_equal(strlen(token), 32);
    read_printed(line);
    snprintf(link, sizeof(link), "studio: http://127.0.0.1:%d/studio#token=%s", host.port, token);
    assert_string_equal(line, link);
    snprintf(headers, sizeof(headers), "\r\nAuthorization: Bearer %s", token);
    expect_patch(headers, "{\"label\":\"two\"}", 200, "\"value\":\"two\"");
    expect_patch(RIGHTS, "{\"label\":\"three\"}", 403, "token");
}

static void a_token_that_was_given_is_not_printed(void **state)
{
    (void)state;
    char line[128], link[128];
    read_printed(line);
    snprintf(link, sizeof(link), "studio: http://127.0.0.1:%d/studio", host.port);
    assert_string_equal(line, link);
}

/* ---- set-up ---- */

static int prepare(void **state)
{
    (void)state;
    memset(seen, 0, sizeof(seen));
    for (int i = 0; i < VIEWERS; i++)
        viewer_adopt(&viewers[i], -1, &(struct viewer_options){ 0 });
    clip_path("process.lua", script);
    save(1);
    return 0;
}

static int start(void **state)
{
    static const char *const arguments[] = { "--size",   "160x120", "--fps",      "25",
                                             "--token",  TOKEN,     "--deadline", "10000",
                                             "--script", script,    "test:",      NULL };
    prepare(state);
    return host_start(&host, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    for (int i = 0; i < VIEWERS; i++) {
        viewer_close(&viewers[i]);
        free(seen[i].payload);
        mr_buffer_finish(&seen[i].texts);
    }
    return host_stop(&host, SIGTERM, HANGS_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pointer_is_seen_by_all, start, stop),
        cmocka_unit_test_setup_teardown(a_flood_is_bounded_and_told, start, stop),
        cmocka_unit_test_setup_teardown(settings_are_changed_and_kept, start, stop),
        cmocka_unit_test_setup_teardown(a_finished_stream_still_hears, prepare, stop),
        cmocka_unit_test_setup_teardown(a_token_is_made_up_and_printed, prepare, stop),
        cmocka_unit_test_setup_teardown(a_token_that_was_given_is_not_printed, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
