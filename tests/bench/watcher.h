/* One viewer's side of a protocol: what is asked of the server, and what comes taken apart into
 * frames. Knows no sockets' readiness: whoever reads gives it the bytes. */
#ifndef BENCH_WATCHER_H
#define BENCH_WATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum watcher_protocol {
    WATCHER_BARE,     /* WebSocket messages without a handshake: the bare loop's */
    WATCHER_NATIVE,   /* moonreel's WebSocket */
    WATCHER_MJPEG,    /* multipart over HTTP; every part has a Content-Length */
    WATCHER_SOCKETIO, /* Engine.IO 4 over WebSocket, event "stream" in the main namespace */
};

#define WATCHER_BEGIN_BYTES 125 /* a control frame's payload, at most */

struct watcher {
    /* immutable */
    enum watcher_protocol protocol;
    int fd;
    bool hashing; /* frames are to be told apart */

    /* account of what came */
    uint64_t frames;
    uint64_t gaps; /* numbers missing between frames (native only) */
    uint64_t hash; /* of the frame that came last: the same for every viewer of a server */
    const char *fault;

    /* the watcher's own */
    int phase;
    char line[256]; /* of a head; longer ones are cut */
    unsigned line_size;
    bool first_line;
    uint8_t head[10]; /* of a WebSocket frame */
    unsigned have;
    uint64_t remaining, body_size; /* of message or part */
    uint8_t begin[WATCHER_BEGIN_BYTES];
    unsigned begun;
    uint64_t running_hash;
    uint64_t next_seq;
};

typedef void watcher_frame(void *opaque, struct watcher *watcher);

/* Begin: ask for `path` (unused: bare) on a connected, blocking socket. return: whether it went */
bool watcher_start(struct watcher *watcher, enum watcher_protocol protocol, int fd, int port,
                   const char *path);

/* Take what came; answers pings. on_frame: called when a frame is complete.
 * return: whether all is well; `fault` says what is not */
bool watcher_take(struct watcher *watcher, const uint8_t *bytes, size_t size,
                  watcher_frame *on_frame, void *opaque);

#endif
