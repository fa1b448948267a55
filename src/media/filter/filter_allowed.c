#include "media/filter/filter_allowed.h"

#include "media/filter/filter_limits.h"

#include <ctype.h>
#include <errno.h>
#include <libavfilter/avfilter.h>
#include <libavutil/opt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* One picture in, one of the same size out at once; no files, no network, no devices; a time that
 * does not explode with the options. Left out to be careful, though they look harmless: fillborders,
 * delogo, swaprect and yaepblur take unbounded or unchecked positions as options. */
static const char *const allowed[] = {
    "avgblur",
    "bilateral",
    "boxblur",
    "cas",
    "chromahold",
    "chromashift",
    "colorbalance",
    "colorchannelmixer",
    "colorcontrast",
    "colorcorrect",
    "colorhold",
    "colorize",
    "colorlevels",
    "colormatrix",
    "colortemperature",
    "convolution",
    "copy",
    "curves",
    "deband",
    "deblock",
    "deflate",
    "despill",
    "dilation",
    "drawbox",
    "drawgrid",
    "edgedetect",
    "eq",
    "erosion",
    "exposure",
    "fade",
    "format",
    "gblur",
    "gradfun",
    "grayworld",
    "hflip",
    "histeq",
    "hqdn3d",
    "hsvhold",
    "hue",
    "huesaturation",
    "inflate",
    "kirsch",
    "lagfun",
    "lenscorrection",
    "limiter",
    "lut",
    "lutrgb",
    "lutyuv",
    "median",
    "monochrome",
    "negate",
    "noise",
    "normalize",
    "null",
    "perspective",
    "pixelize",
    "prewitt",
    "pseudocolor",
    "rgbashift",
    "roberts",
    "rotate",
    "scharr",
    "scroll",
    "selectivecolor",
    "shear",
    "shuffleplanes",
    "smartblur",
    "sobel",
    "swapuv",
    "tmix",
    "unsharp",
    "vflip",
    "vibrance",
    "vignette",
};

static const char *const changes_size[] = { "scale",   "scale2ref", "zscale", "crop",  "pad",
                                            "zoompan", "transpose", "tile",   "untile" };

static const char *const changes_rate[] = {
    "fps",      "framerate",     "framestep",  "minterpolate",   "tblend",   "decimate",
    "select",   "mpdecimate",    "thumbnail",  "reverse",        "loop",     "trim",
    "tpad",     "setpts",        "tinterlace", "interlace",      "telecine", "detelecine",
    "pullup",   "shuffleframes", "random",     "separatefields", "weave",    "doubleweave",
    "yadif",    "bwdif",         "deflicker",  "atadenoise",     "tmedian",  "photosensitivity",
    "realtime", "repeatfields",  "tlut2",      "nnedi",          "w3fdif",   "estdif",
};

static const char *const uses_files[] = {
    "movie",     "subtitles",  "ass",      "lut1d",         "lut3d",
    "sendcmd",   "zmq",        "metadata", "ocr",           "removelogo",
    "find_rect", "cover_rect", "psnr",     "vidstabdetect", "vidstabtransform",
    "frei0r",    "signature",  "deshake",
};

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_simple(const AVFilter *filter)
{
    const unsigned dynamic = AVFILTER_FLAG_DYNAMIC_INPUTS | AVFILTER_FLAG_DYNAMIC_OUTPUTS;
    return (filter->flags & dynamic) == 0 && avfilter_filter_pad_count(filter, 0) == 1 &&
           avfilter_filter_pad_count(filter, 1) == 1;
}

