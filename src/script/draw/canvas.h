/* Canvases: BGRX pictures for scripts to draw on, from a pool that follows the frames' size. Shared
 * by all versions of a stream's script.
 *
 * Any thread. */
#ifndef MR_SCRIPT_CANVAS_H
#define MR_SCRIPT_CANVAS_H

#include "media/picture/picture.h"

/* One being drawn on, the encoders' lane, and a few for those who hold one. */
#define MR_CANVAS_SLOTS 10

struct mr_canvases;

/* return: the pool, without memory for pictures yet; NULL when out of memory */
struct mr_canvases *mr_canvases_create(void);
void mr_canvases_destroy(struct mr_canvases *canvases); /* pictures still held stay valid */

/* From now on give out this picture and no other, to one at a time; NULL: none at all. How a script's
 * own process draws on what the host gave it. in: picture: a reference is taken over */
void mr_canvases_lend(struct mr_canvases *canvases, struct mr_picture *picture);

/* return: a picture of that size with one reference, its content undefined; NULL when all are in
 *         use or memory ran out */
struct mr_picture *mr_canvases_take(struct mr_canvases *canvases, int width, int height);

/* return: the same with the content of `source` (I420 or BGRX), its numbers and times included */
struct mr_picture *mr_canvases_copy(struct mr_canvases *canvases, const struct mr_picture *source);

#endif
