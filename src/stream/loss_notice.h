/* The notice that viewers see while a stream's source is lost: once a second a small picture that says so. It takes the way
 * of a frame from the script on, so that it comes in order; the script does not see it. The script thread only. */
#ifndef MR_STREAM_LOSS_NOTICE_H
#define MR_STREAM_LOSS_NOTICE_H

#include <stdint.h>

struct mr_stream;

/* return: when the next notice is due, monotonic, in µs; -1: there is nothing to say, or nobody to say it to */
int64_t mr_loss_notice_due_us(struct mr_stream *stream);

/* Send it, if it is due. It comes after all pictures that were put into the mailbox before. */
void mr_loss_notice_give(struct mr_stream *stream);

#endif
