/* A hundred connections of each kind of unfinished or malformed request, without a token, against the
 * real program. Meanwhile /healthz is asked every 50 ms on fresh connections, of the besieged server and
 * in the same moments of a second one that nobody besieges. Each kind has to get the status that the
 * table below names, every honest answer has to be 200 and complete, and none may come later than the
 * quiet server's worst answer and 100 ms more. When the machine is so busy that the quiet server alone
 * takes longer than 100 ms, twice its worst answer is the limit. */
#include "base/buffer.h"
#include "base/clock.h"
#include "support/check.h"
#include "support/fetch.h"
#include "support/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 100
#define TICK_US     50000
#define PATIENCE_US 10000000LL /* for honest answers after the last question */
#define STREAMS     32         /* for a /metrics of 440 KB, which takes some 10 ms to make */

/* Sanitizers multiply the work of a request. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define DELAY_US (4 * 100000)
#define TICKS    15 /* what counts there is memory, not time */
#else
#define DELAY_US 100000
#define TICKS    40
#endif

/* What a client of a kind has got in the end; else the status of an answer. */
enum {
    WAITS = 0,   /* no answer yet, and the connection is open */
    CLOSED = -1, /* no answer, and the connection was closed */
};

/* ---- the kinds ---- */

struct kind {
    const char *name;
    int expected;     /* status, WAITS or CLOSED */
    const char *text; /* that each client sends; NULL: see make and size */
    size_t size;      /* of the text, when it is binary */
    void (*make)(struct mr_buffer *text);
    const char *drip; /* a byte of this every half second; NULL: nothing */
    bool unread;      /* the client has a small receive buffer and reads nothing until the end */
};

#define HEAD "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"

static void append_fillers(struct mr_buffer *text, int count)
{
    mr_buffer_printf(text, "GET /healthz HTTP/1.1\r\n");
    for (int i = 0; i < count; i++)
        mr_buffer_printf(text, "A%d: x\r\n", i);
    mr_buffer_printf(text, "Host: 127.0.0.1\r\n\r\n");
}

static void make_80_fields(struct mr_buffer *text)
{
    append_fillers(text, 80);
}

static void make_200_fields(struct mr_buffer *text)
{
    append_fillers(text, 200);
}

static void make_large_head(struct mr_buffer *text)
{
    mr_buffer_printf(text, HEAD "X: ");
    for (int i = 0; i < 20 * 1024; i++)
        mr_buffer_append(text, "x", 1);
    mr_buffer_printf(text, "\r\n\r\n");
}

static const char tls_hello[] = "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"
                                "0123456789abcdef0123456789abcdef"
                                "\x00\x00\x04\x13\x01\x13\x02\x01\x00";

