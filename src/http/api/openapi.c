#include "http/api/openapi.h"

#include "http/request/respond.h"

#include <jansson.h>

extern const char openapi_begin[], openapi_end[];
__asm__(".section .rodata\n"
        "openapi_begin: .incbin \"" MR_OPENAPI_FILE "\"\n"
        "openapi_end: .byte 0\n"
        ".previous\n");

int mr_openapi(const struct mr_request *request)
{
    json_t *all = json_loadb(openapi_begin, (size_t)(openapi_end - openapi_begin), 0, NULL);
    json_object_set_new(json_object_get(all, "info"), "version", json_string(MR_VERSION));
    return mr_respond_json(request, 200, all);
}
