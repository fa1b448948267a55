#include "media/jpeg/jpeg_header.h"

#include "media/jpeg/jpeg_marker.h"
#include "media/jpeg/jpeg_tables.h"
#include "media/picture/picture.h"
#include "media/picture/picture_bound.h"

#include <errno.h>
#include <string.h>

/* Sizes of what comes with a picture and is not about it. */
#define JFIF_BYTES     14
#define AVI1_MAX_BYTES 14
#define ADOBE_BYTES    12
#define LAVC_MAX_BYTES 32

struct component {
    uint8_t id, across, down, table;
};

struct walk {
    const uint8_t *bytes;
    size_t size, at;
    struct mr_jpeg_header *header;

    int components; /* 0 before the frame's header */
    struct component component[3];
    bool progressive, scanned;
    unsigned quantization, dc, ac; /* tables that were defined, a bit each */
};

/* One segment's content. */
struct segment {
    const uint8_t *at;
    size_t size;
};

static bool begins_with(const struct segment *segment, const char *text, size_t size)
{
    return segment->size >= size && memcmp(segment->at, text, size) == 0;
}

static int number16(const uint8_t *at)
{
    return at[0] << 8 | at[1];
}

/* ---- segments ---- */

static int read_quantization(struct walk *walk, struct segment segment)
{
    while (segment.size > 0) {
        unsigned wide = segment.at[0] >> 4, id = segment.at[0] & 15;
        size_t bytes = 1 + 64 * (1 + (size_t)wide);
        if (wide > 1 || id > 3 || bytes > segment.size)
            return -EBADMSG;
        walk->quantization |= 1u << id;
        segment.at += bytes;
        segment.size -= bytes;
    }
    return 0;
}

static int read_huffman(struct walk *walk, struct segment segment)
{
    while (segment.size > 0) {
        unsigned kind = segment.at[0] >> 4, id = segment.at[0] & 15;
        size_t bytes = 17;
        for (size_t i = 1; i < 17 && segment.size >= 17; i++)
            bytes += segment.at[i];
        if (kind > 1 || id > 3 || bytes > segment.size || bytes > 17 + 256)
            return -EBADMSG;
        *(kind == 0 ? &walk->dc : &walk->ac) |= 1u << id;
        segment.at += bytes;
        segment.size -= bytes;
    }
    return 0;
}

/* The same sampling can be written with other factors, of which TurboJPEG knows only some. */
static bool is_usual(const struct component *luma, const struct component *chroma)
{
    if (chroma->across == 1 && chroma->down == 1)
        return true;
    if (luma->across == chroma->across && luma->down == chroma->down)
        return luma->across * luma->down <= 3;
    return luma->across == 2 && luma->down == 2;
}

static int find_sampling(struct walk *walk)
{
    const struct component *c = walk->component;
    static const struct {
        int across, down;
        enum mr_jpeg_sampling sampling;
    } known[] = { { 1, 1, MR_JPEG_444 },
                  { 2, 1, MR_JPEG_422 },
                  { 2, 2, MR_JPEG_420 },
                  { 1, 2, MR_JPEG_440 },
                  { 4, 1, MR_JPEG_411 } };
    walk->header->sampling = MR_JPEG_GREY;
    if (walk->components == 1)
        return 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (c[0].across != known[i].across * c[1].across ||
            c[0].down != known[i].down * c[1].down || c[1].across != c[2].across ||
            c[1].down != c[2].down || !is_usual(&c[0], &c[1]))
            continue;
        walk->header->sampling = known[i].sampling;
        return 0;
    }
    return -ENOTSUP;
}

static int read_frame(struct walk *walk, unsigned marker, struct segment segment)
{
    if (marker > MR_JPEG_SOF2)
        return -ENOTSUP; /* lossless, hierarchical, arithmetic */
    if (walk->components > 0 || segment.size < 6)
        return -EBADMSG;
    int height = number16(segment.at + 1), width = number16(segment.at + 3);
    int components = segment.at[5];
    if (segment.at[0] != 8 || (components != 1 && components != 3) || height == 0 ||
        width > MR_PICTURE_MAX_SIDE || height > MR_PICTURE_MAX_SIDE ||
        width * height > MR_PICTURE_BOUND_PIXELS)
        return -ENOTSUP;
    if (width == 0 || segment.size != 6 + 3 * (size_t)components)
        return -EBADMSG;
    for (int i = 0; i < components; i++) {
        const uint8_t *at = segment.at + 6 + 3 * i;
        walk->component[i] = (struct component){ at[0], at[1] >> 4, at[1] & 15, at[2] };
        const struct component *c = &walk->component[i];
        if (c->across < 1 || c->across > 4 || c->down < 1 || c->down > 4 || c->table > 3)
            return -EBADMSG;
    }
    if (components == 3 && walk->component[0].id == 'R' && walk->component[1].id == 'G')
        return -ENOTSUP;
    walk->components = components;
    walk->progressive = marker == MR_JPEG_SOF2;
    walk->header->passes &= marker != MR_JPEG_SOF1;
    walk->header->width = width;
    walk->header->height = height;
    return find_sampling(walk);
}

