/* The requests of a script process to its host, and the state that it sends. */
#ifndef MR_SCRIPT_SCRIPT_HOST_LINK_H
#define MR_SCRIPT_SCRIPT_HOST_LINK_H

#include "media/picture/picture.h"
#include "script/lua/bundle.h"

struct mr_script_host;

/* Leave if `result` is an error. */
void mr_script_host_link_must(int result);

/* A mr_bundle_fetch: ask the host for a file. */
mr_bundle_fetch mr_script_host_link_fetch;

/* Fill a pending picture by asking the host.
 * in:     opaque: the script host */
void mr_script_host_link_want_pixels(void *opaque, struct mr_picture *picture);

/* Send the state if it is not what was sent last. */
void mr_script_host_link_save_state(struct mr_script_host *host);

#endif
