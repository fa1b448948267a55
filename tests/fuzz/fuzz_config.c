/* Any text as a configuration: where its keys are. */
#include "fuzz.h"
#include "script/config/config_lines.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mr_config_lines lines;
    int last = 1;
    char *text = malloc(size); /* of exactly that size: a sanitizer sees a look beyond it */
    fuzz_require(text != NULL || size == 0);
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)data[i];
        last += data[i] == '\n';
    }
    fuzz_require(mr_config_lines_read(&lines, text, size) == 0);
    for (size_t i = 0; i < lines.count && i < 1000; i++) {
        const struct mr_config_place *place = &lines.places[i];
        fuzz_require(place->line >= 1 && place->line <= last);
        fuzz_require(place->path[0] == '\0' || mr_config_lines_find(&lines, place->path) > 0);
    }
    if (lines.twice.path != NULL)
        fuzz_require(mr_config_lines_find(&lines, lines.twice.path) > 0);
    mr_config_lines_finish(&lines);
    free(text);
    return 0;
}
