/* JPEG files made here, in every shape that decoders meet. */
#ifndef TEST_SUPPORT_JPEGS_H
#define TEST_SUPPORT_JPEGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file; bytes malloc'd. */
struct jpeg_file {
    uint8_t *bytes;
    size_t size;
};

/* Soft colours with a few edges. in: sampling: TJSAMP_…; seed: another picture for another one */
struct jpeg_file jpeg_make(int width, int height, int sampling, bool progressive, unsigned seed);
void jpeg_free(struct jpeg_file *file);

/* Put bytes in at a place, or take some out. */
void jpeg_insert(struct jpeg_file *file, size_t at, const void *bytes, size_t size);
void jpeg_remove(struct jpeg_file *file, size_t at, size_t size);

/* Where the first segment with this marker begins, and how long it is with its marker; fails the test
 * if there is none. */
size_t jpeg_find(const struct jpeg_file *file, uint8_t marker, size_t *size);

/* Take all of its Huffman tables out, which are the standard ones. */
void jpeg_strip_tables(struct jpeg_file *file);

#endif
