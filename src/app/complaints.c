#include "app/complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mr_complaints_add(struct mr_complaints *complaints, int line, const char *format, ...)
{
    char *text;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0 || complaints->count == MR_COMPLAINTS_MAX) {
        complaints->more++;
        if (length >= 0)
            free(text);
        return;
    }
    size_t at = complaints->count++;
    for (; at > 0 && complaints->list[at - 1].line > line; at--)
        complaints->list[at] = complaints->list[at - 1];
    complaints->list[at] = (struct mr_complaint){ line, text };
}

void mr_complaints_finish(struct mr_complaints *complaints)
{
    for (size_t i = 0; i < complaints->count; i++)
        free(complaints->list[i].text);
    *complaints = (struct mr_complaints){ 0 };
}
