#include "http/request/chunked.h"

#include "http/request/hex.h"

#include <errno.h>

#define SIZE_MAX_DIGITS_VALUE (UINT64_C(1) << 40) /* far above any body that is taken */

/* return: the next state; -EPROTO */
static int take_size(struct mr_chunked *decoder, uint8_t c)
{
    int value = mr_hex_value((char)c);
    if (value >= 0 && decoder->left < SIZE_MAX_DIGITS_VALUE) {
        decoder->left = decoder->left * 16 + (uint64_t)value;
        return MR_CHUNKED_SIZE;
    }
    if (decoder->state == MR_CHUNKED_SIZE_BEGIN)
        return -EPROTO;
    if (c == '\r')
        return MR_CHUNKED_SIZE_END;
    return c == ';' || c == ' ' || c == '\t' ? MR_CHUNKED_EXTENSION : -EPROTO;
}

/* Bytes of extensions and trailers, up to the CR. return: the next state; -EPROTO */
static int take_extra(struct mr_chunked *decoder, uint8_t c, enum mr_chunked_state end)
{
    if (c == '\r')
        return (int)end;
    if (c == '\n' || c == '\0' || ++decoder->extra > MR_CHUNKED_EXTRA_MAX)
        return -EPROTO;
    return decoder->state == MR_CHUNKED_EXTENSION ? MR_CHUNKED_EXTENSION : MR_CHUNKED_TRAILER;
}

/* return: the state after a byte that is no data; -EPROTO */
static int take_byte(struct mr_chunked *decoder, uint8_t c)
{
    switch (decoder->state) {
    case MR_CHUNKED_SIZE_BEGIN:
    case MR_CHUNKED_SIZE:
        return take_size(decoder, c);
    case MR_CHUNKED_EXTENSION:
        return take_extra(decoder, c, MR_CHUNKED_SIZE_END);
    case MR_CHUNKED_SIZE_END:
        if (c != '\n')
            return -EPROTO;
        return decoder->left > 0 ? MR_CHUNKED_DATA : MR_CHUNKED_TRAILER_BEGIN;
    case MR_CHUNKED_DATA_CR:
        return c == '\r' ? MR_CHUNKED_DATA_END : -EPROTO;
    case MR_CHUNKED_DATA_END:
        return c == '\n' ? MR_CHUNKED_SIZE_BEGIN : -EPROTO;
    case MR_CHUNKED_TRAILER_BEGIN:
        return take_extra(decoder, c, MR_CHUNKED_LAST_LINE);
    case MR_CHUNKED_TRAILER:
        return take_extra(decoder, c, MR_CHUNKED_TRAILER_END);
    case MR_CHUNKED_TRAILER_END:
        return c == '\n' ? MR_CHUNKED_TRAILER_BEGIN : -EPROTO;
    case MR_CHUNKED_LAST_LINE:
        return c == '\n' ? MR_CHUNKED_DONE : -EPROTO;
    default:
        return -EPROTO;
    }
}

ssize_t mr_chunked_take(struct mr_chunked *decoder, const uint8_t *bytes, size_t size,
                        size_t max_bytes, struct mr_buffer *body)
{
    size_t at = 0;
    while (at < size && decoder->state != MR_CHUNKED_DONE) {
        if (decoder->state != MR_CHUNKED_DATA) {
            int next = take_byte(decoder, bytes[at++]);
            if (next < 0)
                return next;
            decoder->state = (enum mr_chunked_state)next;
            if (next == MR_CHUNKED_DATA && decoder->left > max_bytes - body->size)
                return -EMSGSIZE;
            continue;
        }
        size_t count = size - at < decoder->left ? size - at : (size_t)decoder->left;
        mr_buffer_append(body, bytes + at, count);
        at += count;
        decoder->left -= count;
        if (decoder->left == 0)
            decoder->state = MR_CHUNKED_DATA_CR;
    }
    return (ssize_t)at;
}