int mr_filter_allowed(const AVFilter *filter, struct mr_error *error)
{
    const char *name = filter->name;
    if (is_among(allowed, COUNT(allowed), name))
        return 0;
    if (is_among(changes_size, COUNT(changes_size), name))
        return mr_error_set(error, -EPERM,
                            "%s changes the picture's size; use frame:resize and frame:crop", name);
    if (is_among(changes_rate, COUNT(changes_rate), name))
        return mr_error_set(error, -EPERM,
                            "%s delays or drops frames; a filter must give one for each it gets",
                            name);
    if (is_among(uses_files, COUNT(uses_files), name))
        return mr_error_set(error, -EPERM, "%s reads or writes files, or more; not in scripts",
                            name);
    if (strcmp(name, "drawtext") == 0)
        return mr_error_set(error, -EPERM, "drawtext reads files; use frame:text");
    if (!is_simple(filter))
        return mr_error_set(error, -EINVAL,
                            "%s has not exactly one input and one output; use a chain of simple "
                            "filters",
                            name);
    return mr_error_set(error, -EPERM, "%s is not one of the filters that scripts may use", name);
}

/* ---- options ---- */

static const struct {
    const char *filter, *option, *why;
} refused_options[] = {
    { "curves", "psfile", "reads a file" },
    { "curves", "plot", "writes a file" },
    { "selectivecolor", "psfile", "reads a file" },
    { "rotate", "out_w", "changes the picture's size" },
    { "rotate", "ow", "changes the picture's size" },
    { "rotate", "out_h", "changes the picture's size" },
    { "rotate", "oh", "changes the picture's size" },
};

/* Names of options that are about files in FFmpeg's filters, for those that newer versions add. */
static const char *const about_files[] = { "file", "path", "url" };

/* Functions of FFmpeg's expressions, which every number may be, that can run for ever. */
static const char *const endless[] = { "while(", "taylor(", "root(", "print(" };

static const char *find_endless(const char *value)
{
    char packed[MR_FILTER_MAX_TEXT + 1]; /* FFmpeg passes over white space anywhere */
    size_t length = 0;
    for (; *value != '\0' && length < sizeof(packed) - 1; value++)
        if (!isspace((unsigned char)*value))
            packed[length++] = *value;
    packed[length] = '\0';
    for (size_t i = 0; i < COUNT(endless); i++)
        if (strstr(packed, endless[i]) != NULL)
            return endless[i];
    return NULL;
}

int mr_filter_allowed_option(const AVFilter *filter, const char *option, const char *value,
                             struct mr_error *error)
{
    const char *why = NULL;
    for (size_t i = 0; i < COUNT(refused_options); i++)
        if (strcmp(filter->name, refused_options[i].filter) == 0 &&
            strcmp(option, refused_options[i].option) == 0)
            why = refused_options[i].why;
    for (size_t i = 0; why == NULL && i < COUNT(about_files); i++)
        if (strstr(option, about_files[i]) != NULL)
            why = "is about files";
    if (why != NULL)
        return mr_error_set(error, -EPERM, "%s: option '%s' %s; scripts may not use it",
                            filter->name, option, why);

    const char *function = find_endless(value);
    if (function != NULL)
        return mr_error_set(error, -EPERM, "%s: option '%s': scripts may not use %s…)",
                            filter->name, option, function);
    return 0;
}

static const struct {
    const char *filter, *option;
    int64_t most;
} bounds[] = {
    { "boxblur", "luma_power", 16 }, /* times it is run */
    { "boxblur", "chroma_power", 16 },
    { "boxblur", "alpha_power", 16 },
    { "normalize", "smoothing", 1000 }, /* pictures remembered, by a few bytes */
    { "tmix", "frames", 8 },            /* pictures remembered, whole */
};

int mr_filter_allowed_numbers(const AVFilterContext *context, struct mr_error *error)
{
    for (size_t i = 0; i < COUNT(bounds); i++) {
        int64_t number = 0;
        if (strcmp(context->filter->name, bounds[i].filter) != 0)
            continue;
        if (av_opt_get_int(context->priv, bounds[i].option, 0, &number) < 0 ||
            number > bounds[i].most)
            return mr_error_set(error, -EPERM, "%s: option '%s': at most %d in scripts",
                                bounds[i].filter, bounds[i].option, (int)bounds[i].most);
    }
    return 0;
}
