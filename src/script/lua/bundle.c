#include "script/lua/bundle.h"

#include "base/file.h"
#include "base/private_files.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The identity of a file on disk; all zero when it was not there. */
struct stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
};

struct entry {
    struct mr_bundle_text text;
    char *name;
    char *path;
    struct stamp stamp; /* just before it was read */
    struct mr_buffer content;
    int result; /* of reading it */
};

struct mr_bundle {
    atomic_uint references;
    /* immutable */
    char *folder;      /* as given: "." or "lua"; NULL: everything is fetched */
    char *real_folder; /* without symbolic links */
    mr_bundle_fetch *fetch;
    void *opaque;

    pthread_mutex_t lock;
    /* protected by lock; an entry does not change once it is in */
    struct entry *entries[MR_BUNDLE_MAX_FILES];
    size_t count;
};

static void entry_destroy(struct entry *entry)
{
    if (entry == NULL)
        return;
    mr_buffer_finish(&entry->content);
    free(entry->name);
    free(entry->path);
    free(entry);
}

static struct stamp get_stamp(const char *path)
{
    struct stat info;
    if (stat(path, &info) < 0)
        return (struct stamp){ 0 };
    return (struct stamp){ info.st_dev, info.st_ino, info.st_size, info.st_mtim };
}

static bool has_changed(const struct entry *entry)
{
    struct stamp now = get_stamp(entry->path), then = entry->stamp;
    return now.device != then.device || now.inode != then.inode || now.size != then.size ||
           now.modified.tv_sec != then.modified.tv_sec ||
           now.modified.tv_nsec != then.modified.tv_nsec;
}

static struct entry *entry_create(const char *folder, const char *name)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->name = strdup(name);
    entry->text.name = entry->name;
    if (folder != NULL && asprintf(&entry->path, "%s/%s", folder, name) < 0)
        entry->path = NULL;
    if (entry->name == NULL || (folder != NULL && entry->path == NULL)) {
        entry_destroy(entry);
        return NULL;
    }
    if (folder != NULL)
        entry->stamp = get_stamp(entry->path);
    return entry;
}

static int entry_complete(struct entry *entry)
{
    mr_buffer_append(&entry->content, "", 0);
    if (entry->content.failed)
        return -ENOMEM;
    entry->text.data = (const char *)entry->content.data;
    entry->text.size = entry->content.size;
    return 0;
}

static int entry_read(struct entry *entry, const char *path)
{
    int result = mr_file_read_script(path, MR_BUNDLE_MAX_BYTES, &entry->content);
    return result < 0 ? result : entry_complete(entry);
}

static const char *reason(int result)
{
    return result == -EFBIG                    ? "longer than 1 MiB"
           : result == -EXDEV                  ? "leads out of the script's folder"
           : result == MR_PRIVATE_FILES_DENIED ? MR_PRIVATE_FILES_REASON
           : result == -EISDIR                 ? "is a directory"
           : result == -EINVAL                 ? "not a regular file"
                                               : strerror(-result);
}

/* ---- the siblings ---- */

/* Refuse what lies outside the folder once symbolic links are followed.
 * out:    *real, malloc'd: the path without them */
static int find_inside(const struct mr_bundle *bundle, const char *path, char **real)
{
    *real = realpath(path, NULL);
    if (*real == NULL)
        return errno == ENOTDIR ? -ENOENT : -errno;
    size_t length = strlen(bundle->real_folder);
    if (strncmp(*real, bundle->real_folder, length) == 0 && (*real)[length] == '/')
        return 0;
    free(*real);
    *real = NULL;
    return -EXDEV;
}

static int read_sibling(const struct mr_bundle *bundle, struct entry *entry)
{
    char *real;
    int result = find_inside(bundle, entry->path, &real);
    if (result == 0)
        result = entry_read(entry, real);
    free(real);
    return result;
}

static int fetch_sibling(const struct mr_bundle *bundle, struct entry *entry,
                         struct mr_error *error)
{
    int result = bundle->fetch(bundle->opaque, entry->name, true, MR_BUNDLE_MAX_BYTES,
                               &entry->content, error);
    return result < 0 ? result : entry_complete(entry);
}

static struct entry *find(const struct mr_bundle *bundle, const char *name)
{
    for (size_t i = 1; i < bundle->count; i++)
        if (strcmp(bundle->entries[i]->name, name) == 0)
            return bundle->entries[i];
    return NULL;
}

