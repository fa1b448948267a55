/* The names of colours in CSS. Constants. */
#ifndef MR_SCRIPT_COLOR_NAMES_H
#define MR_SCRIPT_COLOR_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct mr_color_name {
    const char *name; /* in lower case */
    uint32_t rgb;     /* 0xRRGGBB */
};

/* All names, in the order of strcmp. */
extern const struct mr_color_name mr_color_names[];
extern const size_t mr_color_name_count;

#endif
