/* A ticket is good once, for its path, for a minute; and the server gives the token's rights for it. */
#include "http/request/tickets.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server_fixture.h"

#define SECOND 1000000LL
#define NOW_US (1000 * SECOND)

static void one_is_good_once_for_its_path(void **state)
{
    (void)state;
    struct mr_tickets *tickets = mr_tickets_create();
    char ticket[MR_TOKEN_SIZE], other[MR_TOKEN_SIZE];
    assert_int_equal(mr_tickets_make(tickets, "/ws/live", NOW_US, ticket), 0);
    assert_int_equal(mr_tickets_make(tickets, "/ws/live", NOW_US, other), 0);
    assert_string_not_equal(ticket, other);
    assert_false(mr_tickets_take(tickets, "/ws/yard", ticket, NOW_US));
    assert_false(mr_tickets_take(tickets, "/ws/live", "", NOW_US));
    assert_false(mr_tickets_take(tickets, "/ws/live", "0123456789abcdef0123456789abcdef", NOW_US));
    assert_true(mr_tickets_take(tickets, "/ws/live", ticket, NOW_US));
    assert_false(mr_tickets_take(tickets, "/ws/live", ticket, NOW_US));
    assert_true(mr_tickets_take(tickets, "/ws/live", other, NOW_US + 59 * SECOND));
    mr_tickets_destroy(tickets);
}

static void it_lasts_a_minute_and_the_oldest_make_room(void **state)
{
    (void)state;
    struct mr_tickets *tickets = mr_tickets_create();
    char first[MR_TOKEN_SIZE], ticket[MR_TOKEN_SIZE], path[MR_TICKETS_PATH_MAX + 2];
    assert_int_equal(mr_tickets_make(tickets, "/a", NOW_US, ticket), 0);
    assert_false(mr_tickets_take(tickets, "/a", ticket, NOW_US + MR_TICKETS_LIFE_S * SECOND));
    assert_int_equal(mr_tickets_make(tickets, "/a", NOW_US, first), 0);
    for (int i = 0; i < MR_TICKETS_MAX; i++)
        assert_int_equal(mr_tickets_make(tickets, "/a", NOW_US, ticket), 0);
    assert_false(mr_tickets_take(tickets, "/a", first, NOW_US));
    assert_true(mr_tickets_take(tickets, "/a", ticket, NOW_US));
    memset(path, 'a', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(mr_tickets_make(tickets, path, NOW_US, ticket), -ENAMETOOLONG);
    mr_tickets_destroy(tickets);
}

/* return: a ticket that the server gives for a path */
static const char *ask(const char *path)
{
    static char query[80];
    char request[256], body[128];
    struct fetched answer;
    snprintf(body, sizeof(body), "{\"path\":\"%s\"}", path);
    snprintf(request, sizeof(request),
             "POST /api/tickets\r\nAuthorization: Bearer " TOKEN
             "\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    assert_int_equal(fetch(port, request, &answer), 200);
    json_t *value = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    snprintf(query, sizeof(query), "?ticket=%s",
             json_string_value(json_object_get(value, "ticket")));
    assert_int_equal(json_integer_value(json_object_get(value, "expires_s")), MR_TICKETS_LIFE_S);
    json_decref(value);
    fetched_finish(&answer);
    return query;
}

static int status_of(const char *path, const char *query)
{
    char request[256];
    struct fetched answer;
    snprintf(request, sizeof(request), "GET %s%s", path, query);
    int status = fetch(port, request, &answer);
    fetched_finish(&answer);
    return status;
}

static void the_server_gives_the_tokens_rights_for_one(void **state)
{
    (void)state;
    static const char log[] = "/api/streams/live/log", script[] = "/api/streams/live/script";
    assert_int_equal(status_of(log, ""), 401);
    const char *ticket = ask(log);
    assert_int_equal(status_of(script, ticket), 401);
    assert_int_equal(status_of(log, ticket), 200);
    assert_int_equal(status_of(log, ticket), 401);
    assert_int_equal(status_of(log, "?ticket="), 401);
}

static int status_of_post(const char *headers, const char *body)
{
    char request[256];
    struct fetched answer;
    snprintf(request, sizeof(request), "POST /api/tickets%s\r\nContent-Length: %zu\r\n\r\n%s",
             headers, strlen(body), body);
    int status = fetch(port, request, &answer);
    fetched_finish(&answer);
    return status;
}

static void who_has_no_token_gets_none(void **state)
{
    (void)state;
    static const char right[] = "\r\nAuthorization: Bearer " TOKEN;
    assert_int_equal(status_of_post("", "{\"path\":\"/a\"}"), 401);
    assert_int_equal(status_of_post("\r\nAuthorization: Bearer x", "{\"path\":\"/a\"}"), 403);
    assert_int_equal(status_of_post(right, "{\"path\":\"/a\"}"), 200);
    assert_int_equal(status_of_post(right, "{\"path\":\"/a?b\"}"), 400);
    assert_int_equal(status_of_post(right, "{\"path\":\"a\"}"), 400);
    assert_int_equal(status_of_post(right, "{\"path\":7}"), 400);
    assert_int_equal(status_of_post(right, "{}"), 400);
    assert_int_equal(status_of_post(right, "["), 400);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_good_once_for_its_path),
        cmocka_unit_test(it_lasts_a_minute_and_the_oldest_make_room),
        TEST(the_server_gives_the_tokens_rights_for_one),
        TEST(who_has_no_token_gets_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
