#include "media/convert/orientation.h"

#include <math.h>

/* The matrix maps (x, y) to (a·x + c·y, b·x + d·y), y downwards, as a b _ c d _ x y w. A turn
 * clockwise by t has a = cos t, b = sin t; a mirror image (negative determinant) made before it
 * negates both. */
struct mr_orientation mr_orientation_from_matrix(const int32_t *matrix, size_t size_bytes)
{
    struct mr_orientation orientation = { 0 };
    if (matrix == NULL || size_bytes < 9 * sizeof(*matrix))
        return orientation;
    double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    double determinant = a * d - b * c;
    if (determinant == 0)
        return orientation;
    if (determinant < 0) {
        orientation.mirrored = true;
        a = -a;
        b = -b;
    }
    int quarters = (int)lround(atan2(b, a) / M_PI_2); /* -2 … 2 */
    orientation.rotation = ((quarters + 4) % 4) * 90;
    return orientation;
}
