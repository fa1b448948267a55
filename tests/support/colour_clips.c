#include "support/colour_clips.h"

#include "base/file.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H264   "libx264 -preset ultrafast -crf 8 -threads 1"
#define LEFT   "in_h_chr_pos=0"
#define MID    "in_h_chr_pos=128"
#define TURNED "in_h_chr_pos=128:in_v_chr_pos=256" /* the left is at the bottom now */

#define COLOURS                                                                                    \
    "nb_colors=6:c0=red:c1=yellow:c2=green:c3=cyan:c4=blue:c5=magenta:x0=0:y0=0:x1=300:y1=400:"    \
    "speed=0.02"

const struct colour_clip colour_clips[] = {
    { "BT.601 limited", "601.mp4", "bt470bg", "tv", "yuv420p", H264, LEFT, NULL, 768, 432 },
    { "BT.709 limited", "709.mp4", "bt709", "tv", "yuv420p", H264, LEFT, NULL, 768, 432 },
    { "BT.709 full range", "709f.mp4", "bt709", "pc", "yuv420p", H264, LEFT, NULL, 768, 432 },
    { "MJPEG, full range", "mjpeg.avi", "bt470bg", "pc", "yuvj420p", "mjpeg -q:v 2", MID, NULL, 768,
      432 },
    { "4:2:2", "422.mp4", "bt709", "tv", "yuv422p", H264, LEFT, NULL, 768, 432 },
    { "4:4:4", "444.mp4", "bt709", "tv", "yuv444p", H264, LEFT, NULL, 768, 432 },
    { "10-bit", "10bit.mp4", "bt709", "tv", "yuv420p10le", H264, LEFT, NULL, 768, 432 },
    { "10-bit BT.2020", "2020.mkv", "bt2020nc", "tv", "yuv422p10le", "ffv1", LEFT, NULL, 768, 432 },
    { "767x431", "odd.mkv", "bt709", "tv", "yuv420p", "ffv1", LEFT, NULL, 767, 431 },
    { "turned by 90 degrees", "turned.mp4", "bt709", "tv", "yuv420p", H264, TURNED,
      "-metadata:s:v rotate=90", 360, 640 },
    { "RGB", "rgb.mkv", "rgb", "pc", "bgr0", "ffv1", LEFT, NULL, 768, 432 },
};
const int colour_clips_count = sizeof(colour_clips) / sizeof(*colour_clips);

void colour_clip_make(const struct colour_clip *clip, char path[CLIP_PATH])
{
    char cars[CLIP_PATH], plain[CLIP_PATH];
    clip_shared("cars.mp4", cars);
    clip_path(clip->file, path);
    int width = clip->remux ? clip->height : clip->width;
    int height = clip->remux ? clip->width : clip->height;
    bool is_rgb = strcmp(clip->matrix, "rgb") == 0;
    char convert[200] = "null";
    if (!is_rgb)
        snprintf(convert, sizeof(convert), "scale=out_color_matrix=%s:out_range=%s", clip->matrix,
                 clip->range);
    clip_path("step.mkv", plain);
    if (clip->remux != NULL)
        snprintf(strrchr(plain, '.'), 5, "%s", strrchr(clip->file, '.'));
    clip_ffmpeg("-ss 4 -i %s -f lavfi -i gradients=size=%dx%d:rate=25/2:%s "
                "-filter_complex [0]scale=%d:%d:in_color_matrix=bt470bg,format=gbrp[street];"
                "[1]format=gbrp[colours];[street][colours]hstack,setsar=1,%s,format=%s "
                "-frames:v %d -an -c:v %s -colorspace %s -color_range %s %s",
                cars, width / 2, height, COLOURS, width - width / 2, height, convert, clip->pixels,
                COLOUR_CLIP_FRAMES, clip->codec, clip->matrix, clip->range,
                clip->remux != NULL ? plain : path);
    if (clip->remux != NULL)
        clip_ffmpeg("-i %s -c copy %s %s", plain, clip->remux, path);
}

void colour_clip_reference(const struct colour_clip *clip, const char *path,
                           struct rgb_picture frames[COLOUR_CLIP_FRAMES])
{
    char raw[CLIP_PATH];
    clip_path("reference.rgb", raw);
    char convert[200] = "null";
    if (strcmp(clip->matrix, "rgb") != 0)
        snprintf(convert, sizeof(convert),
                 "scale=in_color_matrix=%s:in_range=%s:%s:flags=bicubic"
                 "+accurate_rnd+full_chroma_int+full_chroma_inp",
                 clip->matrix, clip->range, clip->siting);
    clip_ffmpeg("-i %s -frames:v %d -vsync passthrough -vf %s,format=rgb24 -f rawvideo %s", path,
                COLOUR_CLIP_FRAMES, convert, raw);

    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(raw, 64 << 20, &content), 0);
    size_t size = (size_t)clip->width * (size_t)clip->height * 3;
    assert_int_equal(content.size, size * COLOUR_CLIP_FRAMES);
    for (size_t i = 0; i < COLOUR_CLIP_FRAMES; i++) {
        frames[i] = (struct rgb_picture){ clip->width, clip->height, malloc(size) };
        assert_non_null(frames[i].pixels);
        memcpy(frames[i].pixels, content.data + i * size, size);
    }
    mr_buffer_finish(&content);
}
