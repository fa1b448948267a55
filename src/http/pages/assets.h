/* The built-in pages: what web/build.mjs makes of web/, compiled in. Immutable once made; any thread. */
#ifndef MR_HTTP_ASSETS_H
#define MR_HTTP_ASSETS_H

#include "http/request/etag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_asset_form {
    const uint8_t *bytes;
    size_t size;
    char etag[MR_ETAG_SIZE]; /* with its quotes; of these bytes */
};

struct mr_asset {
    const char *name; /* "index.html", "assets/viewer-5QKEZT3T.js" */
    bool lasting; /* the name holds a hash of the content: what it once named it names for ever */
    struct mr_asset_form plain, gzip; /* gzip.bytes NULL: it is not compressed */
};

struct mr_assets;

/* return: the built-in files, ready to be looked up; NULL when out of memory */
struct mr_assets *mr_assets_create(void);
void mr_assets_destroy(struct mr_assets *assets); /* takes NULL */

/* return: the asset of a request path ("/favicon.svg"; "/" is "/index.html"), NULL: there is none */
const struct mr_asset *mr_assets_find(const struct mr_assets *assets, const char *path);

#endif
