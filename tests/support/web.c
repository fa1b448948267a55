#include "support/web.h"

#include "base/buffer.h"
#include "base/file.h"
#include "support/check.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 256
#define MAX_FILE        (64 << 20)

struct web {
    struct web_options options;
    int listener, port;
    pthread_t acceptor;
    pthread_mutex_t lock;
    struct connection {
        struct web *web;
        pthread_t thread;
        int fd;
        char path[256];
    } connections[MAX_CONNECTIONS];
    int count;
};

static bool send_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool send_text(int fd, const char *text)
{
    return send_all(fd, text, strlen(text));
}

static bool read_request(int fd, char *request, size_t size)
{
    size_t used = 0;
    while (used + 1 < size) {
        ssize_t got = recv(fd, request + used, size - 1 - used, 0);
        if (got <= 0)
            return false;
        used += (size_t)got;
        request[used] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL)
            return true;
    }
    return false;
}

static void send_camera(const struct web *web, int fd)
{
    struct mr_buffer jpeg = { 0 };
    char head[128];
    struct timespec pause = { 0, web->options.jpeg_every_ms * 1000000L };
    if (mr_file_read(web->options.jpeg, MAX_FILE, &jpeg) != 0)
        return;
    snprintf(head, sizeof(head),
             "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", jpeg.size);
    bool open = send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; "
                              "boundary=frame\r\nConnection: close\r\n\r\n");
    while (open) {
        open = send_text(fd, head) && send_all(fd, jpeg.data, jpeg.size) && send_text(fd, "\r\n");
        nanosleep(&pause, NULL);
    }
    mr_buffer_finish(&jpeg);
}

static void send_file(const struct web *web, int fd, const char *path, const char *request)
{
    char name[1024], head[512];
    struct mr_buffer content = { 0 };
    snprintf(name, sizeof(name), "%s%s", web->options.folder, path);
    if (strstr(path, "..") != NULL || mr_file_read(name, MAX_FILE, &content) != 0) {
        send_text(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    const char *range = strstr(request, "Range: bytes=");
    size_t from = range != NULL ? strtoul(range + strlen("Range: bytes="), NULL, 10) : 0;
    if (from > content.size)
        from = content.size;
    snprintf(head, sizeof(head),
             "HTTP/1.1 206 Partial Content\r\nContent-Length: %zu\r\nContent-Range: bytes "
             "%zu-%zu/%zu\r\nAccept-Ranges: bytes\r\nConnection: close\r\n\r\n",
             content.size - from, from, content.size - 1, content.size);
    if (send_text(fd, head))
        send_all(fd, content.data + from, content.size - from);
    mr_buffer_finish(&content);
}

/* A file that a test has written as parts, right or wrong. */
static void send_parts(const struct web *web, int fd, const char *path)
{
    char name[1024];
    struct mr_buffer content = { 0 };
    snprintf(name, sizeof(name), "%s%s", web->options.folder, path);
    if (mr_file_read(name, MAX_FILE, &content) == 0 &&
        send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; "
                      "boundary=frame\r\nConnection: close\r\n\r\n"))
        send_all(fd, content.data, content.size);
    mr_buffer_finish(&content);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static bool is_authorized(const struct web *web, const char *request)
{
    char line[512];
    if (web->options.authorize == NULL)
        return true;
    snprintf(line, sizeof(line), "\r\nAuthorization: %s\r\n", web->options.authorize);
    return strstr(request, line) != NULL;
}

static void *serve(void *opaque)
{
    struct connection *connection = opaque;
    struct web *web = connection->web;
    char request[8192], path[sizeof(connection->path)];
    if (read_request(connection->fd, request, sizeof(request)) &&
        sscanf(request, "GET %255[^ ?]", path) == 1) {
        pthread_mutex_lock(&web->lock);
        strcpy(connection->path, path);
        pthread_mutex_unlock(&web->lock);
        if (!is_authorized(web, request))
            send_text(connection->fd,
                      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                      "Content-Length: 0\r\nConnection: close\r\n\r\n");
        else if (web->options.jpeg != NULL && strcmp(path, "/camera") == 0)
            send_camera(web, connection->fd);
        else if (ends_with(path, ".parts"))
            send_parts(web, connection->fd, path);
        else
            send_file(web, connection->fd, path, request);
    }
    shutdown(connection->fd, SHUT_RDWR);
    return NULL;
}

static void *accept_all(void *opaque)
{
    struct web *web = opaque;
    int fd;
    while (web->count < MAX_CONNECTIONS && (fd = accept(web->listener, NULL, NULL)) >= 0) {
        pthread_mutex_lock(&web->lock);
        struct connection *connection = &web->connections[web->count];
        connection->web = web;
        connection->fd = fd;
        if (pthread_create(&connection->thread, NULL, serve, connection) == 0)
            web->count++;
        else
            close(fd);
        pthread_mutex_unlock(&web->lock);
    }
    return NULL;
}

struct web *web_start(const struct web_options *options)
{
    struct web *web = calloc(1, sizeof(*web));
    assert_non_null(web);
    web->options = *options;
    pthread_mutex_init(&web->lock, NULL);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    web->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(web->listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(web->listener, 16), 0);
    assert_int_equal(getsockname(web->listener, (struct sockaddr *)&address, &length), 0);
    web->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&web->acceptor, NULL, accept_all, web), 0);
    return web;
}

int web_port(const struct web *web)
{
    return web->port;
}

int web_requests(struct web *web, const char *path)
{
    int requests = 0;
    pthread_mutex_lock(&web->lock);
    for (int i = 0; i < web->count; i++)
        requests += strncmp(web->connections[i].path, path, strlen(path)) == 0;
    pthread_mutex_unlock(&web->lock);
    return requests;
}

void web_stop(struct web *web)
{
    shutdown(web->listener, SHUT_RDWR);
    pthread_join(web->acceptor, NULL);
    close(web->listener);
    for (int i = 0; i < web->count; i++) {
        shutdown(web->connections[i].fd, SHUT_RDWR);
        pthread_join(web->connections[i].thread, NULL);
        close(web->connections[i].fd);
    }
    pthread_mutex_destroy(&web->lock);
    free(web);
}
