/* The table that CMake makes of the files under web/. */
#ifndef MR_HTTP_ASSETS_FILES_H
#define MR_HTTP_ASSETS_FILES_H

#include <stdint.h>

struct mr_asset_file {
    const char *name;
    const uint8_t *begin, *end;
};

extern const struct mr_asset_file mr_asset_files[];
extern const unsigned mr_asset_files_count;

#endif
