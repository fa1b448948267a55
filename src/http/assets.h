/* The built-in pages: every file under web/, compiled in by CMake, served with an entity tag of its
 * content so that browsers ask again and are told 304. Immutable once made; any thread. */
#ifndef MR_HTTP_ASSETS_H
#define MR_HTTP_ASSETS_H

#include <stddef.h>
#include <stdint.h>

struct mr_asset {
    const char *name; /* "viewer.js", relative to web/ */
    const uint8_t *bytes;
    size_t size;
    char etag[24]; /* with its quotes */
};

struct mr_assets;

struct mr_assets *mr_assets_create(void);         /* NULL when out of memory */
void mr_assets_destroy(struct mr_assets *assets); /* takes NULL */

/* return: the asset of a request path ("/viewer.js"; "/" is "/index.html"), NULL: there is none */
const struct mr_asset *mr_assets_find(const struct mr_assets *assets, const char *path);

#endif
