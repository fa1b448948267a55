#include "support/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static bool read_bytes(int fd, struct mr_buffer *to, size_t size)
{
    uint8_t *at = mr_buffer_reserve(to, size + 1);
    assert_non_null(at);
    if (recv(fd, at, size, MSG_WAITALL) != (ssize_t)size)
        return false;
    to->size += size;
    at[size] = '\0';
    return true;
}

static bool read_text(int fd, const char *expected)
{
    struct mr_buffer got = { 0 };
    bool whole = read_bytes(fd, &got, strlen(expected));
    if (whole)
        assert_string_equal((char *)got.data, expected);
    mr_buffer_finish(&got);
    return whole;
}

int parts_open(int port, const char *path, int receive_buffer_bytes)
{
    struct mr_buffer request = { 0 };
    struct fetched answer = { 0 };
    int fd = fetch_connect(port, receive_buffer_bytes);
    mr_buffer_printf(&request, "GET %s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\n\r\n", path, port);
    fetch_send(fd, request.data, request.size);
    mr_buffer_finish(&request);

    assert_int_equal(fetch_read_head(fd, &answer.head), 200);
    assert_string_equal(fetched_header(&answer, "Content-Type"),
                        "multipart/x-mixed-replace; boundary=moonreel");
    assert_string_equal(fetched_header(&answer, "Cache-Control"), "no-store");
    assert_string_equal(fetched_header(&answer, "Connection"), "close");
    fetched_finish(&answer);
    assert_true(read_text(fd, "--moonreel\r\n"));
    return fd;
}

bool parts_read(int fd, struct fetched *part)
{
    *part = (struct fetched){ 0 };
    mr_buffer_append_text(&part->head, "part\r\n");
    fetch_read_head(fd, &part->head);
    const char *length = fetched_header(part, "Content-Length");
    if (length == NULL)
        return false;
    return read_bytes(fd, &part->body, strtoul(length, NULL, 10)) &&
           read_text(fd, "\r\n--moonreel\r\n");
}
