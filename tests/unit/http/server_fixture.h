/* A server with two streams of test_server's and test_api's making, on a port of its own. */
#ifndef MR_TESTS_SERVER_FIXTURE_H
#define MR_TESTS_SERVER_FIXTURE_H

#include "base/clock.h"
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_stream.h"
#include "support/check.h"
#include "support/fetch.h"

#define MAX_CLIENTS 3
#define TOKEN       "let-me-in"

static struct mr_registry *registry;
static struct mr_stream *live, *yard;
static struct mr_server *server;
static int port;
static const char *allow_origin; /* NULL: none */
static char web_dir[] = TEST_WORK_DIR "/server-XXXXXX";

static inline void write_page(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", web_dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline int setup(void **state)
{
    (void)state;
    struct mr_error error;
    struct mr_server_options options = {
        .listen = (const char *const[]){ "127.0.0.1:0" },
        .listens = 1,
        .web_dir = web_dir,
        .max_clients = MAX_CLIENTS,
        .token = TOKEN,
    };
    if (allow_origin != NULL && mr_origins_add(&options.origins, allow_origin, &error) < 0)
        return -1;
    strcpy(web_dir + strlen(web_dir) - 6, "XXXXXX");
    assert_non_null(mkdtemp(web_dir));
    registry = mr_registry_create();
    live = fake_stream("live", MR_STREAM_RUNNING);
    yard = fake_stream("yard-2", MR_STREAM_IDLE);
    mr_registry_add(registry, live);
    mr_registry_add(registry, yard);
    if (mr_server_create(&options, registry, &server, &error) < 0) {
        print_error("%s\n", error.text);
        return -1;
    }
    port = atoi(strchr(mr_server_listener(server, 0), ':') + 1);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    char command[600];
    int64_t begin_us = mr_clock_now_us();
    mr_server_destroy(server);
    assert_in_range(mr_clock_now_us() - begin_us, 0, HANGS_US);
    assert_int_equal(mr_hub_viewers(live->hub, NULL), 0);
    mr_registry_destroy(registry);
    mr_stream_unref(&live);
    mr_stream_unref(&yard);
    snprintf(command, sizeof(command), "rm -r '%s'", web_dir);
    return system(command);
}

static inline void assert_fetch(const char *request, int status, const char *type, const char *body)
{
    struct fetched answer;
    assert_int_equal(fetch(port, request, &answer), status);
    assert_string_equal(fetched_header(&answer, "Content-Type"), type);
    assert_string_equal(fetched_header(&answer, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(fetched_header(&answer, "Connection"), "close");
    assert_null(fetched_header(&answer, "Access-Control-Allow-Origin"));
    assert_string_equal((char *)answer.body.data, body);
    char length[32];
    snprintf(length, sizeof(length), "%zu", strlen(body));
    assert_string_equal(fetched_header(&answer, "Content-Length"), length);
    fetched_finish(&answer);
}

static inline void assert_error(const char *request, int status, const char *error)
{
    char body[256];
    snprintf(body, sizeof(body), "{\"error\":\"%s\"}", error);
    assert_fetch(request, status, "application/json", body);
}

#endif
