/* The composition root: from options to a running program. Main's thread. */
#ifndef MR_APP_APP_H
#define MR_APP_APP_H

#include "app/events.h"
#include "app/options.h"
#include "base/error.h"
#include "stream/stream.h"

/* Serve until a signal ends it.
 * return: 0; -errno with *error */
int mr_app_serve(const struct mr_options *options, struct mr_events *events,
                 struct mr_error *error);

/* Run the source through the script once, writing what was asked for, then print the summary.
 * return: 0; -errno with *error (source, script, output, or frames on which the script failed) */
int mr_app_headless(const struct mr_options *options, struct mr_events *events,
                    struct mr_error *error);

/* Be a script's process, started by moonreel itself (script/script_host.h): returns only when it was
 * not, but by somebody else. */
void mr_app_script_host(void);

/* Run the files of options->files as tests of scripts: results go to standard output. Signals keep
 * their default meanings.
 * return: 0 when all passed; -errno with *error */
int mr_app_tests(const struct mr_options *options, struct mr_error *error);

/* Say everything that is wrong with the configuration options->config, a line each on standard error,
 * or on standard output that nothing is.
 * return: 0; -errno with *error, the last line */
int mr_app_check(const struct mr_options *options, struct mr_error *error);

/* Make the encoder pool, with a thread for each core up to 4.
 * out:    *encoder, the caller's
 * return: 0; -errno with *error */
int mr_app_create_encoder(struct mr_encoder **encoder, struct mr_error *error);

/* return: the stream's options as the program's options want them; strings are those of `options` */
struct mr_stream_options mr_app_stream_options(const struct mr_options *options,
                                               struct mr_events *events);

#endif
