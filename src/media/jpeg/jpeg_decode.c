#include "media/jpeg/jpeg_decode.h"

#include <errno.h>
#include <turbojpeg.h>

int mr_jpeg_decode_size(const uint8_t *jpeg, size_t size, int *width, int *height,
                        struct mr_error *error)
{
    int subsampling, colorspace;
    *width = *height = 0; /* and are left so when there are nothing but tables */
    tjhandle handle = tjInitDecompress();
    if (handle == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    int result = 0;
    if (tjDecompressHeader3(handle, jpeg, size, width, height, &subsampling, &colorspace) != 0)
        result = mr_error_set(error, -EINVAL, "damaged JPEG: %s", tjGetErrorStr2(handle));
    else if (*width < 1 || *height < 1)
        result = mr_error_set(error, -EINVAL, "damaged JPEG: no header");
    tjDestroy(handle);
    return result;
}

/* Scans are limited because each costs as much as a whole picture, and some bytes in the file. */
int mr_jpeg_decode(const uint8_t *jpeg, size_t size, uint8_t *pixels, int width, int height,
                   int stride_bytes, struct mr_error *error)
{
    tjhandle handle = tjInitDecompress();
    if (handle == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    int result = 0;
    if (tjDecompress2(handle, jpeg, size, pixels, width, stride_bytes, height, TJPF_BGRA,
                      TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
        result = mr_error_set(error, -EINVAL, "damaged JPEG: %s", tjGetErrorStr2(handle));
    tjDestroy(handle);
    return result;
}
