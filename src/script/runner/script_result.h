/* The result of a script for one frame. Plain data of its holder. */
#ifndef MR_SCRIPT_SCRIPT_RESULT_H
#define MR_SCRIPT_SCRIPT_RESULT_H

#include "media/picture/picture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Passed to mr_script_result_finish when used up. */
struct mr_script_result {
    struct mr_picture *picture; /* to encode: the one given, or a BGRX one; a reference */
    char *payload;              /* JSON text, never NULL ("null"); malloc'd */
    size_t payload_size;
    char *error;         /* NULL, or one line with file and line; malloc'd */
    int quality;         /* 1 … 100 */
    bool quality_set;    /* by the script, for this frame */
    bool skip;           /* do not send this frame */
    uint32_t generation; /* of the script: 1 for the first, one more for every swap */
};

/* Unref and free what a result holds, and zero it; it may be all zero. Any thread. */
void mr_script_result_finish(struct mr_script_result *result);

#endif
