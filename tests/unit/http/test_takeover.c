#include "http/door/takeover.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PAIRS 20

struct pair {
    int client, server;
    struct mr_endpoints endpoints;
};

static int listener;
static struct sockaddr_in address;

static int open_listener(void **state)
{
    (void)state;
    socklen_t size = sizeof(address);
    address = (struct sockaddr_in){ .sin_family = AF_INET };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
           listen(listener, PAIRS) < 0 ||
           getsockname(listener, (struct sockaddr *)&address, &size) < 0;
}

static int close_listener(void **state)
{
    (void)state;
    return close(listener);
}

static struct pair connect_pair(void)
{
    struct pair pair;
    struct sockaddr_in own;
    socklen_t size = sizeof(own);
    pair.client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(pair.client, (struct sockaddr *)&address, sizeof(address)), 0);
    pair.server = accept(listener, NULL, NULL);
    assert_true(pair.server >= 0);
    assert_int_equal(getsockname(pair.client, (struct sockaddr *)&own, &size), 0);
    pair.endpoints = (struct mr_endpoints){
        .remote_address = own.sin_addr,
        .remote_port = ntohs(own.sin_port),
        .local_port = ntohs(address.sin_port),
    };
    return pair;
}

static void assert_receives(int fd, const char *text)
{
    char got[16] = { 0 };
    assert_int_equal(recv(fd, got, sizeof(got) - 1, 0), strlen(text));
    assert_string_equal(got, text);
}

static void takes_the_right_one_of_many(void **state)
{
    (void)state;
    struct pair pairs[PAIRS];
    int dummy = mr_takeover_open_dummy();
    for (int i = 0; i < PAIRS; i++)
        pairs[i] = connect_pair();

    int taken = mr_takeover(&pairs[7].endpoints, dummy);
    assert_true(taken >= 0);
    assert_true(fcntl(taken, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(send(taken, "seven", 5, 0), 5);
    assert_receives(pairs[7].client, "seven");

    /* the old number is a dummy: closing it, as civetweb will, harms nobody */
    assert_int_equal(send(pairs[7].server, "x", 1, MSG_NOSIGNAL), -1);
    assert_int_equal(close(pairs[7].server), 0);
    assert_int_equal(send(pairs[7].client, "back", 4, 0), 4);
    assert_receives(taken, "back");

    close(taken);
    for (int i = 0; i < PAIRS; i++) {
        close(pairs[i].client);
        if (i != 7)
            close(pairs[i].server);
    }
    close(dummy);
}

static void refuses_what_is_not_there(void **state)
{
    (void)state;
    struct pair pair = connect_pair();
    struct mr_endpoints other = pair.endpoints;
    other.remote_port++;
    assert_int_equal(mr_takeover(&other, 0), -ENOENT);
    other = pair.endpoints;
    other.local_port++;
    assert_int_equal(mr_takeover(&other, 0), -ENOENT);
    close(pair.server);
    assert_int_equal(mr_takeover(&pair.endpoints, 0), -ENOENT);
    close(pair.client);
}

static void refuses_what_is_there_twice(void **state)
{
    (void)state;
    struct pair pair = connect_pair();
    int twin = dup(pair.server);
    assert_int_equal(mr_takeover(&pair.endpoints, 0), -ENOTUNIQ);
    close(twin);
    close(pair.server);
    close(pair.client);
}

static void shuts_down_our_side_only(void **state)
{
    (void)state;
    char byte;
    struct pair pair = connect_pair();
    mr_takeover_shutdown_all(ntohs(address.sin_port));
    assert_int_equal(recv(pair.client, &byte, 1, 0), 0);
    assert_int_equal(accept(listener, NULL, NULL), -1);
    close(pair.server);
    close(pair.client);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_listener, close_listener)
    const struct CMUnitTest tests[] = {
        TEST(takes_the_right_one_of_many),
        TEST(refuses_what_is_not_there),
        TEST(refuses_what_is_there_twice),
        TEST(shuts_down_our_side_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
