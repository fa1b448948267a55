/* The composition root: from options to a running program. Main's thread. */
#ifndef MR_APP_APP_H
#define MR_APP_APP_H

#include "app/options.h"
#include "app/signals.h"
#include "base/error.h"
#include "stream/stream.h"

/* Be a script's process, started by moonreel itself (script/script_host.h): returns only when it was
 * not, but by somebody else. */
void mr_app_script_host(void);

/* Be the process that runs a configuration (script/config/config_host.h).
 * return: 0 when it has; -EPROTO: it was started by somebody else */
int mr_app_config_host(void);

/* Make the encoder pool, with a thread for each core up to 4.
 * out:    *encoder, the caller's
 * return: 0; -errno with *error */
int mr_app_create_encoder(struct mr_encoder **encoder, struct mr_error *error);

/* return: the stream's options as the program's options want them; strings are those of `options` */
struct mr_stream_options mr_app_stream_options(const struct mr_options *options,
                                               struct mr_signals *signals);

#endif
