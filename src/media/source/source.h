/* A source: demuxes and decodes one input with FFmpeg, and hands out its frames one by one.
 *
 * Owned by one thread (the stream's source thread), apart from mr_source_damaged.
 * It neither paces nor scales. */
#ifndef MR_MEDIA_SOURCE_H
#define MR_MEDIA_SOURCE_H

#include "base/error.h"
#include "media/convert/decoded.h"
#include "media/source/input_options.h"
#include "media/source/source_info.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct mr_source;

struct mr_source_options {
    /* a file, an FFmpeg URL, /dev/video*, "lavfi:GRAPH", "-" (standard input), or a test pattern:
     * "test:", "test:WxH", "test:WxH@FPS" */
    const char *url;
    bool loop;   /* start a finite source again at its end; pts go on without a jump */
    int threads; /* decoder threads, 0: one up to 720p; larger pictures share the cores */
    struct mr_input_options input; /* strings are copied */
    int64_t stall_us; /* opening what is remote or a camera, step by step, and reading from a live
                         input end with -ETIMEDOUT after so much time without a frame; 0: they
                         wait for ever */
    int64_t
        poll_us; /* how often a still picture is looked at again, if the source loops; 0: never */
    double fps;  /* of what comes out so many frames a second are wanted; 0: all */
    bool leave_jpeg;              /* do not decode what jpeg_header.h knows: mr_decoded.jpeg */
    const atomic_bool *interrupt; /* when it becomes true, a blocking open or read returns
                                     -ECANCELED soon; set by any thread; may be NULL */
};

/* Open an input and find its video stream. May block as long as the input does.
 * out:    *source, to be closed by the caller; NULL on error
 * return: 0; -errno with one line in *error that names the url and what is wrong with it: absent, a
 *         directory, not a video, no video stream, no decoder. Passwords in URLs are not shown. */
int mr_source_open(const struct mr_source_options *options, struct mr_source **source,
                   struct mr_error *error);
void mr_source_close(struct mr_source *source); /* takes NULL */

/* return: whether a url is that of a camera or of something remote, which may appear later */
bool mr_source_is_elsewhere(const char *url);

/* return: facts about the input; borrowed, valid until the next call that takes the source */
const struct mr_source_info *mr_source_info(const struct mr_source *source);

/* Decode the next frame. Damaged packets are skipped and counted; a frame whose damage the decoder
 * could hide is counted too, but given out.
 * out:    *decoded, valid until the next read or close
 * return: 0; 1 at the end of a source that does not loop; -ECANCELED after an interrupt;
 *         -ETIMEDOUT after options.stall_us; -errno with *error when the input broke for good, or when an input ended or was
 *         damaged so that not one frame came out of it */
int mr_source_read(struct mr_source *source, struct mr_decoded *decoded, struct mr_error *error);

/* return: how many packets or frames were skipped as damaged so far. Any thread. */
uint64_t mr_source_damaged(const struct mr_source *source);

#endif
