#include "http/api/openapi.h"

#include "http/request/respond.h"

extern const char openapi_begin[], openapi_end[];
__asm__(".section .rodata\n"
        "openapi_begin: .incbin \"" MR_OPENAPI_FILE "\"\n"
        "openapi_end: .byte 0\n"
        ".previous\n");

int mr_openapi(const struct mr_request *request)
{
    return mr_respond(request, &(struct mr_response){
                                   .status = 200,
                                   .type = "application/json",
                                   .headers = "Cache-Control: no-store\r\n",
                                   .body = openapi_begin,
                                   .size = (size_t)(openapi_end - openapi_begin),
                                   .is_static = true,
                               });
}
