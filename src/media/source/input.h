/* One opened input: FFmpeg's demuxer, its video stream and the decoder for it. Used by the source,
 * which opens a new one when an input that cannot be rewound starts again. Private to src/media. */
#ifndef MR_MEDIA_INPUT_H
#define MR_MEDIA_INPUT_H

#include "base/error.h"
#include "media/convert/orientation.h"
#include "media/source/ahead.h"
#include "media/source/patience.h"

#include <stdbool.h>

struct AVCodecContext;
struct AVFormatContext;
struct AVIOContext;
struct AVStream;
struct mr_input_options;
struct mr_multipart;
struct mr_row;

struct mr_input {
    struct AVFormatContext *demuxer;
    struct AVIOContext *io;         /* ours, NULL when FFmpeg opened the input */
    struct mr_multipart *multipart; /* NULL: FFmpeg reads without it */
    struct AVStream *stream;
    struct AVCodecContext *decoder;
    struct mr_orientation orientation; /* the stream's; a frame may bring its own */
    double fps;                        /* nominal; 0 when unknown */
    struct mr_row
        *row; /* picture files that are read instead of the demuxer's packets; NULL: none */
    struct mr_ahead ahead; /* packets to be read before those of the demuxer */
    bool live;
    bool piped;   /* comes through a descriptor: when it has ended, it cannot be opened again */
    bool remote;  /* comes over a network */
    bool still;   /* one picture: it has no time of its own */
    bool untimed; /* its stamps are not used: it has none, or the user gave the rate */
    bool large;   /* its decoder has a share of the cores */
};

/* in:     url as in mr_source_options; shown: the same for messages, without passwords;
 *         wish, lent for the call;
 *         patience, must outlive the input: its limit is for each step of opening a camera or what
 *         is remote, and then whoever reads begins and lifts it
 * out:    *input, to be closed; empty on error
 * return: 0; -ECANCELED; -ETIMEDOUT; -errno with *error */
int mr_input_open(struct mr_input *input, const char *url, const char *shown,
                  const struct mr_input_options *wish, int threads, struct mr_patience *patience,
                  struct mr_error *error);
void mr_input_close(struct mr_input *input); /* takes an empty one */

/* Whether a url is that of a device or of something remote: what is not there now may be later. */
bool mr_input_is_elsewhere(const char *url);

/* Go back to the first frame.
 * return: 0; -ESPIPE when the input cannot */
int mr_input_rewind(struct mr_input *input);

#endif
