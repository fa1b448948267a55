/* Sockets that belong to one session: clients without a hub, who watch later, for one viewer. */
#include "http/engine/client.h"
#include "http/engine/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#include "fanout_fixture.h"

/* What the fixture's service and protocols share; the engine's thread but for what is atomic. */
static struct {
    struct mr_hub *hub;
    struct mr_viewer viewer;
    bool joined;
    struct mr_client *first; /* who is written to by others */
    atomic_uint runs, closes;
    atomic_llong due_us, ran_us;
} shared;

static int make_number(struct mr_packet *packet, struct mr_form *form)
{
    char text[24];
    snprintf(text, sizeof(text), "<%d>", (int)packet->number);
    form->owned = strdup(text);
    mr_form_add(form, form->owned, strlen(text));
    return 0;
}

static const struct mr_form_maker number = { .slot = 7, .make = make_number };

static void say(struct mr_client *client, const char *json, size_t size)
{
    mr_client_write(client, json, size);
}

/* "w": watch; "t": tell the first one; "d": drop the first one; "e": end */
static void obey(struct mr_client *client, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == 'w' && !shared.joined) {
            mr_hub_join(shared.hub, MR_VIEWER_WEBSOCKET, &shared.viewer);
            shared.joined = true;
        }
        if (bytes[i] == 'w')
            mr_client_watch(client, shared.hub, &shared.viewer);
        else if (bytes[i] == 't')
            mr_client_write(shared.first, "told", 4);
        else if (bytes[i] == 'd')
            mr_client_drop(shared.first);
        else if (bytes[i] == 'e')
            mr_client_end(client);
    }
}

static int open_session(struct mr_client *client)
{
    if (client->session == NULL)
        client->session = &shared;
    if (shared.first == NULL)
        shared.first = client;
    return 0;
}

static int open_watching(struct mr_client *client)
{
    client->session = &shared;
    mr_client_watch(client, shared.hub, &shared.viewer);
    return 0;
}

static void close_session(void *session)
{
    (void)session;
    atomic_fetch_add(&shared.closes, 1);
}

static const struct mr_protocol plain = {
    .maker = &number,
    .open = open_session,
    .text = say,
    .receive = obey,
    .close = close_session,
};

static const struct mr_protocol poll = {
    .maker = &number,
    .once = true,
    .open = open_watching,
    .text = say,
    .close = close_session,
};

static int64_t due(void *opaque)
{
    (void)opaque;
    return atomic_load(&shared.due_us);
}

static void run(void *opaque, int64_t now_us)
{
    (void)opaque;
    atomic_store(&shared.due_us, INT64_MAX);
    atomic_store(&shared.ran_us, now_us);
    if (atomic_fetch_add(&shared.runs, 1) > 0 && shared.first != NULL)
        mr_client_write(shared.first, "tick", 4);
}

static int setup_shared(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct mr_fanout_service service = { .due = due, .run = run };
    *state = f;
    memset(&shared, 0, sizeof(shared));
    atomic_store(&shared.due_us, INT64_MAX);
    f->hub = shared.hub = mr_hub_create();
    return mr_fanout_create(
        &(struct mr_fanout_options){ .max_clients = 100, .services = &service, .service_count = 1 },
        &f->engine);
}

static int teardown_shared(void **state)
{
    struct fixture *f = *state;
    mr_fanout_stop(f->engine, "over", mr_clock_now_us() + 1000000);
    assert_int_equal(mr_fanout_clients(f->engine), 0);
    mr_fanout_destroy(f->engine);
    if (shared.joined)
        mr_hub_leave(f->hub, &shared.viewer);
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 0);
    mr_hub_unref(&f->hub);
    free(f);
    return 0;
}

static int enter(struct fixture *f, const struct mr_protocol *protocol, const char *head)
{
    struct timeval patience = { .tv_sec = 10 };
    int client, server;
    tcp_pair(&client, &server, 0);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_true(mr_fanout_admit(f->engine, false));
    struct mr_arrival arrival = {
        .fd = server, .protocol = protocol, .head = head, .head_size = strlen(head)
    };
    assert_int_equal(mr_fanout_add(f->engine, &arrival), 0);
    return client;
}

