#include "script/draw/text.h"

#include "script/draw/draw.h"
#include "script/draw/text_layout.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Everything that decides about the pixels of a rendered text: compared as bytes. */
struct key {
    double size, weight, padding, width, radius, line_width, opacity;
    struct mr_color color, outline, background;
    unsigned given;
    int align;
    char font[104];
};

struct entry {
    uint64_t hash;
    struct key key;
    char *string;
    size_t string_size;
    cairo_surface_t *surface; /* NULL: free */
    struct mr_text_box box;
    size_t bytes;
    uint64_t used; /* when, on the clock of uses */
};

struct mr_text {
    struct mr_text_layout *layout;
    struct entry entries[MR_TEXT_CACHE_COUNT];
    size_t bytes;
    uint64_t clock;
    unsigned rendered;
};

struct mr_text *mr_text_create(void)
{
    struct mr_text *text = calloc(1, sizeof(*text));
    if (text == NULL)
        return NULL;
    text->layout = mr_text_layout_create();
    if (text->layout == NULL) {
        free(text);
        return NULL;
    }
    return text;
}

static void forget(struct mr_text *text, struct entry *entry)
{
    if (entry->surface == NULL)
        return;
    cairo_surface_destroy(entry->surface);
    free(entry->string);
    text->bytes -= entry->bytes;
    *entry = (struct entry){ 0 };
}

void mr_text_destroy(struct mr_text *text)
{
    if (text == NULL)
        return;
    for (int i = 0; i < MR_TEXT_CACHE_COUNT; i++)
        forget(text, &text->entries[i]);
    mr_text_layout_destroy(text->layout);
    free(text);
}

unsigned mr_text_rendered(const struct mr_text *text)
{
    return text->rendered;
}

/* ---- the cache ---- */

static void make_key(const struct mr_draw_options *options, struct key *key)
{
    memset(key, 0, sizeof(*key)); /* padding bytes are compared, too */
    key->size = options->size;
    key->weight = options->weight;
    key->padding = options->padding;
    key->width = options->width;
    key->radius = options->radius;
    key->line_width = options->line_width;
    key->opacity = options->opacity;
    key->color = options->color;
    key->outline = options->outline;
    key->background = options->background;
    key->given = options->given;
    key->align = options->align;
    strncpy(key->font, options->font, sizeof(key->font) - 1);
}

/* FNV-1a */
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

static struct entry *find(struct mr_text *text, uint64_t hash, const struct key *key,
                          const char *string, size_t size)
{
    for (int i = 0; i < MR_TEXT_CACHE_COUNT; i++) {
        struct entry *entry = &text->entries[i];
        /* NOLINTBEGIN(*-suspicious-memory-comparison,cert-*): make_key zeroes the padding */
        if (entry->hash == hash && entry->surface != NULL && entry->string_size == size &&
            memcmp(entry->string, string, size) == 0 && memcmp(&entry->key, key, sizeof(*key)) == 0)
            return entry;
        /* NOLINTEND(*-suspicious-memory-comparison,cert-*) */
    }
    return NULL;
}

static struct entry *least_used(struct mr_text *text)
{
    struct entry *oldest = NULL;
    for (int i = 0; i < MR_TEXT_CACHE_COUNT; i++) {
        struct entry *entry = &text->entries[i];
        if (entry->surface != NULL && (oldest == NULL || entry->used < oldest->used))
            oldest = entry;
    }
    return oldest;
}

static struct entry *make_room(struct mr_text *text, size_t bytes)
{
    while (text->bytes > 0 && text->bytes + bytes > MR_TEXT_CACHE_BYTES)
        forget(text, least_used(text));
    for (int i = 0; i < MR_TEXT_CACHE_COUNT; i++)
        if (text->entries[i].surface == NULL)
            return &text->entries[i];
    struct entry *entry = least_used(text);
    forget(text, entry);
    return entry;
}

/* ---- rendering ---- */