/* A JPEG may pass as it is when its APP0 segment has the usual length, thus no JFIF thumbnail. "AVI1" carries the
 * number of a field, of which two make a frame: a JPEG of one field is refused. */
static int read_app0(struct walk *walk, const struct segment *segment)
{
    if (begins_with(segment, "JFIF", 5) && segment->size >= 12) {
        walk->header->aspect_num = number16(segment->at + 8);
        walk->header->aspect_den = number16(segment->at + 10);
        walk->header->passes &= segment->size == JFIF_BYTES;
    } else if (begins_with(segment, "AVI1", 4) && segment->size >= 5) {
        walk->header->passes &= segment->size <= AVI1_MAX_BYTES;
        return segment->at[4] != 0 ? -ENOTSUP : 0;
    } else {
        walk->header->passes = false;
    }
    return 0;
}

/* JPEGs that FFmpeg's decoder knows by their comments to be stored otherwise than others. */
static int read_comment(struct walk *walk, const struct segment *segment)
{
    if (begins_with(segment, "CS=ITU601", 9) || begins_with(segment, "AVID", 4) ||
        begins_with(segment, "Intel(R) JPEG", 13) || begins_with(segment, "Metasoft", 8))
        return -ENOTSUP;
    if (!begins_with(segment, "Lavc", 4) || segment->size > LAVC_MAX_BYTES)
        walk->header->passes = false; /* somebody's words */
    return 0;
}

static int read_segment(struct walk *walk, unsigned marker, const struct segment *segment)
{
    switch (marker) {
    case MR_JPEG_DQT:
        return read_quantization(walk, *segment);
    case MR_JPEG_DHT:
        return read_huffman(walk, *segment);
    case MR_JPEG_DRI:
        return segment->size == 2 ? 0 : -EBADMSG;
    case MR_JPEG_DNL:
        return -ENOTSUP;
    case MR_JPEG_APP0:
        return read_app0(walk, segment);
    case MR_JPEG_APP1: /* Exif says which way is up, and where it was taken */
        walk->header->passes = false;
        return begins_with(segment, "Exif", 4) ? -ENOTSUP : 0;
    case MR_JPEG_APP14:
        if (begins_with(segment, "Adobe", 5) && segment->size >= ADOBE_BYTES) {
            walk->header->passes &= segment->size == ADOBE_BYTES;
            return segment->at[11] == 1 ? 0 : -ENOTSUP;
        }
        break;
    case MR_JPEG_COM:
        return read_comment(walk, segment);
    default:
        if (marker >= MR_JPEG_SOF0 && marker <= MR_JPEG_SOF_LAST)
            return read_frame(walk, marker, *segment);
        if (marker < MR_JPEG_APP0 || marker > MR_JPEG_APP15)
            return -ENOTSUP;
        break;
    }
    walk->header->passes = false;
    return 0;
}

/* ---- scans ---- */

/* A decoder that is used again still has the tables of the picture before: these must have their
 * own. Scans that refine DC need none. */
static bool has_tables(const struct walk *walk, int component, unsigned dc, unsigned ac,
                       const uint8_t *spectrum)
{
    bool standard = walk->header->tables_at > 0;
    unsigned dc_there = standard ? 3 : walk->dc, ac_there = standard ? 3 : walk->ac;
    bool needs_dc = !walk->progressive || (spectrum[0] == 0 && spectrum[2] >> 4 == 0);
    bool needs_ac = !walk->progressive || spectrum[0] > 0;
    return (walk->quantization >> walk->component[component].table & 1) &&
           (!needs_dc || (dc_there >> dc & 1)) && (!needs_ac || (ac_there >> ac & 1));
}

