#include "support/camera.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "support/check.h"
#include "support/clip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CLIENTS 8

struct client {
    int fd; /* -1: none */
    bool greeted;
    size_t next; /* piece */
};

struct camera {
    pthread_t thread;
    int reserved; /* bound to the port, so that nobody else gets it */
    int port;
    int64_t interval_us;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* protected by lock */
    bool stopping;
    enum camera_mood mood, served; /* wished for; come true */
    struct camera_pieces pieces;
    unsigned connections, connected;
    uint64_t sent; /* pieces */

    /* the thread's */
    int listener; /* -1: gone */
    struct client clients[MAX_CLIENTS];
};

/* ---- what it sends ---- */

static struct mr_buffer make_file(const char *name, const char *arguments)
{
    static unsigned number;
    char file[64], path[CLIP_PATH];
    snprintf(file, sizeof(file), "camera%u-%s", number++, name);
    clip_path(file, path);
    clip_ffmpeg("%s %s", arguments, path);
    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(path, 64 << 20, &content), 0);
    return content;
}

struct camera_pieces camera_jpegs(const char *arguments)
{
    static const char boundary[] = "--ffmpeg\r\n";
    struct mr_buffer content = make_file("x.mpjpeg", arguments);
    struct camera_pieces pieces = {
        .head = "HTTP/1.0 200 OK\r\n"
                "Content-Type: multipart/x-mixed-replace;boundary=ffmpeg\r\n\r\n",
        .bytes = (char *)content.data,
        .end = calloc(1000, sizeof(size_t)),
    };
    for (size_t at = 1; at + sizeof(boundary) < content.size && pieces.count < 1000; at++)
        if (memcmp(pieces.bytes + at, boundary, sizeof(boundary) - 1) == 0)
            pieces.end[pieces.count++] = at;
    assert_true(pieces.count > 0);
    return pieces;
}

struct camera_pieces camera_file(const char *name, const char *arguments, size_t count)
{
    struct mr_buffer content = make_file(name, arguments);
    struct camera_pieces pieces = {
        .bytes = (char *)content.data,
        .end = calloc(count, sizeof(size_t)),
        .count = count,
    };
    for (size_t i = 0; i < count; i++)
        pieces.end[i] = content.size / 188 * (i + 1) / count * 188;
    return pieces;
}

struct camera_pieces camera_answer(const char *head)
{
    return (struct camera_pieces){ .head = head };
}

static void free_pieces(struct camera_pieces *pieces)
{
    free(pieces->bytes);
    free(pieces->end);
}

/* ---- connections ---- */

static int bound_socket(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
    return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? fd : -1;
}

static void drop(struct camera *camera, struct client *client)
{
    close(client->fd);
    client->fd = -1;
    camera->connected--;
}

