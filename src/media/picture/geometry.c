#include "media/picture/geometry.h"

#include "media/picture/picture.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

/* Pixels more oblong than this are taken for a mistake of the file. */
#define MAX_SAMPLE_ASPECT 16.0

/* A number of 1 … MR_PICTURE_MAX_SIDE, or 0 when there are no digits at all.
 * return: behind the number; NULL when it is out of range */
static const char *parse_side(const char *text, int *side)
{
    int value = 0;
    const char *c = text;
    for (; *c >= '0' && *c <= '9'; c++) {
        value = value * 10 + (*c - '0');
        if (value > MR_PICTURE_MAX_SIDE)
            return NULL;
    }
    if (c > text && value == 0)
        return NULL;
    *side = value;
    return c;
}

int mr_geometry_parse_size(const char *text, struct mr_size *size, struct mr_error *error)
{
    struct mr_size parsed = { 0 };
    const char *rest = parse_side(text, &parsed.width);
    if (rest != NULL && *rest == 'x')
        rest = parse_side(rest + 1, &parsed.height);
    if (rest == NULL || *rest != '\0' || (parsed.width == 0 && parsed.height == 0))
        return mr_error_set(error, -EINVAL,
                            "\"%s\" is not a size: WxH, W or xH, each from 1 to %d pixels", text,
                            MR_PICTURE_MAX_SIDE);
    *size = parsed;
    return 0;
}

static int clamp_side(double side)
{
    if (!(side >= 1))
        return 1;
    return side > MR_PICTURE_MAX_SIDE ? MR_PICTURE_MAX_SIDE : (int)lround(side);
}

static bool is_on_its_side(const struct mr_geometry_input *input)
{
    return input->rotation == 90 || input->rotation == 270;
}

/* Upright, with square pixels. */
static void natural_size(const struct mr_geometry_input *input, double *width, double *height)
{
    double aspect = 1;
    if (input->sar_num > 0 && input->sar_den > 0)
        aspect = (double)input->sar_num / input->sar_den;
    if (aspect > MAX_SAMPLE_ASPECT || aspect < 1 / MAX_SAMPLE_ASPECT)
        aspect = 1;
    double stored_width = input->width * aspect;
    *width = is_on_its_side(input) ? input->height : stored_width;
    *height = is_on_its_side(input) ? stored_width : input->height;
}

static struct mr_size output_size(double width, double height, struct mr_size wish)
{
    double scale = 1;
    if (wish.width > 0 && wish.height > 0)
        return wish;
    if (wish.width > 0)
        scale = wish.width / width;
    else if (wish.height > 0)
        scale = wish.height / height;
    else
        scale = fmin(1, fmin(MR_GEOMETRY_BOUND_WIDTH / width, MR_GEOMETRY_BOUND_HEIGHT / height));
    return (struct mr_size){ clamp_side(width * scale), clamp_side(height * scale) };
}

/* One side of the picture within the output's. Bars of a single pixel are noise: none then. */
static void contain_side(double wanted, int available, double *offset, double *length)
{
    int even = 2 * (int)lround(wanted / 2);
    if (even < 2)
        even = 2;
    *offset = 0;
    *length = available;
    if (available - even < 2)
        return;
    *offset = 2 * ceil((available - even) / 4.0 - 0.5); /* the even number next to the middle */
    *length = even;
}

static struct mr_rect contain(double width, double height, struct mr_size output)
{
    double scale = fmin(output.width / width, output.height / height);
    struct mr_rect to;
    contain_side(width * scale, output.width, &to.x, &to.width);
    contain_side(height * scale, output.height, &to.y, &to.height);
    return to;
}

/* Cut a side of the stored input down to `share`, in the middle. */
static void crop_side(double share, double *offset, double *length)
{
    double whole = *length, cut = whole * share;
    if (whole - cut < 0.5)
        return;
    *offset = (whole - cut) / 2;
    *length = cut;
}

static void cover(const struct mr_geometry_input *input, double width, double height,
                  struct mr_geometry *geometry)
{
    double scale = fmax(geometry->output.width / width, geometry->output.height / height);
    double share_width = geometry->output.width / (width * scale);
    double share_height = geometry->output.height / (height * scale);
    bool turned = is_on_its_side(input);
    struct mr_rect *from = &geometry->from;
    crop_side(turned ? share_height : share_width, &from->x, &from->width);
    crop_side(turned ? share_width : share_height, &from->y, &from->height);
}

struct mr_geometry mr_geometry_solve(const struct mr_geometry_input *input, struct mr_size wish,
                                     enum mr_fit fit)
{
    double width, height;
    natural_size(input, &width, &height);

    struct mr_geometry geometry = { .output = output_size(width, height, wish) };
    geometry.from = (struct mr_rect){ 0, 0, input->width, input->height };
    geometry.to = (struct mr_rect){ 0, 0, geometry.output.width, geometry.output.height };
    if (wish.width > 0 && wish.height > 0) {
        if (fit == MR_FIT_CONTAIN)
            geometry.to = contain(width, height, geometry.output);
        else if (fit == MR_FIT_COVER)
            cover(input, width, height, &geometry);
    }
    return geometry;
}