static int get_locked(struct mr_bundle *bundle, const char *name, struct entry **out,
                      struct mr_error *error)
{
    struct entry *entry = *out = find(bundle, name);
    if (entry == NULL) {
        if (bundle->count == MR_BUNDLE_MAX_FILES)
            return mr_error_set(error, -ENOSPC, "%s: more than %d files are asked for", name,
                                MR_BUNDLE_MAX_FILES);
        entry = *out = entry_create(bundle->folder, name);
        if (entry == NULL)
            return mr_error_set(error, -ENOMEM, "%s: out of memory", name);
        bundle->entries[bundle->count++] = entry;
        if (bundle->fetch != NULL)
            return entry->result = fetch_sibling(bundle, entry, error);
        entry->result = read_sibling(bundle, entry);
    }
    if (entry->result < 0 && entry->result != -ENOENT)
        return mr_error_set(error, entry->result, "%s: %s", name, reason(entry->result));
    return entry->result;
}

int mr_bundle_get(struct mr_bundle *bundle, const char *name, const struct mr_bundle_text **text,
                  struct mr_error *error)
{
    struct entry *entry;
    pthread_mutex_lock(&bundle->lock);
    int result = get_locked(bundle, name, &entry, error);
    pthread_mutex_unlock(&bundle->lock);
    *text = result == 0 ? &entry->text : NULL;
    return result;
}

/* ---- other files ---- */

/* Relative, and nowhere up: no part is empty, "." or "..". */
static bool is_file_name(const char *name)
{
    for (const char *part = name;; part++) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length <= 2 && strncmp(part, "..", length) == 0))
            return false;
        part += length;
        if (*part == '\0')
            return true;
    }
}

static void remember(struct mr_bundle *bundle, const char *name)
{
    pthread_mutex_lock(&bundle->lock);
    if (find(bundle, name) == NULL && bundle->count < MR_BUNDLE_MAX_FILES) {
        struct entry *entry = entry_create(bundle->folder, name);
        if (entry != NULL) {
            entry->result = -EINVAL; /* no text */
            bundle->entries[bundle->count++] = entry;
        }
    }
    pthread_mutex_unlock(&bundle->lock);
}

int mr_bundle_read(struct mr_bundle *bundle, const char *name, size_t limit_bytes,
                   struct mr_buffer *content, struct mr_error *error)
{
    char *path, *real;
    if (!is_file_name(name))
        return mr_error_set(error, -EINVAL,
                            "names are relative to the script's folder and stay in it");
    if (bundle->fetch != NULL)
        return bundle->fetch(bundle->opaque, name, false, limit_bytes, content, error);
    remember(bundle, name);
    if (asprintf(&path, "%s/%s", bundle->folder, name) < 0)
        return mr_error_set(error, -ENOMEM, "out of memory");
    int result = find_inside(bundle, path, &real);
    if (result == 0)
        result = mr_file_read_script(real, limit_bytes, content);
    free(real);
    free(path);
    if (result == -EFBIG)
        return mr_error_set(error, result, "longer than %zu MiB", limit_bytes >> 20);
    return result < 0 ? mr_error_set(error, result, "%s", reason(result)) : 0;
}

/* ---- the whole ---- */

/* Find the folder, and make the entry of the script. */
static int add_main(struct mr_bundle *bundle, const char *path, struct mr_error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    bundle->folder =
        slash != NULL ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (bundle->folder == NULL)
        return mr_error_set(error, -ENOMEM, "script %s: out of memory", path);
    bundle->real_folder = realpath(bundle->folder, NULL);
    if (bundle->real_folder == NULL)
        return mr_error_set(error, -errno, "cannot open the script \"%s\": %s", path,
                            strerror(errno));
    if (strcmp(bundle->real_folder, "/") == 0)
        bundle->real_folder[0] = '\0';

    struct entry *entry = entry_create(bundle->folder, name);
    if (entry == NULL)
        return mr_error_set(error, -ENOMEM, "script %s: out of memory", path);
    bundle->entries[bundle->count++] = entry;
    return 0;
}

