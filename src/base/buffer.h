/* A growable byte buffer: zero-initialised is empty, the caller's memory, one thread at a time.
 *
 * Out of memory is remembered in `failed` instead of being checked after each append: append all,
 * then look once. A failed buffer keeps what it had. */
#ifndef MR_BASE_BUFFER_H
#define MR_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mr_buffer {
    uint8_t *data; /* malloc'd; data[size] is 0 after an append: it can be read as a string */
    size_t size;
    size_t capacity;
    bool failed;
};

/* Append bytes, a text without its closing 0, or formatted text. A buffer for which memory ran out is
 * `failed` from then on and ignores what is appended. */
void mr_buffer_append(struct mr_buffer *buffer, const void *bytes, size_t size);
void mr_buffer_append_text(struct mr_buffer *buffer, const char *text);
void mr_buffer_printf(struct mr_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void mr_buffer_vprintf(struct mr_buffer *buffer, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Make room for `size` more bytes. The caller writes there and adds what it wrote to buffer->size.
 * return: where they begin; NULL when out of memory, and for a buffer that is `failed` */
uint8_t *mr_buffer_reserve(struct mr_buffer *buffer, size_t size);

/* Forget the content, keep the memory. */
void mr_buffer_clear(struct mr_buffer *buffer);

/* Free the memory; the buffer is empty and usable again. */
void mr_buffer_finish(struct mr_buffer *buffer);

#endif
