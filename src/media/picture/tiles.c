#include "media/picture/tiles.h"

#define MIN_SHIFT 4 /* 16 pixels */

static int shift_for(int side)
{
    int shift = MIN_SHIFT;
    while (side > MR_TILES_MAX << shift)
        shift++;
    return shift;
}

static int columns(const struct mr_tiles *tiles)
{
    return ((tiles->width - 1) >> tiles->across_shift) + 1;
}

static int rows(const struct mr_tiles *tiles)
{
    return ((tiles->height - 1) >> tiles->down_shift) + 1;
}

/* Bits from `first` to `last`, both included. */
static uint32_t bits(int first, int last)
{
    return (UINT32_MAX >> (31 - last)) & (UINT32_MAX << first);
}

void mr_tiles_init(struct mr_tiles *tiles, int width, int height)
{
    *tiles = (struct mr_tiles){
        .width = width,
        .height = height,
        .across_shift = shift_for(width),
        .down_shift = shift_for(height),
    };
}

/* return: false when the area has nothing of the picture */
static bool clip(const struct mr_tiles *tiles, struct mr_area *area)
{
    area->left = area->left > 0 ? area->left : 0;
    area->top = area->top > 0 ? area->top : 0;
    area->right = area->right < tiles->width ? area->right : tiles->width;
    area->bottom = area->bottom < tiles->height ? area->bottom : tiles->height;
    return area->left < area->right && area->top < area->bottom;
}

void mr_tiles_add(struct mr_tiles *tiles, const struct mr_area *wanted)
{
    struct mr_area area = *wanted;
    if (!clip(tiles, &area))
        return;
    uint32_t mask = bits(area.left >> tiles->across_shift, (area.right - 1) >> tiles->across_shift);
    for (int row = area.top >> tiles->down_shift; row <= (area.bottom - 1) >> tiles->down_shift;
         row++)
        tiles->row[row] |= mask;
}

void mr_tiles_add_all(struct mr_tiles *tiles)
{
    const struct mr_area all = { 0, 0, tiles->width, tiles->height };
    mr_tiles_add(tiles, &all);
}

void mr_tiles_trim(struct mr_tiles *tiles)
{
    struct mr_tiles all = *tiles;
    for (int row = 0; row < MR_TILES_MAX; row++)
        all.row[row] = 0;
    mr_tiles_add_all(&all);
    for (int row = 0; row < MR_TILES_MAX; row++)
        tiles->row[row] &= all.row[row];
}

bool mr_tiles_lack(const struct mr_tiles *tiles, const struct mr_area *wanted)
{
    struct mr_area area = *wanted;
    if (!clip(tiles, &area))
        return false;
    uint32_t mask = bits(area.left >> tiles->across_shift, (area.right - 1) >> tiles->across_shift);
    for (int row = area.top >> tiles->down_shift; row <= (area.bottom - 1) >> tiles->down_shift;
         row++)
        if ((tiles->row[row] & mask) != mask)
            return true;
    return false;
}

bool mr_tiles_are_all(const struct mr_tiles *tiles)
{
    const struct mr_area all = { 0, 0, tiles->width, tiles->height };
    return !mr_tiles_lack(tiles, &all);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

bool mr_tiles_next(const struct mr_tiles *tiles, int *row, int *column, struct mr_area *area)
{
    int count = columns(tiles);
    for (; *row < rows(tiles); ++*row, *column = 0) {
        while (*column < count && !(tiles->row[*row] >> *column & 1))
            ++*column;
        int first = *column;
        while (*column < count && tiles->row[*row] >> *column & 1)
            ++*column;
        if (*column == first)
            continue;
        area->left = first << tiles->across_shift;
        area->right = smaller(*column << tiles->across_shift, tiles->width);
        area->top = *row << tiles->down_shift;
        area->bottom = smaller((*row + 1) << tiles->down_shift, tiles->height);
        return true;
    }
    return false;
}