static int read_scan(struct walk *walk, const struct segment *segment)
{
    size_t count = segment->size > 0 ? segment->at[0] : 0;
    if (walk->components == 0 || count < 1 || count > (size_t)walk->components ||
        segment->size != 4 + 2 * count)
        return -EBADMSG;
    const uint8_t *spectrum = segment->at + 1 + 2 * count;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = segment->at + 1 + 2 * i;
        int which = 0;
        while (which < walk->components && walk->component[which].id != at[0])
            which++;
        if (which == walk->components || at[1] >> 4 > 3 || (at[1] & 15) > 3)
            return -EBADMSG;
        if (!has_tables(walk, which, at[1] >> 4, at[1] & 15, spectrum))
            return -ENOTSUP;
    }
    walk->scanned = true;
    return 0;
}

/* Over the entropy-coded data to the next marker. */
static int skip_data(struct walk *walk)
{
    while (walk->at + 1 < walk->size) {
        const uint8_t *found = memchr(walk->bytes + walk->at, 0xff, walk->size - walk->at - 1);
        if (found == NULL)
            return -EBADMSG;
        walk->at = (size_t)(found - walk->bytes);
        uint8_t next = found[1];
        if (next != 0 && next != 0xff && (next < MR_JPEG_RST0 || next > MR_JPEG_RST7))
            return 0;
        walk->at += next == 0xff ? 1 : 2;
    }
    return -EBADMSG;
}

/* ---- the whole ---- */

/* return: the next marker; -EBADMSG when there is none */
static int next_marker(struct walk *walk)
{
    if (walk->at + 1 >= walk->size || walk->bytes[walk->at] != 0xff)
        return -EBADMSG;
    while (walk->at < walk->size && walk->bytes[walk->at] == 0xff)
        walk->at++;
    return walk->at < walk->size ? walk->bytes[walk->at++] : -EBADMSG;
}

static int next_segment(struct walk *walk, struct segment *segment)
{
    if (walk->size - walk->at < 2)
        return -EBADMSG;
    size_t bytes = (size_t)number16(walk->bytes + walk->at);
    if (bytes < 2 || bytes > walk->size - walk->at)
        return -EBADMSG;
    *segment = (struct segment){ walk->bytes + walk->at + 2, bytes - 2 };
    walk->at += bytes;
    return 0;
}

/* One picture and padding. Two are the fields of one frame, or something with a preview. */
static int end(struct walk *walk)
{
    if (!walk->scanned)
        return -EBADMSG;
    walk->header->size_bytes = walk->at;
    if (walk->at > MR_JPEG_PASS_MAX_BYTES)
        walk->header->passes = false;
    static const uint8_t another[] = { 0xff, MR_JPEG_SOI, 0xff };
    return memmem(walk->bytes + walk->at, walk->size - walk->at, another, sizeof(another)) != NULL
               ? -ENOTSUP
               : 0;
}

/* return: 1 to go on; 0 at the end; -errno */
static int step(struct walk *walk)
{
    size_t before = walk->at;
    int marker = next_marker(walk);
    if (marker < 0)
        return marker;
    if (marker == MR_JPEG_EOI)
        return end(walk);
    if (marker == 0 || marker == 1 || (marker >= MR_JPEG_RST0 && marker <= MR_JPEG_SOI))
        return -EBADMSG;
    struct segment segment;
    int result = next_segment(walk, &segment);
    if (result == 0 && marker != MR_JPEG_SOS)
        result = read_segment(walk, (unsigned)marker, &segment);
    else if (result == 0) {
        if (walk->dc == 0 && walk->ac == 0 && !walk->progressive && !walk->scanned)
            walk->header->tables_at = before;
        result = read_scan(walk, &segment);
        if (result == 0)
            result = skip_data(walk);
    }
    return result == 0 ? 1 : result;
}

int mr_jpeg_header_read(const uint8_t *bytes, size_t size, struct mr_jpeg_header *header)
{
    struct walk walk = { .bytes = bytes, .size = size, .at = 2, .header = header };
    *header = (struct mr_jpeg_header){ .passes = true };
    if (size < 4 || bytes[0] != 0xff || bytes[1] != MR_JPEG_SOI)
        return -EBADMSG;
    int result;
    while ((result = step(&walk)) > 0)
        ;
    return result;
}

struct mr_blob *mr_jpeg_header_blob(const struct mr_jpeg_frame *frame)
{
    size_t size = frame->header.size_bytes, at = frame->header.tables_at;
    if (at == 0)
        return mr_blob_create(frame->bytes, size);
    struct mr_blob *blob = mr_blob_create(NULL, size + sizeof(mr_jpeg_tables));
    if (blob == NULL)
        return NULL;
    memcpy(blob->data, frame->bytes, at);
    memcpy(blob->data + at, mr_jpeg_tables, sizeof(mr_jpeg_tables));
    memcpy(blob->data + at + sizeof(mr_jpeg_tables), frame->bytes + at, size - at);
    return blob;
}
