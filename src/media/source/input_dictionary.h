/* How the user wants an input to be opened (struct mr_input_options), in FFmpeg's terms.
 * Private to src/media. */
#ifndef MR_MEDIA_INPUT_DICTIONARY_H
#define MR_MEDIA_INPUT_DICTIONARY_H

#include "media/source/input_options.h"
#include "media/source/locator.h"

struct AVDictionary;
struct AVFormatContext;

/* The options for avformat_open_input: those that suit the address, and the user's wishes, which go
 * before.
 * out:    *dictionary, to be freed; NULL on error
 * return: 0; -EINVAL with *error: not KEY=VALUE, a name that FFmpeg does not have, half a size;
 *         -ENOMEM with *error */
int mr_input_dictionary_make(const struct mr_input_options *options,
                             const struct mr_locator *locator, struct AVDictionary **dictionary,
                             struct mr_error *error);

/* A size or rate that the demuxer did not take is an error. (Decoders take them and do nothing.)
 * in:     left: what is left of the dictionary; shown: the source's name for messages
 * return: 0; -EINVAL with *error */
int mr_input_dictionary_check_demuxer(const struct mr_input_options *options,
                                      const struct AVDictionary *left, const char *shown,
                                      struct mr_error *error);

/* The same for options that the decoder did not take either.
 * return: 0; -EINVAL with *error that names the first of them */
int mr_input_dictionary_check_left(const struct mr_input_options *options,
                                   const struct AVDictionary *left, const char *shown,
                                   struct mr_error *error);

/* FFmpeg refused an option's value: say which one.
 * in:     hint: FFmpeg's own words
 * return: -EINVAL with *error; 0 when that is not what happened */
int mr_input_dictionary_refused(const char *hint, const char *shown, struct mr_error *error);

/* Say in the log what a camera gives instead of what it was asked for.
 * in:     format: the pixel format or codec that was asked for; NULL: any */
void mr_input_dictionary_compare(const struct mr_input_options *options, const char *format,
                                 const struct AVFormatContext *camera, const char *shown);

#endif
