#include "http/pages/files.h"

#include "http/pages/content.h"
#include "http/pages/pages.h"
#include "http/pages/range.h"
#include "http/pages/webdir.h"
#include "http/request/etag.h"
#include "http/request/respond.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_known(const struct mr_request *request, const char *etag)
{
    return mr_etag_matches(mr_request_header(request, "If-None-Match"), etag);
}

/* Ranges are for GET only. */
static enum mr_range find_range(const struct mr_request *request, const struct mr_webfile *file,
                                off_t *first, off_t *length)
{
    struct mr_range_request wanted = {
        .range = request->head ? NULL : mr_request_header(request, "Range"),
        .if_range = mr_request_header(request, "If-Range"),
    };
    return mr_range_find(&wanted, file->etag, file->size, first, length);
}

static int take_descriptor(struct mr_webfile *file)
{
    int fd = file->fd;
    file->fd = -1;
    return fd;
}

static int send_file(const struct mr_request *request, const char *path, struct mr_webfile *file)
{
    char headers[256], range[80] = "";
    off_t first, length;
    snprintf(headers, sizeof(headers), "ETag: %s\r\nCache-Control: no-cache\r\n", file->etag);
    if (is_known(request, file->etag))
        return mr_respond(request, &(struct mr_response){ .status = 304, .headers = headers });

    enum mr_range found = find_range(request, file, &first, &length);
    if (found == MR_RANGE_NONE) {
        snprintf(range, sizeof(range), "Content-Range: bytes */%jd\r\n", (intmax_t)file->size);
        return mr_respond_error(request, 416, range, "this file has %jd bytes",
                                (intmax_t)file->size);
    }
    if (found == MR_RANGE_PART)
        snprintf(range, sizeof(range), "Content-Range: bytes %jd-%jd/%jd\r\n", (intmax_t)first,
                 (intmax_t)(first + length - 1), (intmax_t)file->size);
    size_t path_length = strlen(path);
    bool is_index = path_length > 0 && path[path_length - 1] == '/';
    snprintf(headers + strlen(headers), sizeof(headers) - strlen(headers),
             "Accept-Ranges: bytes\r\n%s", range);

    return mr_respond_file(request,
                           &(struct mr_response){
                               .status = found == MR_RANGE_PART ? 206 : 200,
                               .type = mr_content_type(is_index ? "index.html" : path),
                               .headers = headers,
                               .size = (size_t)length,
                           },
                           take_descriptor(file), first);
}

static int send_path(const struct mr_request *request, const char *path)
{
    const struct mr_site *site = request->site;
    struct mr_webfile file;
    if (site->webdir != NULL && mr_webdir_find(site->webdir, path, &file) == 0) {
        int status = send_file(request, path, &file);
        if (file.fd >= 0)
            close(file.fd);
        return status;
    }
    const struct mr_asset *asset = mr_assets_find(site->assets, path);
    if (asset != NULL)
        return mr_pages_send(request, asset);
    return mr_respond_error(request, 404, NULL, "there is no page \"%s\"", request->path);
}

int mr_files_get(const struct mr_request *request)
{
    return send_path(request, request->path);
}

int mr_files_studio(const struct mr_request *request)
{
    return send_path(request, "/studio.html");
}

int mr_files_embed(const struct mr_request *request)
{
    return send_path(request, "/embed.html");
}
