/* Finds single wrong timestamps of a file: one packet of a file that was cut or damaged may have a stamp far from those around
 * it. The source's thread. Private to src/media/source. */
#ifndef MR_MEDIA_SOURCE_STAMPS_H
#define MR_MEDIA_SOURCE_STAMPS_H

struct mr_source;

/* The input begins, for the first time or again. */
void mr_source_stamps_begin(struct mr_source *source);

/* Look at the stamps of source->packet, one of the video's, and take away those that the next packet shows to be wrong.
 * The frame then follows the one before it. A gap or a jump that the next packet confirms stays. */
void mr_source_stamps_check(struct mr_source *source);

#endif
