/* A web server for tests of what reads from one: files of a folder, with ranges, from memory, and a
 * Motion JPEG stream. In threads of this process, on a port of its own. Failures of the test's own
 * making end the test through cmocka. */
#ifndef TEST_SUPPORT_WEB_H
#define TEST_SUPPORT_WEB_H

struct web;

struct web_options {
    const char *
        folder; /* "GET /a.mp4" is its file a.mp4; "GET /a.parts" is sent as multipart/x-mixed-replace */
    const char *jpeg; /* file that "GET /camera" sends again and again, as a camera would */
    int jpeg_every_ms;
    const char *authorize; /* the value of Authorization that every request must have; NULL: none */
};

/* return: the server, to be stopped */
struct web *web_start(const struct web_options *options);
int web_port(const struct web *web);

/* How many requests there were for a path that begins so. */
int web_requests(struct web *web, const char *path);

/* End all connections and free it. */
void web_stop(struct web *web);

#endif
