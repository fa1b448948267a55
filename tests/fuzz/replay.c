/* Runs a fuzz target over files, for compilers without libFuzzer: REPLAY FOLDER_OR_FILE… */
#include "base/buffer.h"
#include "base/file.h"
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INPUT_BYTES (4 * 1024 * 1024)

#pragma weak LLVMFuzzerInitialize

static int replay_file(const char *path)
{
    struct mr_buffer content = { 0 };
    int result = mr_file_read(path, MAX_INPUT_BYTES, &content);
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(-result));
        return -1;
    }
    printf("%s\n", path);
    fflush(stdout); /* should it be the last one */
    /* of exactly that size, so that a sanitizer sees a read beyond it */
    uint8_t *input = malloc(content.size > 0 ? content.size : 1);
    if (input == NULL)
        abort();
    if (content.size > 0)
        memcpy(input, content.data, content.size);
    LLVMFuzzerTestOneInput(input, content.size);
    free(input);
    mr_buffer_finish(&content);
    return 1;
}

/* return: how many files were run; -1 when one could not be read */
static int replay(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        return replay_file(path);
    int done = 0;
    for (int i = 0; i < count; i++) {
        char *file = NULL;
        if (done >= 0 && entries[i]->d_name[0] != '.' &&
            asprintf(&file, "%s/%s", path, entries[i]->d_name) > 0)
            done = replay_file(file) < 0 ? -1 : done + 1;
        free(file);
        free(entries[i]);
    }
    free(entries);
    return done;
}

int main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize != NULL)
        LLVMFuzzerInitialize(&argc, &argv);
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int done = replay(argv[i]);
        if (done < 0)
            return 1;
        total += done;
    }
    if (total == 0)
        fprintf(stderr, "no inputs; expected: %s FOLDER_OR_FILE…\n", argv[0]);
    return total > 0 ? 0 : 1;
}
