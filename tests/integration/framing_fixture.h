/* One WebSocket at a time to the real program, whose script says back what it hears: frames are sent
 * as they are written, right or wrong. */
#ifndef MR_TESTS_FRAMING_FIXTURE_H
#define MR_TESTS_FRAMING_FIXTURE_H

#include "base/clock.h"
#include "support/host.h"
#include "support/viewer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT_US 5000000
#define FIN      0x80
#define TEXT     1
#define BINARY   2
#define CLOSE    8
#define PING     9
#define PONG     10
#define NO_CODE  1005

static struct host host;
static char script[] = TEST_WORK_DIR "/framing-XXXXXX.lua";

/* Says back what it hears, to the client that said it. */
static const char echo[] = "function process() end\n"
                           "function on_message(message, client) broadcast(message, client) end\n";

static struct viewer viewer;
static struct mr_buffer heard; /* texts, each followed by a newline */

static inline int start(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--size",   "64x48", "--fps", "5",
                                             "--script", script,  "test:", NULL };
    int fd = mkstemps(script, 4);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, echo, sizeof(echo) - 1), sizeof(echo) - 1);
    close(fd);
    return host_start(&host, arguments) ? 0 : -1;
}

static inline int stop(void **state)
{
    (void)state;
    unlink(script);
    return host_stop(&host, SIGTERM, 5000000) == 0 ? 0 : -1;
}

static inline void hear(void *opaque, struct viewer *from, const struct viewer_message *message)
{
    (void)opaque;
    (void)from;
    if (message->opcode != TEXT)
        return;
    mr_buffer_append(&heard, message->bytes, message->size);
    mr_buffer_append_text(&heard, "\n");
}

static inline int open_viewer(void **state)
{
    (void)state;
    struct viewer_options options = { .on_message = hear };
    return viewer_open(&viewer, host.port, &options) == 101 ? 0 : -1;
}

static inline int close_viewer(void **state)
{
    (void)state;
    viewer_close(&viewer);
    mr_buffer_finish(&heard);
    return 0;
}

/* ---- what is sent ---- */

static inline void frame(unsigned head, const char *bytes)
{
    viewer_send(&viewer, head, bytes, strlen(bytes));
}

/* A masked frame whose length is written in so many bytes, whatever it is; mask: of zeros. */
static inline void frame_with_length(unsigned head, int length_bytes, uint64_t length,
                                     const char *bytes)
{
    uint8_t start[14] = { (uint8_t)head };
    start[1] = (uint8_t)(0x80 | (length_bytes == 2 ? 126 : length_bytes == 8 ? 127 : length));
    for (int i = 0; i < length_bytes; i++)
        start[2 + i] = (uint8_t)(length >> (8 * (length_bytes - 1 - i)));
    viewer_send_raw(&viewer, start, (size_t)(2 + length_bytes + 4));
    viewer_send_raw(&viewer, bytes, strlen(bytes));
}

static inline void close_frame(int code, const char *reason)
{
    char bytes[125];
    bytes[0] = (char)(code >> 8);
    bytes[1] = (char)code;
    memcpy(bytes + 2, reason, strlen(reason));
    viewer_send(&viewer, FIN | CLOSE, bytes, 2 + strlen(reason));
}

/* A JSON string of so many bytes, quotes included. */
static inline char *long_text(size_t size)
{
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    text[0] = text[size - 1] = '"';
    text[size] = '\0';
    return text;
}

/* ---- what comes back ---- */

static inline bool has_ended(void *opaque)
{
    (void)opaque;
    return viewer.ended || viewer.reset;
}

static inline bool has_heard(void *opaque)
{
    return (heard.size > 0 && memmem(heard.data, heard.size, opaque, strlen(opaque)) != NULL) ||
           viewer.ended;
}

static inline bool has_pong(void *opaque)
{
    return viewer.pongs >= *(unsigned *)opaque || viewer.ended;
}

/* return: whether the connection was closed with this code */
static inline bool is_closed(int code)
{
    return viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, has_ended, NULL) &&
           viewer.close_code == code && !viewer.invalid && !viewer.reset;
}

static inline void assert_closed(int code)
{
    if (!is_closed(code))
        fail_msg("closed with %d instead of %d%s%s", viewer.close_code, code,
                 viewer.reset ? ", reset" : "", viewer.ended ? "" : ", still open");
}

static inline void assert_heard(const char *text)
{
    char line[256];
    snprintf(line, sizeof(line), "%s\n", text);
    assert_true(viewers_run(&viewer, 1, mr_clock_now_us() + LIMIT_US, has_heard, line));
    if (viewer.ended)
        fail_msg("closed with %d before %s was heard", viewer.close_code, text);
}

/* It still listens. */
static inline void assert_open(void)
{
    frame(FIN | TEXT, "\"still here\"");
    assert_heard("\"still here\"");
}

/* The same for each of many: send(i) on a connection of its own, closed with this code. */
static inline void assert_each(size_t count, void (*send)(size_t i), int code)
{
    void *state = NULL;
    for (size_t i = 0; i < count; i++) {
        close_viewer(&state);
        assert_int_equal(open_viewer(&state), 0);
        send(i);
        if (!is_closed(code))
            fail_msg("case %zu: closed with %d instead of %d", i, viewer.close_code, code);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_viewer, close_viewer)

#endif
