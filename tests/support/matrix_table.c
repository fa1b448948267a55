#include "support/matrix_clips.h"

#include <stddef.h>

#define LEFT     "in_h_chr_pos=0"
#define TOP_LEFT "in_h_chr_pos=0:in_v_chr_pos=0"
#define MIDDLE   "in_h_chr_pos=128"
#define RIGHT    "in_h_chr_pos=256"
#define TOP      "in_h_chr_pos=128:in_v_chr_pos=0"

#define X264 "libx264 -preset ultrafast -crf 8 "
#define X265 "libx265 -preset ultrafast -crf 8 -x265-params log-level=error "
#define VP8  "libvpx -deadline realtime -cpu-used 8 -b:v 4M "
#define VP9  "libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 4M "
#define AV1  "libaom-av1 -usage realtime -cpu-used 8 -crf 10 -b:v 0 "
#define PAL8 "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none"

/* What the container or the stream says. */
#define SAY_601   "-colorspace bt470bg -color_range tv "
#define SAY_709   "-colorspace bt709 -color_range tv "
#define SAY_709F  "-colorspace bt709 -color_range pc "
#define SAY_2020  "-colorspace bt2020nc -color_range tv "
#define SAY_2020F "-colorspace bt2020nc -color_range pc "

#define YUV(format, matrix, range) format, matrix, range
#define RGB(format)                format, NULL, "pc"
#define GREY(format)               format, NULL, "pc"

#define UNEVEN "setpts=(N*N*0.01+N*0.02)/TB"

/* The end of a row: the display matrix, and the size that is to come out. */
#define AS_STORED                        { 0 }, 0, 0
#define SIZED(width, height)             { 0 }, width, height
#define TURNED(a, b, c, d)               { a, b, c, d }, 0, 0
#define ON_ITS_SIDE(b, c, width, height) { 0, b, c, 0 }, width, height

