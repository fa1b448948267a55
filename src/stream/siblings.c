#include "stream/siblings.h"

#include "base/draft.h"
#include "base/file.h"
#include "base/private_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STEM_MAX (MR_SIBLING_NAME_MAX - 4)

bool mr_sibling_name_is_valid(const char *name)
{
    size_t stem = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    return stem > 0 && stem <= STEM_MAX && strcmp(name + stem, ".lua") == 0;
}

/* The script's file itself, wherever links lead. return: malloc'd; NULL with *error */
static char *find_script(const struct mr_stream *stream, struct mr_error *error)
{
    const char *path = mr_stream_script(stream);
    char *real = realpath(path, NULL);
    if (real == NULL)
        mr_error_set(error, -errno, "cannot find the script \"%s\": %s", path, strerror(errno));
    return real;
}

bool mr_sibling_is_script(const struct mr_stream *stream, const char *name)
{
    struct mr_error ignored;
    char *script = find_script(stream, &ignored);
    bool same = script != NULL && strcmp(strrchr(script, '/') + 1, name) == 0;
    free(script);
    return same;
}

static bool is_regular(int folder, const char *name, size_t *bytes)
{
    struct stat about;
    bool regular =
        fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode);
    *bytes = regular ? (size_t)about.st_size : 0;
    return regular;
}

/* return: whether the entry is a Lua file that may be shown */
static bool is_listed(int folder, const char *folder_path, const char *name, size_t *bytes)
{
    char *path = NULL;
    if (!mr_sibling_name_is_valid(name) || !is_regular(folder, name, bytes) ||
        asprintf(&path, "%s/%s", folder_path, name) < 0)
        return false;
    bool is_private = mr_private_files_has_path(path);
    free(path);
    return !is_private;
}

int mr_siblings_list(const struct mr_stream *stream,
                     void (*visit)(void *opaque, const char *name, size_t bytes), void *opaque,
                     struct mr_error *error)
{
    char *script = find_script(stream, error);
    if (script == NULL)
        return error->code;
    *strrchr(script, '/') = '\0';
    DIR *folder = opendir(script[0] != '\0' ? script : "/");
    int result = folder == NULL ? mr_error_set(error, -errno, "cannot read the folder \"%s\": %s",
                                               script, strerror(errno))
                                : 0;
    size_t bytes;
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (is_listed(dirfd(folder), script, entry->d_name, &bytes))
            visit(opaque, entry->d_name, bytes);
    if (folder != NULL)
        closedir(folder);
    free(script);
    return result;
}

static const char *reason(int result)
{
    return result == MR_PRIVATE_FILES_DENIED ? MR_PRIVATE_FILES_REASON
           : result == -EFBIG                ? "longer than 1 MiB"
           : result == -EALREADY
               ? "somebody else made it at the same time; load it before you write it"
           : result == -ESTALE ? "it has changed since it was loaded"
                               : strerror(-result);
}

/* return: the path of a file of ours, malloc'd; NULL with *error (-ENOENT: it is not there) */
static char *find_sibling(const struct mr_stream *stream, const char *name, struct mr_error *error)
{
    char *script = find_script(stream, error), *path = NULL;
    size_t bytes;
    if (script == NULL)
        return NULL;
    if (asprintf(&path, "%.*s%s", (int)(strrchr(script, '/') - script) + 1, script, name) < 0) {
        path = NULL;
        mr_error_set(error, -ENOMEM, "out of memory");
    } else if (!is_regular(AT_FDCWD, path, &bytes)) {
        mr_error_set(error, -ENOENT, "there is no file \"%s\" beside the script", name);
        free(path);
        path = NULL;
    }
    free(script);
    return path;
}

int mr_sibling_read(const struct mr_stream *stream, const char *name, struct mr_buffer *content,
                    struct mr_error *error)
{
    char *path = find_sibling(stream, name, error);
    if (path == NULL)
        return error->code;
    int result = mr_file_read_script(path, MR_SIBLING_MAX_BYTES, content);
    if (result < 0)
        mr_error_set(error, result, "cannot read \"%s\": %s", name, reason(result));
    free(path);
    return result;
}

/* in: path: of the file that is there; NULL: there is none */
static int write_draft(const struct mr_stream *stream, const char *name, const char *path,
                       const struct mr_sibling_change *change, struct mr_draft *draft)
{
    if (path != NULL && mr_private_files_has_path(path))
        return MR_PRIVATE_FILES_DENIED;
    if (path != NULL && change->fresh)
        return -EEXIST;
    if (path == NULL && change->expected != NULL)
        return -ESTALE;
    int result = path != NULL ? mr_draft_write(draft, path, change->text->data, change->text->size)
                              : mr_draft_write_beside(draft, mr_stream_script(stream), name,
                                                      change->text->data, change->text->size);
    if (result == 0)
        result = mr_draft_commit(draft, change->expected);
    size_t bytes;
    bool made = result == -EEXIST && !change->fresh && is_regular(AT_FDCWD, draft->path, &bytes);
    return made ? -EALREADY : result;
}

int mr_sibling_write(const struct mr_stream *stream, const char *name,
                     const struct mr_sibling_change *change, struct mr_error *error)
{
    struct mr_draft draft = { 0 };
    char *path = find_sibling(stream, name, error);
    int result = error->code;
    if (path != NULL || result == -ENOENT)
        result = write_draft(stream, name, path, change, &draft);
    if (result == 0)
        mr_draft_settle(&draft);
    if (result < 0)
        mr_error_set(error, result, "cannot write \"%s\": %s", name, reason(result));
    mr_draft_finish(&draft);
    free(path);
    return result;
}
