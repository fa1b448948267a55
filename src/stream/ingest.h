/* The source thread of a stream. It opens the source and passes on frame by frame until the end; it opens a
 * source again that was lost. */
#ifndef MR_STREAM_INGEST_H
#define MR_STREAM_INGEST_H

/* The thread: runs the stream from open to end, and the script thread with it. return: NULL */
void *mr_ingest_run(void *stream);

#endif