const struct matrix_clip matrix_clips[MATRIX_CLIPS_COUNT] = {
    /* H.264 */
    { "h264.mp4", 96, 64, 12, NULL, YUV("yuv420p", "bt470bg", "tv"), X264 "-bf 2 " SAY_601, LEFT,
      AS_STORED },
    { "h264_full.mov", 96, 64, 6, NULL, YUV("yuvj420p", "bt709", "pc"), X264 SAY_709F, LEFT,
      AS_STORED },
    { "h264_422_10.mkv", 96, 64, 6, NULL, YUV("yuv422p10le", "bt2020nc", "tv"), X264 SAY_2020, LEFT,
      AS_STORED },
    { "h264_444_odd.mp4", 97, 63, 6, NULL, YUV("yuv444p", "bt709", "pc"), X264 SAY_709F, LEFT,
      AS_STORED },
    { "h264_rgb.mp4", 96, 64, 6, NULL, RGB("rgb24"), "libx264rgb -preset ultrafast -crf 8", NULL,
      AS_STORED },
    { "h264_grey.mp4", 96, 64, 6, NULL, GREY("gray"), X264, NULL, AS_STORED },
    { "h264_fields.ts", 96, 64, 12, "setfield=tff", YUV("yuv420p", "bt470bg", "tv"),
      X264 "-flags +ildct+ilme -bf 1 " SAY_601, LEFT, AS_STORED },
    { "h264.flv", 96, 64, 12, NULL, YUV("yuv420p", "bt709", "tv"), X264 SAY_709, LEFT, AS_STORED },
    { "h264.h264", 96, 64, 12, NULL, YUV("yuv420p", "bt470bg", "tv"), X264 "-bf 2", LEFT,
      AS_STORED },
    { "h264_uneven.mp4", 96, 64, 12, UNEVEN, YUV("yuv420p", "bt470bg", "tv"),
      X264 "-bf 2 -enc_time_base 1/90000 -video_track_timescale 90000", LEFT, AS_STORED },
    { "h264_topleft.mp4", 96, 64, 6, NULL, YUV("yuv420p", "bt709", "tv"),
      X264 "-chroma_sample_location topleft " SAY_709, TOP_LEFT, AS_STORED },
    /* turned and mirrored */
    { "turned_90.mp4", 96, 64, 6, NULL, YUV("yuv420p", "bt709", "tv"), X264 SAY_709, TOP,
      ON_ITS_SIDE(1, -1, 64, 96) },
    { "turned_180.mov", 96, 64, 6, NULL, YUV("yuv420p", "bt709", "tv"), X264 SAY_709, RIGHT,
      TURNED(-1, 0, 0, -1) },
    { "turned_180_odd.mp4", 97, 63, 6, NULL, YUV("yuv444p", "bt709", "tv"), X264 SAY_709, LEFT,
      TURNED(-1, 0, 0, -1) },
    { "turned_270_odd.mp4", 97, 63, 6, NULL, YUV("yuv444p", "bt709", "tv"), X264 SAY_709, LEFT,
      ON_ITS_SIDE(-1, 1, 63, 97) },
    { "mirrored.mp4", 96, 64, 6, NULL, YUV("yuv420p", "bt709", "tv"), X264 SAY_709, RIGHT,
      TURNED(-1, 0, 0, 1) },
    { "mirrored_90.mp4", 96, 64, 6, NULL, YUV("yuv420p", "bt709", "tv"), X264 SAY_709, TOP,
      ON_ITS_SIDE(1, 1, 64, 96) },
    /* HEVC, VP8, VP9, AV1 */
    { "hevc_10.mp4", 96, 64, 12, NULL, YUV("yuv420p10le", "bt2020nc", "tv"), X265 SAY_2020, LEFT,
      AS_STORED },
    { "hevc_444_12.mkv", 96, 64, 6, NULL, YUV("yuv444p12le", "bt709", "pc"), X265 SAY_709F, LEFT,
      AS_STORED },
    { "hevc.ts", 96, 64, 12, NULL, YUV("yuv420p", "bt709", "tv"), X265 SAY_709, LEFT, AS_STORED },
    { "vp8_odd.webm", 127, 95, 6, NULL, YUV("yuv420p", "bt470bg", "tv"), VP8, LEFT, AS_STORED },
    { "vp9_uneven.webm", 96, 64, 12, UNEVEN, YUV("yuv420p", "bt709", "tv"),
      VP9 "-enc_time_base 1/1000 " SAY_709, LEFT, AS_STORED },
    { "vp9_444_full.webm", 95, 63, 6, NULL, YUV("yuv444p", "bt709", "pc"), VP9 SAY_709F, LEFT,
      AS_STORED },
    { "av1_odd.mkv", 97, 65, 6, NULL, YUV("yuv420p", "bt709", "tv"), AV1 SAY_709, LEFT, AS_STORED },
    { "av1_10_full.mp4", 96, 64, 6, NULL, YUV("yuv420p10le", "bt2020nc", "pc"), AV1 SAY_2020F, LEFT,
      AS_STORED },
    /* MPEG */
    { "mpeg4.avi", 96, 64, 12, NULL, YUV("yuv420p", "bt470bg", "tv"), "mpeg4 -q:v 2 -bf 2", LEFT,
      AS_STORED },
    { "mpeg4_wide.mov", 96, 64, 6, "setsar=4/3", YUV("yuv420p", "bt470bg", "tv"), "mpeg4 -q:v 2",
      LEFT, SIZED(128, 64) },
    { "mpeg2_422.ts", 96, 64, 12, "setfield=tff", YUV("yuv422p", "bt709", "tv"),
      "mpeg2video -q:v 2 -flags +ildct+ilme " SAY_709, LEFT, AS_STORED },
    { "mpeg2_narrow.mpg", 96, 64, 12, "setdar=4/3", YUV("yuv420p", "bt470bg", "tv"),
      "mpeg2video -q:v 2 -bf 2 " SAY_601, LEFT, SIZED(85, 64) },
    { "mpeg2.mxf", 96, 64, 12, NULL, YUV("yuv420p", "bt709", "tv"), "mpeg2video -q:v 2 " SAY_709,
      LEFT, AS_STORED },
    { "mpeg1.mpg", 96, 64, 12, NULL, YUV("yuv420p", "bt470bg", "tv"), "mpeg1video -q:v 2", MIDDLE,
      AS_STORED },
    { "theora_odd.ogg", 97, 63, 12, NULL, YUV("yuv420p", "bt470bg", "tv"), "libtheora -q:v 10",
      MIDDLE, AS_STORED },
    /* Motion JPEG, and the codecs of editors */
    { "mjpeg.avi", 96, 64, 12, NULL, YUV("yuvj420p", "bt470bg", "pc"), "mjpeg -q:v 2", MIDDLE,
      AS_STORED },
    { "mjpeg_422_odd.mov", 97, 63, 6, NULL, YUV("yuvj422p", "bt470bg", "pc"), "mjpeg -q:v 2",
      MIDDLE, AS_STORED },
    { "mjpeg_444.mjpeg", 96, 64, 6, NULL, YUV("yuvj444p", "bt470bg", "pc"), "mjpeg -q:v 2", MIDDLE,
      AS_STORED },
    { "prores.mov", 96, 64, 6, "setparams=colorspace=bt709", YUV("yuv422p10le", "bt709", "tv"),
      "prores_ks " SAY_709, LEFT, AS_STORED },
    { "dnxhr.mov", 256, 120, 6, NULL, YUV("yuv422p10le", "bt709", "tv"),
      "dnxhd -profile:v dnxhr_hqx " SAY_709, LEFT, AS_STORED },
    { "dv.avi", 720, 576, 4, "setdar=4/3", YUV("yuv420p", "bt470bg", "tv"), "dvvideo", TOP_LEFT,
      SIZED(768, 576) },
    { "huffyuv_bgra.avi", 96, 64, 6, NULL, RGB("bgra"), "huffyuv", NULL, AS_STORED },
    { "ffv1_odd.mkv", 127, 95, 6, NULL, YUV("yuv420p", "bt709", "tv"), "ffv1 " SAY_709, LEFT,
      AS_STORED },
    { "ffv1_240.mkv", 96, 64, 6, NULL, YUV("yuv422p", "smpte240m", "tv"),
      "ffv1 -colorspace smpte240m -color_range tv", LEFT, AS_STORED },
    { "ffv1_grey_10.mkv", 96, 64, 6, NULL, GREY("gray10le"), "ffv1", NULL, AS_STORED },
    { "ffv1_410.mkv", 96, 64, 6, NULL, YUV("yuv410p", "bt470bg", "tv"), "ffv1", LEFT, AS_STORED },
    { "ffv1_column.mkv", 1, 64, 6, NULL, YUV("yuv444p", "bt470bg", "tv"), "ffv1", LEFT, AS_STORED },
    { "ffv1_row.mkv", 64, 1, 6, NULL, YUV("yuv420p", "bt470bg", "tv"), "ffv1", LEFT, AS_STORED },
    { "ffv1_720_unsaid.mkv", 1280, 720, 2, NULL, YUV("yuv420p", "bt709", "tv"), "ffv1", LEFT,
      AS_STORED },
    { "ffv1_1080.mkv", 1920, 1080, 2, NULL, YUV("yuv420p", "bt709", "tv"), "ffv1 " SAY_709, LEFT,
      SIZED(1280, 720) },
    /* raw and pictures */
    { "raw_yuyv.avi", 96, 64, 6, NULL, YUV("yuyv422", "bt470bg", "tv"), "rawvideo", LEFT,
      AS_STORED },
    { "raw_nv12_odd.nut", 97, 63, 6, NULL, YUV("nv12", "bt470bg", "tv"), "rawvideo", LEFT,
      AS_STORED },
    { "raw_v210.mov", 96, 64, 6, NULL, YUV("yuv422p10le", "bt470bg", "tv"), "v210", LEFT,
      AS_STORED },
    { "raw_bgr.avi", 97, 63, 6, NULL, RGB("bgr24"), "rawvideo", NULL, AS_STORED },
    { "raw_411.y4m", 96, 64, 6, NULL, YUV("yuv411p", "bt470bg", "tv"), "wrapped_avframe", LEFT,
      AS_STORED },
    { "palette.gif", 96, 64, 12, PAL8, RGB("pal8"), "gif", NULL, AS_STORED },
    { "apng_48_odd.apng", 97, 63, 6, NULL, RGB("rgb48be"), "apng", NULL, AS_STORED },
};
