#include "http/assets.h"

#include "http/assets_files.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mr_assets {
    unsigned count;
    struct mr_asset asset[];
};

static void set_etag(struct mr_asset *asset)
{
    struct sha256_ctx sha256;
    uint8_t digest[10];
    sha256_init(&sha256);
    sha256_update(&sha256, asset->size, asset->bytes);
    sha256_digest(&sha256, sizeof(digest), digest);

    char *to = asset->etag;
    *to++ = '"';
    for (unsigned i = 0; i < sizeof(digest); i++)
        to += sprintf(to, "%02x", digest[i]);
    to[0] = '"';
    to[1] = '\0';
}

struct mr_assets *mr_assets_create(void)
{
    struct mr_assets *assets =
        calloc(1, sizeof(*assets) + mr_asset_files_count * sizeof(struct mr_asset));
    if (assets == NULL)
        return NULL;
    assets->count = mr_asset_files_count;
    for (unsigned i = 0; i < assets->count; i++) {
        const struct mr_asset_file *file = &mr_asset_files[i];
        struct mr_asset *asset = &assets->asset[i];
        asset->name = file->name;
        asset->bytes = file->begin;
        asset->size = (size_t)(file->end - file->begin);
        set_etag(asset);
    }
    return assets;
}

void mr_assets_destroy(struct mr_assets *assets)
{
    free(assets);
}

const struct mr_asset *mr_assets_find(const struct mr_assets *assets, const char *path)
{
    const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;
    for (unsigned i = 0; i < assets->count; i++)
        if (strcmp(assets->asset[i].name, name) == 0)
            return &assets->asset[i];
    return NULL;
}
