#include "app/help.h"

#include "app/option_table.h"

#include <string.h>

#define HELP_COLUMN 32
#define WIDTH       100

static const char head[] =
    "Usage: moonreel [OPTIONS] [SOURCE]\n"
    "       moonreel --config FILE [OPTIONS]\n"
    "       moonreel --test [OPTIONS] FILE...\n"
    "\n"
    "Stream a video through a Lua script to any number of browsers.\n"
    "\n"
    "SOURCE  a file, an FFmpeg URL (rtsp://, http://, udp://, ...), a camera (/dev/video0),\n"
    "        lavfi:GRAPH, - (standard input), or test: (the default: a moving test pattern)\n"
    "\n";

/* Print words from column `column` on, further lines from HELP_COLUMN. */
static void print_wrapped(FILE *out, const char *text, int column)
{
    fprintf(out, "%*s", column < HELP_COLUMN ? HELP_COLUMN - column : 0, "");
    if (column >= HELP_COLUMN)
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    for (column = HELP_COLUMN; *text != '\0';) {
        int word = (int)strcspn(text, " ");
        if (column > HELP_COLUMN && column + 1 + word > WIDTH) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        column += fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", word, text);
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

/* The help text, its %s replaced by the default. */
static void expand(const struct mr_option *option, char *text, size_t size)
{
    const char *mark = strstr(option->help, "%s");
    if (mark == NULL || option->fallback == NULL)
        snprintf(text, size, "%s", option->help);
    else
        snprintf(text, size, "%.*s%s%s", (int)(mark - option->help), option->help, option->fallback,
                 mark + 2);
}

static void print_option(FILE *out, const struct mr_option *option)
{
    char letter[8] = "    ";
    if (option->letter != 0)
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    int column =
        fprintf(out, "  %s--%s%s%s", letter, option->name, option->argument != NULL ? " " : "",
                option->argument != NULL ? option->argument : "");
    char text[256];
    expand(option, text, sizeof(text));
    print_wrapped(out, text, column);
}

void mr_help_print(FILE *out)
{
    fputs(head, out);
    for (size_t i = 0; i < mr_option_table_count; i++)
        print_option(out, &mr_option_table[i]);
}
