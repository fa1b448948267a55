#include "media/filter/filter_graph.h"

#include "media/ffmpeg/ffmpeg_error.h"
#include "media/ffmpeg/ffmpeg_log.h"
#include "media/filter/filter_allowed.h"
#include "media/filter/filter_limits.h"

#include <errno.h>
#include <libavfilter/buffersink.h>
#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Options of the conversions that FFmpeg puts between filters that want different formats. Without these,
 * colours of neighbouring pixels are mixed and greys come back a level or two off. */
#define CONVERSION "flags=bilinear+full_chroma_int+accurate_rnd"

int mr_filter_graph_fail(struct mr_error *error, const char *what, int averror)
{
    char reason[AV_ERROR_MAX_STRING_SIZE];
    const char *hint = mr_ffmpeg_log_hint();
    av_strerror(averror, reason, sizeof(reason));
    return mr_error_set(error, mr_ffmpeg_error_code(averror), "%s: %s", what,
                        hint[0] != '\0' ? hint : reason);
}

/* ---- options ---- */

/* The option that a value without a name means: the next one in FFmpeg's list that is no alias. */
static const AVOption *next_in_order(void *object, const AVOption *last)
{
    const AVOption *option = last;
    while ((option = av_opt_next(object, option)) != NULL)
        if (option->type != AV_OPT_TYPE_CONST && (last == NULL || option->offset != last->offset))
            break;
    return option;
}

static int set_option(AVFilterContext *step, const char *name, const char *value,
                      struct mr_error *error)
{
    const char *filter = step->filter->name;
    bool is_enable = strcmp(name, "enable") == 0; /* the one option that all filters have */
    void *object = is_enable ? (void *)step : step->priv;
    const AVOption *option = av_opt_find(object, name, NULL, 0, 0);
    if (option == NULL || option->type == AV_OPT_TYPE_CONST)
        return mr_error_set(error, -EINVAL, "%s has no option '%s'", filter, name);
    int failed = mr_filter_allowed_option(step->filter, name, value, error);
    if (failed)
        return failed;
    mr_ffmpeg_log_clear();
    int averror = av_opt_set(object, name, value, 0);
    return averror < 0 ? mr_filter_graph_fail(error, filter, averror) : 0;
}

/* "name=value:…", at first without names in the order of FFmpeg's list. */
static int set_options(AVFilterContext *step, const char *text, struct mr_error *error)
{
    const AVOption *option = NULL;
    bool in_order = true;
    if (*text != '\0' && step->filter->priv_class == NULL)
        return mr_error_set(error, -EINVAL, "%s has no options", step->filter->name);
    while (*text != '\0') {
        if (in_order)
            option = next_in_order(step->priv, option);
        bool may_lack = in_order && option != NULL;
        char *name = NULL, *value = NULL;
        const char *rest = text;
        if (av_opt_get_key_value(&rest, "=", ":", may_lack ? AV_OPT_FLAG_IMPLICIT_KEY : 0, &name,
                                 &value) < 0)
            return mr_error_set(error, -EINVAL, "%s: name=value expected at '%s'",
                                step->filter->name, text);
        in_order = may_lack && name == NULL;
        int failed = set_option(step, name != NULL ? name : option->name, value, error);
        av_free(name);
        av_free(value);
        if (failed)
            return failed;
        text = *rest == ':' ? rest + 1 : rest;
    }
    return 0;
}

/* ---- steps ---- */

static int add_step(struct mr_filter_graph *graph, AVFilterContext **last, const char *name,
                    const char *options, struct mr_error *error)
{
    const AVFilter *filter = avfilter_get_by_name(name);
    if (filter == NULL)
        return mr_error_set(error, -EINVAL, "there is no filter '%s'", name);
    int failed = mr_filter_allowed(filter, error);
    if (failed)
        return failed;
    if (++graph->steps > MR_FILTER_MAX_STEPS)
        return mr_error_set(error, -EINVAL, "a chain of more than %d filters", MR_FILTER_MAX_STEPS);

    AVFilterContext *step = avfilter_graph_alloc_filter(graph->graph, filter, name);
    if (step == NULL)
        return mr_error_set(error, -ENOMEM, "%s: out of memory", name);
    failed = set_options(step, options, error);
    if (failed == 0)
        failed = mr_filter_allowed_numbers(step, error);
    if (failed)
        return failed;
    mr_ffmpeg_log_clear();
    int averror = avfilter_init_dict(step, NULL);
    if (averror >= 0)
        averror = avfilter_link(*last, 0, step, 0);
    *last = step;
    return averror < 0 ? mr_filter_graph_fail(error, name, averror) : 0;
}