static void render(const struct mr_text *text, cairo_t *cairo, const struct mr_text_box *box,
                   const struct mr_draw_options *options)
{
    if (mr_draw_option_given(options, MR_DRAW_OPTION_BACKGROUND)) {
        mr_draw_rectangle_path(cairo, 0, 0, box->width, box->height, options->radius);
        mr_draw_set_color(cairo, &options->background, options->opacity);
        cairo_fill(cairo);
    }
    mr_text_layout_draw(text->layout, cairo, box, options);
}

/* Draw straight on the target what is too large to be kept. */
static void render_at(const struct mr_text *text, cairo_t *cairo, double x, double y,
                      const struct mr_text_box *box, const struct mr_draw_options *options)
{
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    render(text, cairo, box, options);
    cairo_restore(cairo);
}

/* Render what the layout holds into a new entry, `margin` pixels wider on each side than the box.
 */
static struct entry *render_entry(struct mr_text *text, const struct mr_text_box *box,
                                  const struct mr_draw_options *options)
{
    int width = box->width + 2 * box->margin, height = box->height + 2 * box->margin;
    size_t bytes = (size_t)width * (size_t)height * 4;
    if (bytes > MR_TEXT_CACHE_BYTES / 2)
        return NULL;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(surface);
        return NULL;
    }
    cairo_t *cairo = cairo_create(surface);
    cairo_translate(cairo, box->margin, box->margin);
    render(text, cairo, box, options);
    cairo_destroy(cairo);

    struct entry *entry = make_room(text, bytes);
    entry->surface = surface;
    entry->bytes = bytes;
    entry->box = *box;
    text->bytes += bytes;
    return entry;
}

static void remember(struct entry *entry, uint64_t hash, const struct key *key, const char *string,
                     size_t size)
{
    entry->hash = hash;
    entry->key = *key;
    entry->string = malloc(size + 1);
    entry->string_size = size;
    if (entry->string != NULL)
        memcpy(entry->string, string, size);
    else
        entry->string_size = SIZE_MAX; /* matches nothing */
}

/* Where the box begins, given where its anchor is. */
static void place_text(double x, double y, const struct mr_draw_options *options,
                       const struct mr_text_box *box, double *left, double *top)
{
    int column = options->anchor % 3, row = options->anchor / 3;
    *left = floor(x - box->width * column / 2.0 + 0.5);
    *top = floor(y - box->height * row / 2.0 + 0.5);
}

static void touch(struct mr_frame *frame, double left, double top, const struct mr_text_box *box)
{
    const struct mr_area area = { (int)left - box->margin, (int)top - box->margin,
                                  (int)left + box->width + box->margin,
                                  (int)top + box->height + box->margin };
    mr_frame_touch(frame, &area);
}

void mr_text_draw(struct mr_text *text, struct mr_frame *frame, cairo_t *cairo, const char *string,
                  size_t size, double x, double y, const struct mr_draw_options *options,
                  int *width, int *height)
{
    struct key key;
    struct mr_text_box box;
    double left, top;
    make_key(options, &key);
    uint64_t hash = hash_bytes(hash_bytes(0xcbf29ce484222325u, string, size), &key, sizeof(key));

    struct entry *entry = find(text, hash, &key, string, size);
    if (entry == NULL) {
        text->rendered++;
        mr_text_layout_set(text->layout, string, size, options, &box);
        entry = render_entry(text, &box, options);
        if (entry != NULL)
            remember(entry, hash, &key, string, size);
    } else {
        box = entry->box;
    }
    place_text(x, y, options, &box, &left, &top);
    if (frame != NULL)
        touch(frame, left, top, &box);
    if (entry != NULL) {
        entry->used = ++text->clock;
        cairo_set_source_surface(cairo, entry->surface, left - box.margin, top - box.margin);
        cairo_paint(cairo);
        cairo_set_source_rgb(cairo, 0, 0, 0); /* let go of the surface */
    } else {
        render_at(text, cairo, left, top, &box, options);
    }
    *width = box.width;
    *height = box.height;
}
