#include "support/mask_watch.h"

#include "support/check.h"
#include "support/picture_compare.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 8 /* JPEG smears colours over edges */

static bool is_policy(const struct mask_watch *watch, const char *name)
{
    return strcmp(watch->policy, name) == 0;
}

struct colours {
    int red, blue; /* by how much the region's least such pixel is that, and its most red one */
    int most_red, colourful; /* the latter of the whole picture */
};

static int largest(int a, int b)
{
    return a > b ? a : b;
}

static struct colours look_at(const struct rgb_picture *picture)
{
    struct colours colours = { .red = 255, .blue = 255, .most_red = -255 };
    assert_int_equal(picture->width, 160);
    assert_int_equal(picture->height, 120);
    for (int y = 0; y < picture->height; y++) {
        for (int x = 0; x < picture->width; x++) {
            const uint8_t *p = picture->pixels + 3 * (y * picture->width + x);
            int red = p[0] - largest(p[1], p[2]), blue = p[2] - largest(p[0], p[1]);
            int least = p[0] < p[1] ? p[0] : p[1];
            least = p[2] < least ? p[2] : least;
            colours.colourful =
                largest(colours.colourful, largest(p[0], largest(p[1], p[2])) - least);
            if (x < MASK_LEFT + MARGIN || y >= MASK_BOTTOM - MARGIN)
                continue;
            colours.red = red < colours.red ? red : colours.red;
            colours.blue = blue < colours.blue ? blue : colours.blue;
            colours.most_red = largest(colours.most_red, red);
        }
    }
    return colours;
}

static void judge(struct mask_watch *watch, const struct viewer_message *message)
{
    struct rgb_picture picture = rgb_from_jpeg(message->image, message->image_size);
    struct colours colours = look_at(&picture);
    rgb_free(&picture);
    bool without = message->payload_size == 4 && memcmp(message->payload, "null", 4) == 0;
    unsigned long long seq = message->seq;

    if (!is_policy(watch, "pass") && colours.most_red > 40)
        fail_msg("%s: frame %llu shows what is to be hidden", watch->policy, seq);
    if (!without && colours.blue < 150)
        fail_msg("%s: frame %llu has a payload and no mask", watch->policy, seq);
    if (without && is_policy(watch, "blank") && colours.colourful > 30)
        fail_msg("blank: frame %llu is not grey", seq);
    if (without && is_policy(watch, "hold") && colours.blue < 150 && watch->masked > 0)
        fail_msg("hold: frame %llu is not a masked one", seq);
    if (without && is_policy(watch, "pass") && colours.red < 150)
        fail_msg("pass: frame %llu is not as it came", seq);
    watch->masked += !without;
    watch->without += without;
}

static uint64_t hash_of(const uint8_t *bytes, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

/* Whoever comes second compares. */
static void compare(struct mask_watch *watch, uint64_t seq, const uint8_t *image, size_t size,
                    const char *payload)
{
    uint64_t hash = hash_of(image, size) ^ hash_of((const uint8_t *)payload, strlen(payload));
    if (watch->kept[seq % MASK_WATCH_KEPT].seq == seq + 1) {
        assert_int_equal(watch->kept[seq % MASK_WATCH_KEPT].hash, hash);
        watch->compared++;
    }
    watch->kept[seq % MASK_WATCH_KEPT].seq = seq + 1;
    watch->kept[seq % MASK_WATCH_KEPT].hash = hash;
}

static size_t decode_base64(const char *text, uint8_t *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = 0;
    unsigned bits = 0, value = 0;
    for (const char *at, *c = text; *c != '\0' && (at = strchr(digits, *c)) != NULL; c++) {
        value = value << 6 | (unsigned)(at - digits);
        bits += 6;
        if (bits >= 8)
            bytes[size++] = (uint8_t)(value >> (bits -= 8));
    }
    return size;
}

static void look_at_json(struct mask_watch *watch, const struct viewer_message *message)
{
    static uint8_t image[1 << 20];
    json_t *all = json_loadb((const char *)message->bytes, message->size, 0, NULL);
    const char *text = json_string_value(json_object_get(all, "image"));
    if (text != NULL && message->size < sizeof(image)) {
        char *payload = json_dumps(json_object_get(all, "data"),
                                   JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
        size_t size = decode_base64(strchr(text, ',') + 1, image);
        compare(watch, (uint64_t)json_integer_value(json_object_get(all, "seq")), image, size,
                payload);
        free(payload);
    }
    json_decref(all);
}

void mask_watch_look(void *opaque, struct viewer *viewer, const struct viewer_message *message)
{
    struct mask_watch *watch = opaque;
    char payload[128];
    (void)viewer;
    if (message->opcode != 2) {
        look_at_json(watch, message);
        return;
    }
    judge(watch, message);
    snprintf(payload, sizeof(payload), "%.*s", (int)message->payload_size, message->payload);
    compare(watch, message->seq, message->image, message->image_size, payload);
    sscanf(payload, "{\"label\":\"%31[a-z]\",\"version\":%d}", watch->label, &watch->version);
}