static const struct kind kinds[] = {
    { .name = "Expect: x",
      .expected = 417,
      .text = HEAD "Expect: x\r\nContent-Length: 60000\r\n\r\n" },
    { .name = "Expect: 100-continue, no body",
      .expected = 200,
      .text = HEAD "Expect: 100-continue\r\nContent-Length: 60000\r\n\r\n" },
    { .name = "Content-Length: +60000",
      .expected = 400,
      .text = HEAD "Content-Length: +60000\r\n\r\n" },
    { .name = "Content-Length: 60000abc",
      .expected = 400,
      .text = HEAD "Content-Length: 60000abc\r\n\r\n" },
    { .name = "two lengths",
      .expected = 400,
      .text = HEAD "Content-Length: 4\r\nContent-Length: 60000\r\n\r\n" },
    { .name = "chunked and a length",
      .expected = 400,
      .text = HEAD "Transfer-Encoding: chunked\r\nContent-Length: 60000\r\n\r\n" },
    { .name = "a leading empty line",
      .expected = 400,
      .text = "\r\n\r\n" HEAD "Content-Length: 60000\r\n\r\n" },
    { .name = "a body that never comes",
      .expected = WAITS,
      .text = "POST /socket.io/?EIO=4&transport=polling&sid=xxxxxxxxxxxxxxxxxxxx HTTP/1.1\r\n"
              "Host: 127.0.0.1\r\nContent-Length: 65536\r\n\r\n" },
    { .name = "half a head", .expected = WAITS, .text = HEAD "X-Half: a" },
    { .name = "a slow head", .expected = WAITS, .text = HEAD "X-Slow: ", .drip = "slow" },
    { .name = "a head above 16 KiB", .expected = 431, .make = make_large_head },
    { .name = "80 fields before Host", .expected = 200, .make = make_80_fields },
    { .name = "200 fields before Host", .expected = 431, .make = make_200_fields },
    { .name = "/metrics, unread",
      .expected = 200,
      .text = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      .unread = true },
    { .name = "/api/streams, unread",
      .expected = 200,
      .text = "GET /api/streams HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      .unread = true },
    { .name = "/api/openapi.json, unread",
      .expected = 200,
      .text = "GET /api/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      .unread = true },
    { .name = "large settings, unread",
      .expected = 200,
      .text = "GET /api/streams/large/settings HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      .unread = true },
    { .name = "TLS", .expected = CLOSED, .text = tls_hello, .size = sizeof(tls_hello) - 1 },
    { .name = "rubbish behind a request",
      .expected = 200,
      .text = HEAD "\r\n\x01\x02 not HTTP\r\n\r\n{}{}GET\n\n\n" },
    { .name = "nothing at all", .expected = WAITS, .text = "" },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* ---- honest questions ---- */

struct question {
    int fd; /* -1: it is over */
    bool sent;
    int64_t begin_us, took_us;
    bool answered; /* 200 and whole */
    size_t size;
    char answer[2048];
};

struct questions {
    const struct host *host;
    int count;
    struct question list[TICKS];
};

static struct host besieged, quiet;
static struct questions asked[2];
static int clients[CONNECTIONS];

static void ask(struct questions *questions)
{
    struct question *question = &questions->list[questions->count++];
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((in_port_t)questions->host->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    *question = (struct question){ .begin_us = mr_clock_now_us() };
    question->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(question->fd >= 0);
    connect(question->fd, (struct sockaddr *)&address,
            sizeof(address)); /* poll tells how it went */
}

/* return: whether a whole answer of 200 has come */
static bool is_whole(const struct question *question)
{
    const char *body = strstr(question->answer, "\r\n\r\n");
    const char *length = strstr(question->answer, "\r\nContent-Length: ");
    return body != NULL && length != NULL && length < body &&
           strncmp(question->answer, "HTTP/1.1 200 ", 13) == 0 &&
           strlen(body + 4) == strtoul(length + 18, NULL, 10);
}

static void end_question(struct question *question)
{
    question->took_us = mr_clock_now_us() - question->begin_us;
    close(question->fd);
    question->fd = -1;
}

static void go_on(struct question *question)
{
    static const char request[] = HEAD "\r\n";
    ssize_t moved;
    if (!question->sent) {
        moved = send(question->fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
        question->sent = moved > 0;
    } else {
        moved = recv(question->fd, question->answer + question->size,
                     sizeof(question->answer) - 1 - question->size, 0);
        question->size += moved > 0 ? (size_t)moved : 0;
        question->answered = is_whole(question);
    }
    if (question->answered || moved == 0 || (moved < 0 && errno != EAGAIN))
        end_question(question);
}

/* Let the questions that are open go on until a time.
 * return: whether one is still open */
static bool listen_until(int64_t until_us)
{
    for (;;) {
        struct pollfd ready[2 * TICKS];
        struct question *open[2 * TICKS];
        nfds_t count = 0;
        for (int i = 0; i < 2 * TICKS; i++) {
            struct question *question = &asked[i % 2].list[i / 2];
            if (i / 2 >= asked[i % 2].count || question->fd < 0)
                continue;
            open[count] = question;
            ready[count++] =
                (struct pollfd){ .fd = question->fd, .events = question->sent ? POLLIN : POLLOUT };
        }
        int64_t left_us = until_us - mr_clock_now_us();
        if (left_us <= 0)
            return count > 0;
        if (count == 0 && asked[0].count == TICKS)
            return false;
        assert_true(poll(ready, count, (int)(left_us / 1000) + 1) >= 0);
        for (nfds_t i = 0; i < count; i++)
            if (ready[i].revents != 0)
                go_on(open[i]);
    }
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct account {
    int honest; /* answers that are 200 and whole */
    int64_t median_us, worst_us;
};

static struct account account_of(struct questions *questions)
{
    struct account account = { 0 };
    int64_t took_us[TICKS];
    for (int i = 0; i < TICKS; i++) {
        if (questions->list[i].fd >= 0)
            end_question(&questions->list[i]);
        took_us[i] = questions->list[i].took_us;
        account.honest += questions->list[i].answered;
    }
    qsort(took_us, TICKS, sizeof(*took_us), ascending);
    account.median_us = took_us[TICKS / 2];
    account.worst_us = took_us[TICKS - 1];
    return account;
}

/* ---- the siege ---- */

/* Let all clients connect and send their request. */
static void besiege(const struct kind *kind)
{
    struct mr_buffer text = { 0 };
    if (kind->make != NULL)
        kind->make(&text);
    else
        mr_buffer_append(&text, kind->text, kind->size > 0 ? kind->size : strlen(kind->text));
    assert_false(text.failed);
    for (int i = 0; i < CONNECTIONS; i++) {
        clients[i] = fetch_connect(besieged.port, kind->unread ? 2048 : 0);
        fetch_send(clients[i], text.data, text.size);
    }
    mr_buffer_finish(&text);
}

static void drip(const struct kind *kind, int tick)
{
    if (kind->drip == NULL || tick % 10 != 9)
        return;
    for (int i = 0; i < CONNECTIONS; i++)
        fetch_send(clients[i], &kind->drip[tick / 10 % (int)strlen(kind->drip)], 1);
}

/* return: status, WAITS or CLOSED; of an answer that is not the last, as 100 is, that of the last */
static int read_status(int fd)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    char answer[512];
    int status = 0;
    ssize_t got = recv(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT);
    if (got <= 0)
        return got < 0 && errno == EAGAIN ? WAITS : CLOSED;
    answer[got] = '\0';
    bool goes_on = strncmp(answer, interim, sizeof(interim) - 1) == 0;
    const char *last = goes_on ? answer + sizeof(interim) - 1 : answer;
    return sscanf(last, "HTTP/1.1 %d ", &status) == 1 ? status : WAITS;
}

/* Answers that are costly come one after another: wait until this one is there. */
static void wait_for_answer(int fd, int64_t deadline_us)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    int64_t left_us = deadline_us - mr_clock_now_us();
    poll(&wait, 1, left_us > 0 ? (int)(left_us / 1000) : 0);
}

static void withstand(void **state)
{
    const struct kind *kind = *state;
    int other_status = kind->expected, others = 0;
    asked[0] = (struct questions){ .host = &besieged };
    asked[1] = (struct questions){ .host = &quiet };
    besiege(kind);
    int64_t begin_us = mr_clock_now_us();
    for (int tick = 0; tick < TICKS; tick++) {
        ask(&asked[tick % 2]); /* by turns, neither always first */
        ask(&asked[1 - tick % 2]);
        drip(kind, tick);
        listen_until(begin_us + (tick + 1) * TICK_US);
    }
    listen_until(mr_clock_now_us() + PATIENCE_US);
    int64_t deadline_us = mr_clock_now_us() + PATIENCE_US;
    for (int i = 0; i < CONNECTIONS; i++) {
        if (kind->expected != WAITS)
            wait_for_answer(clients[i], deadline_us);
        int status = read_status(clients[i]);
        others += status != kind->expected;
        other_status = status != kind->expected ? status : other_status;
        close(clients[i]);
    }

    struct account account = account_of(&asked[0]), usual = account_of(&asked[1]);
    print_message("           besieged: worst %.1f ms, median %.1f ms; quiet: worst %.1f ms, "
                  "median %.1f ms\n",
                  (double)account.worst_us / 1000, (double)account.median_us / 1000,
                  (double)usual.worst_us / 1000, (double)usual.median_us / 1000);
    if (others > 0)
        print_message("           %d of %d clients got %d instead of %d\n", others, CONNECTIONS,
                      other_status, kind->expected);
    assert_int_equal(usual.honest, TICKS);
    assert_int_equal(account.honest, TICKS);
    assert_int_equal(others, 0);
    int64_t allowed_us = usual.worst_us > DELAY_US ? usual.worst_us : DELAY_US;
    assert_in_range(account.worst_us, 0, usual.worst_us + allowed_us);
}

/* ---- both servers ---- */

static char folder[] = TEST_WORK_DIR "/door-XXXXXX";
static char configuration[sizeof(folder) + 16], script[sizeof(folder) + 16],
    large_script[sizeof(folder) + 16];

static void write_file(const char *path, const struct mr_buffer *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text->data, 1, text->size, file), text->size);
    assert_int_equal(fclose(file), 0);
}

static void make_configuration(void)
{
    struct mr_buffer text = { 0 };
    assert_non_null(mkdtemp(folder));
    snprintf(script, sizeof(script), "%s/script.lua", folder);
    snprintf(large_script, sizeof(large_script), "%s/large.lua", folder);
    snprintf(configuration, sizeof(configuration), "%s/streams.lua", folder);
    mr_buffer_printf(&text, "function process() return {} end\n");
    write_file(script, &text);
    mr_buffer_printf(&text,
                     "settings = {}\n" /* half a megabyte of JSON, which no socket takes whole */
                     "for i = 1, 64 do\n"
                     "  settings['s' .. i] = { 'x', help = ('h'):rep(8000) }\n"
                     "end\n");
    write_file(large_script, &text);
    text.size = 0;
    mr_buffer_printf(&text, "streams = {\n"
                            "  large = { source = \"lavfi:testsrc2=size=64x48:rate=1\", "
                            "script = \"large.lua\", isolation = \"off\" },\n");
    for (int i = 0; i < STREAMS; i++) /* long names make long answers */
        mr_buffer_printf(&text,
                         "  [\"s%030d\"] = { source = \"lavfi:testsrc2=size=64x48:rate=1\", "
                         "script = \"script.lua\", isolation = \"off\" },\n",
                         i);
    mr_buffer_printf(&text, "}\n");
    write_file(configuration, &text);
    mr_buffer_finish(&text);
}

static int start(void **state)
{
    (void)state;
    const char *const arguments[] = { "--log-level", "error", "--config", configuration, NULL };
    make_configuration();
    return host_start(&besieged, arguments) && host_start(&quiet, arguments) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    unlink(configuration);
    unlink(script);
    unlink(large_script);
    rmdir(folder);
    int ended = host_stop(&besieged, SIGTERM, 10000000);
    return host_stop(&quiet, SIGTERM, 10000000) == 0 && ended == 0 ? 0 : -1;
}

int main(void)
{
    struct CMUnitTest tests[KINDS];
    for (size_t i = 0; i < KINDS; i++)
        tests[i] = (struct CMUnitTest){ .name = kinds[i].name,
                                        .test_func = withstand,
                                        .initial_state = (void *)&kinds[i] };
    return cmocka_run_group_tests(tests, start, stop);
}
