/* The encoder pool: a few threads, shared by all streams, that turn pictures into packets.
 *
 * Each stream has a lane. Jobs of a lane are encoded by whatever thread is free and leave the lane
 * in the order they came. A lane's capacity is MR_ENCODER_LANE jobs; whoever submits more, waits.
 */
#ifndef MR_STREAM_ENCODER_H
#define MR_STREAM_ENCODER_H

#include "script/runner/runner.h"
#include "stream/packet.h"

#define MR_ENCODER_LANE 3

struct mr_encoder;
struct mr_encoder_lane;

/* A job that came out. Called by encoder threads, for one lane one call at a time and in order,
 * without locks held.
 * in:     packet: the caller's reference goes to the callee; NULL when encoding failed;
 *         error: the script's, borrowed, or NULL; took_us: encoding alone */
typedef void mr_encoder_done(void *opaque, struct mr_packet *packet, const char *error,
                             int64_t took_us);

/* Start `threads` encoder threads ("encoder N").
 * return: 0; -ENOMEM; -errno of pthread_create; *encoder is NULL on error */
int mr_encoder_create(unsigned threads, struct mr_encoder **encoder);
void mr_encoder_destroy(struct mr_encoder *encoder); /* all lanes closed before; takes NULL */

/* return: the lane, or NULL when out of memory */
struct mr_encoder_lane *mr_encoder_lane_open(struct mr_encoder *encoder, mr_encoder_done *done,
                                             void *opaque);

/* Wait until the lane is empty, then free it. Takes NULL. */
void mr_encoder_lane_close(struct mr_encoder_lane *lane);

/* Encode what a script made. Takes over what *result holds and leaves it zeroed. Blocks while the
 * lane is full. One thread a lane. */
void mr_encoder_submit(struct mr_encoder_lane *lane, struct mr_script_result *result);

#endif
