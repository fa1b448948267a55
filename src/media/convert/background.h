/* The colour under transparent places of pictures, as an option names it. */
#ifndef MR_MEDIA_BACKGROUND_H
#define MR_MEDIA_BACKGROUND_H

#include <stdbool.h>
#include <stdint.h>

/* in:     text: a colour of CSS by its name, or #RRGGBB
 * out:    *rgb: 0xRRGGBB
 * return: whether it is such a colour
 * thread: any */
bool mr_background_parse(const char *text, uint32_t *rgb);

#endif
