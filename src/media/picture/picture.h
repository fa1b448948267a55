/* Pictures: pooled, reference-counted, in memory that another process can map.
 *
 * A pool is one memfd, sealed against any change of its size, cut into equal slots, all of one
 * format and size. A picture is one slot. Whoever holds a reference may read; only the holder of
 * the sole reference may write. A pool lives until its creator has let go of it and its last
 * picture is back; any thread may take, ref and unref, and nothing here blocks.
 *
 * I420: planes Y, Cb, Cr; chroma is (width+1)/2 x (height+1)/2; full range, BT.601 (JFIF's YCbCr).
 * Luma rows and columns are there up to the next even number, see mr_picture_pad.
 * BGRX: one plane, 4 bytes a pixel: blue, green, red, unused. */
#ifndef MR_MEDIA_PICTURE_H
#define MR_MEDIA_PICTURE_H

#include "base/blob.h"
#include "media/picture/pending.h"
#include "media/picture/tiles.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_PICTURE_MAX_SIDE  16384
#define MR_PICTURE_MAX_SLOTS 64
#define MR_PICTURE_ALIGNMENT 64 /* of planes and rows: what zimg's widest vectors want */

enum mr_picture_format {
    MR_PICTURE_I420,
    MR_PICTURE_BGRX,
};

struct mr_picture {
    /* immutable */
    enum mr_picture_format format;
    int width, height;
    uint8_t *plane[3];
    int stride_bytes[3];
    unsigned slot; /* its number in the pool, from 0 */

    /* set by the thread that fills the picture, before anybody else sees it */
    uint64_t seq;             /* number of the frame in its stream, from 0 */
    int64_t pts_us;           /* media time */
    int64_t captured_us;      /* wall clock when the frame left the decoder */
    struct mr_blob *recorded; /* JSON of the payload that was recorded with the frame; NULL: none; a
                                 reference */

    struct mr_pending
        *pending; /* the planes come when they are asked for, see pending.h; NULL: they
                                   are there */

    /* A BGRX picture may be complete in parts only: in the tiles of `drawn`; elsewhere it looks like
     * the one under it, of which it holds a reference. NULL: it is a whole one. See layers.h. */
    struct mr_picture *under;
    struct mr_tiles drawn;
};

struct mr_picture_pool;

/* Make a pool of `slots` pictures. Memory is touched only as pictures are written.
 * in:     1 ≤ width, height ≤ MR_PICTURE_MAX_SIDE; 1 ≤ slots ≤ MR_PICTURE_MAX_SLOTS
 * out:    *pool; destroy it when done; NULL on error
 * return: 0; -EINVAL bad geometry; -ENOMEM; -errno of memfd_create, ftruncate, mmap */
int mr_picture_pool_create(enum mr_picture_format format, int width, int height, unsigned slots,
                           struct mr_picture_pool **pool);

/* Let go of the pool; pictures still held stay valid. Takes NULL. */
void mr_picture_pool_destroy(struct mr_picture_pool *pool);

/* Take a free picture with one reference; its content is undefined.
 * return: the picture, or NULL when all are in use; never blocks */
struct mr_picture *mr_picture_pool_take(struct mr_picture_pool *pool);

/* ---- pictures in another process ---- */

/* The memory behind a pool: all that another process has to know of it. */
struct mr_picture_memory {
    uint64_t id; /* of the pool, never used again in this process */
    int fd;
    enum mr_picture_format format;
    int width, height;
    unsigned slots;
};

/* return: the memory that a picture is in; the descriptor stays the pool's. Only the maker of an I420 pool
 *         can write it, since the memory is sealed; a BGRX pool can be written by every holder of the
 *         descriptor */
struct mr_picture_memory mr_picture_memory_of(const struct mr_picture *picture);

/* Map the memory of another process's pool.
 * in:     memory: fd is taken over, failure included; id is not looked at
 * out:    *pool: its pictures are had by mr_picture_pool_at only; NULL on error
 * return: 0; -EINVAL wrong numbers, or the memory is not as long as they say; -ENOMEM; -errno */
int mr_picture_pool_map(const struct mr_picture_memory *memory, struct mr_picture_pool **pool);

/* The picture in a slot of a mapped pool, with one reference.
 * return: NULL when there is no such slot, or this process has a reference already */
struct mr_picture *mr_picture_pool_at(struct mr_picture_pool *pool, unsigned slot);

/* return: the same picture, with one reference more */
struct mr_picture *mr_picture_ref(struct mr_picture *picture);

/* Let go of *picture and set it to NULL. Takes a pointer to NULL. */
void mr_picture_unref(struct mr_picture **picture);

/* Repeat the last column and row of an I420 picture with odd sides in the padding next to them: the
 * JPEG encoder works on whole pairs. Whoever fills such a picture calls this last; without it the
 * outermost pixels are encoded worse. Nothing is done to even sides and BGRX. */
void mr_picture_pad(struct mr_picture *picture);

/* ---- pictures whose planes come later (pending.h) ----
 *
 * A thread that reads planes of a picture that it did not fill itself calls mr_picture_need before. */

/* Put off the filling of a picture that nobody else has seen.
 * in:     options, copied
 * return: 0; -ENOMEM: nothing has changed, and options->opaque is still the caller's */
int mr_picture_postpone(struct mr_picture *picture, const struct mr_pending_options *options);

/* See to it that the planes are there, and note that somebody needed them.
 * thread: any; a thread that asks while another one fills the picture waits for it */
void mr_picture_need(const struct mr_picture *picture);

/* See to it that the planes are there, without the note: the caller only expects that they will be
 * needed.
 * thread: any, as mr_picture_need */
void mr_picture_prepare(const struct mr_picture *picture);

/* return: whether the planes are not there yet
 * thread: any */
bool mr_picture_is_pending(const struct mr_picture *picture);

/* return: whether anybody needed the planes; true for a picture that was never put off
 * thread: any */
bool mr_picture_was_needed(const struct mr_picture *picture);

/* return: the JPEG that looks like the picture, borrowed; NULL: there is none
 * thread: any */
struct mr_blob *mr_picture_jpeg(const struct mr_picture *picture);

#endif
