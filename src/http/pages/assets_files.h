/* The table that web/build.mjs makes of the built-in pages. */
#ifndef MR_HTTP_ASSETS_FILES_H
#define MR_HTTP_ASSETS_FILES_H

#include <stdint.h>

struct mr_asset_file {
    const char *name;
    const uint8_t *begin, *end;
    const uint8_t *gzip, *gzip_end; /* the same, compressed; NULL where that saves nothing */
};

extern const struct mr_asset_file mr_asset_files[];
extern const unsigned mr_asset_files_count;

#endif
