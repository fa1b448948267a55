#include "script/runner/notice.h"

#include "base/buffer.h"
#include "script/draw/plain.h"
#include "script/draw/text.h"
#include "script/lua/json_string.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TITLE "No signal"

/* Sides of what is painted, as shares of the picture's height, and their limits in pixels. */
#define TITLE_SHARE  (1 / 11.0)
#define REASON_SHARE (1 / 26.0)
#define SIGN_FROM    160 /* lower pictures have no room for a sign */

#define REASON_SHADE 0.62

struct mr_notice_painter {
    struct mr_text *text;
};

struct mr_notice_painter *mr_notice_painter_create(void)
{
    struct mr_notice_painter *painter = calloc(1, sizeof(*painter));
    if (painter != NULL && (painter->text = mr_text_create()) == NULL) {
        free(painter);
        return NULL;
    }
    return painter;
}

void mr_notice_painter_destroy(struct mr_notice_painter *painter)
{
    if (painter == NULL)
        return;
    mr_text_destroy(painter->text);
    free(painter);
}

static double within(double least, double value, double most)
{
    return value < least ? least : value > most ? most : value;
}

/* A camera, crossed out; `size` high and around x, y. */
static void paint_sign(cairo_t *cairo, double x, double y, double size)
{
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, size, size);
    cairo_set_line_width(cairo, 0.07);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_source_rgb(cairo, 0.5, 0.53, 0.57);
    cairo_rectangle(cairo, -0.65, -0.35, 0.85, 0.7);
    cairo_move_to(cairo, 0.33, -0.08);
    cairo_line_to(cairo, 0.65, -0.28);
    cairo_line_to(cairo, 0.65, 0.28);
    cairo_line_to(cairo, 0.33, 0.08);
    cairo_close_path(cairo);
    cairo_stroke(cairo);
    cairo_set_source_rgb(cairo, 0.85, 0.34, 0.3);
    cairo_move_to(cairo, -0.5, 0.5);
    cairo_line_to(cairo, 0.5, -0.5);
    cairo_stroke(cairo);
    cairo_restore(cairo);
}

/* Text with the top of its box, as wide as it may be, around x. return: how high it is */
static int write_text(struct mr_text *text, cairo_t *cairo, const char *string, size_t length,
                      double x, double y, double width, double size, double shade)
{
    struct mr_draw_options options = {
        .given = MR_DRAW_OPTION_BIT(MR_DRAW_OPTION_WIDTH),
        .color = { shade, shade, shade * 1.02, 1 },
        .opacity = 1,
        .size = size,
        .weight = 400,
        .width = width,
        .align = MR_ALIGN_CENTER,
        .anchor = 1, /* top */
        .font = "sans",
    };
    int box_width, box_height;
    mr_text_draw(text, NULL, cairo, string, length, x, y, &options, &box_width, &box_height);
    return box_height;
}

/* How high a text would be. */
static int measure_text(struct mr_text *text, const char *string, size_t length, double width,
                        double size)
{
    cairo_surface_t *nowhere = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
    cairo_t *cairo = cairo_create(nowhere);
    int height = write_text(text, cairo, string, length, 0, 0, width, size, REASON_SHADE);
    cairo_destroy(cairo);
    cairo_surface_destroy(nowhere);
    return height;
}

/* Put an ellipsis in place of what is behind `end`. */
static size_t cut(char *reason, size_t end)
{
    static const char ellipsis[] = "\u2026";
    while (end > 0 && (reason[end] & 0xC0) == 0x80) /* not in the middle of a character */
        end--;
    memcpy(reason + end, ellipsis, sizeof(ellipsis));
    return end + strlen(ellipsis);
}

/* Shorten the reason until it is no higher than `room`. return: its length; 0: not even a word is */
static size_t fit(struct mr_text *text, char *reason, double width, double size, double room)
{
    size_t kept = strlen(reason), length = kept;
    while (length > 0 && measure_text(text, reason, length, width, size) > room) {
        kept = kept * 3 / 4;
        length = kept >= 4 ? cut(reason, kept) : 0;
    }
    return length;
}

/* The state of painting one picture. */
struct painting {
    struct mr_notice_painter *painter;
    const struct mr_notice *notice;
};

static void paint(void *opaque, cairo_t *cairo)
{
    const struct mr_notice *notice = ((const struct painting *)opaque)->notice;
    struct mr_text *text = ((const struct painting *)opaque)->painter->text;
    double width = notice->width, height = notice->height, x = width / 2;
    double title = within(10, fmin(height * TITLE_SHARE, width / 8), 64);
    double small = within(8, height * REASON_SHARE, 22), margin = within(2, width / 16, 64);
    double sign = height >= SIGN_FROM ? within(24, height / 6, 120) : 0;
    double top = sign > 0 ? height * 0.46 : height * 0.24;

    cairo_set_source_rgb(cairo, 0.09, 0.095, 0.11);
    cairo_paint(cairo);
    if (sign > 0)
        paint_sign(cairo, x, top - sign * 0.8, sign);
    double y = top + write_text(text, cairo, TITLE, strlen(TITLE), x, top, width, title, 0.9);
    y += small * 0.5;
    char reason[MR_NOTICE_REASON_MAX + 4];
    snprintf(reason, sizeof(reason), "%s", notice->reason);
    size_t length = fit(text, reason, width - 2 * margin, small, height - y - small * 0.5);
    if (length > 0)
        write_text(text, cairo, reason, length, x, y, width - 2 * margin, small, REASON_SHADE);
}

struct mr_picture *mr_notice_paint(struct mr_notice_painter *painter, struct mr_canvases *canvases,
                                   const struct mr_notice *notice)
{
    const struct mr_plain plain = { notice->width, notice->height, notice->seq, notice->pts_us,
                                    notice->captured_us };
    return mr_plain_make(canvases, &plain, paint, &(struct painting){ painter, notice });
}

char *mr_notice_make_payload(const struct mr_notice *notice, size_t *size)
{
    struct mr_buffer json = { 0 };
    mr_buffer_append_text(&json, "{\"signal\":false,\"reason\":");
    mr_json_string_append(&json, notice->reason, strlen(notice->reason));
    mr_buffer_append(&json, "}", 2); /* with its 0 */
    if (json.failed) {
        mr_buffer_finish(&json);
        return NULL;
    }
    *size = json.size - 1;
    return (char *)json.data;
}
