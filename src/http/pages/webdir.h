/* The user's own folder of pages (--web-dir): its files come before the built-in ones. Nothing
 * outside it is served, whatever the path or a symbolic link says, and folders are not listed.
 * Immutable once made; any thread. */
#ifndef MR_HTTP_WEBDIR_H
#define MR_HTTP_WEBDIR_H

#include "base/error.h"

#include <sys/types.h>

struct mr_webdir;

/* return: 0; -errno with *error when `path` is not a folder that can be read */
int mr_webdir_open(const char *path, struct mr_webdir **webdir, struct mr_error *error);
void mr_webdir_close(struct mr_webdir *webdir); /* takes NULL */

struct mr_webfile {
    int fd; /* the caller's to close */
    off_t size;
    char etag[72]; /* with its quotes; changes with the file */
};

/* Open the regular file of a request path ("/", "/sub/page.js"; a path that ends in "/" stands for
 * the index.html there).
 * return: 0; -ENOENT, and fd is -1, when there is none that may be served */
int mr_webdir_find(const struct mr_webdir *webdir, const char *path, struct mr_webfile *file);

#endif
