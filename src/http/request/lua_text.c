#include "http/request/lua_text.h"

#include "http/request/body.h"
#include "http/request/etag.h"
#include "http/request/respond.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_SIZE 96

/* return: whether the request says that it has this text already */
static bool write_headers(const struct mr_request *request, const struct mr_buffer *text,
                          char headers[HEADERS_SIZE])
{
    char etag[MR_ETAG_SIZE];
    mr_etag_make(text->data, text->size, etag);
    snprintf(headers, HEADERS_SIZE, "ETag: %s\r\nCache-Control: no-cache\r\n", etag);
    return mr_etag_matches(mr_request_header(request, "If-None-Match"), etag);
}

int mr_lua_text_show(const struct mr_request *request, const struct mr_buffer *text)
{
    char headers[HEADERS_SIZE];
    if (write_headers(request, text, headers))
        return mr_respond(request, &(struct mr_response){ .status = 304, .headers = headers });
    return mr_respond(request, &(struct mr_response){
                                   .status = 200,
                                   .type = "text/x-lua; charset=utf-8",
                                   .headers = headers,
                                   .body = text->data,
                                   .size = text->size,
                               });
}

int mr_lua_text_read(const struct mr_request *request, struct mr_buffer *text)
{
    switch (mr_body_take(request, MR_LUA_TEXT_MAX_BYTES, text)) {
    case 0:
        return 0;
    case -EMSGSIZE:
        return mr_respond_error(request, 413, NULL, "a script has %d bytes at most",
                                MR_LUA_TEXT_MAX_BYTES);
    case -ENOMEM:
        return mr_respond_error(request, 500, NULL, "out of memory");
    default:
        return mr_respond_error(request, 400, NULL, "the body is cut short");
    }
}

int mr_lua_text_tell_saved(const struct mr_request *request, int status,
                           const struct mr_buffer *text, json_t *body)
{
    char headers[HEADERS_SIZE];
    char *json = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    if (json == NULL)
        return mr_respond_error(request, 500, NULL, "out of memory");
    write_headers(request, text, headers);
    mr_respond(request, &(struct mr_response){
                            .status = status,
                            .type = "application/json",
                            .headers = headers,
                            .body = json,
                            .size = strlen(json),
                        });
    free(json);
    return status;
}