/* Take one filter off the text. */
static int read_step(struct mr_filter_graph *graph, AVFilterContext **last, const char **text,
                     struct mr_error *error)
{
    const char *at = *text;
    char *name = av_get_token(&at, "=,;[]"), *options = NULL;
    if (*at == '=') {
        at++;
        options = av_get_token(&at, "[],;");
    }
    int result;
    if (*at == '[' || *at == ']' || *at == ';')
        result =
            mr_error_set(error, -EINVAL,
                         "'%c': only a simple chain is possible, filters with commas between", *at);
    else if (name == NULL)
        result = mr_error_set(error, -ENOMEM, "out of memory");
    else if (*name == '\0')
        result = mr_error_set(error, -EINVAL, "name of a filter expected at '%s'", *text);
    else
        result = add_step(graph, last, name, options != NULL ? options : "", error);
    av_free(name);
    av_free(options);
    *text = at;
    return result;
}

static int add_steps(struct mr_filter_graph *graph, const char *text, AVFilterContext **last,
                     struct mr_error *error)
{
    int failed = read_step(graph, last, &text, error);
    while (failed == 0 && *text == ',') {
        text++;
        failed = read_step(graph, last, &text, error);
    }
    return failed;
}

/* ---- ends ---- */

static int add_ends(struct mr_filter_graph *graph)
{
    char arguments[128];
    snprintf(arguments, sizeof(arguments),
             "video_size=%dx%d:pix_fmt=%d:time_base=1/1000000:pixel_aspect=1/1", graph->width,
             graph->height, graph->format);
    int averror = avfilter_graph_create_filter(&graph->source, avfilter_get_by_name("buffer"), "in",
                                               arguments, NULL, graph->graph);
    if (averror >= 0)
        averror = avfilter_graph_create_filter(&graph->sink, avfilter_get_by_name("buffersink"),
                                               "out", NULL, NULL, graph->graph);
    if (averror >= 0)
        averror = av_opt_set_bin(graph->sink, "pix_fmts", (const uint8_t *)&graph->format,
                                 sizeof(graph->format), AV_OPT_SEARCH_CHILDREN);
    return averror;
}

/* All links, not just the last: what is between takes memory, too. */
static int check_sizes(const struct mr_filter_graph *graph, struct mr_error *error)
{
    for (unsigned i = 0; i < graph->graph->nb_filters; i++) {
        const AVFilterContext *step = graph->graph->filters[i];
        for (unsigned k = 0; k < step->nb_outputs; k++)
            if (step->outputs[k]->w != graph->width || step->outputs[k]->h != graph->height)
                return mr_error_set(error, -EPERM,
                                    "%s changes the picture's size from %dx%d to %dx%d; use "
                                    "frame:resize",
                                    step->filter->name, graph->width, graph->height,
                                    step->outputs[k]->w, step->outputs[k]->h);
    }
    return 0;
}

static int configure(struct mr_filter_graph *graph, AVFilterContext *last, struct mr_error *error)
{
    mr_ffmpeg_log_clear();
    int averror = avfilter_link(last, 0, graph->sink, 0);
    if (averror >= 0)
        averror = avfilter_graph_config(graph->graph, NULL);
    if (averror < 0) {
        char what[64];
        snprintf(what, sizeof(what), "not for %dx%d pixels", graph->width, graph->height);
        return mr_filter_graph_fail(error, what, averror);
    }
    return check_sizes(graph, error);
}

static int make_parts(struct mr_filter_graph *graph, const char *text, struct mr_error *error)
{
    graph->graph = avfilter_graph_alloc();
    if (graph->graph == NULL)
        return mr_error_set(error, -ENOMEM, "out of memory");
    graph->graph->nb_threads = 1;
    graph->graph->thread_type = 0;
    graph->graph->scale_sws_opts = av_strdup(CONVERSION);
    int averror = add_ends(graph);
    if (averror < 0)
        return mr_filter_graph_fail(error, "no graph", averror);
    AVFilterContext *last = graph->source;
    int failed = add_steps(graph, text, &last, error);
    return failed ? failed : configure(graph, last, error);
}

static int make(struct mr_filter_graph *graph, enum AVPixelFormat format, const char *text,
                int width, int height, struct mr_error *error)
{
    *graph = (struct mr_filter_graph){ .format = format, .width = width, .height = height };
    int failed = make_parts(graph, text, error);
    if (failed)
        mr_filter_graph_finish(graph);
    return failed;
}

/* Filters that FFmpeg put between source, steps and sink. */
static unsigned count_conversions(const struct mr_filter_graph *graph)
{
    return graph->graph->nb_filters - graph->steps - 2;
}

int mr_filter_graph_make(struct mr_filter_graph *graph, const char *text, int width, int height,
                         struct mr_error *error)
{
    struct mr_filter_graph other;
    mr_ffmpeg_log_install();
    int failed = make(graph, AV_PIX_FMT_BGR0, text, width, height, error);
    if (failed || count_conversions(graph) == 0 ||
        make(&other, AV_PIX_FMT_BGRA, text, width, height, NULL) < 0)
        return failed;
    if (count_conversions(&other) < count_conversions(graph)) {
        struct mr_filter_graph chosen = other;
        other = *graph;
        *graph = chosen;
    }
    mr_filter_graph_finish(&other);
    return 0;
}

void mr_filter_graph_finish(struct mr_filter_graph *graph)
{
    avfilter_graph_free(&graph->graph);
    *graph = (struct mr_filter_graph){ 0 };
}
