/* A row of picture files that is played as a video: "frames/%05d.png", or what a pattern of glob(7) finds. The files come in
 * the order of their numbers, so that 2 comes before 12. A file that is empty, gone or unreadable is left out; the log
 * names it. Belongs to an input, used by its thread. Private to src/media/source. */
#ifndef MR_MEDIA_ROW_H
#define MR_MEDIA_ROW_H

#include "base/error.h"

#include <stdint.h>

struct AVPacket;
struct mr_row;

/* List the files that match.
 * in:     pattern: with one %d or %0Nd in the name, or what glob(7) knows; first: numbers below are left out
 * out:    *row, to be destroyed; NULL on error
 * return: 0; -ENOENT: none matches, or none of them holds anything; -ENOMEM; with *error */
int mr_row_create(const char *pattern, int64_t first, struct mr_row **row, struct mr_error *error);
void mr_row_destroy(struct mr_row *row); /* takes NULL */

/* return: the path of the first file that holds something; lives as long as the row */
const char *mr_row_first(const struct mr_row *row);

/* Read the next file that can be read.
 * out:    packet: its content, with the time `pts` of a row without gaps; *left_out: how many were left out before it
 * return: 0; AVERROR_EOF after the last one; AVERROR(ENOMEM) */
int mr_row_read(struct mr_row *row, struct AVPacket *packet, unsigned *left_out);

/* The file that was read last turned out to be damaged: the log names it, too. */
void mr_row_note_damage(struct mr_row *row);

#endif
