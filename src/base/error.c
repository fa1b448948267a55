#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

int mr_error_set(struct mr_error *error, int code, const char *format, ...)
{
    if (error == NULL)
        return code;

    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);

    for (char *c = error->text; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    error->code = code;
    return code;
}
