#include "support/fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

int fetch_connect(int port, int receive_buffer_bytes)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((in_port_t)port) };
    struct timeval limit = { .tv_sec = 20 }; /* longer than the server waits for a request */
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (receive_buffer_bytes > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(receive_buffer_bytes));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void fetch_send(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return; /* the other side has heard enough */
        assert_true(sent > 0);
        at += sent;
        size -= (size_t)sent;
    }
}

int fetch_read_head(int fd, struct mr_buffer *head)
{
    char byte;
    int status = 0;
    while (head->size < 4 || memcmp(head->data + head->size - 4, "\r\n\r\n", 4) != 0) {
        if (recv(fd, &byte, 1, 0) != 1)
            return 0;
        mr_buffer_append(head, &byte, 1);
    }
    return sscanf((char *)head->data, "HTTP/1.1 %d ", &status) == 1 ? status : 0;
}

int fetch(int port, const char *request, struct fetched *fetched)
{
    int fd = fetch_connect(port, 0);
    struct mr_buffer text = { 0 };
    size_t line = strcspn(request, "\r");
    mr_buffer_printf(&text, "%.*s HTTP/1.1\r\nHost: 127.0.0.1:%d%s\r\n\r\n", (int)line, request,
                     port, request + line);
    fetch_send(fd, text.data, text.size);
    mr_buffer_finish(&text);

    *fetched = (struct fetched){ 0 };
    fetched->status = fetch_read_head(fd, &fetched->head);
    ssize_t got;
    do {
        uint8_t *end = mr_buffer_reserve(&fetched->body, 4096);
        assert_non_null(end);
        got = recv(fd, end, 4096, 0);
        fetched->body.size += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    mr_buffer_append(&fetched->body, "", 0);
    close(fd);
    return fetched->status;
}

void fetched_finish(struct fetched *fetched)
{
    mr_buffer_finish(&fetched->head);
    mr_buffer_finish(&fetched->body);
}

const char *fetched_header(const struct fetched *fetched, const char *name)
{
    static char value[1024];
    size_t length = strlen(name);
    const char *line = (char *)fetched->head.data;
    while (line != NULL && (line = strstr(line, "\r\n")) != NULL) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + length + 2, "\r"),
                     line + length + 2);
            return value;
        }
    }
    return NULL;
}
