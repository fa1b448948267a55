/* A bundle: the texts of one version of a script, its own and those of the siblings it requires,
 * each read from disk once. What was tried in a first engine runs with the very same texts in the
 * next.
 *
 * Reference-counted; any thread. Entries are only ever added and live as long as the bundle. */
#ifndef MR_SCRIPT_BUNDLE_H
#define MR_SCRIPT_BUNDLE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define MR_BUNDLE_MAX_FILES 256
#define MR_BUNDLE_MAX_BYTES (1024 * 1024) /* of one text */

struct mr_bundle;

struct mr_bundle_text {
    const char *name; /* relative to the script's folder, for messages: "process.lua" */
    const char *data; /* 0-terminated; NULL when there is no such file */
    size_t size;
};

/* Read the script `path`.
 * out:    *bundle with one reference; NULL on error
 * return: 0; -errno with *error, which names the path: absent, a directory, too long */
int mr_bundle_open(const char *path, struct mr_bundle **bundle, struct mr_error *error);

/* The same for a script that is to become the file `path`, whose text is not on disk yet; copied. Its
 * siblings are. Until mr_bundle_note_saved, it is stale when the file is no longer what it was at
 * this call. return: as mr_bundle_open, but the file need not be there */
int mr_bundle_open_text(const char *path, const void *text, size_t size, struct mr_bundle **bundle,
                        struct mr_error *error);

/* The text is on disk now: what is there is not stale. By the thread that asks mr_bundle_is_stale. */
void mr_bundle_note_saved(struct mr_bundle *bundle);

/* Where the files of a bundle come from when it is not the disk: a script's own process asks its
 * host. Append the content of the file `name` to *content.
 * in:     text: it is Lua code and wanted by mr_bundle_get, otherwise by mr_bundle_read
 * return: as those */
typedef int mr_bundle_fetch(void *opaque, const char *name, bool text, size_t limit_bytes,
                            struct mr_buffer *content, struct mr_error *error);

/* A bundle without a folder. in: name and text of the script, copied; fetch: for all the rest
 * return: one reference; NULL when out of memory */
struct mr_bundle *mr_bundle_create(const char *name, const void *text, size_t size,
                                   mr_bundle_fetch *fetch, void *opaque);

/* return: the same bundle, with one reference more */
struct mr_bundle *mr_bundle_ref(struct mr_bundle *bundle);
void mr_bundle_unref(struct mr_bundle **bundle); /* clears it; takes a pointer to NULL */

/* return: the script's own text; lives as long as the bundle */
const struct mr_bundle_text *mr_bundle_main(const struct mr_bundle *bundle);

/* A file in the script's folder or below, read at the first call. That it was looked for is
 * remembered either way, so that it can be watched.
 * in:     name: relative, of "[A-Za-z0-9_]+" parts with slashes between and ".lua" at the end
 * out:    *text, lives as long as the bundle
 * return: 0; -ENOENT; -errno with *error: unreadable, too long, too many, leads out of the folder
 */
int mr_bundle_get(struct mr_bundle *bundle, const char *name, const struct mr_bundle_text **text,
                  struct mr_error *error);

/* Append the content of any other file in the script's folder or below; nothing of it is kept but
 * that it was looked for, so that it can be watched.
 * in:     name: relative, without "." and ".." parts
 * return: as mr_bundle_get; -EFBIG beyond limit_bytes; -EINVAL, too, for a name that is none */
int mr_bundle_read(struct mr_bundle *bundle, const char *name, size_t limit_bytes,
                   struct mr_buffer *content, struct mr_error *error);

/* return: how many files were looked for so far, the script included
 * thread: any */
size_t mr_bundle_count(struct mr_bundle *bundle);

/* return: the path of file `index` of those; it lives as long as the bundle
 * thread: any */
const char *mr_bundle_path(struct mr_bundle *bundle, size_t index);

/* Whether one of them is no longer on disk what it was when it was looked for. */
bool mr_bundle_is_stale(struct mr_bundle *bundle);

#endif
