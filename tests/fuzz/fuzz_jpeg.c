/* Any bytes as a frame of motion JPEG: refused, or decoded at every size, and what would be shown as it
 * is reads the same when it is walked again. Input: u8: the divisor's logarithm; then the frame. */
#include "fuzz.h"
#include "media/convert/converter.h"
#include "media/jpeg/jpeg_planes.h"
#include "media/jpeg/jpeg_splitter.h"
#include "media/picture/picture.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PIXELS (512 * 512) /* larger ones take their time and are no other case */

static struct mr_jpeg_planes *decoder;

static void decode(const struct mr_jpeg_frame *jpeg, int divisor)
{
    const AVFrame *frame;
    bool damaged;
    int result = mr_jpeg_planes_decode(decoder, jpeg, divisor, &frame, &damaged);
    fuzz_require(result == 0 || result == -EBADMSG);
    fuzz_require(frame->width == (jpeg->header.width + divisor - 1) / divisor);
}

static void show_as_it_is(const struct mr_jpeg_frame *jpeg)
{
    struct mr_jpeg_header again;
    struct mr_blob *blob = mr_jpeg_header_blob(jpeg);
    fuzz_require(blob != NULL && blob->size <= MR_JPEG_PASS_MAX_BYTES + 1024);
    fuzz_require(mr_jpeg_header_read(blob->data, blob->size, &again) == 0);
    fuzz_require(again.passes && again.tables_at == 0 && again.size_bytes == blob->size);
    fuzz_require(again.width == jpeg->header.width && again.height == jpeg->header.height &&
                 again.sampling == jpeg->header.sampling);
    mr_blob_unref(&blob);
}

/* Pending, looked at, let go of. */
static void convert(const struct mr_jpeg_frame *jpeg)
{
    const struct mr_converter_options options = { .slots = 1, .keep_jpeg = true };
    AVFrame *shape = av_frame_alloc();
    struct mr_decoded decoded = { .frame = shape, .jpeg = jpeg };
    struct mr_converter *converter;
    struct mr_picture *picture;
    struct mr_error error = { 0 };
    fuzz_require(shape != NULL);
    fuzz_require(mr_converter_create(&options, &converter) == 0);
    mr_jpeg_planes_describe(&jpeg->header, 1, 0, 1, shape);
    int result = mr_converter_run(converter, &decoded, &picture, &error);
    fuzz_require((result == 0) == (picture != NULL));
    if (picture != NULL)
        mr_picture_need(picture);
    mr_converter_destroy(converter);
    mr_picture_unref(&picture);
    av_frame_free(&shape);
}

/* The same bytes as a stream with files in it, in two pieces. */
static void split(const uint8_t *bytes, size_t size)
{
    struct mr_jpeg_splitter splitter = { 0 };
    const uint8_t *file;
    size_t found, all = 0;
    for (int half = 0; half < 2; half++) {
        const uint8_t *from = half == 0 ? bytes : bytes + size / 2;
        fuzz_require(
            mr_jpeg_splitter_add(&splitter, from, half == 0 ? size / 2 : size - size / 2) == 0);
        while ((found = mr_jpeg_splitter_next(&splitter, &file)) > 0) {
            fuzz_require(found > 2 && file[0] == 0xff && file[1] == 0xd8);
            all += found;
        }
    }
    fuzz_require(all <= size);
    mr_jpeg_splitter_finish(&splitter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    int divisor = 1 << (unsigned)fuzz_number(&input, 1) % 4;
    struct mr_jpeg_frame jpeg = { .bytes = input.at };
    if (decoder == NULL)
        fuzz_require(mr_jpeg_planes_create(&decoder) == 0);
    split(input.at, input.left);
    int result = mr_jpeg_header_read(input.at, input.left, &jpeg.header);
    fuzz_require(result == 0 || result == -EBADMSG || result == -ENOTSUP);
    if (result < 0)
        return 0;
    const struct mr_jpeg_header *header = &jpeg.header;
    fuzz_require(header->size_bytes <= input.left && header->tables_at < header->size_bytes);
    fuzz_require(header->width >= 1 && header->width <= MR_PICTURE_MAX_SIDE);
    fuzz_require(header->height >= 1 && header->height <= MR_PICTURE_MAX_SIDE);
    if (header->passes)
        show_as_it_is(&jpeg);
    if ((int64_t)header->width * header->height > MAX_PIXELS)
        return 0;
    decode(&jpeg, divisor);
    if (header->aspect_num == header->aspect_den)
        convert(&jpeg);
    return 0;
}
