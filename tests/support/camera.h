/* A network camera on loopback, for tests: sends everybody who connects the same pieces over and
 * over, at a steady pace, until it is told to fall silent, to talk rubbish or to go away. It has a
 * thread of its own. Failures of the test's own making end the test through cmocka. */
#ifndef TEST_SUPPORT_CAMERA_H
#define TEST_SUPPORT_CAMERA_H

#include <stddef.h>
#include <stdint.h>

struct camera;

enum camera_mood {
    CAMERA_SENDS,
    CAMERA_SILENT,  /* takes connections, keeps them, and says nothing */
    CAMERA_RUBBISH, /* sends what nobody can read */
    CAMERA_GONE,    /* connections are refused, those that were there are closed */
};

struct camera_pieces {
    const char *head; /* sent first; NULL: nothing. A constant */
    char *bytes;      /* malloc'd, the camera's */
    size_t *end;      /* of each piece; malloc'd, the camera's */
    size_t count;
};

/* Motion JPEG over HTTP of what `ffmpeg` makes with these arguments (clip.h). */
struct camera_pieces camera_jpegs(const char *arguments);

/* Any file that ffmpeg makes with these arguments and a name that ends like `name`, in `count`
 * pieces of whole 188 bytes. */
struct camera_pieces camera_file(const char *name, const char *arguments, size_t count);

/* An answer and nothing more. */
struct camera_pieces camera_answer(const char *head);

struct camera *camera_start(struct camera_pieces pieces, int64_t interval_us);
void camera_stop(struct camera *camera); /* takes NULL */

int camera_port(const struct camera *camera); /* stays the same while it is gone */
void camera_set(struct camera *camera, enum camera_mood mood);

/* From now on it sends these. */
void camera_replace(struct camera *camera, struct camera_pieces pieces);

unsigned camera_connections(struct camera *camera); /* so far */
unsigned camera_connected(struct camera *camera);   /* now */
uint64_t camera_sent(struct camera *camera);        /* pieces, so far */

#endif
