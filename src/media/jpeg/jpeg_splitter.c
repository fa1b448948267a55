#include "media/jpeg/jpeg_splitter.h"

#include "media/jpeg/jpeg_marker.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum state {
    OUTSIDE,  /* of a file */
    SEGMENTS, /* between two segments */
    ENTROPY,  /* in the coded data after a scan's header */
};

/* How a walk over some bytes ended. */
enum found {
    MORE,  /* there have to be more of them */
    GO_ON, /* something was passed */
    WHOLE, /* the file ends at `at` */
    CUT,   /* the next file begins at `at` */
    NONE,  /* it is no JPEG */
};

int mr_jpeg_splitter_add(struct mr_jpeg_splitter *splitter, const void *bytes, size_t size)
{
    mr_buffer_append(&splitter->bytes, bytes, size);
    return splitter->bytes.failed ? -ENOMEM : 0;
}

/* Drop what lies before `at`. */
static void drop(struct mr_jpeg_splitter *splitter, size_t at)
{
    struct mr_buffer *bytes = &splitter->bytes;
    memmove(bytes->data, bytes->data + at, bytes->size - at);
    bytes->size -= at;
    splitter->at = 0;
}

/* A file begins with SOI and the first byte of another marker; two bytes alone stand in many places. */
static enum found find_beginning(struct mr_jpeg_splitter *splitter)
{
    const struct mr_buffer *bytes = &splitter->bytes;
    while (splitter->at + 3 <= bytes->size) {
        const uint8_t *at =
            memchr(bytes->data + splitter->at, 0xff, bytes->size - 2 - splitter->at);
        splitter->at = at != NULL ? (size_t)(at - bytes->data) : bytes->size - 2;
        if (at == NULL)
            return MORE;
        if (at[1] == MR_JPEG_SOI && at[2] == 0xff) {
            drop(splitter, splitter->at);
            splitter->at = 2;
            splitter->state = SEGMENTS;
            return GO_ON;
        }
        splitter->at++;
    }
    return MORE;
}

static bool stands_alone(uint8_t marker)
{
    return marker == MR_JPEG_TEM || (marker >= MR_JPEG_RST0 && marker <= MR_JPEG_RST7);
}

static enum found pass_segment(struct mr_jpeg_splitter *splitter)
{
    const uint8_t *at = splitter->bytes.data + splitter->at;
    size_t left = splitter->bytes.size - splitter->at;
    if (left < 2)
        return MORE;
    if (at[0] != 0xff || at[1] == 0)
        return NONE;
    if (at[1] == 0xff || stands_alone(at[1]) || at[1] == MR_JPEG_EOI) {
        splitter->at += at[1] == 0xff ? 1 : 2; /* fill bytes */
        return at[1] == MR_JPEG_EOI ? WHOLE : GO_ON;
    }
    if (at[1] == MR_JPEG_SOI)
        return CUT;
    if (left < 4)
        return MORE;
    size_t size = 2 + (size_t)(at[2] << 8 | at[3]);
    if (size < 4)
        return NONE;
    if (left < size)
        return MORE;
    splitter->state = at[1] == MR_JPEG_SOS ? ENTROPY : SEGMENTS;
    splitter->at += size;
    return GO_ON;
}

/* In coded data, 0xff is followed by 0, by a restart marker, or by the next segment. */
static enum found pass_entropy(struct mr_jpeg_splitter *splitter)
{
    const struct mr_buffer *bytes = &splitter->bytes;
    const uint8_t *at = memchr(bytes->data + splitter->at, 0xff, bytes->size - splitter->at);
    if (at == NULL || at + 1 == bytes->data + bytes->size) {
        splitter->at = at != NULL ? (size_t)(at - bytes->data) : bytes->size;
        return MORE;
    }
    splitter->at = (size_t)(at - bytes->data);
    if (at[1] == 0 || stands_alone(at[1]))
        splitter->at += 2;
    else
        splitter->state = SEGMENTS;
    return GO_ON;
}

static enum found walk(struct mr_jpeg_splitter *splitter)
{
    switch ((enum state)splitter->state) {
    case OUTSIDE:
        return find_beginning(splitter);
    case SEGMENTS:
        return pass_segment(splitter);
    case ENTROPY:
        break;
    }
    return pass_entropy(splitter);
}

/* Look for a beginning behind the one that was none. */
static void begin_anew(struct mr_jpeg_splitter *splitter)
{
    splitter->state = OUTSIDE;
    splitter->at = 2;
}

size_t mr_jpeg_splitter_next(struct mr_jpeg_splitter *splitter, const uint8_t **file)
{
    struct mr_buffer *bytes = &splitter->bytes;
    if (splitter->given > 0)
        drop(splitter, splitter->given);
    splitter->given = 0;
    for (;;) {
        enum found found = walk(splitter);
        if (found == CUT &&
            splitter->at == 2) { /* two beginnings in a row: the first one was none */
            drop(splitter, 2);
            splitter->state = OUTSIDE;
            continue;
        }
        if (found == WHOLE || found == CUT) {
            splitter->state = OUTSIDE;
            splitter->given = splitter->at;
            *file = bytes->data;
            return splitter->given;
        }
        if (found == NONE || (found == MORE && splitter->state != OUTSIDE &&
                              bytes->size > MR_JPEG_SPLITTER_MAX_BYTES))
            begin_anew(splitter);
        else if (found == MORE)
            break;
    }
    if (splitter->state == OUTSIDE && splitter->at > 0)
        drop(splitter, splitter->at);
    return 0;
}

void mr_jpeg_splitter_finish(struct mr_jpeg_splitter *splitter)
{
    mr_buffer_finish(&splitter->bytes);
    *splitter = (struct mr_jpeg_splitter){ 0 };
}
