#include "http/engine/form.h"

#include <assert.h>
#include <errno.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

void mr_form_add(struct mr_form *form, const void *bytes, size_t size)
{
    assert(form->parts < MR_PACKET_FORM_PARTS);
    form->part[form->parts++] = (struct iovec){ (void *)(uintptr_t)bytes, size };
    form->size_bytes += size;
}

void mr_form_add_form(struct mr_form *form, const struct mr_form *other)
{
    for (int i = 0; i < other->parts; i++)
        mr_form_add(form, other->part[i].iov_base, other->part[i].iov_len);
}

static int make_data_url(struct mr_packet *packet, struct mr_form *form)
{
    static const char start[] = "data:image/jpeg;base64,";
    size_t start_size = sizeof(start) - 1, size = BASE64_ENCODE_RAW_LENGTH(packet->jpeg_size);
    char *url = malloc(start_size + size);
    if (url == NULL)
        return -ENOMEM;
    memcpy(url, start, start_size);
    base64_encode_raw(url + start_size, packet->jpeg_size, packet->jpeg);
    form->owned = url;
    mr_form_add(form, url, start_size + size);
    return 0;
}

const struct mr_form_maker mr_form_data_url = { .slot = MR_FORM_DATA_URL, .make = make_data_url };
