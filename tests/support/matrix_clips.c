#include "support/matrix_clips.h"

#include "base/file.h"
#include "support/check.h"
#include "support/command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS     60000
#define LARGEST_FILE (64u << 20)
#define LEAST_DB     38.0
#define ALIKE_DB     36.0 /* frames in a row are further apart than this */
#define SMALL_WIDTH  400  /* what is wider is drawn at an eighth of its size */

#define CAREFUL "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"

/* Waves of all colours and a soft ball that moves: nothing sharp, which 4:2:0 could not keep. */
#define BALL(height, x) "+" height "*exp(0-((X-W*(" x "))^2+(Y-H*0.5)^2)/(60+W*W/60))"
#define COLOURS                                                                                    \
    "geq=r=118+50*sin(X/13+N*0.7)+20*cos(Y/9-N*0.3)" BALL("50", "0.5+0.3*sin(N*0.6)")    /**/      \
        ":g=133+50*sin(Y/12-N*0.8)+20*cos(X/17+N*0.4)" BALL("-50", "0.5+0.3*cos(N*0.6)") /**/      \
        ":b=128+60*cos((X+Y)/19+N*0.9)+30*sin(X/11-N*0.5)"

/* Fewer than 256 colours, so that a palette holds them all. */
#define RAMP "geq=r=128+100*sin(X/23+N*0.6):g=90+50*sin(X/23+N*0.6):b=128-100*sin(X/23+N*0.6)"

const struct matrix_clip *matrix_clip_of(const char *file)
{
    for (int i = 0; i < MATRIX_CLIPS_COUNT; i++)
        if (strcmp(matrix_clips[i].file, file) == 0)
            return &matrix_clips[i];
    fail_msg("no clip is called %s", file);
    return NULL;
}

/* The matrix in a track's header of an MP4 or MOV: what the ffmpeg command line has no option for.
 */
static void turn(const char *path, const int matrix[4])
{
    static const size_t places[4] = { 0, 4, 12, 16 };
    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(path, LARGEST_FILE, &content), 0);
    uint8_t *header = memmem(content.data, content.size, "tkhd", 4);
    assert_non_null(header);
    for (int i = 0; i < 4; i++) {
        uint8_t *place = header + 44 + places[i];
        place[0] = place[1] = matrix[i] < 0 ? 0xff : 0;
        place[1] = matrix[i] < 0 ? 0xff : (uint8_t)matrix[i];
        place[2] = place[3] = 0;
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
    fclose(file);
    mr_buffer_finish(&content);
}

void matrix_clip_make(const struct matrix_clip *clip, char path[CLIP_PATH])
{
    bool palette = strcmp(clip->pixels, "pal8") == 0;
    int shrink = clip->width > SMALL_WIDTH ? 8 : 1;
    char convert[200] = "null";
    if (clip->matrix != NULL)
        snprintf(convert, sizeof(convert), "scale=out_color_matrix=%s:out_range=%s", clip->matrix,
                 clip->range);
    clip_path(clip->file, path);
    clip_ffmpeg("-f lavfi -i color=black:size=%dx%d:rate=25:duration=%g,format=gbrp,%s -vf "
                "scale=%d:%d,setsar=1,%s,%s,format=%s -frames:v %d -threads 1 -vsync passthrough "
                "-c:v %s %s",
                clip->width / shrink, clip->height / shrink, clip->frames / 25.0,
                palette ? RAMP : COLOURS, clip->width, clip->height,
                clip->filters != NULL ? clip->filters : "null", convert, clip->pixels, clip->frames,
                clip->codec, path);
    if (clip->turn[0] != 0 || clip->turn[1] != 0)
        turn(path, clip->turn);
}

/* return: whether there was one more line; *us: -1 when it says N/A */
static bool parse_time(const char **text, int64_t *us)
{
    char *end;
    *text += strspn(*text, "\n ");
    if (**text == '\0')
        return false;
    double seconds = strtod(*text, &end);
    *us = end != *text ? llround(seconds * 1e6) : -1;
    *text += strcspn(*text, "\n");
    return true;
}

