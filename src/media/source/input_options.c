#include "media/source/input_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int copy_list(struct mr_input_options *to, const struct mr_input_options *from)
{
    const char **list = calloc(from->option_count + 1, sizeof(*list));
    to->option = list;
    if (list == NULL)
        return -ENOMEM;
    for (; to->option_count < from->option_count; to->option_count++)
        if ((list[to->option_count] = strdup(from->option[to->option_count])) == NULL)
            return -ENOMEM;
    return 0;
}

int mr_input_options_copy(struct mr_input_options *to, const struct mr_input_options *from)
{
    *to = (struct mr_input_options){ .size = from->size, .fps = from->fps, .live = from->live };
    to->format = from->format != NULL ? strdup(from->format) : NULL;
    int failed = from->format != NULL && to->format == NULL ? -ENOMEM : copy_list(to, from);
    if (failed)
        mr_input_options_finish(to);
    return failed;
}

void mr_input_options_finish(struct mr_input_options *options)
{
    free((char *)options->format);
    for (size_t i = 0; i < options->option_count; i++)
        free((char *)options->option[i]);
    free((void *)options->option);
    *options = (struct mr_input_options){ 0 };
}