static void expect(int client, const char *text)
{
    char bytes[64] = { 0 };
    assert_true(strlen(text) < sizeof(bytes));
    assert_int_equal(recv(client, bytes, strlen(text), MSG_WAITALL), strlen(text));
    assert_string_equal(bytes, text);
}

static void expect_end(int client)
{
    char byte;
    assert_int_equal(recv(client, &byte, 1, 0), 0);
    close(client);
}

static void order(int client, const char *orders)
{
    assert_int_equal(send(client, orders, strlen(orders), MSG_NOSIGNAL), strlen(orders));
}

static void one_without_a_hub_gets_nothing_until_it_watches(void **state)
{
    struct fixture *f = *state;
    int client = enter(f, &plain, "head");
    expect(client, "head");
    publish(f, 100);
    order(client, "t"); /* and nothing before */
    expect(client, "told");
    order(client, "w");
    expect(client, "<1>");
    publish(f, 100);
    expect(client, "<2>");
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 1);
    close(client);
    wait_for_clients(f, 0);
    assert_int_equal(atomic_load(&shared.closes), 1);
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 1); /* the session's business */
}

static void one_writes_to_another(void **state)
{
    struct fixture *f = *state;
    int first = enter(f, &plain, "1"), second;
    expect(first, "1");
    second = enter(f, &plain, "2");
    expect(second, "2");
    order(second, "t");
    expect(first, "told");
    order(second, "td"); /* gone before it could be sent */
    char byte;
    assert_true(recv(first, &byte, 1, 0) <= 0);
    close(first);
    wait_for_clients(f, 1);
    close(second);
    wait_for_clients(f, 0);
}

/* A viewer that polls sees each packet once, the newest one, and hears all that was said. */
static void polls_are_one_viewer(void **state)
{
    struct fixture *f = *state;
    int client = enter(f, &plain, "");
    publish(f, 100);
    order(client, "w");
    expect(client, "<1>");
    order(client, "e");
    expect_end(client);
    wait_for_clients(f, 0);

    publish(f, 100);
    publish(f, 100);
    client = enter(f, &poll, "");
    expect(client, "<3>");
    expect_end(client);
    client = enter(f, &poll, "");
    publish(f, 100);
    expect(client, "<4>");
    expect_end(client);
    wait_for_clients(f, 0);

    mr_hub_broadcast(f->hub, 0, "\"a\"", 3);
    mr_hub_broadcast(f->hub, shared.viewer.id + 1, "\"b\"", 3);
    mr_hub_broadcast(f->hub, shared.viewer.id, "\"c\"", 3);
    client = enter(f, &poll, "");
    expect(client, "\"a\"\"c\"");
    publish(f, 100);
    expect(client, "<5>");
    expect_end(client);
    wait_for_clients(f, 0);
    assert_int_equal(mr_hub_viewers(f->hub, NULL), 1);
    assert_int_equal(atomic_load(&shared.closes), 4);
}

static void a_closed_hub_says_goodbye_to_those_who_come(void **state)
{
    struct fixture *f = *state;
    int client = enter(f, &plain, "");
    mr_hub_close(f->hub, "over");
    order(client, "w");
    expect_end(client);
}

static void services_run_when_they_are_due(void **state)
{
    struct fixture *f = *state;
    int client;
    wait_for_clients(f, 0);
    for (unsigned i = 0; i < 3; i++) {
        long long at_us = mr_clock_now_us() + 20000;
        atomic_store(&shared.due_us, at_us);
        client = enter(f, &plain, "x"); /* who arrives wakes the engine, which asks when */
        expect(client, "x");
        if (i > 0)
            expect(client, "tick");
        while (atomic_load(&shared.runs) <= i)
            assert_true(mr_clock_now_us() < at_us + 10000000);
        assert_true(atomic_load(&shared.ran_us) >= at_us);
        close(client);
        wait_for_clients(f, 0);
        shared.first = NULL;
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_shared, teardown_shared)
    const struct CMUnitTest tests[] = {
        TEST(one_without_a_hub_gets_nothing_until_it_watches),
        TEST(one_writes_to_another),
        TEST(polls_are_one_viewer),
        TEST(a_closed_hub_says_goodbye_to_those_who_come),
        TEST(services_run_when_they_are_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
