/* Any bytes as a request: its head, then its body in chunks. */
#include "fuzz.h"
#include "http/request/chunked.h"
#include "http/request/head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void check(const struct mr_head *head)
{
    fuzz_require(head->method[0] != '\0');
    fuzz_require(head->path[0] == '/' || strcmp(head->path, "*") == 0);
    fuzz_require(strstr(head->path, "/../") == NULL && strstr(head->path, "//") == NULL);
    fuzz_require(head->field_count <= MR_HEAD_FIELDS_MAX + 1);
    for (unsigned i = 0; i < head->field_count; i++)
        fuzz_require(strpbrk(head->fields[i].value, "\r\n") == NULL &&
                     strpbrk(head->fields[i].name, "\r\n: ") == NULL);
}

static void decode(const uint8_t *bytes, size_t size)
{
    struct mr_chunked decoder = { 0 };
    struct mr_buffer body = { 0 };
    ssize_t used = mr_chunked_take(&decoder, bytes, size, 1000, &body);
    fuzz_require(used == -EPROTO || used == -EMSGSIZE || (used >= 0 && (size_t)used <= size));
    fuzz_require(body.size <= 1000);
    mr_buffer_finish(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mr_head head;
    struct mr_error error;
    char *bytes = malloc(size + 1); /* not one more, so that a sanitizer sees a read beyond it */
    fuzz_require(bytes != NULL);
    memcpy(bytes, data, size);
    size_t end = mr_head_find_end(bytes, size, 0);
    fuzz_require(end <= size);
    if (end > 0) {
        char *only = malloc(end);
        fuzz_require(only != NULL);
        memcpy(only, bytes, end);
        if (mr_head_parse(only, end, &head, &error) == 0)
            check(&head);
        free(only);
        decode(data + end, size - end);
    }
    free(bytes);
    return 0;
}
