/* The plain picture that viewers see when a script failed and nothing else may be shown.
 *
 * One a stream; used by its script thread. */
#ifndef MR_SCRIPT_BLANK_H
#define MR_SCRIPT_BLANK_H

#include "media/picture/picture.h"
#include "script/draw/canvas.h"

struct mr_blank;

/* return: the painter; NULL when out of memory */
struct mr_blank *mr_blank_create(void);
void mr_blank_destroy(struct mr_blank *blank); /* takes NULL */

/* A grey picture of the size, numbers and times of `like`, with the reason written on it.
 * return: the picture with one reference, the caller's; NULL when there is no memory */
struct mr_picture *mr_blank_make(struct mr_blank *blank, struct mr_canvases *canvases,
                                 const struct mr_picture *like, const char *reason);

#endif
