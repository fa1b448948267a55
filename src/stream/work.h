/* The script thread of a stream: mailbox → script → encoder's lane, and between frames what the script has to be told; and
 * what becomes of an encoded frame. */
#ifndef MR_STREAM_WORK_H
#define MR_STREAM_WORK_H

#include "stream/encoder.h"

/* The thread; it ends when the mailbox says that it is over. return: NULL */
void *mr_work_run(void *stream);

/* Take an encoded frame to recorder and hub, or to the sink. thread: the encoder's */
mr_encoder_done mr_work_deliver;

#endif
