#include "http/pages/assets.h"

#include "http/pages/assets_files.h"

#include <stdlib.h>
#include <string.h>

struct mr_assets {
    unsigned count;
    struct mr_asset asset[];
};

static struct mr_asset_form make_form(const uint8_t *begin, const uint8_t *end)
{
    struct mr_asset_form form = { .bytes = begin, .size = (size_t)(end - begin) };
    mr_etag_make(form.bytes, form.size, form.etag);
    return form;
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
        asset->lasting = strncmp(file->name, "assets/", strlen("assets/")) == 0;
        asset->plain = make_form(file->begin, file->end);
        if (file->gzip != NULL)
            asset->gzip = make_form(file->gzip, file->gzip_end);
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
