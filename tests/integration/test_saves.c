/* Several people save the same file at once: one of them wins, the others are told. */
#include "support/check.h"
#include "support/clip.h"
#include "support/fetch.h"
#include "support/host.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define WAIT_US 20000000
#define RIGHTS  "\r\nAuthorization: Bearer edit"
#define SCRIPT  "/api/streams/live/script"
#define FILES   "/api/streams/live/files/"
#define PEOPLE  6
#define ROUNDS  5

static struct host host;

static int set_up(void **state)
{
    (void)state;
    static char path[CLIP_PATH];
    clip_path("saves.lua", path);
    FILE *file = fopen(path, "w");
    fputs("function process() return 0 end\n", file);
    fclose(file);
    const char *arguments[] = { "--always", "--size", "64x48", "--token", "edit",
                                "--script", path,     "test:", NULL };
    return host_start(&host, arguments) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return host_stop(&host, SIGTERM, WAIT_US) == 0 ? 0 : -1;
}

/* A PUT, sent by a thread of its own. */
struct save {
    pthread_t thread;
    char request[512];
    int status;
};

static void *send_save(void *opaque)
{
    struct save *save = opaque;
    struct fetched answer;
    save->status = fetch(host.port, save->request, &answer);
    fetched_finish(&answer);
    return NULL;
}

/* in: condition: a header line, or "". out: wins: how many got 200. return: how many got `other` */
static int save_at_once(const char *address, const char *condition, int round, int other, int *wins)
{
    struct save saves[PEOPLE];
    int others = 0;
    *wins = 0;
    for (int i = 0; i < PEOPLE; i++) {
        char text[64];
        snprintf(text, sizeof(text), "function process() return %d end\n", round * 100 + i);
        snprintf(saves[i].request, sizeof(saves[i].request),
                 "PUT %s" RIGHTS "%s\r\nContent-Length: %zu\r\n\r\n%s", address, condition,
                 strlen(text), text);
        assert_int_equal(pthread_create(&saves[i].thread, NULL, send_save, &saves[i]), 0);
    }
    for (int i = 0; i < PEOPLE; i++) {
        pthread_join(saves[i].thread, NULL);
        *wins += saves[i].status == 200;
        others += saves[i].status == other;
    }
    return others;
}

static void get_etag(const char *address, char *condition, size_t size)
{
    char request[128];
    struct fetched answer;
    snprintf(request, sizeof(request), "GET %s" RIGHTS, address);
    assert_int_equal(fetch(host.port, request, &answer), 200);
    snprintf(condition, size, "\r\nIf-Match: %s", fetched_header(&answer, "ETag"));
    fetched_finish(&answer);
}

static void expect_one_winner(const char *address)
{
    for (int round = 1; round <= ROUNDS; round++) {
        char condition[128];
        int wins;
        get_etag(address, condition, sizeof(condition));
        assert_int_equal(save_at_once(address, condition, round, 412, &wins), PEOPLE - 1);
        assert_int_equal(wins, 1);
    }
}

static void of_those_who_loaded_the_same_script_one_wins(void **state)
{
    (void)state;
    expect_one_winner(SCRIPT);
}

static void of_those_who_loaded_the_same_file_one_wins(void **state)
{
    (void)state;
    int wins, refused = save_at_once(FILES "shared.lua", "", 0, 409, &wins);
    assert_int_equal(wins + refused, PEOPLE);
    assert_true(wins >= 1);
    expect_one_winner(FILES "shared.lua");
}

static void a_new_file_is_made_once(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char address[64];
        int wins;
        snprintf(address, sizeof(address), FILES "new%d.lua", round);
        assert_int_equal(save_at_once(address, "\r\nIf-None-Match: *", round, 412, &wins),
                         PEOPLE - 1);
        assert_int_equal(wins, 1);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

RUN_TESTS(TEST(of_those_who_loaded_the_same_script_one_wins),
          TEST(of_those_who_loaded_the_same_file_one_wins), TEST(a_new_file_is_made_once))
