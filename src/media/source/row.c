#include "media/source/row.h"

#include "base/file.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <libavcodec/packet.h>
#include <libavutil/error.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES (64 * 1024 * 1024)
#define TOLD_MAX       3 /* files that the log names in one pass */

struct file {
    char *path;
    int64_t number; /* of a numbered pattern; else 0 */
};

struct mr_row {
    struct file *files;
    size_t count, next;
    int64_t given; /* packets */
    unsigned told;
};

/* ---- listing ---- */

/* Takes the path over. return: 0; -ENOMEM */
static int add(struct mr_row *row, char *path, int64_t number)
{
    struct file *files =
        path != NULL ? realloc(row->files, (row->count + 1) * sizeof(*files)) : NULL;
    if (files == NULL) {
        free(path);
        return -ENOMEM;
    }
    row->files = files;
    row->files[row->count++] = (struct file){ path, number };
    return 0;
}

/* The parts of a numbered pattern. */
struct numbered {
    char folder[4096], before[256], after[256];
    size_t digits; /* at least; 0: as many as the number has */
};

/* return: whether the last part of the pattern holds %d or %0Nd */
static bool parse_numbered(const char *pattern, struct numbered *numbered)
{
    const char *slash = strrchr(pattern, '/'), *name = slash != NULL ? slash + 1 : pattern;
    const char *percent = strchr(name, '%');
    if (percent == NULL)
        return false;
    size_t digits = strspn(percent + 1, "0123456789");
    if (percent[1 + digits] != 'd')
        return false;
    numbered->digits = (size_t)strtoul(percent + 1, NULL, 10);
    snprintf(numbered->folder, sizeof(numbered->folder), "%.*s", (int)(name - pattern), pattern);
    snprintf(numbered->before, sizeof(numbered->before), "%.*s", (int)(percent - name), name);
    snprintf(numbered->after, sizeof(numbered->after), "%s", percent + digits + 2);
    return true;
}

/* return: the number in a name; -1: it does not match */
static int64_t number_of(const struct numbered *numbered, const char *name)
{
    size_t before = strlen(numbered->before);
    if (strncmp(name, numbered->before, before) != 0)
        return -1;
    size_t digits = strspn(name + before, "0123456789");
    if (digits == 0 || digits > 18 || digits < numbered->digits ||
        strcmp(name + before + digits, numbered->after) != 0)
        return -1;
    return strtoll(name + before, NULL, 10);
}

static int list_numbered(struct mr_row *row, const struct numbered *numbered, int64_t first)
{
    DIR *folder = opendir(numbered->folder[0] != '\0' ? numbered->folder : ".");
    int result = 0;
    for (const struct dirent *entry;
         folder != NULL && result == 0 && (entry = readdir(folder)) != NULL;) {
        char *path = NULL;
        int64_t number = number_of(numbered, entry->d_name);
        if (number < 0 || number < first)
            continue;
        if (asprintf(&path, "%s%s", numbered->folder, entry->d_name) < 0)
            path = NULL;
        result = add(row, path, number);
    }
    if (folder != NULL)
        closedir(folder);
    return result;
}

static int list_matching(struct mr_row *row, const char *pattern)
{
    glob_t found;
    int result = 0;
    if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && result == 0; i++)
            result = add(row, strdup(found.gl_pathv[i]), 0);
    globfree(&found);
    return result;
}

static int compare(const void *left, const void *right)
{
    const struct file *l = left, *r = right;
    if (l->number != r->number)
        return l->number < r->number ? -1 : 1;
    return strverscmp(l->path, r->path);
}

static void tell_gaps(const struct mr_row *row, const char *pattern)
{
    int64_t missing = 0, first = 0;
    for (size_t i = 1; i < row->count; i++) {
        int64_t gap = row->files[i].number - row->files[i - 1].number - 1;
        if (gap > 0 && missing == 0)
            first = row->files[i - 1].number + 1;
        missing += gap > 0 ? gap : 0;
    }
    if (missing > 0)
        mr_log(MR_LOG_INFO, "media", "\"%s\": %lld numbers have no file, from %lld on", pattern,
               (long long)missing, (long long)first);
}

static bool holds_something(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
}

int mr_row_create(const char *pattern, int64_t first, struct mr_row **out, struct mr_error *error)
{
    struct numbered numbered;
    struct mr_row *row = calloc(1, sizeof(*row));
    bool has_numbers = parse_numbered(pattern, &numbered);
    *out = NULL;
    int result = row == NULL   ? -ENOMEM
                 : has_numbers ? list_numbered(row, &numbered, first)
                               : list_matching(row, pattern);
    if (result < 0) {
        mr_row_destroy(row);
        return mr_error_set(error, result, "out of memory");
    }
    if (row->count > 0)
        qsort(row->files, row->count, sizeof(*row->files), compare);
    if (mr_row_first(row) == NULL) {
        mr_error_set(error, -ENOENT,
                     row->count == 0 ? "no file matches \"%s\"%s"
                                     : "no file that matches \"%s\" holds anything%s",
                     pattern, has_numbers && row->count == 0 ? ", with any number" : "");
        mr_row_destroy(row);
        return -ENOENT;
    }
    tell_gaps(row, pattern);
    *out = row;
    return 0;
}

void mr_row_destroy(struct mr_row *row)
{
    if (row == NULL)
        return;
    for (size_t i = 0; i < row->count; i++)
        free(row->files[i].path);
    free(row->files);
    free(row);
}

const char *mr_row_first(const struct mr_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (holds_something(row->files[i].path))
            return row->files[i].path;
    return NULL;
}

/* ---- reading ---- */

static void tell_left_out(struct mr_row *row, const char *path, int result)
{
    if (row->told++ < TOLD_MAX)
        mr_log(MR_LOG_WARN, "media", "\"%s\" is left out: %s", path,
               result == 0 ? "it is empty" : strerror(-result));
}

int mr_row_read(struct mr_row *row, AVPacket *packet, unsigned *left_out)
{
    *left_out = 0;
    while (row->next < row->count) {
        const char *path = row->files[row->next++].path;
        struct mr_buffer content = { 0 };
        int result = mr_file_read(path, FILE_MAX_BYTES, &content);
        if (result == 0 && content.size > 0) {
            int averror = av_new_packet(packet, (int)content.size);
            if (averror == 0)
                memcpy(packet->data, content.data, content.size);
            mr_buffer_finish(&content);
            packet->pts = packet->dts = row->given++;
            packet->duration = 1;
            packet->flags |= AV_PKT_FLAG_KEY;
            return averror;
        }
        mr_buffer_finish(&content);
        tell_left_out(row, path, result);
        (*left_out)++;
    }
    return AVERROR_EOF;
}

void mr_row_note_damage(struct mr_row *row)
{
    if (row->next > 0 && row->told++ < TOLD_MAX)
        mr_log(MR_LOG_WARN, "media", "\"%s\" is left out: it is damaged",
               row->files[row->next - 1].path);
}
