#include "script/draw/text_layout.h"

#include "script/draw/draw.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#define MAX_LINES 100 /* of a wrapped text; breaking into lines takes time by their square */

struct mr_text_layout {
    PangoFontMap *fonts; /* an own one: those of Pango belong to threads */
    PangoContext *context;
    PangoLayout *layout;
};

static void set_font_options(PangoContext *context)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY); /* it is video, no LCD */
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
}

struct mr_text_layout *mr_text_layout_create(void)
{
    struct mr_text_layout *layout = calloc(1, sizeof(*layout));
    if (layout == NULL)
        return NULL;
    layout->fonts = pango_cairo_font_map_new();
    layout->context = pango_font_map_create_context(layout->fonts);
    set_font_options(layout->context);
    layout->layout = pango_layout_new(layout->context);
    return layout;
}

void mr_text_layout_destroy(struct mr_text_layout *layout)
{
    if (layout == NULL)
        return;
    g_object_unref(layout->layout);
    g_object_unref(layout->context);
    g_object_unref(layout->fonts);
    free(layout);
}

static void set_font(PangoLayout *layout, const struct mr_draw_options *options)
{
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, options->font);
    pango_font_description_set_absolute_size(font, options->size * PANGO_SCALE);
    pango_font_description_set_weight(font, (PangoWeight)lround(options->weight));
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
}

static void set_lines(PangoLayout *layout, const struct mr_draw_options *options)
{
    static const PangoAlignment alignments[] = {
        [MR_ALIGN_LEFT] = PANGO_ALIGN_LEFT,
        [MR_ALIGN_CENTER] = PANGO_ALIGN_CENTER,
        [MR_ALIGN_RIGHT] = PANGO_ALIGN_RIGHT,
    };
    bool wrapped = mr_draw_option_given(options, MR_DRAW_OPTION_WIDTH);
    pango_layout_set_width(layout, wrapped ? (int)(options->width * PANGO_SCALE) : -1);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_height(layout, -MAX_LINES);
    pango_layout_set_ellipsize(layout, wrapped ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
    pango_layout_set_alignment(layout, alignments[options->align]);
}

/* How far an outline goes beyond the glyphs. */
static double outline_width(const struct mr_draw_options *options)
{
    if (!mr_draw_option_given(options, MR_DRAW_OPTION_OUTLINE))
        return 0;
    return mr_draw_option_given(options, MR_DRAW_OPTION_LINE_WIDTH) ? options->line_width
                                                                    : fmax(1, options->size / 12);
}

static double padding(const struct mr_draw_options *options)
{
    if (mr_draw_option_given(options, MR_DRAW_OPTION_PADDING))
        return options->padding;
    return mr_draw_option_given(options, MR_DRAW_OPTION_BACKGROUND) ? options->size / 4 : 0;
}

/* How far ink reaches beyond the box, whose text begins at `inset`. */
static double overhang(const PangoRectangle *ink, const PangoRectangle *logical, double inset)
{
    int left = logical->x - ink->x, top = logical->y - ink->y;
    int right = ink->x + ink->width - logical->x - logical->width;
    int bottom = ink->y + ink->height - logical->y - logical->height;
    int most = MAX(MAX(left, right), MAX(top, bottom));
    return fmax(0, most - inset);
}

static void measure(PangoLayout *layout, const struct mr_draw_options *options,
                    struct mr_text_box *box)
{
    PangoRectangle ink, logical;
    pango_layout_get_pixel_extents(layout, &ink, &logical);
    double inset = padding(options);
    if (mr_draw_option_given(options,
                             MR_DRAW_OPTION_WIDTH)) { /* the box is as wide as was asked for */
        logical.x = 0;
        logical.width = (int)ceil(options->width);
    }
    box->width = (int)ceil(logical.width + 2 * inset);
    box->height = (int)ceil(logical.height + 2 * inset);
    box->text_x = floor(inset + 0.5) - logical.x;
    box->text_y = floor(inset + 0.5) - logical.y;
    box->margin = (int)ceil(overhang(&ink, &logical, inset) + outline_width(options) + 1);
}

void mr_text_layout_set(struct mr_text_layout *layout, const char *string, size_t size,
                        const struct mr_draw_options *options, struct mr_text_box *box)
{
    set_font(layout->layout, options);
    set_lines(layout->layout, options);
    if (g_utf8_validate(string, (gssize)size, NULL)) {
        pango_layout_set_text(layout->layout, string, (int)size);
    } else {
        char *valid = g_utf8_make_valid(string, (gssize)size);
        pango_layout_set_text(layout->layout, valid, -1);
        g_free(valid);
    }
    measure(layout->layout, options, box);
}

void mr_text_layout_draw(const struct mr_text_layout *layout, cairo_t *cairo,
                         const struct mr_text_box *box, const struct mr_draw_options *options)
{
    double outline = outline_width(options);
    if (outline > 0) {
        cairo_new_path(cairo);
        cairo_move_to(cairo, box->text_x, box->text_y);
        pango_cairo_layout_path(cairo, layout->layout);
        mr_draw_set_color(cairo, &options->outline, options->opacity);
        cairo_set_line_width(cairo, 2 * outline);
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
        cairo_stroke(cairo);
    }
    cairo_move_to(cairo, box->text_x, box->text_y);
    mr_draw_set_color(cairo, &options->color, options->opacity);
    pango_cairo_show_layout(cairo, layout->layout);
}
