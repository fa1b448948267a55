#include "http/files.h"

#include "http/content.h"
#include "http/respond.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES (16 * 1024) /* a worker's stack has 100 KB */

/* For our own pages, which have no script or style in the page itself. A user's page may. */
#define CONTENT_POLICY                                                                             \
    "Content-Security-Policy: default-src 'self'; img-src 'self' blob: data:; "                    \
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'none'; "        \
    "frame-ancestors 'self'\r\n"                                                                   \
    "Referrer-Policy: no-referrer\r\n"

static bool is_known(const struct mr_request *request, const char *etag)
{
    return mr_content_matches(mg_get_header(request->connection, "If-None-Match"), etag);
}

static void write_headers(char *headers, size_t size, const char *etag, const char *further)
{
    snprintf(headers, size, "ETag: %s\r\nCache-Control: no-cache\r\n%s", etag, further);
}

static int send_asset(const struct mr_request *request, const struct mr_asset *asset)
{
    char headers[512];
    const char *type = mr_content_type(asset->name);
    bool is_page = strncmp(type, "text/html", 9) == 0;
    write_headers(headers, sizeof(headers), asset->etag, is_page ? CONTENT_POLICY : "");
    if (is_known(request, asset->etag))
        return mr_respond(request, &(struct mr_response){ .status = 304, .headers = headers });
    return mr_respond(request, &(struct mr_response){
                                   .status = 200,
                                   .type = type,
                                   .headers = headers,
                                   .body = asset->bytes,
                                   .size = asset->size,
                               });
}

/* As much as was promised, whatever happens to the file meanwhile. */
static void copy_file(const struct mr_request *request, const struct mr_webfile *file)
{
    char chunk[CHUNK_BYTES];
    off_t left = file->size;
    while (left > 0) {
        size_t wanted = left < (off_t)sizeof(chunk) ? (size_t)left : sizeof(chunk);
        ssize_t got = read(file->fd, chunk, wanted);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || mg_write(request->connection, chunk, (size_t)got) < (int)got)
            return;
        left -= got;
    }
}

static int send_file(const struct mr_request *request, const struct mr_webfile *file)
{
    char headers[128];
    size_t length = strlen(request->path);
    bool is_index = length > 0 && request->path[length - 1] == '/';
    write_headers(headers, sizeof(headers), file->etag, "");
    if (is_known(request, file->etag))
        return mr_respond(request, &(struct mr_response){ .status = 304, .headers = headers });
    int status = mr_respond_head(
        request, &(struct mr_response){
                     .status = 200,
                     .type = mr_content_type(is_index ? "index.html" : request->path),
                     .headers = headers,
                     .size = (size_t)file->size,
                 });
    if (!request->head)
        copy_file(request, file);
    return status;
}

int mr_files_get(const struct mr_request *request)
{
    const struct mr_site *site = request->site;
    struct mr_webfile file;
    if (site->webdir != NULL && mr_webdir_find(site->webdir, request->path, &file) == 0) {
        int status = send_file(request, &file);
        close(file.fd);
        return status;
    }
    const struct mr_asset *asset = mr_assets_find(site->assets, request->path);
    if (asset != NULL)
        return send_asset(request, asset);
    return mr_respond_error(request, 404, NULL, "there is no page \"%s\"", request->path);
}