static int read_main(struct mr_bundle *bundle, const char *path, struct mr_error *error)
{
    int result = add_main(bundle, path, error);
    if (result < 0)
        return result;
    result = entry_read(bundle->entries[0], path);
    if (result < 0)
        return mr_error_set(error, result, "cannot open the script \"%s\": %s", path,
                            reason(result));
    return 0;
}

static struct mr_bundle *allocate(void)
{
    struct mr_bundle *bundle = calloc(1, sizeof(*bundle));
    if (bundle == NULL)
        return NULL;
    atomic_init(&bundle->references, 1);
    pthread_mutex_init(&bundle->lock, NULL);
    return bundle;
}

int mr_bundle_open(const char *path, struct mr_bundle **out, struct mr_error *error)
{
    *out = NULL;
    struct mr_bundle *bundle = allocate();
    if (bundle == NULL)
        return mr_error_set(error, -ENOMEM, "script %s: out of memory", path);
    int result = read_main(bundle, path, error);
    if (result < 0)
        mr_bundle_unref(&bundle);
    *out = bundle;
    return result;
}

int mr_bundle_open_text(const char *path, const void *text, size_t size, struct mr_bundle **out,
                        struct mr_error *error)
{
    *out = NULL;
    struct mr_bundle *bundle = allocate();
    if (bundle == NULL)
        return mr_error_set(error, -ENOMEM, "script %s: out of memory", path);
    int result = add_main(bundle, path, error);
    if (result == 0) {
        mr_buffer_append(&bundle->entries[0]->content, text, size);
        result = entry_complete(bundle->entries[0]);
        if (result < 0)
            mr_error_set(error, result, "script %s: out of memory", path);
    }
    if (result < 0)
        mr_bundle_unref(&bundle);
    *out = bundle;
    return result;
}

void mr_bundle_note_saved(struct mr_bundle *bundle)
{
    bundle->entries[0]->stamp = get_stamp(bundle->entries[0]->path);
}

static int take_main(struct mr_bundle *bundle, const char *name, const void *text, size_t size)
{
    struct entry *entry = entry_create(NULL, name);
    if (entry == NULL)
        return -ENOMEM;
    bundle->entries[bundle->count++] = entry;
    mr_buffer_append(&entry->content, text, size);
    return entry_complete(entry);
}

struct mr_bundle *mr_bundle_create(const char *name, const void *text, size_t size,
                                   mr_bundle_fetch *fetch, void *opaque)
{
    struct mr_bundle *bundle = allocate();
    if (bundle == NULL)
        return NULL;
    bundle->fetch = fetch;
    bundle->opaque = opaque;
    if (take_main(bundle, name, text, size) < 0)
        mr_bundle_unref(&bundle);
    return bundle;
}

struct mr_bundle *mr_bundle_ref(struct mr_bundle *bundle)
{
    atomic_fetch_add(&bundle->references, 1);
    return bundle;
}

void mr_bundle_unref(struct mr_bundle **reference)
{
    struct mr_bundle *bundle = *reference;
    *reference = NULL;
    if (bundle == NULL || atomic_fetch_sub(&bundle->references, 1) > 1)
        return;
    for (size_t i = 0; i < bundle->count; i++)
        entry_destroy(bundle->entries[i]);
    pthread_mutex_destroy(&bundle->lock);
    free(bundle->folder);
    free(bundle->real_folder);
    free(bundle);
}

const struct mr_bundle_text *mr_bundle_main(const struct mr_bundle *bundle)
{
    return &bundle->entries[0]->text;
}

size_t mr_bundle_count(struct mr_bundle *bundle)
{
    pthread_mutex_lock(&bundle->lock);
    size_t count = bundle->count;
    pthread_mutex_unlock(&bundle->lock);
    return count;
}

const char *mr_bundle_path(struct mr_bundle *bundle, size_t index)
{
    pthread_mutex_lock(&bundle->lock);
    const char *path = index < bundle->count ? bundle->entries[index]->path : NULL;
    pthread_mutex_unlock(&bundle->lock);
    return path;
}

bool mr_bundle_is_stale(struct mr_bundle *bundle)
{
    bool stale = false;
    pthread_mutex_lock(&bundle->lock);
    size_t count = bundle->count;
    pthread_mutex_unlock(&bundle->lock);
    for (size_t i = 0; i < count && !stale; i++) /* entries do not change, and none goes away */
        stale = has_changed(bundle->entries[i]);
    return stale;
}
