/* The description of the addresses against the table of routes. tests/browser/api.test.js holds real
 * answers against its schemas. */
#include "http/routes.h"

#include <ctype.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server_fixture.h"

static json_t *fetch_description(void)
{
    struct fetched answer;
    assert_int_equal(fetch(port, "GET /api/openapi.json", &answer), 200);
    assert_string_equal(fetched_header(&answer, "Content-Type"), "application/json");
    json_t *all = json_loadb((char *)answer.body.data, answer.body.size, 0, NULL);
    assert_non_null(all);
    fetched_finish(&answer);
    return all;
}

static json_t *find_operation(json_t *all, const struct mr_route_row *row)
{
    char method[16] = "";
    for (size_t i = 0; row->method[i] != '\0' && i < sizeof(method) - 1; i++)
        method[i] = (char)tolower((unsigned char)row->method[i]);
    json_t *path = json_object_get(json_object_get(all, "paths"), row->path);
    return json_object_get(path, method);
}

static void every_route_is_described(void **state)
{
    (void)state;
    json_t *all = fetch_description();
    struct mr_route_row row;
    int missing = 0;
    for (size_t i = 0; mr_routes_row(i, &row); i++) {
        json_t *operation = find_operation(all, &row);
        bool token = json_object_get(operation, "security") != NULL;
        if (operation == NULL)
            print_error("src/http/api/openapi.json: add paths → \"%s\" → %s\n", row.path,
                        row.method);
        else if (token != row.needs_token)
            print_error("src/http/api/openapi.json: %s %s: \"security\" is %s, the route says %s\n",
                        row.method, row.path, token ? "there" : "not there",
                        row.needs_token ? "it needs the token" : "it does not need it");
        missing += operation == NULL || token != row.needs_token;
    }
    json_decref(all);
    assert_int_equal(missing, 0);
}

static bool is_route(const char *path, const char *method)
{
    struct mr_route_row row;
    for (size_t i = 0; mr_routes_row(i, &row); i++)
        if (strcmp(row.path, path) == 0 && strcasecmp(row.method, method) == 0)
            return true;
    return false;
}

static void every_description_is_a_route(void **state)
{
    (void)state;
    json_t *all = fetch_description();
    json_t *operations, *operation;
    const char *path, *method;
    int surplus = 0;
    json_object_foreach(json_object_get(all, "paths"), path, operations)
    {
        json_object_foreach(operations, method, operation)
        {
            if (strcmp(method, "parameters") == 0 || is_route(path, method))
                continue;
            print_error("src/http/api/openapi.json: there is no route %s %s\n", method, path);
            surplus++;
        }
    }
    json_decref(all);
    assert_int_equal(surplus, 0);
}

static void what_every_operation_has(void **state)
{
    (void)state;
    json_t *all = fetch_description();
    struct mr_route_row row;
    assert_string_equal(json_string_value(json_object_get(all, "openapi")), "3.1.0");
    assert_string_equal(json_string_value(json_object_get(json_object_get(all, "info"), "version")),
                        MR_VERSION);
    for (size_t i = 0; mr_routes_row(i, &row); i++) {
        json_t *operation = find_operation(all, &row);
        json_t *responses = json_object_get(operation, "responses");
        assert_non_null(json_string_value(json_object_get(operation, "operationId")));
        assert_non_null(json_string_value(json_object_get(operation, "summary")));
        if (row.needs_token && (json_object_get(responses, "401") == NULL ||
                                json_object_get(responses, "403") == NULL))
            fail_msg("%s %s has no 401 or no 403", row.method, row.path);
        if (strstr(row.path, "{s}") != NULL && json_object_get(responses, "404") == NULL)
            fail_msg("%s %s has no 404", row.method, row.path);
    }
    json_decref(all);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_route_is_described),
        TEST(every_description_is_a_route),
        TEST(what_every_operation_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
