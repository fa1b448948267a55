/* The built-in pages over HTTP. Their content policy allows no script or style in the page itself, and
 * frames of our own origin only; the embedded picture may also be in those of --allow-origin. */
#ifndef MR_HTTP_PAGES_H
#define MR_HTTP_PAGES_H

#include "http/pages/assets.h"
#include "http/request/request.h"

/* Answer with an asset: compressed for those who take that, to be asked for anew each time unless it is a
 * lasting one. return: the status. Workers only */
int mr_pages_send(const struct mr_request *request, const struct mr_asset *asset);

#endif