static void probe_times(const struct matrix_clip *clip, const char *path,
                        struct matrix_reference *reference)
{
    const char *const arguments[] = { "ffprobe",
                                      "-v",
                                      "error",
                                      "-select_streams",
                                      "v:0",
                                      "-show_entries",
                                      "frame=best_effort_timestamp_time",
                                      "-of",
                                      "default=nk=1:nw=1",
                                      path,
                                      NULL };
    struct command command;
    command_run(&command, arguments, LIMIT_MS);
    if (command.status != 0)
        fail_msg("ffprobe %s: status %d: %s", clip->file, command.status, command.err.data);
    const char *text = (const char *)command.out.data;
    int64_t us, first_us = 0;
    int count = 0;
    for (; parse_time(&text, &us); count++) {
        if (count == 0)
            first_us = us;
        if (count < MATRIX_CLIP_MAX_FRAMES)
            reference->pts_us[count] = us < 0 ? -1 : us - first_us;
    }
    command_finish(&command);
    if (count != clip->frames)
        fail_msg("%s: ffprobe sees %d frames, not %d", clip->file, count, clip->frames);
}

static void check_that_it_moves(const struct matrix_clip *clip,
                                const struct matrix_reference *reference)
{
    for (int i = 1; i < reference->frames; i++) {
        double psnr = rgb_psnr(&reference->picture[i - 1], &reference->picture[i]);
        if (psnr > ALIKE_DB)
            fail_msg("%s: FFmpeg's frames %d and %d are alike: %.1f dB", clip->file, i - 1, i,
                     psnr);
    }
}

/* swscale stretches the chroma of 4:2:0 over an odd side: it is to see even ones. The line that this
 * takes is any, its chroma is that of the clip. */
#define EVEN_SIDES                                                                                 \
    "split[a][b];[a]scale=ceil(iw/2)*2:ceil(ih/2)*2[c];[c][b]overlay=format=yuv420,scale=" CAREFUL \
    ":%s,format=rgb24,crop=%d:%d:0:0"

static void describe_way(const struct matrix_clip *clip, int width, int height, char text[500])
{
    char colours[100] = "in_range=pc";
    if (clip->matrix != NULL)
        snprintf(colours, sizeof(colours), "in_color_matrix=%s:in_range=%s:%s", clip->matrix,
                 clip->range, clip->siting);
    bool is_420 = strstr(clip->pixels, "420") != NULL || strcmp(clip->pixels, "nv12") == 0;
    if (is_420 && (clip->width | clip->height) % 2 != 0)
        snprintf(text, 500, EVEN_SIDES, colours, width, height);
    else
        snprintf(text, 500, "scale=%d:%d:" CAREFUL ":%s", width, height, colours);
}

void matrix_clip_reference(const struct matrix_clip *clip, const char *path,
                           struct matrix_reference *reference)
{
    int width = clip->upright_width > 0 ? clip->upright_width : clip->width;
    int height = clip->upright_height > 0 ? clip->upright_height : clip->height;
    char raw[CLIP_PATH], way[500];
    clip_path("reference.rgb", raw);
    describe_way(clip, width, height, way);
    clip_ffmpeg("-i %s -map 0:v:0 -vsync passthrough -vf %s,format=rgb24 -f rawvideo %s", path, way,
                raw);
    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(raw, LARGEST_FILE, &content), 0);
    size_t size = (size_t)width * (size_t)height * 3;
    if (content.size != size * (size_t)clip->frames)
        fail_msg("%s: FFmpeg sees %zu frames, not %d", clip->file, content.size / size,
                 clip->frames);

    *reference = (struct matrix_reference){ .frames = clip->frames };
    for (int i = 0; i < clip->frames; i++) {
        reference->picture[i] = (struct rgb_picture){ width, height, malloc(size) };
        assert_non_null(reference->picture[i].pixels);
        memcpy(reference->picture[i].pixels, content.data + (size_t)i * size, size);
    }
    mr_buffer_finish(&content);
    check_that_it_moves(clip, reference);
    probe_times(clip, path, reference);
}

void matrix_reference_finish(struct matrix_reference *reference)
{
    for (int i = 0; i < reference->frames; i++)
        rgb_free(&reference->picture[i]);
}

double matrix_clip_compare(const struct matrix_clip *clip, const struct matrix_reference *reference,
                           int index, const struct rgb_picture *picture)
{
    if (index >= reference->frames)
        fail_msg("%s: more than %d frames", clip->file, reference->frames);
    const struct rgb_picture *wanted = &reference->picture[index];
    if (picture->width != wanted->width || picture->height != wanted->height)
        fail_msg("%s: %dx%d, not %dx%d", clip->file, picture->width, picture->height, wanted->width,
                 wanted->height);
    double psnr = rgb_psnr(picture, wanted);
    for (int i = 0; i < reference->frames; i++)
        if (i != index && rgb_psnr(picture, &reference->picture[i]) > psnr)
            fail_msg("%s: frame %d is more like frame %d", clip->file, index, i);
    if (psnr < LEAST_DB)
        fail_msg("%s: frame %d: %.1f dB", clip->file, index, psnr);
    return psnr;
}
