#include "script/draw/blank.h"

#include "script/draw/plain.h"
#include "script/draw/text.h"

#include <stdlib.h>
#include <string.h>

struct mr_blank {
    struct mr_text *text; /* keeps the rendered reason: it is the same for many frames */
};

struct mr_blank *mr_blank_create(void)
{
    return calloc(1, sizeof(struct mr_blank));
}

void mr_blank_destroy(struct mr_blank *blank)
{
    if (blank == NULL)
        return;
    mr_text_destroy(blank->text);
    free(blank);
}

static void write_reason(struct mr_text *text, cairo_t *cairo, const struct mr_picture *picture,
                         const char *reason)
{
    double size = picture->height / 24.0;
    struct mr_draw_options options = {
        .given = MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_WIDTH),
        .color = { 0.85, 0.85, 0.85, 1 },
        .opacity = 1,
        .size = size < 8    ? 8
                : size > 24 ? 24
                            : size,
        .weight = 400,
        .width = picture->width > 40 ? picture->width - 32 : picture->width,
        .align = MR_ALIGN_CENTER,
        .anchor = 4, /* center */
        .font = "sans",
    };
    int width, height;
    size_t length = strlen(reason);
    mr_text_draw(text, NULL, cairo, reason, length > 500 ? 500 : length, picture->width / 2.0,
                 picture->height / 2.0, &options, &width, &height);
}

/* The state of painting one picture. */
struct painting {
    struct mr_blank *blank;
    const struct mr_picture *like;
    const char *reason;
};

static void paint(void *opaque, cairo_t *cairo)
{
    const struct painting *painting = opaque;
    struct mr_blank *blank = painting->blank;
    cairo_set_source_rgb(cairo, 0.2, 0.2, 0.2);
    cairo_paint(cairo);
    if (blank->text == NULL)
        blank->text = mr_text_create();
    if (blank->text != NULL)
        write_reason(blank->text, cairo, painting->like, painting->reason);
}

struct mr_picture *mr_blank_make(struct mr_blank *blank, struct mr_canvases *canvases,
                                 const struct mr_picture *like, const char *reason)
{
    const struct mr_plain plain = { like->width, like->height, like->seq, like->pts_us,
                                    like->captured_us };
    return mr_plain_make(canvases, &plain, paint, &(struct painting){ blank, like, reason });
}