static void welcome(struct camera *camera)
{
    int fd = accept4(camera->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct timeval limit = { .tv_sec = 2 };
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    camera->connections++;
    for (int i = 0; i < MAX_CLIENTS; i++)
        if (camera->clients[i].fd < 0) {
            camera->clients[i] = (struct client){ .fd = fd };
            camera->connected++;
            return;
        }
    close(fd);
}

/* Read away what a client says. return: false when it has gone */
static bool hear(struct client *client)
{
    char said[4096];
    ssize_t got;
    while ((got = recv(client->fd, said, sizeof(said), MSG_DONTWAIT)) > 0)
        ;
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool say(const struct client *client, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool send_piece(const struct camera *camera, struct client *client)
{
    static const char rubbish[3000] = "This is not what you have come for. \xff\xd8\xff";
    const struct camera_pieces *pieces = &camera->pieces;
    if (camera->mood == CAMERA_RUBBISH)
        return say(client, rubbish, sizeof(rubbish));
    if (!client->greeted && pieces->head != NULL &&
        !say(client, pieces->head, strlen(pieces->head)))
        return false;
    client->greeted = true;
    if (pieces->count == 0)
        return false;
    size_t piece = client->next++ % pieces->count;
    size_t start = piece > 0 ? pieces->end[piece - 1] : 0;
    return say(client, pieces->bytes + start, pieces->end[piece] - start);
}

static void serve(struct camera *camera, bool due)
{
    bool gone = camera->mood == CAMERA_GONE;
    if (gone && camera->listener >= 0) {
        close(camera->listener);
        camera->listener = -1;
    } else if (!gone && camera->listener < 0) {
        camera->listener = bound_socket(camera->port);
        listen(camera->listener, MAX_CLIENTS);
    }
    if (!gone)
        welcome(camera);
    for (int i = 0; i < MAX_CLIENTS; i++) {
        struct client *client = &camera->clients[i];
        if (client->fd < 0)
            continue;
        bool stays = !gone && hear(client);
        if (stays && due && camera->mood != CAMERA_SILENT)
            stays = send_piece(camera, client) && ++camera->sent > 0;
        if (!stays)
            drop(camera, client);
    }
    camera->served = camera->mood;
    pthread_cond_broadcast(&camera->changed);
}

static void *run(void *argument)
{
    struct camera *camera = argument;
    int64_t due_us = mr_clock_now_us();
    for (bool stopping = false; !stopping;) {
        struct pollfd wait = { .fd = camera->listener, .events = POLLIN };
        int64_t now_us = mr_clock_now_us();
        bool due = now_us >= due_us;
        if (due)
            due_us = due_us + camera->interval_us > now_us ? due_us + camera->interval_us : now_us;
        pthread_mutex_lock(&camera->lock);
        serve(camera, due);
        stopping = camera->stopping;
        pthread_mutex_unlock(&camera->lock);
        poll(&wait, 1, 2);
    }
    return NULL;
}

/* ---- for tests ---- */

struct camera *camera_start(struct camera_pieces pieces, int64_t interval_us)
{
    struct camera *camera = calloc(1, sizeof(*camera));
    camera->pieces = pieces;
    camera->interval_us = interval_us;
    camera->reserved = bound_socket(0);
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    getsockname(camera->reserved, (struct sockaddr *)&address, &length);
    camera->port = ntohs(address.sin_port);
    camera->listener = bound_socket(camera->port);
    assert_true(camera->listener >= 0);
    listen(camera->listener, MAX_CLIENTS);
    for (int i = 0; i < MAX_CLIENTS; i++)
        camera->clients[i].fd = -1;
    pthread_mutex_init(&camera->lock, NULL);
    mr_thread_cond_init(&camera->changed);
    assert_int_equal(mr_thread_start(&camera->thread, "camera", run, camera), 0);
    return camera;
}

void camera_stop(struct camera *camera)
{
    if (camera == NULL)
        return;
    pthread_mutex_lock(&camera->lock);
    camera->stopping = true;
    pthread_mutex_unlock(&camera->lock);
    pthread_join(camera->thread, NULL);
    for (int i = 0; i < MAX_CLIENTS; i++)
        if (camera->clients[i].fd >= 0)
            close(camera->clients[i].fd);
    if (camera->listener >= 0)
        close(camera->listener);
    close(camera->reserved);
    pthread_cond_destroy(&camera->changed);
    pthread_mutex_destroy(&camera->lock);
    free_pieces(&camera->pieces);
    free(camera);
}

int camera_port(const struct camera *camera)
{
    return camera->port;
}

void camera_set(struct camera *camera, enum camera_mood mood)
{
    pthread_mutex_lock(&camera->lock);
    camera->mood = mood;
    while (camera->served != mood)
        mr_thread_cond_wait_until(&camera->changed, &camera->lock, -1);
    pthread_mutex_unlock(&camera->lock);
}

void camera_replace(struct camera *camera, struct camera_pieces pieces)
{
    pthread_mutex_lock(&camera->lock);
    free_pieces(&camera->pieces);
    camera->pieces = pieces;
    pthread_mutex_unlock(&camera->lock);
}

unsigned camera_connections(struct camera *camera)
{
    pthread_mutex_lock(&camera->lock);
    unsigned connections = camera->connections;
    pthread_mutex_unlock(&camera->lock);
    return connections;
}

unsigned camera_connected(struct camera *camera)
{
    pthread_mutex_lock(&camera->lock);
    unsigned connected = camera->connected;
    pthread_mutex_unlock(&camera->lock);
    return connected;
}

uint64_t camera_sent(struct camera *camera)
{
    pthread_mutex_lock(&camera->lock);
    uint64_t sent = camera->sent;
    pthread_mutex_unlock(&camera->lock);
    return sent;
}
