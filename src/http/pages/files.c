#include "http/pages/files.h"

#include "http/pages/content.h"
#include "http/pages/long_send.h"
#include "http/pages/pages.h"
#include "http/pages/range.h"
#include "http/request/etag.h"
#include "http/request/respond.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES (16 * 1024) /* a worker's stack has 100 KB */

static bool is_known(const struct mr_request *request, const char *etag)
{
    return mr_etag_matches(mg_get_header(request->connection, "If-None-Match"), etag);
}

/* As much as was promised, whatever happens to the file meanwhile. */
static void copy_file(const struct mr_request *request, int fd, off_t at, off_t left,
                      const struct mr_long_send *send)
{
    char chunk[CHUNK_BYTES];
    while (left > 0 && mr_long_send_goes_on(send)) {
        size_t wanted = left < (off_t)sizeof(chunk) ? (size_t)left : sizeof(chunk);
        ssize_t got = pread(fd, chunk, wanted, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || mg_write(request->connection, chunk, (size_t)got) < (int)got)
            return;
        at += got;
        left -= got;
    }
}

/* Ranges are for GET only. */
static enum mr_range find_range(const struct mr_request *request, const struct mr_webfile *file,
                                off_t *first, off_t *length)
{
    struct mr_range_request wanted = {
        .range = request->head ? NULL : mg_get_header(request->connection, "Range"),
        .if_range = mg_get_header(request->connection, "If-Range"),
    };
    return mr_range_find(&wanted, file->etag, file->size, first, length);
}

static int send_file(const struct mr_request *request, const char *path,
                     const struct mr_webfile *file)
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

    struct mr_long_send send;
    int refused = mr_long_send_begin(&send, request, (uint64_t)length);
    if (refused != 0)
        return refused;
    int status =
        mr_respond_head(request, &(struct mr_response){
                                     .status = found == MR_RANGE_PART ? 206 : 200,
                                     .type = mr_content_type(is_index ? "index.html" : path),
                                     .headers = headers,
                                     .size = (size_t)length,
                                 });
    if (!request->head)
        copy_file(request, file->fd, first, length, &send);
    mr_long_send_end(&send);
    return status;
}

static int send_path(const struct mr_request *request, const char *path)
{
    const struct mr_site *site = request->site;
    struct mr_webfile file;
    if (site->webdir != NULL && mr_webdir_find(site->webdir, path, &file) == 0) {
        int status = send_file(request, path, &file);
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
