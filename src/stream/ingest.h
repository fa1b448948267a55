/* The source thread of a stream: it opens the source, then passes on frame by frame until the end; a source that is lost is
 * opened again. */
#ifndef MR_STREAM_INGEST_H
#define MR_STREAM_INGEST_H

/* The thread: runs the stream from open to end, and the script thread with it. return: NULL */
void *mr_ingest_run(void *stream);

#endif
