#include "media/convert/scaler.h"

#include "media/picture/picture.h"

#include <errno.h>
#include <libyuv/planar_functions.h>
#include <stdlib.h>

static int round_to_even(int side)
{
    return side + (side & 1);
}

/* zimg wants whole chroma samples, so an odd image is made one larger, and as much more of the
 * input goes into it; that part is the padding, which repeats the edge. */
static double enlarged(double from, int side)
{
    return from == side ? round_to_even(side) : from * round_to_even(side) / side;
}

static zimg_image_format describe_input(const struct mr_layout *layout, const struct mr_rect *from,
                                        struct mr_size output, struct mr_scaler_padding padding)
{
    zimg_image_format format;
    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = (unsigned)mr_layout_plane_width(layout, 0, true);
    format.height = (unsigned)mr_layout_plane_height(layout, 0, true);
    format.pixel_type = layout->bytes == 1 ? ZIMG_PIXEL_BYTE : ZIMG_PIXEL_WORD;
    format.depth = layout->depth;
    format.subsample_w = (unsigned)layout->chroma_w;
    format.subsample_h = (unsigned)layout->chroma_h;
    format.color_family = layout->family;
    format.matrix_coefficients = layout->matrix;
    format.pixel_range = layout->range;
    format.chroma_location = layout->chroma_location;
    format.active_region.width = enlarged(from->width, output.width);
    format.active_region.height = enlarged(from->height, output.height);
    format.active_region.left =
        from->x - (padding.left ? format.active_region.width - from->width : 0);
    format.active_region.top =
        from->y - (padding.top ? format.active_region.height - from->height : 0);
    return format;
}

static zimg_image_format describe_output(const struct mr_layout *layout, struct mr_size output)
{
    zimg_image_format format;
    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = (unsigned)round_to_even(output.width);
    format.height = (unsigned)round_to_even(output.height);
    format.pixel_type = ZIMG_PIXEL_BYTE;
    format.pixel_range = ZIMG_RANGE_FULL;
    format.matrix_coefficients = ZIMG_MATRIX_ST170_M;
    if (layout->family == ZIMG_COLOR_GREY)
        return format;
    format.color_family = ZIMG_COLOR_YUV;
    format.subsample_w = 1;
    format.subsample_h = 1;
    format.chroma_location = ZIMG_CHROMA_CENTER;
    return format;
}

static int build(struct mr_scaler *scaler, const zimg_image_format *input,
                 const zimg_image_format *output)
{
    zimg_graph_builder_params parameters;
    zimg_graph_builder_params_default(&parameters, ZIMG_API_VERSION);
    /* widened by zimg when scaling down, so that every input pixel counts */
    parameters.resample_filter = ZIMG_RESIZE_BILINEAR;
    parameters.resample_filter_uv = ZIMG_RESIZE_BILINEAR;
    /* without AVX-512, with which zimg 3.0.4 gives some columns the colour of others (as in 97 to 48
     * columns) */
    parameters.cpu_type = ZIMG_CPU_AUTO;
    scaler->graph = zimg_filter_graph_build(input, output, &parameters);
    if (scaler->graph == NULL)
        return -ENOTSUP;

    size_t size = 0;
    if (zimg_filter_graph_get_tmp_size(scaler->graph, &size) != ZIMG_ERROR_SUCCESS)
        return -ENOTSUP;
    size = (size / MR_PICTURE_ALIGNMENT + 3) * MR_PICTURE_ALIGNMENT;
    scaler->work = aligned_alloc(MR_PICTURE_ALIGNMENT, size);
    return scaler->work != NULL ? 0 : -ENOMEM;
}

int mr_scaler_configure(struct mr_scaler *scaler, const struct mr_layout *layout,
                        const struct mr_rect *from, struct mr_size output,
                        struct mr_scaler_padding padding, struct mr_error *error)
{
    mr_scaler_finish(scaler);
    scaler->output = output;
    scaler->is_grey = layout->family == ZIMG_COLOR_GREY;
    zimg_image_format input_format = describe_input(layout, from, output, padding);
    zimg_image_format output_format = describe_output(layout, output);
    int failed = build(scaler, &input_format, &output_format);
    if (failed == -ENOTSUP) {
        char reason[256] = "";
        zimg_get_last_error(reason, sizeof(reason));
        mr_error_set(error, failed, "zimg cannot convert it: %s", reason);
    }
    if (failed)
        mr_scaler_finish(scaler);
    return failed;
}

void mr_scaler_finish(struct mr_scaler *scaler)
{
    zimg_filter_graph_free(scaler->graph);
    free(scaler->work);
    scaler->graph = NULL;
    scaler->work = NULL;
}

int mr_scaler_run(const struct mr_scaler *scaler, const struct mr_planes *from,
                  const struct mr_planes *to)
{
    zimg_image_buffer_const source = { .version = ZIMG_API_VERSION };
    zimg_image_buffer target = { .version = ZIMG_API_VERSION };
    for (int i = 0; i < 3; i++) {
        source.plane[i].data = from->data[i];
        source.plane[i].stride = from->stride_bytes[i];
        source.plane[i].mask = ZIMG_BUFFER_MAX;
        target.plane[i].data = to->data[i];
        target.plane[i].stride = to->stride_bytes[i];
        target.plane[i].mask = ZIMG_BUFFER_MAX;
    }
    if (zimg_filter_graph_process(scaler->graph, &source, &target,
                                  scaler->work + MR_PICTURE_ALIGNMENT, NULL, NULL, NULL,
                                  NULL) != ZIMG_ERROR_SUCCESS)
        return -EIO;
    for (int i = 1; i < 3 && scaler->is_grey; i++)
        SetPlane(to->data[i], (int)to->stride_bytes[i], (scaler->output.width + 1) / 2,
                 (scaler->output.height + 1) / 2, 128);
    return 0;
}
