#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *mr_buffer_reserve(struct mr_buffer *buffer, size_t size)
{
    if (buffer->failed || size >= SIZE_MAX / 2 - buffer->size) {
        buffer->failed = true;
        return NULL;
    }
    size_t wanted = buffer->size + size + 1; /* and the closing 0 */
    if (wanted > buffer->capacity) {
        size_t capacity = buffer->capacity < 128 ? 128 : buffer->capacity;
        while (capacity < wanted)
            capacity *= 2;
        uint8_t *data = realloc(buffer->data, capacity);
        if (data == NULL) {
            buffer->failed = true;
            return NULL;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->size;
}

void mr_buffer_append(struct mr_buffer *buffer, const void *bytes, size_t size)
{
    uint8_t *end = mr_buffer_reserve(buffer, size);
    if (end == NULL)
        return;
    if (size > 0)
        memcpy(end, bytes, size);
    end[size] = 0;
    buffer->size += size;
}

void mr_buffer_append_text(struct mr_buffer *buffer, const char *text)
{
    mr_buffer_append(buffer, text, strlen(text));
}

void mr_buffer_vprintf(struct mr_buffer *buffer, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    uint8_t *end = length < 0 ? NULL : mr_buffer_reserve(buffer, (size_t)length);
    if (end != NULL) {
        vsnprintf((char *)end, (size_t)length + 1, format, again);
        buffer->size += (size_t)length;
    } else {
        buffer->failed = true;
    }
    va_end(again);
}

void mr_buffer_printf(struct mr_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    mr_buffer_vprintf(buffer, format, args);
    va_end(args);
}

void mr_buffer_clear(struct mr_buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
    if (buffer->data != NULL)
        buffer->data[0] = 0;
}

void mr_buffer_finish(struct mr_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct mr_buffer){ 0 };
}
